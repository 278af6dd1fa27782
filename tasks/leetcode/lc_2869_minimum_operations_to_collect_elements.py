"""How many numbers are popped from the end of a list until 1 to k have all been collected?

Source: LeetCode 2869, Minimum Operations to Collect Elements.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def min_operations(nums, k):
    found = set()
    count = 0
    missing = k
    while missing > 0:
        num = nums.pop()
        count += 1
        if num <= k and num not in found:
            found.add(num)
            missing -= 1
    return count


def sample(length: int, rng: random.Random) -> dict:
    """int(1.9 * length) numbers of two copies of 1 to ``length``, 1 to k among them."""
    k = rng.randint(3, length)
    nums: list[int] = []
    while not set(range(1, k + 1)) <= set(nums):
        nums = rng.sample([*range(1, length + 1)] * 2, int(1.9 * length))
    return {"nums": nums, "k": k}


TASK = Task(
    id="lc_2869",
    rule=min_operations,
    sample=sample,
    questions=(
        "How many numbers are taken from the end of {nums} until all of 1 to {k} are found?",
        "Take numbers from the end of {nums} until 1 to {k} have all come. How many are taken?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="array of int(1.9*length) drawn from two copies of 1..length; k from 3..length",
    description="numbers popped from the end until 1 to k are collected",
    min_length=3,
)
