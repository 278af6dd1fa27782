"""Names in the order of falling heights.

Source: LeetCode 2418, Sort the People. By putting each in front of the first who is shorter.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def sort_people(names, heights):
    result = []
    sizes = []
    for k in range(len(names)):
        i = 0
        while i < len(sizes) and sizes[i] > heights[k]:
            i += 1
        sizes.insert(i, heights[k])
        result.insert(i, names[k])
    return result


def sample(length: int, rng: random.Random) -> dict:
    """Short names and different heights, in an order that does not need most of the comparisons that there can be."""
    names = rng.choices(("Amy", "Bob", "Dan", "Eve", "Jon", "Sam", "Tom", "Ann"), k=length)
    heights = rng.sample(range(10, 100), length)
    while sum(a > b for k, b in enumerate(heights) for a in heights[:k]) > max(1, 0.27 * length**2):
        rng.shuffle(heights)
    return {"names": names, "heights": heights}


TASK = Task(
    id="lc_2418",
    rule=sort_people,
    sample=sample,
    questions=(
        "Sort the names {names} by the heights {heights}, the tallest first.",
        "Names {names} have heights {heights}. List the names from the tallest to the shortest.",
    ),
    source="leetcode",
    split="pretrain",
    length_is="number of people",
    description="names in the order of falling heights",
)
