"""A phone number in groups of three digits; a rest of four is split into two and two.

Source: LeetCode 1694, Reformat Phone Number.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def reformat_number(number):
    digits = ""
    for ch in number:
        if ch.isdigit():
            digits += ch
    result = ""
    while len(digits) > 4:
        result += digits[:3] + "-"
        digits = digits[3:]
    if len(digits) == 4:
        result += digits[:2] + "-" + digits[2:]
    else:
        result += digits
    return result


def sample(length: int, rng: random.Random) -> dict:
    """``length`` characters: at least two digits, the others digits, spaces and dashes."""
    share = rng.choice((0, 0.2, 0.4))
    chars = [rng.choice(" -") if rng.random() < share else rng.choice("0123456789") for _ in range(length)]
    for spot in rng.sample(range(length), 2):
        chars[spot] = rng.choice("0123456789")
    return {"number": "".join(chars)}


TASK = Task(
    id="lc_1694",
    rule=reformat_number,
    sample=sample,
    questions=(
        "Write the digits of {number} in groups of 3 with dashes; a rest of 4 becomes 2 and 2.",
        "What is {number} in groups of 3 digits with dashes, a rest of 4 as 2 and 2?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="characters of the phone string",
    description="phone number in groups of three digits",
    min_length=2,
)
