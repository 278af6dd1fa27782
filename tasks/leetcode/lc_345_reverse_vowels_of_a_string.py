"""A string with only its vowels reversed, in either case.

Source: LeetCode 345, Reverse Vowels of a String.
"""

from __future__ import annotations

import random
import string

from metarfft.tasks import Task


def reverse_vowels(s):
    vowels = ""
    for ch in s:
        if ch in "aeiouAEIOU":
            vowels += ch
    result = ""
    for ch in s:
        if ch in "aeiouAEIOU":
            result += vowels[-1]
            vowels = vowels[:-1]
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
    id="lc_345",
    rule=reverse_vowels,
    sample=sample,
    questions=(
        "Reverse only the vowels of {s} and keep the other letters in place.",
        "What is the string {s} with its vowels in reverse order, the other letters in place?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="string length",
    description="only the vowels reversed",
)
