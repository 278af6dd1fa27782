"""How many passengers are over 60?

Source: LeetCode 2678, Number of Senior Citizens. Characters 11 and 12 of each string are the age.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def count_seniors(details):
    count = 0
    while details:
        detail = details.pop(0)
        age = int(detail[11:13])
        if age > 60:
            count += 1
    return count


def sample(length: int, rng: random.Random) -> dict:
    """Strings of a phone number (10 digits), a letter, the age (2 digits) and a seat (2 digits)."""
    details = []
    for _ in range(length):
        age = rng.choice((rng.randint(1, 99), rng.randint(58, 63)))
        details.append(f"{rng.randrange(10**10):010d}{rng.choice('MFO')}{age:02d}{rng.randint(0, 99):02d}")
    return {"details": details}


TASK = Task(
    id="lc_2678",
    rule=count_seniors,
    sample=sample,
    questions=(
        "The two digits after the letter are the age. How many of {details} are over 60?",
        "In each string of {details} the age follows the letter. Count the ages over 60.",
    ),
    source="leetcode",
    split="pretrain",
    length_is="array length",
    description="number of passengers over 60",
)
