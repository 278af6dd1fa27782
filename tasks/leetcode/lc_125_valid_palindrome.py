"""Is a text a palindrome when only its letters and digits count and case does not?

Source: LeetCode 125, Valid Palindrome.
"""

from __future__ import annotations

import random
import string

from metarfft.tasks import Task


def is_palindrome(s):
    while s:
        if s[0].lower() == s[-1].lower():
            s = s[1:-1]
        elif not s[0].isalnum():
            s = s[1:]
        elif not s[-1].isalnum():
            s = s[:-1]
        else:
            return False
    return True


def sample(length: int, rng: random.Random) -> dict:
    """Twice ``length`` characters: a palindrome with marks put in, for half the samples with one character changed."""
    marks = rng.choice((0, 0, rng.randint(0, (length + 2) // 3)))
    size = 2 * length - marks
    half = rng.choices(string.ascii_lowercase + string.digits, k=(size + 1) // 2)
    core = half + half[::-1][size % 2 :]
    if size > 1 and rng.random() < 0.5:
        spot = rng.randrange(size // 2)
        core[spot] = rng.choice([ch for ch in string.ascii_lowercase if ch != core[spot]])
    core = [ch.upper() if rng.random() < 0.2 else ch for ch in core]
    for _ in range(marks):
        core.insert(rng.randint(0, len(core)), rng.choice(" ,.:!-"))
    return {"s": "".join(core)}


TASK = Task(
    id="lc_125",
    rule=is_palindrome,
    sample=sample,
    questions=(
        "Is the string {s} a palindrome, when only letters and digits count and case does not?",
        "Does {s} read the same from both ends, with only letters and digits, all in lower case?",
    ),
    source="leetcode",
    split="downstream",
    length_is="half the string length",
    description="palindrome after dropping all but letters and digits and lower-casing",
)
