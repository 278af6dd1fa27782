"""Makes copy.jsonl and element.jsonl: what the tiny base was warmed up on, as benchmarks of lm-evaluation-harness.

    python models/tiny/skills/make.py

The skills are two of `train.warmup`: going on with a chunk of letters that was there before (copy), and taking the
element at the front of a marked list (element). Of four choices the first is right.
"""

import json
import random
from pathlib import Path

from metarfft.rules.styles.marks import MARKS, mark

HERE = Path(__file__).parent
NAMES = "nums result count total word digits stack best index value".split()
LETTERS = "ABCDEFGHKMPRTXabdefghkmpqrtx"
VALUES = [*LETTERS, *"0123456789"]
EACH, CHOICES = 100, 4


def copy(rng: random.Random) -> tuple[str, list[str]]:
    """The wrong choices are how other chunks go on."""
    chunks = ["".join(rng.sample(LETTERS, 6)) for _ in range(6)]
    again = rng.choices(chunks, k=3)
    right, *wrong = rng.sample(chunks, CHOICES)
    return "".join([*chunks, *again, right[:2]]), [right[2:], *(chunk[2:] for chunk in wrong)]


def element(rng: random.Random) -> tuple[str, list[str]]:
    """The wrong choices are the elements before and after it, and its mark with the value of the one after it."""
    name, base, length = rng.choice(NAMES), rng.randrange(MARKS), rng.randint(5, 20)
    values = [rng.choice(VALUES)]
    while len(values) < length:
        values.append(rng.choice([value for value in VALUES if value != values[-1]]))
    marks = [mark(base + place) for place in range(length + 1)]
    items = [a + b for a, b in zip(marks, values, strict=False)]
    at = rng.randrange(1, length - 1)
    steps = [f"\n{name}={items[place]};{name}={marks[place + 1]}" for place in range(at)]
    question = f"\n{name}=[{''.join(items)}{marks[-1]}]{''.join(steps)}\n{name}="
    return question, [items[at], items[at - 1], items[at + 1], marks[at] + values[at + 1]]


def main() -> None:
    for task in (copy, element):
        rng = random.Random(task.__name__)
        rows = [dict(zip(("question", "choices"), task(rng), strict=True)) for _ in range(EACH)]
        file = HERE / f"{task.__name__}.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        print(f"{file.name}: {len(rows)} questions")


if __name__ == "__main__":
    main()
