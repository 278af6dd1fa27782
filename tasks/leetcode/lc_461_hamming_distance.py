"""The number of positions at which two integers, written in binary, differ.

Source: LeetCode 461, Hamming Distance. Both integers are given as lists of bits of the same length.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def hamming_distance(list1, list2):
    count = 0
    while list1:
        x1 = list1.pop(0)
        x2 = list2.pop(0)
        if x1 != x2:
            count += 1
    return count


def sample(length: int, rng: random.Random) -> dict:
    """Two integers, at least one of exactly ``length`` bits, padded with zeros to that length."""
    num1 = rng.randrange(2 ** (length - 1), 2**length)
    if rng.random() < 0.5:
        num2 = rng.randrange(2**length)
    else:  # close to the first one, so that small distances are seen too
        num2 = num1 ^ sum(2**i for i in range(length) if rng.random() < 0.2)
    numbers = [num1, num2]
    rng.shuffle(numbers)
    list1, list2 = ([int(bit) for bit in f"{number:0{length}b}"] for number in numbers)
    return {"list1": list1, "list2": list2}


TASK = Task(
    id="lc_461",
    rule=hamming_distance,
    sample=sample,
    questions=(
        "At how many positions do the bits {list1} and {list2} differ?",
        "Count the positions at which the lists {list1} and {list2} are different.",
    ),
    source="leetcode",
    split="downstream",
    length_is="bit length of the integers",
    description="number of positions at which the bits of two integers differ",
)
