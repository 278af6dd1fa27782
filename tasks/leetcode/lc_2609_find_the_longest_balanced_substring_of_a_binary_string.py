"""The length of the longest part of k zeros followed by k ones.

Source: LeetCode 2609, Find the Longest Balanced Substring of a Binary String.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def longest_balanced(s):
    best = 0
    zeros = 0
    ones = 0
    while s:
        if s[0] == "1":
            ones += 1
            if ones <= zeros and 2 * ones > best:
                best = 2 * ones
        elif ones > 0:
            zeros = 1
            ones = 0
        else:
            zeros += 1
        s = s[1:]
    return best


def sample(length: int, rng: random.Random) -> dict:
    """Runs of zeros and ones, short or long."""
    longest = rng.randint(1, 2 + length // 2)
    s = ""
    bit = rng.choice("01")
    while len(s) < length:
        s += bit * rng.randint(1, longest)
        bit = "1" if bit == "0" else "0"
    return {"s": s[:length]}


TASK = Task(
    id="lc_2609",
    rule=longest_balanced,
    sample=sample,
    questions=(
        "How long is the longest part of {s} made of zeros and then as many ones?",
        "What is the length of the longest part of {s} with k zeros followed by k ones?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="string length",
    description="length of the longest part of k zeros followed by k ones",
)
