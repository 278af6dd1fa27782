"""Can numbers be made strictly increasing by leaving out exactly one?

Source: LeetCode 1909, Remove One Element to Make the Array Strictly Increasing.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def can_be_increasing(nums):
    removed = 0
    before = 0
    last = nums[0]
    i = 1
    while i < len(nums):
        num = nums[i]
        if num > last:
            before = last
            last = num
        else:
            removed += 1
            if removed > 1:
                return False
            if i == 1 or num > before:
                last = num
        i += 1
    return True


def sample(length: int, rng: random.Random) -> dict:
    """Increasing numbers of which up to three are moved to other places; as often impossible as possible."""
    wanted = rng.random() < 0.5
    while True:
        nums = sorted(rng.sample(range(1, max(20, 4 * length)), length))
        for _ in range(rng.randint(0, 3)):
            nums.insert(rng.randrange(length), nums.pop(rng.randrange(length)))
        if rng.random() < 0.2:
            i = rng.randrange(length)
            nums[i] = nums[i - 1]
        if length < 3 or can_be_increasing(nums) == wanted:
            return {"nums": nums}


TASK = Task(
    id="lc_1909",
    rule=can_be_increasing,
    sample=sample,
    questions=(
        "Can {nums} be made strictly increasing by leaving out exactly one number?",
        "Is there one number in {nums} without which the rest strictly increases?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="array length",
    description="can leaving out exactly one number make the rest strictly increasing",
)
