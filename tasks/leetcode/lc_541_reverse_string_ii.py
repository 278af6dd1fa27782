"""A string with the first k characters of every 2k reversed.

Source: LeetCode 541, Reverse String II.
"""

from __future__ import annotations

import random
import string

from metarfft.tasks import Task


def reverse_blocks(s, k):
    result = ""
    block = ""
    count = 0
    turn = True
    while s:
        if turn:
            block = s[0] + block
        else:
            block = block + s[0]
        s = s[1:]
        count += 1
        if count == k or s == "":
            result += block
            block = ""
            count = 0
            turn = not turn
    return result


def sample(length: int, rng: random.Random) -> dict:
    """Lower-case letters; mostly small blocks, sometimes one that is longer than the string."""
    k = rng.randint(1, length + 1) if rng.random() < 0.3 else rng.randint(1, min(length, 4))
    return {"s": "".join(rng.choices(string.ascii_lowercase, k=length)), "k": k}


TASK = Task(
    id="lc_541",
    rule=reverse_blocks,
    sample=sample,
    questions=(
        "Cut {s} into blocks of {k} letters and reverse the first block, the third and so on.",
        "In the string {s}, reverse every other block of {k} letters, beginning with the first. What is the string?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="string length",
    description="first k characters of every 2k reversed",
)
