"""Are words in order under a given order of the letters?

Source: LeetCode 953, Verifying an Alien Dictionary. A word that begins another one stands before it.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def is_sorted(words, order):
    last = words.pop(0)
    while words:
        word = words.pop(0)
        i = 0
        while i < len(last) and i < len(word) and last[i] == word[i]:
            i += 1
        if i < len(last):
            if i == len(word):
                return False
            if order.index(last[i]) > order.index(word[i]):
                return False
        last = word
    return True


def sample(length: int, rng: random.Random) -> dict:
    """Words over four to seven letters, in order; in half of the samples two neighbours are then exchanged."""
    letters = rng.sample("abcdefghijklmnopqrstuvwxyz", rng.randint(4, 7))
    words = ["".join(rng.choices(letters[: rng.randint(2, len(letters))], k=rng.randint(1, 4))) for _ in range(length)]
    words.sort(key=lambda word: [letters.index(letter) for letter in word])
    spots = [i for i in range(length - 1) if words[i] != words[i + 1]]
    if spots and rng.random() < 0.5:
        i = rng.choice(spots)
        words[i], words[i + 1] = words[i + 1], words[i]
    return {"words": words, "order": "".join(letters)}


TASK = Task(
    id="lc_953",
    rule=is_sorted,
    sample=sample,
    questions=(
        "Are the words {words} in order, if the alphabet is {order}?",
        "Letters are ordered as in {order}. Does {words} stand in the order of a dictionary?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="number of words",
    description="are words in order under a given order of the letters",
)
