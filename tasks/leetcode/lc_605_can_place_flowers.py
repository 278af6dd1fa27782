"""Can n more flowers be planted in a bed with no two next to each other?

Source: LeetCode 605, Can Place Flowers. A 1 is a flower.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def can_place_flowers(bed, n):
    i = 0
    while i < len(bed):
        if bed[i] == 1:
            i += 2
        elif i + 1 < len(bed) and bed[i + 1] == 1:
            i += 3
        else:
            n -= 1
            i += 2
    return n <= 0


def sample(length: int, rng: random.Random) -> dict:
    """A bed with no two flowers next to each other and n about as large as the number that fits."""
    share = rng.choice((0.1, 0.3, 0.6))
    bed: list[int] = []
    while len(bed) < length:
        bed.append(int(bed[-1:] != [1] and rng.random() < share))
    n = 0
    while can_place_flowers(bed, n + 1):
        n += 1
    return {"bed": bed, "n": n + 1 if rng.random() < 0.5 else max(0, n - rng.choice((0, 0, 1)))}


TASK = Task(
    id="lc_605",
    rule=can_place_flowers,
    sample=sample,
    questions=(
        "Can {n} more flowers be placed in the bed {bed} with no two next to each other?",
        "In {bed} each 1 is a flower. Is there place for {n} more, no two next to each other?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="array length",
    description="can n more flowers be planted with no two next to each other",
)
