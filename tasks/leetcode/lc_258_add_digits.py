"""The sum of the digits of an integer, taken again and again until one digit is left.

Source: LeetCode 258, Add Digits. The integer is given as its digits.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def add_digits(num):
    while len(num) > 1:
        total = 0
        while num:
            digit = int(num[0])
            num = num[1:]
            total += digit
        num = str(total)
    return num


def sample(length: int, rng: random.Random) -> dict:
    """An integer of ``length`` digits."""
    low = 10 ** (length - 1) if length > 1 else 0
    return {"num": str(rng.randrange(low, 10**length))}


TASK = Task(
    id="lc_258",
    rule=add_digits,
    sample=sample,
    questions=(
        "Sum the digits of {num} again and again until one digit is left. Which digit is it?",
        "Replace {num} by the sum of its digits until it has one digit. What is the result?",
    ),
    source="leetcode",
    split="downstream",
    length_is="digits of the integer",
    description="digits of an integer summed again and again until one digit is left",
)
