"""The sum of numbers made of the first and the last number of a list, taken off together until it is empty.

Source: LeetCode 2562, Find the Array Concatenation Value.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def concatenation_value(nums):
    total = 0
    while nums:
        first = nums.pop(0)
        if nums:
            last = nums.pop()
            total += int(str(first) + str(last))
        else:
            total += first
    return total


def sample(length: int, rng: random.Random) -> dict:
    """Numbers from 1 to 9 or to 99."""
    largest = rng.choice((9, 99))
    return {"nums": [rng.randint(1, largest) for _ in range(length)]}


TASK = Task(
    id="lc_2562",
    rule=concatenation_value,
    sample=sample,
    questions=(
        "Take the first and last number of {nums}, write them as one, and so on. What is the total?",
        "What do the first and last numbers of {nums}, taken off together and written as one number, total?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="array length",
    description="sum of the numbers made of first and last element, taken off together",
)
