"""Does a robot that repeats its instructions for ever stay within a circle?

Source: LeetCode 1041, Robot Bounded In Circle. It does unless it ends away from the origin and faces north.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def is_robot_bounded(instructions):
    x, y = 0, 0
    dx, dy = 0, 1
    while instructions:
        step = instructions[0]
        instructions = instructions[1:]
        if step == "G":
            x += dx
            y += dy
        elif step == "L":
            dx, dy = -dy, dx
        else:
            dx, dy = dy, -dx
    if x == 0 and y == 0:
        return True
    return dx != 0 or dy != 1


def sample(length: int, rng: random.Random) -> dict:
    """Instructions G, L and R; half the samples stay within a circle."""
    bounded = rng.random() < 0.5
    instructions = ""
    while not instructions or is_robot_bounded(instructions) != bounded:
        instructions = "".join(rng.choices("GLR", (2, 1, 1), k=length))
    return {"instructions": instructions}


TASK = Task(
    id="lc_1041",
    rule=is_robot_bounded,
    sample=sample,
    questions=(
        "A robot repeats {instructions} for ever: go, turn left, turn right. Does it stay within a circle?",
        "Does a robot that repeats the steps {instructions} for ever, facing north first, stay within a circle?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="number of instructions",
    description="does a robot that repeats its instructions stay within a circle",
)
