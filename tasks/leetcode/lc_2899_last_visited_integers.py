"""For the k-th -1 in a row the k-th last number seen, or -1 when there is none.

Source: LeetCode 2899, Last Visited Integers.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def last_visited(nums):
    seen = []
    result = []
    k = 0
    while nums:
        num = nums.pop(0)
        if num == -1:
            k += 1
            if k <= len(seen):
                result.append(seen[k - 1])
            else:
                result.append(-1)
        else:
            seen.insert(0, num)
            k = 0
    return result


def sample(length: int, rng: random.Random) -> dict:
    """Numbers from 1 to 99 and -1, at least one of it; runs of -1 can be longer than what was seen."""
    share = rng.choice((0.3, 0.5, 0.7))
    nums = [-1 if rng.random() < share else rng.randint(1, 99) for _ in range(length)]
    nums[rng.randrange(length)] = -1
    return {"nums": nums}


TASK = Task(
    id="lc_2899",
    rule=last_visited,
    sample=sample,
    questions=(
        "In {nums}, the k-th -1 in a row gives the k-th last positive number so far, else -1. List them.",
        "List for each -1 of {nums}, the k-th in a row, the k-th last number before it, or -1.",
    ),
    source="leetcode",
    split="pretrain",
    length_is="array length",
    description="for the k-th -1 in a row the k-th last number seen, or -1",
)
