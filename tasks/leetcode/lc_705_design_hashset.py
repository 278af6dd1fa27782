"""The results of operations on a hash set that is kept in plain lists.

Source: LeetCode 705, Design HashSet. add and remove give None, contains gives True or False. Five buckets, by the key.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def run_operations(operations):
    buckets = [[], [], [], [], []]
    results = []
    while operations:
        operation = operations.pop(0)
        parts = operation.split()
        key = int(parts[1])
        bucket = key % 5
        found = -1
        i = 0
        while i < len(buckets[bucket]):
            if buckets[bucket][i] == key:
                found = i
                break
            i += 1
        if parts[0] == 'add':
            if found == -1:
                buckets[bucket].append(key)
            results.append('None')
        elif parts[0] == 'remove':
            if found != -1:
                buckets[bucket].pop(found)
            results.append('None')
        else:
            results.append('True' if found != -1 else 'False')
    return results


def sample(length: int, rng: random.Random) -> dict:
    """Operations on a few keys, so that keys are found, missing, added twice and removed again."""
    keys = rng.sample(range(100), min(5, 2 + length // 3))
    words = rng.choices(("add", "remove", "contains"), weights=(4, 2, 4), k=length)
    return {"operations": [f"{word} {rng.choice(keys)}" for word in words]}


TASK = Task(
    id="lc_705",
    rule=run_operations,
    sample=sample,
    questions=(
        "What does an empty set give for {operations}? Say 'None' for add and remove.",
        "Run {operations} on an empty set: 'None' for add and remove, 'True' or 'False' for contains.",
    ),
    source="leetcode",
    split="pretrain",
    length_is="number of operations",
    description="results of operations on a hash set",
)
