"""A string in which each star removes itself and the closest letter left of it.

Source: LeetCode 2390, Removing Stars From a String.
"""

from __future__ import annotations

import random
import string

from metarfft.tasks import Task


def remove_stars(s):
    result = ""
    while s:
        ch = s[0]
        s = s[1:]
        if ch == "*":
            result = result[:-1]
        else:
            result += ch
    return result


def sample(length: int, rng: random.Random) -> dict:
    """Letters and stars; every star has a letter to remove, and at least one letter is left."""
    share = rng.choice((0.2, 0.4, 0.6))
    s = ""
    letters = 0
    while len(s) < length:
        star = letters > 0 and rng.random() < share and (letters > 1 or len(s) < length - 1)
        s += "*" if star else rng.choice(string.ascii_lowercase)
        letters += -1 if star else 1
    return {"s": s}


TASK = Task(
    id="lc_2390",
    rule=remove_stars,
    sample=sample,
    questions=(
        "Each * of {s} removes itself and the letter left of it. What is left?",
        "What is left of {s} when every * removes itself and the closest letter left of it?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="string length",
    description="string after each star removed itself and the letter left of it",
)
