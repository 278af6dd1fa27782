"""The largest distance between two houses of different colors.

Source: LeetCode 2078, Two Furthest Houses With Different Colors. One of the two is always the first or the last.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def max_distance(colors):
    best = 0
    last = len(colors) - 1
    for i in range(len(colors)):
        if colors[i] != colors[0] and i > best:
            best = i
        if colors[i] != colors[last] and last - i > best:
            best = last - i
    return best


def sample(length: int, rng: random.Random) -> dict:
    """Colors as small numbers, at least two different; mostly the ends and many of the houses have the same one."""
    share = rng.choice((0.3, 0.7, 0.9))
    first = rng.randint(0, 9)
    colors = [first if rng.random() < share else rng.randint(0, 9) for _ in range(length)]
    colors[0] = first
    if rng.random() < 0.7:
        colors[-1] = first
    if len(set(colors)) == 1:
        colors[rng.randrange(length)] = (first + rng.randint(1, 9)) % 10
    return {"colors": colors}


TASK = Task(
    id="lc_2078",
    rule=max_distance,
    sample=sample,
    questions=(
        "What is the largest index distance between two different numbers in {colors}?",
        "Houses in a row have the colors {colors}. How far apart at most are two of different color?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="number of houses",
    description="largest distance between two houses of different colors",
    min_length=2,
)
