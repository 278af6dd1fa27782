"""Do adjectives stand in the usual English order?

Source: BIG-Bench Hard, Hyperbaton. Opinion, size, age, shape, color, origin, material, purpose.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task

KINDS = (
    ("good", "bad"),
    ("big", "small"),
    ("old", "new"),
    ("round", "flat"),
    ("red", "blue"),
    ("greek", "thai"),
    ("iron", "wood"),
    ("cooking", "riding"),
)


def in_order(words):
    rank = {
        "good": 1, "bad": 1, "big": 2, "small": 2, "old": 3, "new": 3, "round": 4, "flat": 4,
        "red": 5, "blue": 5, "greek": 6, "thai": 6, "iron": 7, "wood": 7, "cooking": 8, "riding": 8,
    }  # fmt: skip
    last = 0
    while words:
        word = words.pop(0)
        if rank[word] < last:
            return False
        last = rank[word]
    return True


def sample(length: int, rng: random.Random) -> dict:
    """Adjectives in order, for half the samples with two of them swapped or all of them shuffled."""
    places = sorted(rng.randrange(len(KINDS)) for _ in range(length))
    words = [rng.choice(KINDS[place]) for place in places]
    if length > 1 and rng.random() < 0.55:
        if rng.random() < 0.3:
            rng.shuffle(words)
        else:
            first, second = rng.sample(range(length), 2)
            words[first], words[second] = words[second], words[first]
    return {"words": words}


TASK = Task(
    id="bbh_hyperbaton",
    rule=in_order,
    sample=sample,
    questions=(
        "Are the words {words} in the order opinion, size, age, shape, color, origin, material, purpose?",
        "The order is opinion, size, age, shape, color, origin, material, purpose. Are {words} in this order?",
    ),
    source="bbh",
    split="pretrain",
    length_is="number of adjectives",
    description="do adjectives stand in the usual English order",
)
