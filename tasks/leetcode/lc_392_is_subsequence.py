"""Is a string a subsequence of another: its letters in order, others may come between?

Source: LeetCode 392, Is Subsequence.
"""

from __future__ import annotations

import random
import string

from metarfft.tasks import Task


def is_subsequence(s, t):
    while t:
        if s and s[0] == t[0]:
            s = s[1:]
        t = t[1:]
    return s == ""


def sample(length: int, rng: random.Random) -> dict:
    """A string t and some of its letters in order, for most samples with one changed or two swapped."""
    t = rng.choices(string.ascii_lowercase[: rng.choice((4, 8, 26))], k=length)
    spots = sorted(rng.sample(range(length), rng.randint(1, length)))
    s = [t[spot] for spot in spots]
    if rng.random() < 0.7:
        first, second = rng.randrange(len(s)), rng.randrange(len(s))
        if rng.random() < 0.5:
            s[first] = rng.choice(string.ascii_lowercase)
        else:
            s[first], s[second] = s[second], s[first]
    return {"s": "".join(s), "t": "".join(t)}


TASK = Task(
    id="lc_392",
    rule=is_subsequence,
    sample=sample,
    questions=(
        "Are the letters of {s} found in this order in {t}, with others between?",
        "Can {s} be made by removing letters from {t}, the order kept?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="length of t",
    description="is s a subsequence of t",
)
