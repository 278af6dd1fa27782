"""A list of integers with all zeros moved to the end, the rest in order.

Source: LeetCode 283, Move Zeroes.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def move_zeroes(nums):
    result = []
    count = 0
    while nums:
        num = nums.pop(0)
        if num == 0:
            count += 1
        else:
            result.append(num)
    while count > 0:
        result.append(0)
        count -= 1
    return result


def sample(length: int, rng: random.Random) -> dict:
    """Integers from 0 to 99, with a share of zeros that differs from list to list."""
    share = rng.choice((0.1, 0.3, 0.5, 0.7))
    return {"nums": [0 if rng.random() < share else rng.randint(1, 99) for _ in range(length)]}


TASK = Task(
    id="lc_283",
    rule=move_zeroes,
    sample=sample,
    questions=(
        "Move all zeros of the list {nums} to the end and keep the other numbers in order.",
        "What is the list {nums} after all zeros are moved to the end?",
    ),
    source="leetcode",
    split="downstream",
    length_is="list length",
    description="zeros moved to the end of a list, the rest in order",
)
