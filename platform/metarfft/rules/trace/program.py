"""Compiles a core rule to a program that, when it runs, also says what it does.

The rule's AST becomes the source of Python functions: a plain one, and for each style a traced one that appends a step
``(site, text)`` for every line it follows. One format operation puts the values into a text.
"""

from __future__ import annotations

import ast
import bisect
import heapq
import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from metarfft.rules.core import CONSTANTS, DOTTED, ERRORS, TYPES, has_attempts
from metarfft.rules.errors import RuleError
from metarfft.rules.styles import marks
from metarfft.rules.styles.base import Phrases
from metarfft.rules.trace import guards, state
from metarfft.rules.trace.analysis import Facts
from metarfft.rules.trace.compile import attempts
from metarfft.rules.trace.compile.base import Context
from metarfft.rules.trace.compile.functions import Function
from metarfft.rules.trace.compile.writer import Writer
from metarfft.rules.trace.sites import Site, Step
from metarfft.rules.values import in_order, write

if TYPE_CHECKING:
    from metarfft.rules.styles.base import Style

_BRIEF = 20  # characters of a text that a call shows
HIDDEN = ("__step", "__measure", "__marked", "__state")  # what a traced program is called with, first


def _join(separator: str, after: str, *parts: str) -> str:
    said = separator.join([part for part in parts if part])
    return said + after if said else said


def _differ(number: int, value: Any) -> bool:
    """Whether ``int('08')`` gives a number that is written otherwise than its argument."""
    return int.__repr__(number) != value if isinstance(value, str) else number != value


def _brief(value: Any, name: str) -> str:
    """An argument of a call: its value if that is short, else its name."""
    if isinstance(value, guards.CONTAINERS) or (isinstance(value, str) and len(value) > _BRIEF):
        return name
    return repr(value)


def _bracketed(value: Any) -> str:
    """A number as the base of a power: -2 ** 2 is not (-2) ** 2."""
    return f"({value!r})" if isinstance(value, (int, float)) and value < 0 else repr(value)


def _namespace() -> dict[str, Any]:
    names: dict[str, Any] = {
        "__add": guards.add, "__iadd": guards.iadd, "__mul": guards.mul, "__imul": guards.imul,
        "__power": guards.power, "__shift": guards.shift, "__modulo": guards.modulo, "__fit": guards.fit,
        "__items": guards.items, "__ordered": guards.ordered, "__set_item": guards.set_item,
        "__get_item": guards.get_item, "__too_many_steps": guards.too_many_steps,
        "__too_many_calls": guards.too_many_calls, "__raise": attempts.throw,
        "__message": attempts.message, "__x_type": type, "__x_stop": (RuleError, RecursionError, MemoryError),
        "__repr": repr, "__write": write, "__numbers": (int, float), "__isinstance": isinstance, "__unset": object(),
        "__walk": marks.walk, "__head": marks.head, "__tail": marks.tail, "__ends": marks.ends, "__full": marks.full,
        "__item": marks.item, "__say": marks.say, "__element": marks.element, "__past": marks.past, "__locals": locals,
        "__dict": dict, "__OrderedDict": OrderedDict, "__range": guards.bounded_range, "__skip": state.skip,
        "__max_calls": guards.MAX_CALLS, "__string": str, "__slice": slice, "__in_order": in_order, "__Marked": marks.Marked, "__brief": _brief, "__bracketed": _bracketed, "__int": int, "__plain": (int, str, float, bool, type(None)), "__join": _join, "__differ": _differ, "__large": 1 << guards.MAX_BITS - 1,
    }  # fmt: skip
    for name in ("abs", "all", "any", "bin", "bool", "chr", "divmod", "float", "hex", "int", "isinstance", "len", "max",
                 "min", "oct", "ord", "reversed", "round", "enumerate", "zip"):  # fmt: skip
        names[name] = getattr(__import__("builtins"), name)
    names.update({f"__x_{name}": getattr(__import__("builtins"), name) for name in ERRORS})
    for kind in TYPES - {"deque"}:
        names[kind] = getattr(__import__("builtins"), kind)
    from collections import deque

    names["deque"] = deque
    for name, value in guards.FUNCTIONS.items():
        names["__f_" + name.replace(".", "_")] = value
    for module, attributes in DOTTED.items():
        for attribute in attributes | CONSTANTS.get(module, frozenset()):
            if module != "itertools":
                found = getattr({"math": math, "heapq": heapq, "bisect": bisect}[module], attribute)
                names.setdefault(f"__{module}_{attribute}", found)
    names.update({f"__m_{name}": method for name, method in guards.METHODS.items()})
    return names


_NAMES = _namespace()
_BUILTINS = {name: getattr(__import__("builtins"), name) for name in ("RuntimeError",)}


@dataclass(frozen=True)
class Program:
    """A compiled rule.

    Attributes:
        function: called with the arguments and, when traced, with the `HIDDEN` ones before them.
        sites: what each step's first number refers to.
        lines: line of the core rule for each line of the generated source, to place run-time errors.
        source: the generated source.
        uncaught: the step in which an error that no ``except`` took ends the rule.
    """

    function: Callable[..., Any]
    sites: tuple[Site, ...]
    lines: tuple[int, ...]
    source: str
    uncaught: Step | None = None


def compile_rule(
    module: ast.Module,
    recited: list[str],
    style: Style | None,
    facts: dict[ast.FunctionDef, Facts],
    special: bool,
    full_state: bool = False,
    place: state.Place = (),
) -> Program:
    """The program of a checked rule.

    Args:
        recited: the rule's lines as the style recites them.
        style: None: the untraced program.
        special: whether there may be sets or values of collections.
        facts: what is known of the module's functions, to be kept from one program to the next.
        full_state: loop tests state all that later steps may read.
        place: where the program begins, see `state.resume`; empty: at the beginning.
    """
    writer = Writer()
    sites: list[Site] = []
    phrases = style.phrases(module) if style else Phrases()
    tops = [node for node in module.body if isinstance(node, ast.FunctionDef)]
    context = Context(tops, recited, style, phrases, special, full_state, place, facts)
    owned = frozenset(top.name for top in tops)
    Function(context, tops[-1], writer, sites, owned, 0 if place else None).entry(HIDDEN if style else ())
    source, origins = writer.source()
    names = dict(_NAMES)
    names["__builtins__"] = _BUILTINS
    uncaught = None
    if style and has_attempts(module):
        failing: dict[int, Step] = {}
        for line in attempts.may_fail(module):
            sites.append(Site("fail", line, recited[line - 1], calculation="{0}"))
            failing[line] = (len(sites) - 1, style.template(sites[-1]))
        names["__failed"] = attempts.teller(failing, origins)
        sites.append(Site("uncaught", tops[-1].lineno, recited[tops[-1].lineno - 1]))
        uncaught = (len(sites) - 1, style.template(sites[-1]))
    exec(compile(source, "<rule>", "exec"), names)
    return Program(names["__rule"], tuple(sites), tuple(origins), source, uncaught)
