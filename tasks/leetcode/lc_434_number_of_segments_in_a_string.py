"""The number of segments of a string: runs of characters other than spaces.

Source: LeetCode 434, Number of Segments in a String.
"""

from __future__ import annotations

import random
import string

from metarfft.tasks import Task


def count_segments(s):
    count = 0
    last = " "
    while s:
        ch = s[0]
        s = s[1:]
        if ch != " " and last == " ":
            count += 1
        last = ch
    return count


def sample(length: int, rng: random.Random) -> dict:
    """``length`` segments with a space or two between, sometimes with spaces at the ends."""
    s = " " * rng.choice((0, 0, 1))
    for segment in range(length):
        s += " " * rng.choice((1, 1, 2)) * (segment > 0)
        s += "".join(rng.choices(string.ascii_lowercase + ",.", k=rng.randint(1, 3)))
    return {"s": s + " " * rng.choice((0, 0, 1))}


TASK = Task(
    id="lc_434",
    rule=count_segments,
    sample=sample,
    questions=(
        "How many words does the string {s} have, split at spaces?",
        "Count the parts of {s} that spaces separate.",
    ),
    source="leetcode",
    split="pretrain",
    length_is="number of segments",
    description="number of runs of characters other than spaces",
)
