"""The words that a pattern becomes when each of its letters stands for one letter, and no two for the same.

Source: LeetCode 890, Find and Replace Pattern. Each letter must stand first where the pattern's stands first.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def find_and_replace(words, pattern):
    result = []
    while words:
        word = words.pop(0)
        i = 0
        while i < len(pattern) and word.find(word[i]) == pattern.find(pattern[i]):
            i += 1
        if i == len(pattern):
            result.append(word)
    return result


def sample(length: int, rng: random.Random) -> dict:
    """Words as long as the pattern, which is short where they are many: half of them are the pattern with letters put
    in, the others nearly so."""
    pattern = "".join(rng.choices("abc", k=rng.randint(2, 4 if length <= 12 else 3)))
    words = []
    for _ in range(length):
        letters = dict(zip("abc", rng.sample("abcdefgh", 3)))
        word = [letters[p] for p in pattern]
        if rng.random() < 0.5:
            word[rng.randrange(len(word))] = rng.choice("abcdefgh")
        words.append("".join(word))
    return {"words": words, "pattern": pattern}


TASK = Task(
    id="lc_890",
    rule=find_and_replace,
    sample=sample,
    questions=(
        "Which of the words {words} have the pattern {pattern}, letter for letter, no two letters alike?",
        "Which words of {words} come from {pattern} by replacing each letter by one of its own?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="number of words",
    description="the words that fit a pattern of letters",
)
