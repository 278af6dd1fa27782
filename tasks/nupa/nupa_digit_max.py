"""The larger digit at each position of two integers, aligned at the right.

Source: NUPA, digit max (integer). Missing digits count as 0.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def digit_max(num1, num2):
    result = ""
    while num1 or num2:
        if num1[-1:] > num2[-1:]:
            result = num1[-1] + result
        else:
            result = num2[-1] + result
        num1 = num1[:-1]
        num2 = num2[:-1]
    return result


def integer(digits: int, rng: random.Random) -> str:
    low = 10 ** (digits - 1) if digits > 1 else 0
    return str(rng.randrange(low, 10**digits))


def sample(length: int, rng: random.Random) -> dict:
    """Two integers, at least one of exactly ``length`` digits."""
    numbers = [integer(length, rng), integer(length if rng.random() < 0.5 else rng.randint(1, length), rng)]
    rng.shuffle(numbers)
    return {"num1": numbers[0], "num2": numbers[1]}


TASK = Task(
    id="nupa_digit_max",
    rule=digit_max,
    sample=sample,
    questions=(
        "Align the numbers {num1} and {num2} at the right. What is the larger digit at each position?",
        "Write the number made of the larger digit at each position of {num1} and {num2}, aligned at the right.",
    ),
    source="nupa",
    split="downstream",
    length_is="digits of the number",
    description="larger digit at each position of two integers, aligned at the right",
)
