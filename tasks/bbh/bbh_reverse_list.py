"""The items of a list in reverse order.

Source: BIG-Bench, Reverse List.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task

WORDS = (
    "ant bag bar bat bed bird boat bone book box cake cap car card cat corn cow cup day dog door egg fan fish".split()
)


def reverse_list(items):
    result = []
    while items:
        result.append(items.pop())
    return result


def sample(length: int, rng: random.Random) -> dict:
    """Words or numbers."""
    if rng.random() < 0.5:
        return {"items": rng.choices(WORDS, k=length)}
    return {"items": [rng.randint(0, 99) for _ in range(length)]}


TASK = Task(
    id="bbh_reverse_list",
    rule=reverse_list,
    sample=sample,
    questions=(
        "Write the list {items} in reverse order.",
        "What is the list {items} from the last item to the first?",
    ),
    source="bbh",
    split="pretrain",
    length_is="list length",
    description="list in reverse order",
)
