"""Can a note be built from the letters of a magazine, each used once?

Source: LeetCode 383, Ransom Note.
"""

from __future__ import annotations

import random
import string

from metarfft.tasks import Task


def can_construct(note, magazine):
    counts = {}
    while magazine:
        counts[magazine[0]] = counts.get(magazine[0], 0) + 1
        magazine = magazine[1:]
    while note:
        if counts.get(note[0], 0) == 0:
            return False
        counts[note[0]] -= 1
        note = note[1:]
    return True


def sample(length: int, rng: random.Random) -> dict:
    """A magazine of ``length`` letters and a note of some of them, for half the samples with one letter too many."""
    magazine = rng.choices(string.ascii_lowercase[: rng.choice((3, 6, 26))], k=length)
    note = rng.sample(magazine, rng.randint(1, length))
    if rng.random() < 0.5:
        letter = rng.choice([*note, rng.choice(string.ascii_lowercase)])
        note += [letter] * (magazine.count(letter) - note.count(letter) + 1)
        rng.shuffle(note)
    return {"note": "".join(note), "magazine": "".join(magazine)}


TASK = Task(
    id="lc_383",
    rule=can_construct,
    sample=sample,
    questions=(
        "Can {note} be made of the letters of {magazine}, each used once?",
        "Does {magazine} have every letter of {note}, each as often?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="length of the magazine",
    description="can the note be built from the magazine's letters",
)
