"""Who is left of a circle of people of whom every k-th leaves?

Source: LeetCode 1823, Find the Winner of the Circular Game.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def find_the_winner(n, k):
    people = list(range(1, n + 1))
    i = 0
    while len(people) > 1:
        i = (i + k - 1) % len(people)
        people.pop(i)
    return people[0]


def sample(length: int, rng: random.Random) -> dict:
    """A circle of ``length`` people and a k up to their number."""
    return {"n": length, "k": rng.randint(1, length)}


TASK = Task(
    id="lc_1823",
    rule=find_the_winner,
    sample=sample,
    questions=(
        "People 1 to {n} sit in a circle. Every {k}-th leaves, counted from person 1. Who is left?",
        "Who is left of people 1 to {n} in a circle when every {k}-th leaves?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="number of people",
    description="who is left of a circle of people of whom every k-th leaves",
)
