"""The length of the longest path to a file, from a tree written as lines with a tab for each level.

Source: LeetCode 388, Longest Absolute File Path. A name with a dot is a file; 0 where there is none.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def longest_path(tree):
    lengths = [0]
    best = 0
    for line in tree.split('\n'):
        name = line.lstrip('\t')
        depth = len(line) - len(name)
        while len(lengths) > depth + 1:
            lengths.pop()
        total = lengths[-1] + len(name)
        if '.' in name:
            if total > best:
                best = total
        else:
            lengths.append(total + 1)
    return best


def sample(length: int, rng: random.Random) -> dict:
    """A folder on each level down to the depth; a file here and there, and at times one more folder."""
    lines = []

    def add(depth: int, is_file: bool) -> None:
        name = "".join(rng.choices("abcdefgh", k=rng.choice((1, 1, 2, 3))))
        lines.append("\t" * depth + name + (rng.choice((".md", ".py", ".c")) if is_file else ""))

    files = rng.choice((0, 0.2, 0.4))
    for depth in range(length):
        last = depth + 1 == length
        if not last and rng.random() < 0.12:
            add(depth, is_file=rng.random() < files)
        add(depth, is_file=last and rng.random() < files * 2)
    for _ in range(rng.choice((0, 1, 1))):
        add(rng.randrange(length), is_file=rng.random() < files * 2)
    return {"tree": "\n".join(lines)}


TASK = Task(
    id="lc_388",
    rule=longest_path,
    sample=sample,
    questions=(
        "How long is the longest absolute path to a file in the tree {tree} (0 if it has none)?",
        "In the file tree {tree}, count the characters of the longest path to a file; without files answer 0.",
    ),
    source="leetcode",
    split="pretrain",
    length_is="depth of the file system",
    description="length of the longest absolute path to a file",
)
