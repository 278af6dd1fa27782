"""Can all letters be made equally frequent by leaving out exactly one?

Source: LeetCode 2423, Remove Letter to Equalize Frequency. A letter that is left out entirely does not count.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def equal_frequency(word):
    counts = {}
    for letter in word:
        counts[letter] = counts.get(letter, 0) + 1
    for letter in word:
        counts[letter] -= 1
        level = 0
        equal = True
        for count in counts.values():
            if count > 0:
                if level == 0:
                    level = count
                elif count != level:
                    equal = False
                    break
        if equal:
            return True
        counts[letter] += 1
    return False


def sample(length: int, rng: random.Random) -> dict:
    """As often possible, from equally frequent letters and one more, as not, from any few letters."""
    letters = rng.sample("abcdefghijklmnopqrstuvwxyz", 6)
    if length < 4 or rng.random() < 0.5:
        kinds = rng.choice([n for n in range(1, 6) if (length - 1) % n == 0])
        word = letters[:kinds] * ((length - 1) // kinds) + [rng.choice(letters[: kinds + 1])]
    else:
        word = rng.choices(letters[: rng.randint(2, 5)], k=length)
        while equal_frequency(word):
            word = rng.choices(letters[: rng.randint(2, 5)], k=length)
    rng.shuffle(word)
    return {"word": "".join(word)}


TASK = Task(
    id="lc_2423",
    rule=equal_frequency,
    sample=sample,
    questions=(
        "Can leaving out exactly one letter of {word} make all its letters equally frequent?",
        "Is there one letter in {word} without which every remaining letter occurs equally often?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="string length",
    description="can leaving out exactly one letter make all letters equally frequent",
)
