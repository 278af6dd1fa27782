"""The last letters of the words, written one after another.

Source: symbolic reasoning of chain-of-thought prompting, Last Letter Concatenation.
"""

from __future__ import annotations

import random
import string

from metarfft.tasks import Task

WORDS = (
    "ant bag bar bat bed bird boat bone book box cake cap car card cat corn cow cup day dog door egg fan fish".split()
)


def last_letters(words):
    result = ""
    while words:
        word = words.pop(0)
        result += word[-1]
    return result


def sample(length: int, rng: random.Random) -> dict:
    """Words, or letters drawn at random."""
    if rng.random() < 0.5:
        return {"words": rng.choices(WORDS, k=length)}
    return {"words": ["".join(rng.choices(string.ascii_lowercase, k=rng.randint(1, 5))) for _ in range(length)]}


TASK = Task(
    id="sr_last_letter",
    rule=last_letters,
    sample=sample,
    questions=(
        "Write the last letters of the words {words} one after another.",
        "What string do the last letters of the words {words} make?",
    ),
    source="symbolic",
    split="pretrain",
    length_is="number of words",
    description="last letters of the words, one after another",
)
