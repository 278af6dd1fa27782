"""Budgets that hold for every run of a rule: on steps, on the size of values, on the size of the output.

The compiler calls these in place of the operations that could make a value of any size in a single step.
"""

from __future__ import annotations

from collections.abc import Sized
from typing import Any

from metarfft.rules.language import RuleError

MAX_STEPS = 100_000
MAX_SIZE = 20_000  # items of a container, characters of a string
MAX_BITS = 8_192  # of an integer
MAX_NESTING = 6
_CONTAINERS = (list, dict, set, tuple)


class BudgetError(RuleError):
    """A run of a rule that asks for more steps or larger values than are allowed."""


def too_many_steps() -> None:
    raise BudgetError(f"the rule takes more than {MAX_STEPS:,} steps; does its loop end?")


def fit(value: Any) -> Any:
    """``value``, when it is small enough."""
    if type(value) is int:
        if value.bit_length() > MAX_BITS:
            raise BudgetError(f"a number of more than {MAX_BITS:,} bits is too large")
    elif isinstance(value, Sized) and len(value) > MAX_SIZE:
        raise BudgetError(f"a {type(value).__name__} of {len(value):,} items is too large; at most {MAX_SIZE:,}")
    return value


def mul(a: Any, b: Any) -> Any:
    for sequence, times in ((a, b), (b, a)):
        if isinstance(sequence, (str, list, tuple)) and isinstance(times, int) and len(sequence) * times > MAX_SIZE:
            raise BudgetError(f"a {type(sequence).__name__} of {len(sequence) * times:,} items is too large")
    return fit(a * b)


def power(a: Any, b: Any) -> Any:
    if isinstance(a, int) and isinstance(b, int) and b > 0 and a.bit_length() * b > MAX_BITS:
        raise BudgetError(f"{a} ** {b} is too large")
    return fit(a**b)


def shift(a: int, b: int) -> int:
    if b > MAX_BITS:
        raise BudgetError(f"a shift by {b} bits is too large")
    return fit(a << b)


def modulo(a: Any, b: Any) -> Any:
    if isinstance(a, str):
        raise RuleError("% formats strings only outside the rule language; join them with + and str()")
    return a % b


def bounded_range(*bounds: int) -> range:
    result = range(*bounds)
    if len(result) > MAX_STEPS:
        raise BudgetError(f"a range of {len(result):,} is too long")
    return result


def join(separator: str, parts: Any) -> str:
    parts = list(parts)
    total = sum(len(part) + len(separator) for part in parts if isinstance(part, str))
    if total > MAX_SIZE:
        raise BudgetError(f"a str of {total:,} characters is too large")
    return separator.join(parts)


def replace(text: str, old: str, new: str, *count: int) -> str:
    if isinstance(text, str) and len(text) + (len(text) + 1) * len(new) > MAX_SIZE:
        times = text.count(old)
        if len(text) + times * len(new) > MAX_SIZE:
            raise BudgetError(f"a str of {len(text) + times * len(new):,} characters is too large")
    return text.replace(old, new, *count)


def nest(container: Any, value: Any) -> Any:
    """``value``, when it may be put into ``container``: not too deep, not too large, and not the container itself."""
    if isinstance(value, _CONTAINERS):
        _measure(container, value, MAX_NESTING, [MAX_SIZE])
    return value


def _measure(container: Any, value: Any, depth: int, budget: list[int]) -> None:
    if value is container:
        raise BudgetError(f"a {type(container).__name__} cannot contain itself")
    if depth == 0:
        raise BudgetError(f"values are nested more than {MAX_NESTING} deep")
    budget[0] -= len(value) + 1
    if budget[0] < 0:
        raise BudgetError(f"a nested value of more than {MAX_SIZE:,} items is too large")
    for item in value.values() if isinstance(value, dict) else value:
        if isinstance(item, _CONTAINERS):
            _measure(container, item, depth - 1, budget)


def items(container: Any) -> Any:
    """A display ``[a, b]`` of values that may be containers themselves."""
    for item in container.values() if isinstance(container, dict) else container:
        nest(container, item)
    return container


def ordered(values: Any) -> Any:
    """What a for loop goes over; a set is refused, because its order differs from run to run."""
    if isinstance(values, (set, frozenset)):
        raise RuleError("a set has no order; loop over sorted(...) of it")
    return values


def no_return() -> None:
    raise RuleError("the rule ended without return")
