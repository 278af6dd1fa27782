"""The truth check itself, and the truth of the tasks' trajectories."""

from __future__ import annotations

import re
from random import Random

import pytest
from truth import false_statements

from metarfft.rules import Rule
from metarfft.tasks import Task, all_tasks

CALLS = """
def longest(words, least):
    best = ''
    for word in words:
        if len(word) > max(len(best), least):
            best = word
    return best

def rule(words, rows):
    name = longest(words, 1)
    while rows and rows.pop() > len(name):
        rows[0] = rows[0] + 1
    words[0], words[-1] = words[-1], words[0]
    rows.append(3)
    return [name, words, rows]
"""
INPUTS = {"words": ["a", "abc", "it's, so"], "rows": [1, 9, 8, 2, 30]}


@pytest.mark.parametrize("task", all_tasks().values(), ids=lambda task: task.id)
def test_tasks_say_nothing_false(task: Task) -> None:
    rule, inputs = Rule(task.rule_source), task.sample(max(task.min_length, 3), Random(7))
    for style in ("code", "indexed", "natural"):
        assert false_statements(rule, inputs, rule.trajectory(inputs, style), style) == []


@pytest.mark.parametrize("style", ["code", "indexed", "natural"])
def test_calls_and_changes_are_followed(style: str) -> None:
    rule = Rule(CALLS)
    assert false_statements(rule, INPUTS, rule.trajectory(INPUTS, style), style) == []


@pytest.mark.parametrize("style", ["code", "indexed"])
def test_a_wrong_number_anywhere_is_noticed(style: str) -> None:
    rule = Rule(CALLS)
    text = rule.trajectory(INPUTS, style)
    lines = text.split("\n")
    recited = {*rule.source.split("\n"), *(line for line in lines if line.startswith("L"))}
    wrong = 0
    for at, line in enumerate(lines):
        if line in recited or line.startswith("So the answer is"):
            continue
        for number in re.finditer(r"(?<== )\d+\b|(?<==)\d+\b", line):
            changed = line[: number.start()] + str(int(number[0]) + 1) + line[number.end() :]
            text = "\n".join([*lines[:at], changed, *lines[at + 1 :]])
            assert false_statements(rule, INPUTS, text, style), f"{line} -> {changed}"
            wrong += 1
    assert wrong > 10
