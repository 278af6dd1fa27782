"""A list split into chunks of a given size, the last one possibly shorter.

Source: LeetCode 2677, Chunk Array.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def chunk_array(nums, size):
    result = []
    chunk = []
    count = 0
    while nums:
        chunk.append(nums.pop(0))
        count += 1
        if count == size:
            result.append(chunk)
            chunk = []
            count = 0
    if chunk:
        result.append(chunk)
    return result


def sample(length: int, rng: random.Random) -> dict:
    """Digits; mostly small chunks, sometimes one that is larger than the list."""
    size = rng.randint(1, length + 1) if rng.random() < 0.3 else rng.randint(1, min(length, 5))
    return {"nums": [rng.randint(0, 9) for _ in range(length)], "size": size}


TASK = Task(
    id="lc_2677",
    rule=chunk_array,
    sample=sample,
    questions=(
        "Split the list {nums} from the left into lists of {size} numbers; the last may be shorter.",
        "What are the chunks of size {size} of the list {nums}, taken from the left?",
    ),
    source="leetcode",
    split="downstream",
    length_is="array length",
    description="list split into consecutive chunks of the given size",
)
