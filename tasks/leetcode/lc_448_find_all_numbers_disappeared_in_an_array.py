"""The numbers of 1 to n that do not appear in a list of n numbers.

Source: LeetCode 448, Find All Numbers Disappeared in an Array.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def find_disappeared(nums):
    found = [False] * len(nums)
    for num in nums:
        found[num - 1] = True
    result = []
    for i in range(len(nums)):
        if not found[i]:
            result.append(i + 1)
    return result


def sample(length: int, rng: random.Random) -> dict:
    """Numbers from 1 to ``length``: drawn at random, or all of them with a few replaced."""
    nums = [rng.randint(1, length) for _ in range(length)]
    if rng.random() < 0.5:
        nums = rng.sample(range(1, length + 1), length)
        for _ in range(rng.randint(0, 3)):
            nums[rng.randrange(length)] = rng.randint(1, length)
    return {"nums": nums}


TASK = Task(
    id="lc_448",
    rule=find_disappeared,
    sample=sample,
    questions=(
        "Which numbers from 1 to its length are missing in the list {nums}?",
        "List all numbers from 1 to the length of {nums} that are not in it.",
    ),
    source="leetcode",
    split="pretrain",
    length_is="array length",
    description="numbers of 1 to n that do not appear",
)
