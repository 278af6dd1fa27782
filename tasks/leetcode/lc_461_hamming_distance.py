"""The number of positions at which two integers, written in binary, differ.

Source: LeetCode 461, Hamming Distance. Both integers are given as lists of bits of the same length.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def hamming_distance(bits1, bits2):
    count = 0
    while bits1:
        bit1 = bits1.pop(0)
        bit2 = bits2.pop(0)
        if bit1 != bit2:
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
    bits1, bits2 = ([int(bit) for bit in f"{number:0{length}b}"] for number in numbers)
    return {"bits1": bits1, "bits2": bits2}


TASK = Task(
    id="lc_461",
    rule=hamming_distance,
    sample=sample,
    questions=(
        "At how many positions do the bits {bits1} and {bits2} differ?",
        "Count the positions at which the lists {bits1} and {bits2} are different.",
    ),
    source="leetcode",
    split="downstream",
    length_is="bit length of the integers",
    description="number of positions at which the bits of two integers differ",
)
