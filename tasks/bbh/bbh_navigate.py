"""Do steps to the left, right, front and back lead back to the start, always facing forward?

Source: BIG-Bench Hard, Navigate.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def back_at_start(steps):
    x = 0
    y = 0
    while steps:
        number, direction = steps.pop(0).split()
        if direction == "left":
            x -= int(number)
        elif direction == "right":
            x += int(number)
        elif direction == "forward":
            y += int(number)
        else:
            y -= int(number)
    return x == 0 and y == 0


def closed_walk(length: int, rng: random.Random) -> list[int]:
    """``length`` steps, none of them 0, that sum to 0; no step for a length of 0."""
    steps = [1]
    while sum(steps) != 0:
        steps = [rng.choice((-1, 1)) * rng.randint(1, 9) for _ in range(length)]
    return steps


def sample(length: int, rng: random.Random) -> dict:
    """Steps that lead back, for half the samples with one of them changed; a single step never leads back."""
    sideways = rng.choice([n for n in range(length + 1) if n != 1 and length - n != 1] or [length])
    if length == 1:
        walks = [[rng.randint(1, 9)], []]
        rng.shuffle(walks)
    else:
        walks = [closed_walk(sideways, rng), closed_walk(length - sideways, rng)]
    steps = [f"{abs(n)} {'left' if n < 0 else 'right'}" for n in walks[0]]
    steps += [f"{abs(n)} {'backward' if n < 0 else 'forward'}" for n in walks[1]]
    rng.shuffle(steps)
    if rng.random() < 0.5:
        direction = rng.choice(("left", "right", "forward", "backward"))
        steps[rng.randrange(length)] = f"{rng.randint(1, 9)} {direction}"
    return {"steps": steps}


TASK = Task(
    id="bbh_navigate",
    rule=back_at_start,
    sample=sample,
    questions=(
        "Always facing forward, take the steps {steps}. Are we back at the start?",
        "Do the steps {steps}, always facing forward, lead back to the start?",
    ),
    source="bbh",
    split="pretrain",
    length_is="number of instructions",
    description="do the steps lead back to the start",
)
