"""The largest value of strings: a string of digits is worth its number, any other its length.

Source: LeetCode 2496, Maximum Value of a String in an Array.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def maximum_value(strings):
    best = 0
    while strings:
        s = strings.pop(0)
        if s.isdigit():
            value = int(s)
        else:
            value = len(s)
        if value > best:
            best = value
    return best


def sample(length: int, rng: random.Random) -> dict:
    """Strings of one to eight characters; numbers are small enough for a length to win at times."""
    strings = []
    for _ in range(length):
        if rng.random() < 0.5:
            strings.append(str(rng.randint(0, rng.choice((3, 12)))))
        else:
            size = rng.randint(1, 8)
            strings.append("".join(rng.choices("abcxyz059", k=size - 1)) + rng.choice("abcxyz"))
    return {"strings": strings}


TASK = Task(
    id="lc_2496",
    rule=maximum_value,
    sample=sample,
    questions=(
        "A string of digits is worth its number, any other its length. What is the largest value in {strings}?",
        "What is the largest value in {strings}, where digits count as a number and others by length?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="array length",
    description="largest value of strings: their number or their length",
)
