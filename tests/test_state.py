"""The complete state at loop tests: from its text alone the rest of a trace follows."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from metarfft.rules import STYLES, Rule, RuleError, compose
from metarfft.samples import make_sample
from metarfft.tasks import Task, all_tasks

NESTED = """
def total(rows):
    best = 0
    def visit(row, depth):
        nonlocal best
        points = 0
        for i, x in enumerate(row, depth):
            while x > 2:
                x -= 2
                points += 1
            if depth < 2:
                points += visit(row[1:], depth + 1)
        if points > best:
            best = points
        return points
    first = rows[0]
    for row in rows:
        visit(row, 0)
        if best > 4 and len(first) < 5:
            first.append(best % 3)
    return [best, rows]
"""
SHARED = """
def spread(grid, steps):
    row = grid[0]
    seen = {1: row, 'x': [row, row]}
    both = [seen, grid]
    while steps:
        row.append(steps.pop() * 2)
        seen['x'][0].insert(0, len(both[1][0]))
    return [grid, both]
"""
COLLECTIONS = """
from collections import Counter, defaultdict, deque
def count(text, numbers):
    counts, groups, queue = Counter(), defaultdict(list), deque(numbers, 4)
    odd = set()
    for at, letter in enumerate(text):
        counts[letter] += 1
        groups[counts[letter]].append(letter)
        queue.append(at)
        for number in sorted(queue):
            if number % 2 and number not in odd:
                odd.add(number)
    for number in odd:
        queue.appendleft(-number)
    for letter, times in counts.items():
        for a, b in zip(text, groups[times]):
            queue.append(a + b)
    return [list(queue), dict(counts), groups, len(odd)]
"""
ENDS = """
def ends(text):
    a, b = text[::-1], text + text[:1]
    found = []
    while a and b:
        found.insert(0, a[0])
        found.append(b[-1])
        a, b = a[2:], b[:-1]
        found.sort()
        found = found[1:]
    return found
"""
RULES: dict[str, tuple[str, dict[str, Any]]] = {
    "nested": (NESTED, {"rows": [[3, 5], [1, 9]]}),
    "shared": (SHARED, {"grid": [[7], [8]], "steps": [1, 2, 3]}),
    "collections": (COLLECTIONS, {"text": "abbc", "numbers": [5, 8]}),
    "ends": (ENDS, {"text": "mnopq"}),
}


def go_on_from_tests(rule: Rule, inputs: dict[str, Any], style: str, at_most: int, base: int = 5) -> int:
    """Goes on from loop tests of a trace (all, or ``at_most`` spread over it); returns from how many."""
    trace = rule.trace(inputs, STYLES[style], base, full_state=True)
    texts, sites = trace.texts, rule.program(STYLES[style], full_state=True).sites
    tests = [n for n, (site, _) in enumerate(trace.steps) if sites[site].kind in ("loop_in", "loop_out")]
    for step in tests[:: max(1, len(tests) // at_most)]:
        (state,) = [line for line in texts[step].split("\n") if line.startswith("state: ")]
        assert rule.go_on(sites[trace.steps[step][0]].lineno, state, STYLES[style]).texts == texts[step:]
    return len(tests)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", RULES)
def test_every_loop_test_has_all_that_follows_needs(name: str, style: str) -> None:
    source, inputs = RULES[name]
    rule = Rule(source)
    assert rule.trace(inputs, STYLES[style], full_state=True).value == rule.run(inputs)
    assert go_on_from_tests(rule, inputs, style, at_most=1000) > 3


@pytest.mark.parametrize("task", [pytest.param(task, id=task_id) for task_id, task in all_tasks().items()])
def test_every_task_goes_on_from_its_loop_tests(task: Task, samples: int) -> None:
    rule = Rule(task.rule_source)
    for length in filter(task.has_length, (1, 4, 9)):
        inputs = task.sample(length, Random(f"{task.id} {length}"))
        for style in STYLES:
            go_on_from_tests(rule, inputs, style, at_most=4 * samples)


@pytest.mark.parametrize("kind", compose.KINDS)
def test_composed_rules_go_on_from_their_loop_tests(kind: str, samples: int) -> None:
    for seed in range(8 * samples):
        sample = make_sample("synthetic", 4, seed, kinds=[kind])
        for style in STYLES:
            go_on_from_tests(Rule(sample["rule"]), sample["input"], style, at_most=5)


@pytest.mark.parametrize("text", ["", "state: x", "state: x = open('y')", "state: x = __import__('os')", "state: 1 +"])
def test_what_is_no_state_is_refused(text: str) -> None:
    with pytest.raises(RuleError, match=r"not a state|line"):
        Rule(ENDS).go_on(4, text)
