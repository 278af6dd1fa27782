"""A string with its vowels sorted by code point, consonants in place.

Source: LeetCode 2785, Sort Vowels in a String.
"""

from __future__ import annotations

import random
import string

from metarfft.tasks import Task


def sort_vowels(s):
    vowels = []
    for ch in s:
        if ch in "aeiouAEIOU":
            i = len(vowels)
            while i > 0 and ch < vowels[i - 1]:
                i -= 1
            vowels.insert(i, ch)
    result = ""
    for ch in s:
        if ch in "aeiouAEIOU":
            result += vowels.pop(0)
        else:
            result += ch
    return result


def sample(length: int, rng: random.Random) -> dict:
    """Letters of both cases, with a share of vowels that differs from string to string."""
    share = rng.choice((0.2, 0.5, 0.8))
    return {
        "s": "".join(rng.choice("aeiouAEIOU" if rng.random() < share else string.ascii_letters) for _ in range(length))
    }


TASK = Task(
    id="lc_2785",
    rule=sort_vowels,
    sample=sample,
    questions=(
        "Sort the vowels of {s}, upper case first, and keep the other letters in place.",
        "What is {s} with its vowels sorted, upper case before lower case, the other letters in place?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="string length",
    description="vowels sorted, consonants in place",
)
