"""Do the first letters of words spell a string?

Source: LeetCode 2828, Check if a String Is an Acronym of Words.
"""

from __future__ import annotations

import random
import string

from metarfft.tasks import Task


def is_acronym(words, s):
    while words and s:
        word = words.pop(0)
        if word[0] != s[0]:
            return False
        s = s[1:]
    return not words and not s


def sample(length: int, rng: random.Random) -> dict:
    """Words and their first letters, for half the samples with a letter changed, added or dropped."""
    words = ["".join(rng.choices(string.ascii_lowercase, k=rng.randint(1, 4))) for _ in range(length)]
    s = [word[0] for word in words]
    if rng.random() < 0.5:
        spot = rng.randrange(length)
        s[spot : spot + 1] = rng.choice(
            (
                [rng.choice([ch for ch in string.ascii_lowercase if ch != s[spot]])],
                [rng.choice([ch for ch in string.ascii_lowercase if ch != s[spot]])],
                [s[spot], rng.choice(string.ascii_lowercase)],
                [] if length > 1 else [s[spot], s[spot]],
            )
        )
    return {"words": words, "s": "".join(s)}


TASK = Task(
    id="lc_2828",
    rule=is_acronym,
    sample=sample,
    questions=(
        "Do the first letters of the words {words} spell {s}?",
        "Taken together, are the first letters of {words} the string {s}?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="number of words",
    description="do the first letters of the words spell s",
)
