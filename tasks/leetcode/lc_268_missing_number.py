"""The one number of 0 to n that is missing in a list of n numbers.

Source: LeetCode 268, Missing Number.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def missing_number(nums):
    missing = 0
    i = 1
    while nums:
        missing += i
        missing -= nums.pop(0)
        i += 1
    return missing


def sample(length: int, rng: random.Random) -> dict:
    """All numbers below ``length`` but one, in any order; a length of 1 gives the empty list."""
    nums = list(range(length))
    nums.pop(rng.randrange(length))
    rng.shuffle(nums)
    return {"nums": nums}


TASK = Task(
    id="lc_268",
    rule=missing_number,
    sample=sample,
    questions=(
        "The list {nums} holds the numbers from 0 to its length but one. Which is missing?",
        "Which number from 0 to the length of the list {nums} is missing in it?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="length = n + 1 (as the paper states it)",
    description="the one number of 0 to n that is missing",
)
