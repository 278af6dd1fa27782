"""The names that generated programs use: nothing else is within their reach.

All but the core's own builtins begin with two underscores, which no variable of a rule does.
"""

from __future__ import annotations

import bisect
import builtins
import heapq
import math
from collections import OrderedDict, deque
from typing import Any

from metarfft.rules.core import CONSTANTS, DOTTED, ERRORS, TYPES
from metarfft.rules.errors import RuleError
from metarfft.rules.styles import marks
from metarfft.rules.trace import guards, state
from metarfft.rules.trace.compile import attempts
from metarfft.rules.values import in_order, write

_BRIEF = 20  # characters of a text that a call shows
_MODULES = {"math": math, "heapq": heapq, "bisect": bisect}  # itertools' functions are all guarded
_FREE = """abs all any bin bool chr divmod enumerate float hex int isinstance len max min oct ord reversed round
zip""".split()  # builtins that cannot make a large value


def join(separator: str, after: str, *parts: str) -> str:
    """The parts that say something, and what stands behind them if there are any."""
    said = separator.join([part for part in parts if part])
    return said + after if said else said


def differ(number: int, value: Any) -> bool:
    """Whether ``int('08')`` gives a number that is written otherwise than its argument."""
    return int.__repr__(number) != value if isinstance(value, str) else number != value


def brief(value: Any, name: str) -> str:
    """An argument of a call: its value if that is short, else its name."""
    if isinstance(value, guards.CONTAINERS) or (isinstance(value, str) and len(value) > _BRIEF):
        return name
    return repr(value)


def bracketed(value: Any) -> str:
    """A number as the base of a power: -2 ** 2 is not (-2) ** 2."""
    return f"({value!r})" if isinstance(value, (int, float)) and value < 0 else repr(value)


def names() -> dict[str, Any]:
    """A new namespace for a program."""
    return dict(_NAMES)


_PYTHON = {
    "repr": repr, "isinstance": isinstance, "locals": locals, "len": len, "int": int, "string": str, "slice": slice,
    "dict": dict, "OrderedDict": OrderedDict, "x_type": type, "numbers": (int, float),
    "plain": (int, str, float, bool, type(None)),
}  # fmt: skip
_GUARDS = {
    name: getattr(guards, name)
    for name in "add iadd mul imul power shift modulo fit items ordered set_item get_item too_many_steps".split()
} | {
    "too_many_calls": guards.too_many_calls, "max_calls": guards.MAX_CALLS, "large": 1 << guards.MAX_BITS - 1,
    "range": guards.bounded_range,
}  # fmt: skip
_TEXTS = {
    "write": write, "in_order": in_order, "join": join, "differ": differ, "brief": brief, "bracketed": bracketed,
    "Marked": marks.Marked,
    **{name: getattr(marks, name) for name in "walk head tail ends full item say element past".split()},
}  # fmt: skip
_CONTROL = {
    "skip": state.skip, "raise": attempts.throw, "message": attempts.message,
    "x_stop": (RuleError, RecursionError, MemoryError),
    **{f"x_{name}": getattr(builtins, name) for name in ERRORS},
}  # fmt: skip
_CALLS = {
    **{
        f"{module}_{name}": getattr(_MODULES[module], name)
        for module in _MODULES
        for name in DOTTED[module] | CONSTANTS.get(module, frozenset())
    },
    **{f"b_{name}": getattr(builtins, name) for name in {*_FREE, *TYPES} - {"deque"}},
    "b_deque": deque,
    **{"f_" + name.replace(".", "_"): function for name, function in guards.FUNCTIONS.items()},
    **{f"m_{name}": method for name, method in guards.METHODS.items()},
}
_NAMES: dict[str, Any] = {
    **{f"__{name}": value for name, value in (_PYTHON | _GUARDS | _TEXTS | _CONTROL | _CALLS).items()},
    **{name: getattr(builtins, name) for name in {*_FREE, *TYPES} - {"deque"}},
    "deque": deque,
    "__builtins__": {},
}
