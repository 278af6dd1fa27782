"""Who never holds a ball that is passed k, 2k, 3k and so on steps on in a circle, until someone has it twice?

Source: LeetCode 2682, Find the Losers of the Circular Game.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def find_losers(n, k):
    held = [False] * n
    i = 0
    step = k
    while not held[i]:
        held[i] = True
        i = (i + step) % n
        step += k
    result = []
    for i in range(n):
        if not held[i]:
            result.append(i + 1)
    return result


def sample(length: int, rng: random.Random) -> dict:
    """A circle of up to ``length`` people and a k of at most their number."""
    n = rng.randint(1, length)
    return {"n": n, "k": rng.randint(1, n)}


TASK = Task(
    id="lc_2682",
    rule=find_losers,
    sample=sample,
    questions=(
        "In a circle of {n}, pass {k} steps on, then twice as many, three times... Who never has the ball?",
        "Person 1 of {n} passes a ball {k} steps on, the next twice as many. Who never has it?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="number of people (drawn from 1..length)",
    description="who never holds the ball of the circular game",
)
