"""The digit of an integer at a position, counted from the left, from 0.

Source: NUPA, get digit (integer).
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def get_digit(num, position):
    while position > 0:
        num = num[1:]
        position -= 1
    return num[0]


def sample(length: int, rng: random.Random) -> dict:
    """An integer of ``length`` digits and a position in it."""
    low = 10 ** (length - 1) if length > 1 else 0
    return {"num": str(rng.randrange(low, 10**length)), "position": rng.randrange(length)}


TASK = Task(
    id="nupa_get_digit",
    rule=get_digit,
    sample=sample,
    questions=(
        "Which digit of the number {num} stands at position {position}, counted from the left, from 0?",
        "Count from the left, from 0. Which digit does {num} have at position {position}?",
    ),
    source="nupa",
    split="downstream",
    length_is="digits of the number",
    description="digit of an integer at a position, counted from the left, from 0",
)
