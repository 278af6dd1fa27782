"""What a faulty keyboard shows, on which the letter i reverses the screen.

Source: LeetCode 2810, Faulty Keyboard.
"""

from __future__ import annotations

import random
import string

from metarfft.tasks import Task


def final_string(s):
    screen = ""
    while s:
        ch = s[0]
        s = s[1:]
        if ch == "i":
            flipped = ""
            while screen:
                flipped = screen[0] + flipped
                screen = screen[1:]
            screen = flipped
        else:
            screen += ch
    return screen


def sample(length: int, rng: random.Random) -> dict:
    """Lower-case letters with exactly one i."""
    letters = rng.choices(string.ascii_lowercase.replace("i", ""), k=length - 1)
    letters.insert(rng.randrange(length), "i")
    return {"s": "".join(letters)}


TASK = Task(
    id="lc_2810",
    rule=final_string,
    sample=sample,
    questions=(
        "Type {s}: the letter i reverses the screen, any other is appended. What is shown at the end?",
        "What is shown after typing {s}, when i reverses the string shown and any other letter is appended?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="string length (exactly one i)",
    description="final screen of a keyboard on which i reverses what is shown",
    min_length=2,
)
