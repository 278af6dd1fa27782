"""Is a coin still heads up after each person flips it or not?

Source: symbolic reasoning of chain-of-thought prompting, Coin Flip.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def still_heads_up(flips):
    heads = True
    while flips:
        flip = flips.pop(0)
        if flip == "yes":
            heads = not heads
    return heads


def sample(length: int, rng: random.Random) -> dict:
    """For each person whether the coin is flipped, with a share that differs from list to list."""
    share = rng.choice((0.2, 0.5, 0.8))
    return {"flips": ["yes" if rng.random() < share else "no" for _ in range(length)]}


TASK = Task(
    id="sr_coin_flip",
    rule=still_heads_up,
    sample=sample,
    questions=(
        "A coin is heads up. Each person may flip it: {flips}. Is it still heads up?",
        "A coin starts heads up and is flipped at every yes of {flips}. Is it heads up at the end?",
    ),
    source="symbolic",
    split="pretrain",
    length_is="number of people",
    description="is the coin still heads up after the flips",
)
