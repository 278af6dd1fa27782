"""A sentence in Goat Latin.

Source: LeetCode 824, Goat Latin. A first letter that is no vowel moves to the end; then "ma" and an "a" per
word so far.
"""

from __future__ import annotations

import random
import string

from metarfft.tasks import Task


def to_goat_latin(sentence):
    result = []
    ending = "ma"
    words = sentence.split(" ")
    while words:
        word = words.pop(0)
        ending += "a"
        if word[0] not in "aeiouAEIOU":
            word = word[1:] + word[0]
        result.append(word + ending)
    return " ".join(result)


def sample(length: int, rng: random.Random) -> dict:
    """``length`` words of one to four letters; about half of them begin with a vowel."""
    words = []
    for _ in range(length):
        first = rng.choice("aeiouAEO" if rng.random() < 0.5 else string.ascii_letters)
        words.append(first + "".join(rng.choices(string.ascii_lowercase, k=rng.randint(0, 3))))
    return {"sentence": " ".join(words)}


TASK = Task(
    id="lc_824",
    rule=to_goat_latin,
    sample=sample,
    questions=(
        "Write {sentence} in Goat Latin: consonant first letters move last, then ma and a per word so far.",
        "What is {sentence} in Goat Latin, where word k ends in ma and k times a?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="number of words",
    description="sentence in Goat Latin",
)
