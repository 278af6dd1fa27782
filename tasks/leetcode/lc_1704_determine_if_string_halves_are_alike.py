"""Do both halves of a string hold the same number of vowels?

Source: LeetCode 1704, Determine if String Halves Are Alike.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def halves_are_alike(s):
    left = 0
    right = 0
    while s:
        if s[0] in "aeiouAEIOU":
            left += 1
        if s[-1] in "aeiouAEIOU":
            right += 1
        s = s[1:-1]
    return left == right


def half(length: int, vowels: int, rng: random.Random) -> str:
    kinds = ["aeiouAEIOU"] * vowels + ["bcdfghjklmnpqrstvwxyzBCDFGHJ"] * (length - vowels)
    rng.shuffle(kinds)
    return "".join(rng.choice(kind) for kind in kinds)


def sample(length: int, rng: random.Random) -> dict:
    """Two halves of ``length`` letters; half the samples have the same number of vowels in both."""
    left = right = rng.randint(0, length)
    if rng.random() < 0.5:
        right = rng.choice([n for n in range(max(0, left - 3), min(length, left + 3) + 1) if n != left])
    return {"s": half(length, left, rng) + half(length, right, rng)}


TASK = Task(
    id="lc_1704",
    rule=halves_are_alike,
    sample=sample,
    questions=(
        "Do both halves of the string {s} have the same number of vowels?",
        "Is the number of vowels in the first half of {s} equal to that in the second half?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="half the string length",
    description="do both halves hold the same number of vowels",
)
