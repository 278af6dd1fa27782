"""How many objects of a list are of the kind asked for?

Source: BIG-Bench Hard, Object Counting.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def count_objects(objects, kind):
    kinds = {"animal": ["cat", "dog", "cow", "hen"], "fruit": ["plum", "pear", "fig", "kiwi"]}
    count = 0
    while objects:
        thing = objects.pop(0)
        if thing in kinds[kind]:
            count += 1
    return count


def sample(length: int, rng: random.Random) -> dict:
    """Animals, fruits and things of other kinds; how many of each differs from list to list."""
    kinds = (["cat", "dog", "cow", "hen"], ["plum", "pear", "fig", "kiwi"], ["saw", "chair", "drum", "lamp"])
    weights = [rng.randint(1, 4) for _ in kinds]
    objects = [rng.choice(kind) for kind in rng.choices(kinds, weights, k=length)]
    return {"objects": objects, "kind": rng.choice(("animal", "fruit"))}


TASK = Task(
    id="bbh_object_counting",
    rule=count_objects,
    sample=sample,
    questions=(
        "How many objects of the list {objects} are of the kind {kind}?",
        "Count the objects of the kind {kind} in the list {objects}.",
    ),
    source="bbh",
    split="pretrain",
    length_is="number of objects",
    description="number of objects of the kind asked for",
)
