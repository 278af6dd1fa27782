"""Who holds the pillow that people in a line pass on, turning round at each end?

Source: LeetCode 2582, Pass the Pillow.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def pass_the_pillow(n, time):
    person = 1
    step = 1
    while time > 0:
        person += step
        if person == 1 or person == n:
            step = -step
        time -= 1
    return person


def sample(length: int, rng: random.Random) -> dict:
    """A line of ``length`` people and a time of up to two ways there and back."""
    return {"n": length, "time": rng.randint(1, 3 * length)}


TASK = Task(
    id="lc_2582",
    rule=pass_the_pillow,
    sample=sample,
    questions=(
        "People 1 to {n} pass a pillow along the line and back. Who has it after {time} steps?",
        "A pillow goes from person 1 to {n} and back, again and again. Who has it after {time} steps?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="number of people n",
    description="who holds the pillow that a line of people passes there and back",
    min_length=2,
)
