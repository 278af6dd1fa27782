"""The smallest index i with i mod 10 equal to the number at i, or -1.

Source: LeetCode 2057, Smallest Index With Equal Value.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def smallest_equal(nums):
    i = 0
    while i < len(nums):
        if i % 10 == nums[i]:
            return i
        i += 1
    return -1


def sample(length: int, rng: random.Random) -> dict:
    """Digits of which none equals its index mod 10; for most samples one or two are then set so that they do."""
    nums = [(i + rng.randint(1, 9)) % 10 for i in range(length)]
    for _ in range(rng.choice((0, 1, 1, 1, 2))):
        spot = rng.randrange(length)
        nums[spot] = spot % 10
    return {"nums": nums}


TASK = Task(
    id="lc_2057",
    rule=smallest_equal,
    sample=sample,
    questions=(
        "What is the smallest index i with i % 10 equal to the number at i in {nums}, or -1?",
        "At which first index i of {nums} is the number i % 10? If there is none, answer -1.",
    ),
    source="leetcode",
    split="pretrain",
    length_is="array length",
    description="smallest index i with i mod 10 equal to the number at i, or -1",
)
