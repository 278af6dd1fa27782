"""Can a string become another by moving its first letter to the end some number of times?

Source: LeetCode 796, Rotate String.
"""

from __future__ import annotations

import random
import string

from metarfft.tasks import Task


def rotate_string(s, goal):
    turns = len(s)
    while turns > 0:
        if s == goal:
            return True
        s = s[1:] + s[0]
        turns -= 1
    return False


def sample(length: int, rng: random.Random) -> dict:
    """A string and what it is after some turns, for half the samples with one letter changed or two swapped."""
    letters = rng.choices(string.ascii_lowercase[: rng.choice((2, 5, 26))], k=length)
    turns = rng.randrange(length)
    goal = letters[turns:] + letters[:turns]
    if rng.random() < 0.6:
        first, second = rng.randrange(length), rng.randrange(length)
        if rng.random() < 0.5:
            goal[first], goal[second] = goal[second], goal[first]
        else:
            goal[first] = rng.choice([ch for ch in string.ascii_lowercase if ch != goal[first]])
    return {"s": "".join(letters), "goal": "".join(goal)}


TASK = Task(
    id="lc_796",
    rule=rotate_string,
    sample=sample,
    questions=(
        "Can {s} become {goal} by moving its first letter to the end again and again?",
        "Is {goal} what {s} becomes after its first letter moves to the end some number of times?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="string length",
    description="can s become goal by moving first letters to the end",
)
