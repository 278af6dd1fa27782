"""Synthetic rules: composed at random, for models to read rules that nobody wrote; they always end.

The paper's are loops ``while a and b`` over two lists with snippets drawn from 22 kinds (here ``lists``). The other
kinds go over strings and digits, fill dictionaries, nest loops, and return early.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from metarfft.rules.compose import consume, counters, lists, nested, scans
from metarfft.rules.compose.parts import QUESTIONS, Composed
from metarfft.rules.errors import RuleError
from metarfft.rules.rule import Rule, Trace

__all__ = ["KINDS", "QUESTIONS", "Composed", "agrees", "compose", "is_usable"]

KINDS: dict[str, Callable[[Random], Composed]] = {
    "consume": consume.compose,
    "lists": lists.compose,
    "counters": counters.compose,
    "nested": nested.compose,
    "scans": scans.compose,
}
_LARGE = re.compile(r"= ?(?:\d{4}|-\d\d)")  # a number that is read or assigned


def compose(rng: Random, kinds: Sequence[str] = tuple(KINDS)) -> Composed:
    """A random rule of one of the kinds."""
    return KINDS[kinds[0] if len(kinds) == 1 else rng.choice(kinds)](rng)


def is_usable(trace: Trace) -> bool:
    """Whether the numbers of a composed rule's trace, and the trace itself, stay small enough to learn from: in style
    ``code`` 15,000 characters are at most 8,192 of Qwen2.5's tokens, prompt included."""
    texts = trace.texts
    small = len(texts) <= 500 and sum(map(len, texts)) <= 15_000
    return small and not any(_LARGE.search(text) for text in texts)


def agrees(rule: Rule, probes: list[tuple[list[Any], Any]]) -> bool:
    """Whether the rule returns the probes' answers (each a list of argument values and the expected result)."""
    for values, expected in probes:
        try:
            if rule.run(dict(zip(rule.params, values, strict=True))) != expected:
                return False
        except RuleError:
            return False
    return True
