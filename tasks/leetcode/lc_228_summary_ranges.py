"""A sorted list of different numbers as the shortest list of ranges.

Source: LeetCode 228, Summary Ranges.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def summary_ranges(nums):
    result = []
    while nums:
        start = nums.pop(0)
        end = start
        while nums and nums[0] == end + 1:
            end = nums.pop(0)
        if start == end:
            result.append(str(start))
        else:
            result.append(str(start) + "->" + str(end))
    return result


def sample(length: int, rng: random.Random) -> dict:
    """``length`` numbers, dense or sparse, sorted, each kept once."""
    largest = rng.choice((length, 2 * length, 4 * length))
    start = rng.randint(0, 20)
    return {"nums": sorted({start + rng.randint(0, largest) for _ in range(length)})}


TASK = Task(
    id="lc_228",
    rule=summary_ranges,
    sample=sample,
    questions=(
        "Write the sorted numbers {nums} as ranges a->b, or a for one number.",
        "What is the list of ranges a->b, or a alone, that cover just the numbers {nums}?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="array length before duplicates are removed",
    description="sorted numbers as the shortest list of ranges",
)
