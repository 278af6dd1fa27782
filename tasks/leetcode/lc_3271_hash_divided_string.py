"""Each block of k letters of a string becomes the letter at the sum of their alphabet positions.

Source: LeetCode 3271, Hash Divided String. Positions count from 0; the sum is taken modulo 26.
"""

from __future__ import annotations

import random
import string

from metarfft.tasks import Task


def string_hash(s, k):
    result = ""
    while s:
        total = 0
        for c in s[:k]:
            total += ord(c) - ord("a")
        s = s[k:]
        result += chr(ord("a") + total % 26)
    return result


def sample(length: int, rng: random.Random) -> dict:
    """``length`` blocks of two to four lower-case letters."""
    k = rng.randint(2, 4)
    return {"s": "".join(rng.choices(string.ascii_lowercase, k=length * k)), "k": k}


TASK = Task(
    id="lc_3271",
    rule=string_hash,
    sample=sample,
    questions=(
        "With a = 0, each block of {k} letters of {s} becomes the letter of its sum % 26.",
        "Replace each block of {k} letters of {s} by the letter of its sum % 26, with a = 0.",
    ),
    source="leetcode",
    split="pretrain",
    length_is="string length = length * k, k drawn from 2..4",
    description="each block of k letters replaced by the letter at the sum of their positions",
)
