"""The index of the first character that does not repeat, or -1.

Source: LeetCode 387, First Unique Character in a String.
"""

from __future__ import annotations

import random
import string

from metarfft.tasks import Task


def first_unique(s):
    counts = {}
    for ch in s:
        counts[ch] = counts.get(ch, 0) + 1
    i = 0
    while i < len(s):
        if counts[s[i]] == 1:
            return i
        i += 1
    return -1


def sample(length: int, rng: random.Random) -> dict:
    """Letters most of which repeat: of up to three only one copy is put in."""
    letters = rng.sample(string.ascii_lowercase, 26)
    single = min(length, rng.choice((0, 0, 1, 2, 3)))
    s = rng.choices(letters[3 : 3 + max(1, length // 4)], k=length)
    for spot, letter in zip(rng.sample(range(length), single), letters):
        s[spot] = letter
    return {"s": "".join(s)}


TASK = Task(
    id="lc_387",
    rule=first_unique,
    sample=sample,
    questions=(
        "What is the index of the first letter of {s} that comes only once, or -1?",
        "At which index of {s} is the first letter that does not repeat? If there is none, answer -1.",
    ),
    source="leetcode",
    split="pretrain",
    length_is="string length",
    description="index of the first character that does not repeat, or -1",
)
