"""The words that can be typed with one row of an American keyboard.

Source: LeetCode 500, Keyboard Row.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def one_row_words(words):
    rows = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm']
    result = []
    while words:
        word = words.pop(0)
        row = 0
        while word[0].lower() not in rows[row]:
            row += 1
        one_row = True
        for c in word:
            if c.lower() not in rows[row]:
                one_row = False
                break
        if one_row:
            result.append(word)
    return result


def sample(length: int, rng: random.Random) -> dict:
    """Words of one row; a third of them then get a letter of any row at any place."""
    words = []
    for _ in range(length):
        word = rng.choices(rng.choice(("qwertyuiop", "asdfghjkl", "zxcvbnm")), k=rng.randint(2, 5))
        if rng.random() < 0.4:
            word[rng.randrange(len(word))] = rng.choice("abcdefghijklmnopqrstuvwxyz")
        words.append("".join(word).capitalize() if rng.random() < 0.2 else "".join(word))
    return {"words": words}


TASK = Task(
    id="lc_500",
    rule=one_row_words,
    sample=sample,
    questions=(
        "Which of the words {words} can be typed with one row of a keyboard?",
        "Which words of {words} have all their letters in one row of an American keyboard?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="number of words",
    description="the words typed with one row of a keyboard",
)
