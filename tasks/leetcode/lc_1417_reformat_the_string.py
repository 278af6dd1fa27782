"""Letters and digits in turn, each kind in its order, or the empty string where that is impossible.

Source: LeetCode 1417, Reformat The String. The kind that is more frequent begins; letters begin when both are equal.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def reformat(s):
    letters = []
    digits = []
    for c in s:
        if c.isdigit():
            digits.append(c)
        else:
            letters.append(c)
    if len(letters) - len(digits) > 1 or len(digits) - len(letters) > 1:
        return ''
    letter_is_next = len(letters) >= len(digits)
    result = ''
    while letters or digits:
        if letter_is_next:
            result += letters.pop(0)
        else:
            result += digits.pop(0)
        letter_is_next = not letter_is_next
    return result


def sample(length: int, rng: random.Random) -> dict:
    """Mostly as many letters as digits, one more or one less; at times far more of one kind."""
    letters = length // 2
    if length % 2:
        letters += rng.randint(0, 1)
    if rng.random() < 0.2:
        letters = rng.randint(0, length)
    chars = rng.choices("abcdefghijklmnopqrstuvwxyz", k=letters) + rng.choices("0123456789", k=length - letters)
    rng.shuffle(chars)
    return {"s": "".join(chars)}


TASK = Task(
    id="lc_1417",
    rule=reformat,
    sample=sample,
    questions=(
        "Reorder {s} so that letters and digits take turns, the more frequent kind (or letters) first. Else ''.",
        "Let letters and digits of {s} alternate, each in its order. What comes out ('' if impossible)?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="string length",
    description="letters and digits in turn, or the empty string",
)
