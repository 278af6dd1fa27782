"""How many words of a sentence are valid?

Source: LeetCode 2047, Number of Valid Words in a Sentence. A valid word has no digit, at most one hyphen, which stands
between letters, and at most one of ! . and , which stands last.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def count_valid_words(sentence):
    count = 0
    for word in sentence.split():
        hyphens = 0
        valid = True
        i = 0
        while i < len(word):
            c = word[i]
            if c.isdigit():
                valid = False
            elif c == '-':
                hyphens += 1
                if hyphens > 1 or i == 0 or i + 1 == len(word):
                    valid = False
                elif not word[i - 1].isalpha() or not word[i + 1].isalpha():
                    valid = False
            elif not c.isalpha() and i + 1 < len(word):
                valid = False
            i += 1
        if valid:
            count += 1
    return count


def sample(length: int, rng: random.Random) -> dict:
    """Words of letters; half of them get a digit, hyphens or marks, at places that are allowed and at others."""
    words = []
    for _ in range(length):
        word = "".join(rng.choices("abcdeilnorst", k=rng.randint(1, 2)))
        kind = rng.randrange(8)
        spot = rng.randint(0, len(word))
        if kind == 0:
            word = word[:spot] + rng.choice("0123456789") + word[spot:]
        elif kind == 1:
            word = word[:spot] + "-" + word[spot:]
        elif kind == 2:
            word += "-" + rng.choice(("a", "b", "!"))
        elif kind == 3:
            sign = rng.choice("!.,")
            word = rng.choice((word + sign, word[:spot] + sign + word[spot:], sign))
        words.append(word)
    return {"sentence": " ".join(words)}


TASK = Task(
    id="lc_2047",
    rule=count_valid_words,
    sample=sample,
    questions=(
        "How many words of {sentence} have no digit, one hyphen between letters at most, and punctuation last only?",
        "Digits, misplaced hyphens and marks (! . ,) before the end spoil a word. How many of {sentence} remain?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="number of words",
    description="how many words of a sentence are valid",
)
