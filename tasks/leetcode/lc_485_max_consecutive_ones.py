"""The length of the longest run of ones in a list of zeros and ones.

Source: LeetCode 485, Max Consecutive Ones.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def longest_run(nums):
    best = 0
    run = 0
    while nums:
        num = nums.pop(0)
        if num == 1:
            run += 1
            if run > best:
                best = run
        else:
            run = 0
    return best


def sample(length: int, rng: random.Random) -> dict:
    """Zeros and ones, with a share of ones that differs from list to list."""
    share = rng.choice((0.3, 0.5, 0.7, 0.9))
    return {"nums": [int(rng.random() < share) for _ in range(length)]}


TASK = Task(
    id="lc_485",
    rule=longest_run,
    sample=sample,
    questions=(
        "How long is the longest run of 1 in the list {nums}?",
        "What is the largest number of ones in a row in {nums}?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="array length",
    description="length of the longest run of ones",
)
