"""A license key in upper case, in groups of k from the right.

Source: LeetCode 482, License Key Formatting.
"""

from __future__ import annotations

import random
import string

from metarfft.tasks import Task


def license_key(s, k):
    result = ""
    size = 0
    while s:
        ch = s[-1]
        s = s[:-1]
        if ch != "-":
            if size == k:
                result = "-" + result
                size = 0
            result = ch.upper() + result
            size += 1
    return result


def sample(length: int, rng: random.Random) -> dict:
    """Letters, digits and dashes, at least one that is no dash; groups of one to five."""
    share = rng.choice((0.1, 0.3, 0.5))
    chars = [
        "-" if rng.random() < share else rng.choice(string.ascii_letters + string.digits * 2) for _ in range(length)
    ]
    chars[rng.randrange(length)] = rng.choice(string.ascii_lowercase)
    return {"s": "".join(chars), "k": rng.randint(1, 5)}


TASK = Task(
    id="lc_482",
    rule=license_key,
    sample=sample,
    questions=(
        "Write {s} in upper case, in groups of {k} from the right with dashes between.",
        "What is the key {s} in upper case, with a dash between groups of {k} from the right?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="string length",
    description="license key in upper case, in groups of k from the right",
)
