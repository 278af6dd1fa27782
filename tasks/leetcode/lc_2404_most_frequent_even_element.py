"""The most frequent even number of a list, the smallest on a tie, -1 when there is none.

Source: LeetCode 2404, Most Frequent Even Element.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def most_frequent_even(nums):
    counts = {}
    best = -1
    while nums:
        num = nums.pop(0)
        if num % 2 == 0:
            counts[num] = counts.get(num, 0) + 1
            if best == -1 or counts[num] > counts[best]:
                best = num
            elif counts[num] == counts[best] and num < best:
                best = num
    return best


def sample(length: int, rng: random.Random) -> dict:
    """Small numbers, so that some come often; some lists have no even number."""
    pool = [rng.randint(0, 30) for _ in range(rng.randint(1, 6))]
    if rng.random() < 0.15:
        pool = [2 * num + 1 for num in pool]
    return {"nums": rng.choices(pool, k=length)}


TASK = Task(
    id="lc_2404",
    rule=most_frequent_even,
    sample=sample,
    questions=(
        "What is the most frequent even number in {nums}, the smallest on a tie, or -1?",
        "Which even number is most frequent in {nums}? On a tie the smallest; without any, -1.",
    ),
    source="leetcode",
    split="pretrain",
    length_is="array length",
    description="most frequent even number, the smallest on a tie, or -1",
)
