"""Each word of a string reversed, words and spaces in place.

Source: LeetCode 557, Reverse Words in a String III.
"""

from __future__ import annotations

import random
import string

from metarfft.tasks import Task


def reverse_words(s):
    result = ""
    word = ""
    while s:
        ch = s[0]
        s = s[1:]
        if ch == " ":
            result += word + " "
            word = ""
        else:
            word = ch + word
    return result + word


def sample(length: int, rng: random.Random) -> dict:
    """``length`` characters: words of one to six letters with a space between, none at the ends."""
    chars = rng.choices(string.ascii_lowercase, k=length)
    spot = rng.randint(1, 6)
    while spot < length - 1:
        chars[spot] = " "
        spot += rng.randint(2, 7)
    return {"s": "".join(chars)}


TASK = Task(
    id="lc_557",
    rule=reverse_words,
    sample=sample,
    questions=(
        "Reverse the letters of each word of {s} and keep the words in order.",
        "What is the string {s} with the letters of each word reversed?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="string length",
    description="letters of each word reversed",
)
