"""Does a list never fall, or never rise?

Source: LeetCode 896, Monotonic Array.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def is_monotonic(nums):
    rises = False
    falls = False
    last = nums.pop(0)
    while nums:
        num = nums.pop(0)
        if num > last:
            rises = True
        elif num < last:
            falls = True
        if rises and falls:
            return False
        last = num
    return True


def sample(length: int, rng: random.Random) -> dict:
    """A list in order, up or down; for half the samples shuffled or with one number drawn again."""
    nums = sorted((rng.randint(0, 50) for _ in range(length)), reverse=rng.random() < 0.5)
    kind = rng.random()
    if kind < 0.15:
        rng.shuffle(nums)
    elif kind < 0.6:
        nums[rng.randrange(length)] = rng.randint(0, 50)
    return {"nums": nums}


TASK = Task(
    id="lc_896",
    rule=is_monotonic,
    sample=sample,
    questions=(
        "Is the list {nums} monotonic: does it never rise or never fall?",
        "Do the numbers {nums} never fall, or never rise?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="array length",
    description="is the list monotonic, up or down",
)
