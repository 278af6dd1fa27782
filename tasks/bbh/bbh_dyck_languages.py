"""Is a sequence of round, square and curly brackets properly nested?

Source: BIG-Bench Hard, Dyck Languages, asked as a decision.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def is_nested(brackets):
    stack = []
    while brackets:
        bracket = brackets[0]
        brackets = brackets[1:]
        if bracket in "([{":
            stack.append(bracket)
        elif not stack:
            return False
        else:
            pair = stack.pop() + bracket
            if pair not in ["()", "[]", "{}"]:
                return False
    return not stack


def sample(length: int, rng: random.Random) -> dict:
    """A properly nested sequence of ``length`` pairs, for half the samples with one bracket changed or two swapped."""
    closes = {"(": ")", "[": "]", "{": "}"}
    brackets: list[str] = []
    stack: list[str] = []
    opened = 0
    while len(brackets) < 2 * length:
        if opened < length and (not stack or rng.random() < 0.5):
            stack.append(rng.choice("([{"))
            brackets.append(stack[-1])
            opened += 1
        else:
            brackets.append(closes[stack.pop()])
    if rng.random() < 0.5:
        first, second = sorted(rng.sample(range(2 * length), 2))
        if rng.random() < 0.5:
            brackets[first] = rng.choice([bracket for bracket in "()[]{}" if bracket != brackets[first]])
        else:
            brackets[first], brackets[second] = brackets[second], brackets[first]
    return {"brackets": "".join(brackets)}


TASK = Task(
    id="bbh_dyck_languages",
    rule=is_nested,
    sample=sample,
    questions=(
        "Is the string of brackets {brackets} properly nested?",
        "Does every bracket of {brackets} close the last open one, with none left open?",
    ),
    source="bbh",
    split="pretrain",
    length_is="number of bracket pairs",
    description="are the brackets properly nested",
)
