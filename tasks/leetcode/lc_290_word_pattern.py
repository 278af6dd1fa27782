"""Is there a one-to-one match of the letters of a pattern and words?

Source: LeetCode 290, Word Pattern.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def word_pattern(pattern, words):
    words_of = {}
    letters_of = {}
    while words:
        letter = pattern[0]
        pattern = pattern[1:]
        word = words.pop(0)
        if words_of.get(letter, word) != word:
            return False
        if letters_of.get(word, letter) != letter:
            return False
        words_of[letter] = word
        letters_of[word] = letter
    return True


def sample(length: int, rng: random.Random) -> dict:
    """A pattern and words that match, for about half the samples with one word changed."""
    size = rng.randint(1, min(6, length))
    names = rng.sample(("cat", "dog", "fish", "bird", "cow", "hen", "fox"), size)
    match = dict(zip(rng.sample("abcdefgh", size), names))
    pattern = rng.choices(list(match), k=length)
    words = [match[letter] for letter in pattern]
    if rng.random() < 0.6:
        words[rng.randrange(length)] = rng.choice([*names, "ant"])
    return {"pattern": "".join(pattern), "words": words}


TASK = Task(
    id="lc_290",
    rule=word_pattern,
    sample=sample,
    questions=(
        "Do the words {words} follow the pattern {pattern}, each letter for one word and back?",
        "Is there one word for each letter of {pattern}, and one letter for each word of {words}?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="number of words",
    description="is there a one-to-one match of pattern letters and words",
)
