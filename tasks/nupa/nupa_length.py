"""The number of digits of an integer.

Source: NUPA, length (integer).
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def count_digits(num):
    count = 0
    while num:
        num = num[1:]
        count += 1
    return count


def sample(length: int, rng: random.Random) -> dict:
    """An integer of ``length`` digits."""
    low = 10 ** (length - 1) if length > 1 else 0
    return {"num": str(rng.randrange(low, 10**length))}


TASK = Task(
    id="nupa_length",
    rule=count_digits,
    sample=sample,
    questions=(
        "How many digits does the number {num} have?",
        "Count the digits of the number {num}.",
    ),
    source="nupa",
    split="downstream",
    length_is="digits of the number",
    description="number of digits of an integer",
)
