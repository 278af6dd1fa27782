"""The larger digit at each position of two integers, aligned at the right.

Source: NUPA, digit max (integer). Missing digits count as 0.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def digit_max(a, b):
    result = ""
    while a or b:
        if a[-1:] > b[-1:]:
            result = a[-1] + result
        else:
            result = b[-1] + result
        a, b = a[:-1], b[:-1]
    return result


def integer(digits: int, rng: random.Random) -> str:
    low = 10 ** (digits - 1) if digits > 1 else 0
    return str(rng.randrange(low, 10**digits))


def sample(length: int, rng: random.Random) -> dict:
    """Two integers, at least one of exactly ``length`` digits."""
    numbers = [integer(length, rng), integer(length if rng.random() < 0.5 else rng.randint(1, length), rng)]
    rng.shuffle(numbers)
    return {"a": numbers[0], "b": numbers[1]}


TASK = Task(
    id="nupa_digit_max",
    rule=digit_max,
    sample=sample,
    questions=(
        "Align the numbers {a} and {b} at the right. What is the larger digit at each position?",
        "Write the number made of the larger digit at each position of {a} and {b}, aligned at the right.",
    ),
    source="nupa",
    split="downstream",
    length_is="digits of the number",
    description="larger digit at each position of two integers, aligned at the right",
)
