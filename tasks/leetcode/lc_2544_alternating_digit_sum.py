"""The sum of the digits of an integer with alternating signs, the first digit positive.

Source: LeetCode 2544, Alternating Digit Sum. The integer is given as its digits.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def alternate_digit_sum(num):
    total = 0
    sign = 1
    while num:
        digit = int(num[0])
        num = num[1:]
        total += sign * digit
        sign = -sign
    return total


def sample(length: int, rng: random.Random) -> dict:
    """A positive integer of ``length`` digits."""
    return {"num": str(rng.randrange(10 ** (length - 1), 10**length))}


TASK = Task(
    id="lc_2544",
    rule=alternate_digit_sum,
    sample=sample,
    questions=(
        "What is the sum of the digits of {num} with alternating signs, the first digit positive?",
        "Add the first digit of {num}, subtract the second, add the third and so on. What is the total?",
    ),
    source="leetcode",
    split="downstream",
    length_is="digits of the integer",
    description="sum of the digits of an integer with alternating signs",
)
