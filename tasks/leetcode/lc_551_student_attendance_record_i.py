"""Does an attendance record earn the award: fewer than two A and never three L in a row?

Source: LeetCode 551, Student Attendance Record I.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def check_record(record):
    absent = 0
    late = 0
    while record:
        day = record[0]
        record = record[1:]
        if day == "L":
            late += 1
        else:
            late = 0
        if day == "A":
            absent += 1
        if absent == 2 or late == 3:
            return False
    return True


def sample(length: int, rng: random.Random) -> dict:
    """A record that earns the award, for half the samples with A or L put in."""
    record = ""
    while len(record) < length:
        record += rng.choice("P" if record.endswith("LL") else "PPL")
    days = list(record)
    if rng.random() < 0.6:
        days[rng.randrange(length)] = "A"
    if rng.random() < 0.5:
        if rng.random() < 0.5:
            for spot in rng.sample(range(length), min(2, length)):
                days[spot] = "A"
        elif length >= 3:
            start = rng.randint(0, length - 3)
            days[start : start + 3] = "LLL"
    return {"record": "".join(days)}


TASK = Task(
    id="lc_551",
    rule=check_record,
    sample=sample,
    questions=(
        "Does the record {record} have fewer than two A and never three L in a row?",
        "An award needs fewer than two A and never L three times in a row. Does {record} earn it?",
    ),
    source="leetcode",
    split="pretrain",
    length_is="string length",
    description="fewer than two A and never three L in a row",
)
