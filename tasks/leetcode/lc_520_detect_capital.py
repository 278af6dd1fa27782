"""Are capitals used right in a word: all letters, none, or only the first?

Source: LeetCode 520, Detect Capital.
"""

from __future__ import annotations

import random
import string

from metarfft.tasks import Task


def detect_capital(word):
    first = word[0].isupper()
    word = word[1:]
    upper = 0
    lower = 0
    while word:
        if word[0].isupper():
            upper += 1
        else:
            lower += 1
        word = word[1:]
    if first and lower == 0:
        return True
    return upper == 0


def sample(length: int, rng: random.Random) -> dict:
    """A word with capitals used right, for half the samples with the case of a few letters changed."""
    letters = rng.choices(string.ascii_lowercase, k=length)
    word = rng.choice((str.upper, str.lower, str.capitalize))("".join(letters))
    if rng.random() < 0.6:
        for spot in rng.sample(range(length), rng.choice((1, 1, (length + 1) // 2))):
            word = word[:spot] + word[spot].swapcase() + word[spot + 1 :]
    return {"word": word}


TASK = Task(
    id="lc_520",
    rule=detect_capital,
    sample=sample,
    questions=(
        "Are the capitals in {word} all of its letters, none, or only the first?",
        "Is {word} all upper case, all lower case, or lower case after an upper case letter?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="string length",
    description="are capitals used right: all letters, none, or only the first",
)
