"""The larger of how many numbers are positive and how many are negative, in a sorted list.

Source: LeetCode 2529, Maximum Count of Positive Integer and Negative Integer.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def maximum_count(nums):
    negative = 0
    positive = 0
    while nums:
        num = nums.pop(0)
        if num < 0:
            negative += 1
        elif num > 0:
            positive += 1
    if positive > negative:
        return positive
    return negative


def sample(length: int, rng: random.Random) -> dict:
    """Numbers from -20 to 20 in order, zeros among them, with shares that differ from list to list."""
    kinds = rng.choices((-1, 0, 1), [rng.randint(1, 3) for _ in range(3)], k=length)
    return {"nums": sorted(kind * rng.randint(1, 20) for kind in kinds)}


TASK = Task(
    id="lc_2529",
    rule=maximum_count,
    sample=sample,
    questions=(
        "How many of {nums} are positive, how many negative? Answer the larger count.",
        "Count the positive and the negative numbers of {nums}. Which is the larger count?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="array length",
    description="larger of the counts of positive and negative numbers",
)
