"""The number of hills and valleys of a list; equal neighbors count as one place.

Source: LeetCode 2210, Count Hills and Valleys in an Array.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def count_hills_valleys(nums):
    count = 0
    trend = "flat"
    last = nums.pop(0)
    while nums:
        num = nums.pop(0)
        if num > last:
            if trend == "down":
                count += 1
            trend = "up"
        elif num < last:
            if trend == "up":
                count += 1
            trend = "down"
        last = num
    return count


def sample(length: int, rng: random.Random) -> dict:
    """Small numbers, so that equal neighbors are common."""
    largest = rng.choice((2, 5, 20))
    return {"nums": [rng.randint(1, largest) for _ in range(length)]}


TASK = Task(
    id="lc_2210",
    rule=count_hills_valleys,
    sample=sample,
    questions=(
        "How many hills and valleys does the list {nums} have? Equal neighbors count as one.",
        "Count the hills and valleys of {nums}, where equal neighbors count as one number.",
    ),
    source="leetcode",
    split="pretrain",
    length_is="array length",
    description="number of hills and valleys, equal neighbors as one place",
)
