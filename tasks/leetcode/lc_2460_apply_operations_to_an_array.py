"""Double a number and zero the next one where the two are equal, from left to right; then move the zeros to the end.

Source: LeetCode 2460, Apply Operations to an Array.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def apply_operations(nums):
    i = 0
    while i + 1 < len(nums):
        if nums[i] == nums[i + 1]:
            nums[i] = nums[i] * 2
            nums[i + 1] = 0
        i += 1
    result = []
    zeros = 0
    while nums:
        num = nums.pop(0)
        if num == 0:
            zeros += 1
        else:
            result.append(num)
    while zeros > 0:
        result.append(0)
        zeros -= 1
    return result


def sample(length: int, rng: random.Random) -> dict:
    """Numbers of which every third or so repeats the one before, or doubles it, so that pairs form on the way."""
    nums = [rng.randint(0, 9)]
    while len(nums) < length:
        last = nums[-1]
        nums.append(rng.choice((last, last * 2 if last < 50 else 0, rng.randint(0, 9), rng.randint(0, 9))))
    return {"nums": nums}


TASK = Task(
    id="lc_2460",
    rule=apply_operations,
    sample=sample,
    questions=(
        "In {nums}, double a number equal to the next, zero that next one, then move zeros last. What results?",
        "What becomes of {nums} when equal neighbours merge (double the first, zero the second) and zeros go last?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="array length",
    description="merge equal neighbours (double, zero), then move zeros to the end",
)
