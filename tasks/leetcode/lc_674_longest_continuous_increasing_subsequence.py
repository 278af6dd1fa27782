"""The length of the longest run of strictly increasing neighbors in a list.

Source: LeetCode 674, Longest Continuous Increasing Subsequence.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def longest_increasing_run(nums):
    best = 1
    run = 1
    last = nums.pop(0)
    while nums:
        num = nums.pop(0)
        if num > last:
            run += 1
        else:
            run = 1
        if run > best:
            best = run
        last = num
    return best


def sample(length: int, rng: random.Random) -> dict:
    """Numbers from 0 to 99 that mostly go up, with a share of drops that differs from list to list."""
    share = rng.choice((0.1, 0.3, 0.6))
    nums = [rng.randint(0, 30)]
    while len(nums) < length:
        if rng.random() < share:
            nums.append(rng.randint(0, nums[-1]))
        else:
            nums.append(min(99, nums[-1] + rng.randint(1, 6)))
    return {"nums": nums}


TASK = Task(
    id="lc_674",
    rule=longest_increasing_run,
    sample=sample,
    questions=(
        "How long is the longest run of increasing numbers in the list {nums}?",
        "What is the largest number of neighbors in {nums} that increase from each to the next?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="array length",
    description="length of the longest strictly increasing run",
)
