"""How many rods carry rings of all three colors?

Source: LeetCode 2103, Rings and Rods. A ring is a color (R, G, B) and the digit of its rod.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def count_points(rings):
    rods = [""] * 10
    count = 0
    while rings:
        color = rings[0]
        rod = int(rings[1])
        rings = rings[2:]
        if color not in rods[rod]:
            rods[rod] += color
            if len(rods[rod]) == 3:
                count += 1
    return count


def sample(length: int, rng: random.Random) -> dict:
    """``length`` rings, on few rods or on many."""
    rods = rng.sample("0123456789", rng.randint(1, min(10, 1 + length // 2)))
    return {"rings": "".join(rng.choice("RGB") + rng.choice(rods) for _ in range(length))}


TASK = Task(
    id="lc_2103",
    rule=count_points,
    sample=sample,
    questions=(
        "Each ring of {rings} is a color and a rod. How many rods have all of R, G and B?",
        "Count the rods with rings R, G and B, where {rings} lists each color and its rod.",
    ),
    source="leetcode",
    split="pretrain",
    length_is="number of rings",
    description="number of rods that carry all three colors",
)
