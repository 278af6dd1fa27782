"""Random programs in the rule engine against CPython, in every style; see `programs`."""

from __future__ import annotations

from collections import Counter

import pytest
from comparing import FAILURES, compare, fails, show
from programs import Program, program

COUNT, PART = 150, 30


@pytest.mark.parametrize("first", range(0, COUNT, PART))
def test_programs_do_as_in_python(first: int) -> None:
    outcomes: Counter[str] = Counter()
    for number in range(first, first + PART):
        one = program(number, fails)
        outcome = compare(one)
        outcomes[outcome.kind] += 1
        assert outcome.kind not in FAILURES, f"program {number}: {show(one)}"
    assert outcomes["refused"] <= PART // 3, outcomes
    assert outcomes["same"] >= PART // 2, outcomes


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("def f(a):\n    return a[5]\n", "error"),
        ("def f(a):\n    return [open, a]\n", "refused"),
        ("def f(a):\n    return sorted(a, key=lambda x: -x)\n", "same"),
    ],
)
def test_outcomes(text: str, kind: str) -> None:
    assert compare(Program(text, {"a": [3, 1, 2]}, "f")).kind == kind
