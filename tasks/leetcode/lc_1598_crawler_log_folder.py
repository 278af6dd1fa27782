"""How many steps lead back to the main folder after a list of folder changes.

Source: LeetCode 1598, Crawler Log Folder. "../" goes up, but not above the main folder, "./" stays, "x/" goes down.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def min_operations(steps):
    depth = 0
    while steps:
        step = steps.pop(0)
        if step == "../":
            if depth > 0:
                depth -= 1
        elif step != "./":
            depth += 1
    return depth


def sample(length: int, rng: random.Random) -> dict:
    """Changes of folder, with shares that differ from step to step: some stay near the main folder, some go deep."""
    weights = rng.choice(((4, 2, 4), (2, 2, 6), (5, 1, 4), (3, 4, 3)))
    kinds = rng.choices(("up", "stay", "down"), weights, k=length)
    names = [rng.choice("abcdxyz") + rng.choice(("", "1", "2", "3")) for _ in kinds]
    return {"steps": [{"up": "../", "stay": "./", "down": f"{name}/"}[kind] for kind, name in zip(kinds, names)]}


TASK = Task(
    id="lc_1598",
    rule=min_operations,
    sample=sample,
    questions=(
        "From the main folder, follow the folder changes {steps}. How many steps lead back to the main folder?",
        "How deep below the main folder are we after the folder changes {steps}?",
    ),
    source="leetcode",
    split="downstream",
    length_is="number of operations",
    description="steps back to the main folder after a list of folder changes",
)
