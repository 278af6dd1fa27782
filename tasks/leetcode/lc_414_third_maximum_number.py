"""The third largest of the different numbers of a list, or the largest when there are fewer than three.

Source: LeetCode 414, Third Maximum Number. The numbers are not negative.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def third_max(nums):
    first = -1
    second = -1
    third = -1
    while nums:
        num = nums.pop(0)
        if num > first:
            first, second, third = num, first, second
        elif num > second and num < first:
            second, third = num, second
        elif num > third and num < second:
            third = num
    if third == -1:
        return first
    return third


def sample(length: int, rng: random.Random) -> dict:
    """Numbers from 0 on, out of a range that is sometimes so small that many are equal."""
    largest = rng.choice((2, 9, 99))
    return {"nums": [rng.randint(0, largest) for _ in range(length)]}


TASK = Task(
    id="lc_414",
    rule=third_max,
    sample=sample,
    questions=(
        "What is the third largest of the different numbers in {nums}, or the largest if there is none?",
        "Find the third largest different number of {nums}. If there are fewer than three, answer the largest.",
    ),
    source="leetcode",
    split="pretrain",
    length_is="array length",
    description="third largest different number, else the largest",
)
