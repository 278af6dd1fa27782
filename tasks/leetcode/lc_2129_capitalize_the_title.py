"""A word in lower case, the first letter upper case when it has more than two letters.

Source: LeetCode 2129, Capitalize the Title, for one word.
"""

from __future__ import annotations

import random
import string

from metarfft.tasks import Task


def capitalize_word(word):
    result = ""
    if len(word) > 2:
        result = word[0].upper()
        word = word[1:]
    while word:
        result += word[0].lower()
        word = word[1:]
    return result


def sample(length: int, rng: random.Random) -> dict:
    """Letters of both cases."""
    return {"word": "".join(rng.choices(string.ascii_letters, k=length))}


TASK = Task(
    id="lc_2129",
    rule=capitalize_word,
    sample=sample,
    questions=(
        "Write {word} in lower case; with more than two letters, the first is upper case.",
        "What is {word} in lower case, with the first letter upper case if it has more than two?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="number of characters of the word",
    description="word in lower case, first letter upper case when it has more than two letters",
)
