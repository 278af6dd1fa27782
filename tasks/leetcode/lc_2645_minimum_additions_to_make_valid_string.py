"""The least number of letters to insert so that a word repeats abc.

Source: LeetCode 2645, Minimum Additions to Make Valid String.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def add_minimum(word):
    count = 0
    cycle = "abc"
    while word:
        if word[0] == cycle[0]:
            word = word[1:]
        else:
            count += 1
        cycle = cycle[1:] + cycle[0]
    while cycle[0] != "a":
        count += 1
        cycle = cycle[1:] + cycle[0]
    return count


def sample(length: int, rng: random.Random) -> dict:
    """Letters a, b and c; some words follow the cycle for the most part."""
    share = rng.choice((0, 0.5, 0.8))
    word = rng.choice("abc")
    while len(word) < length:
        word += {"a": "b", "b": "c", "c": "a"}[word[-1]] if rng.random() < share else rng.choice("abc")
    return {"word": word}


TASK = Task(
    id="lc_2645",
    rule=add_minimum,
    sample=sample,
    questions=(
        "How many letters must be put into {word} at least so that it is abc again and again?",
        "What is the smallest number of letters to add to {word} so that it only repeats abc?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="string length",
    description="least number of letters to insert so that the word repeats abc",
)
