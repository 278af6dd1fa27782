"""A list of characters reversed by swapping from both ends.

Source: LeetCode 344, Reverse String.
"""

from __future__ import annotations

import random
import string

from metarfft.tasks import Task


def reverse_string(chars):
    left = 0
    right = len(chars) - 1
    while left < right:
        chars[left], chars[right] = chars[right], chars[left]
        left += 1
        right -= 1
    return chars


def sample(length: int, rng: random.Random) -> dict:
    """Lower-case letters."""
    return {"chars": rng.choices(string.ascii_lowercase, k=length)}


TASK = Task(
    id="lc_344",
    rule=reverse_string,
    sample=sample,
    questions=(
        "Reverse the list of letters {chars}.",
        "What is the list of letters {chars} in reverse order?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="string length",
    description="list of characters reversed",
)
