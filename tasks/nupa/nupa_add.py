"""The sum of two integers, digit by digit with carry.

Source: NUPA, add (integer).
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def add(a, b):
    a, b = ("0" * (len(b) - len(a)) + a)[::-1], ("0" * (len(a) - len(b)) + b)[::-1]
    result = ""
    total = 0
    for x, y in zip(a, b):
        total = total // 10 + int(x) + int(y)
        result = str(total % 10) + result
    if total > 9:
        result = "1" + result
    return result


def integer(digits: int, rng: random.Random) -> str:
    low = 10 ** (digits - 1) if digits > 1 else 0
    return str(rng.randrange(low, 10**digits))


def sample(length: int, rng: random.Random) -> dict:
    """Two integers, at least one of exactly ``length`` digits; sometimes with a carry through all digits."""
    num1 = integer(length, rng)
    num2 = integer(length if rng.random() < 0.7 else rng.randint(1, length), rng)
    if int(num1) > 0 and rng.random() < 0.05:
        num2 = str(10**length - int(num1))
    numbers = [num1, num2]
    rng.shuffle(numbers)
    return {"a": numbers[0], "b": numbers[1]}


TASK = Task(
    id="nupa_add",
    rule=add,
    sample=sample,
    questions=(
        "What is the sum of {a} and {b}?",
        "Add the numbers {a} and {b}. What is the result?",
    ),
    source="nupa",
    split="downstream",
    length_is="the larger number of digits",
    description="sum of two integers, digit by digit with carry",
)
