"""A string in which each ? is replaced so that no two neighbors are equal.

Source: LeetCode 1576, Replace All ?'s to Avoid Consecutive Repeating Characters. The first of a, b, c
that fits is taken.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def modify_string(s):
    result = ""
    last = ""
    while s:
        ch = s[0]
        s = s[1:]
        if ch == "?":
            ch = "a"
            while ch == last or ch == s[:1]:
                ch = chr(ord(ch) + 1)
        result += ch
        last = ch
    return result


def sample(length: int, rng: random.Random) -> dict:
    """Letters, mostly from a to d, no two neighbors equal, some of them replaced by ?."""
    share = rng.choice((0.2, 0.4, 0.7))
    letters: list[str] = []
    while len(letters) < length:
        letters.append(rng.choice([ch for ch in "aabbccdz" if ch not in letters[-1:]]))
    return {"s": "".join("?" if rng.random() < share else ch for ch in letters)}


TASK = Task(
    id="lc_1576",
    rule=modify_string,
    sample=sample,
    questions=(
        "Replace each ? of {s} by the first of a, b, c that differs from both neighbors.",
        "From the left, each ? of {s} becomes a, b or c, the first that differs from both neighbors.",
    ),
    source="leetcode",
    split="pretrain",
    length_is="string length",
    description="each ? replaced by the first of a, b, c that differs from its neighbors",
)
