"""How many words start with a prefix?

Source: LeetCode 2185, Counting Words With a Given Prefix.
"""

from __future__ import annotations

import random
import string

from metarfft.tasks import Task


def prefix_count(words, prefix):
    count = 0
    while words:
        word = words.pop(0)
        if word.startswith(prefix):
            count += 1
    return count


def sample(length: int, rng: random.Random) -> dict:
    """Words of one to five letters; some start with the prefix, some with nearly the prefix."""
    prefix = "".join(rng.choices(string.ascii_lowercase, k=rng.randint(1, 3)))
    words = []
    for _ in range(length):
        word = rng.choice((prefix, prefix, prefix[:-1], ""))
        words.append(word + "".join(rng.choices(string.ascii_lowercase, k=rng.randint(1, 3))))
    return {"words": words, "prefix": prefix}


TASK = Task(
    id="lc_2185",
    rule=prefix_count,
    sample=sample,
    questions=(
        "How many of the words {words} start with {prefix}?",
        "Count the words in {words} that start with {prefix}.",
    ),
    source="leetcode",
    split="pretrain",
    length_is="number of words",
    description="number of words that start with the prefix",
)
