"""The largest difference of a number and a smaller one before it, or -1.

Source: LeetCode 2016, Maximum Difference Between Increasing Elements.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def maximum_difference(nums):
    best = -1
    low = nums.pop(0)
    while nums:
        num = nums.pop(0)
        if num > low:
            if num - low > best:
                best = num - low
        else:
            low = num
    return best


def sample(length: int, rng: random.Random) -> dict:
    """Numbers from 0 to 99; some lists fall all the way, some nearly."""
    nums = [rng.randint(0, 99) for _ in range(length)]
    kind = rng.random()
    if kind < 0.4:
        nums.sort(reverse=True)
    if kind < 0.3:
        nums.insert(rng.randrange(length), nums.pop(rng.randrange(length)))
    return {"nums": nums}


TASK = Task(
    id="lc_2016",
    rule=maximum_difference,
    sample=sample,
    questions=(
        "What is the largest difference of a number of {nums} and a smaller one before it, or -1?",
        "How much larger at most is a number of {nums} than one before it? If never, answer -1.",
    ),
    source="leetcode",
    split="pretrain",
    length_is="array length",
    description="largest difference of a number and a smaller one before it, or -1",
)
