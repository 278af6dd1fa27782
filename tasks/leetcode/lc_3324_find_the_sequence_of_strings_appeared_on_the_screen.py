"""Every string shown while a target is typed with two keys and the fewest presses.

Source: LeetCode 3324, Find the Sequence of Strings Appeared on the Screen. Key 1 appends "a", key 2 advances the last
letter to the next one of the alphabet.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def string_sequence(target):
    result = []
    shown = ""
    while target:
        letter = "a"
        result.append(shown + letter)
        while letter != target[0]:
            letter = chr(ord(letter) + 1)
            result.append(shown + letter)
        shown += letter
        target = target[1:]
    return result


def sample(length: int, rng: random.Random) -> dict:
    """A word whose alphabet positions sum to ``length``; its largest letter differs from word to word."""
    largest = rng.choice((3, 6, 12, 26))
    target = ""
    while length:
        position = rng.randint(1, min(length, largest))
        target += chr(ord("a") + position - 1)
        length -= position
    return {"target": target}


TASK = Task(
    id="lc_3324",
    rule=string_sequence,
    sample=sample,
    questions=(
        "Key 1 appends a, key 2 advances the last letter. List every string shown while typing {target}.",
        "Type {target}: key 1 appends a, key 2 changes the last letter to the next. Which strings are shown?",
    ),
    source="leetcode",
    split="downstream",
    length_is="sum over letters of (alphabet position) of the target",
    description="every string shown while typing the target with two keys and the fewest presses",
)
