"""The total of a record of scores, kept by operations.

Source: LeetCode 682, Baseball Game. A number is a score, + adds the last two, D doubles the last, C drops it.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def cal_points(operations):
    record = []
    while operations:
        operation = operations.pop(0)
        if operation == "C":
            record.pop()
        elif operation == "D":
            record.append(record[-1] * 2)
        elif operation == "+":
            record.append(record[-1] + record[-2])
        else:
            record.append(int(operation))
    total = 0
    while record:
        total += record.pop(0)
    return total


def sample(length: int, rng: random.Random) -> dict:
    """Operations that find the scores they need; doubling and adding stop at scores of three digits."""
    record: list[int] = []
    operations: list[str] = []
    while len(operations) < length:
        choices = [str(rng.randint(0, 9))] * 2
        if record:
            choices += ["C"] + ["D"] * (record[-1] < 500)
        if len(record) > 1:
            choices += ["+"] * 2 * (record[-1] + record[-2] < 1000)
        operation = rng.choice(choices)
        operations.append(operation)
        if operation == "C":
            record.pop()
        elif operation == "D":
            record.append(record[-1] * 2)
        elif operation == "+":
            record.append(record[-1] + record[-2])
        else:
            record.append(int(operation))
    return {"operations": operations}


TASK = Task(
    id="lc_682",
    rule=cal_points,
    sample=sample,
    questions=(
        "Scores: a number counts, + adds the last two, D doubles the last, C drops it. Total of {operations}?",
        "With + for the sum of the last two, D to double, C to drop, what do {operations} total?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="number of operations",
    description="total of a record of scores kept by operations",
)
