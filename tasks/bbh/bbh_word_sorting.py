"""Words in dictionary order.

Source: BIG-Bench Hard, Word Sorting. By insertion.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task

WORDS = (
    "ant bag bar bat bed bird boat bone book box cake cap car card cat corn cow cup day dog door egg fan fish".split()
)


def sort_words(words):
    result = []
    while words:
        word = words.pop(0)
        i = len(result)
        while i > 0 and word < result[i - 1]:
            i -= 1
        result.insert(i, word)
    return result


def sample(length: int, rng: random.Random) -> dict:
    """Words in any order, sometimes nearly sorted; a word can come twice."""
    words = rng.choices(WORDS, k=length)
    if rng.random() < 0.3:
        words.sort()
        words.insert(rng.randrange(length), words.pop(rng.randrange(length)))
    return {"words": words}


TASK = Task(
    id="bbh_word_sorting",
    rule=sort_words,
    sample=sample,
    questions=(
        "Sort the words {words} in dictionary order.",
        "What is the list of words {words} in dictionary order?",
    ),
    source="bbh",
    split="pretrain",
    length_is="number of words",
    description="words in dictionary order",
)
