"""Is a string a rearrangement of the letters of another?

Source: LeetCode 242, Valid Anagram.
"""

from __future__ import annotations

import random
import string

from metarfft.tasks import Task


def is_anagram(s, t):
    counts = {}
    while s:
        counts[s[0]] = counts.get(s[0], 0) + 1
        s = s[1:]
    while t:
        if counts.get(t[0], 0) == 0:
            return False
        counts[t[0]] -= 1
        t = t[1:]
    return True


def sample(length: int, rng: random.Random) -> dict:
    """Two strings of ``length`` letters: a rearrangement, for half the samples with one letter changed."""
    s = rng.choices(string.ascii_lowercase[: rng.choice((3, 6, 26))], k=length)
    t = rng.sample(s, length)
    if rng.random() < 0.5:
        spot = rng.randrange(length)
        t[spot] = rng.choice([ch for ch in string.ascii_lowercase[:6] if ch != t[spot]])
    return {"s": "".join(s), "t": "".join(t)}


TASK = Task(
    id="lc_242",
    rule=is_anagram,
    sample=sample,
    questions=(
        "Do {s} and {t} have the same letters, each as often?",
        "Can the letters of {s} be put in another order to make {t}?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="letters of the word",
    description="is t a rearrangement of s",
)
