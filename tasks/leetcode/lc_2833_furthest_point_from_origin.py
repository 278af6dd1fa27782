"""The furthest distance from the origin after moves to the left, to the right and free ones.

Source: LeetCode 2833, Furthest Point From Origin.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def furthest_distance(moves):
    position = 0
    free = 0
    while moves:
        move = moves[0]
        moves = moves[1:]
        if move == "L":
            position -= 1
        elif move == "R":
            position += 1
        else:
            free += 1
    return abs(position) + free


def sample(length: int, rng: random.Random) -> dict:
    """Moves L, R and _, with shares that differ from string to string."""
    weights = [rng.randint(1, 4) for _ in "LR_"]
    return {"moves": "".join(rng.choices("LR_", weights, k=length))}


TASK = Task(
    id="lc_2833",
    rule=furthest_distance,
    sample=sample,
    questions=(
        "Moves are L, R or _, which is free to be either. How far from the origin can {moves} lead?",
        "What is the furthest distance from the origin after the moves {moves}, where _ may be L or R?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="number of moves",
    description="furthest distance from the origin after moves L, R and _",
)
