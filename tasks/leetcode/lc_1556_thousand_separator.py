"""A number with a dot at every three digits.

Source: LeetCode 1556, Thousand Separator.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def thousand_separator(n):
    digits = str(n)
    result = ""
    while len(digits) > 3:
        result = "." + digits[-3:] + result
        digits = digits[:-3]
    return digits + result


def sample(length: int, rng: random.Random) -> dict:
    """A number from 1000 to 1000 + 10**length."""
    return {"n": rng.randint(1000, 1000 + 10**length)}


TASK = Task(
    id="lc_1556",
    rule=thousand_separator,
    sample=sample,
    questions=(
        "Write {n} with a dot at every three digits from the right.",
        "What is the number {n} with a dot between groups of three digits?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="number drawn from 1000 .. 1000 + 10**length",
    description="number with a dot at every three digits",
)
