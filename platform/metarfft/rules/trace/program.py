"""Compiles a core rule to a program that, when it runs, also says what it does.

The rule's AST becomes the source of Python functions: a plain one, and for each style a traced one that appends a step
``(site, text)`` for every line it follows. One format operation puts the values into a text.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from metarfft.rules.core import has_attempts
from metarfft.rules.errors import RuleError
from metarfft.rules.styles.base import Phrases
from metarfft.rules.trace import runtime, state
from metarfft.rules.trace.analysis import Facts
from metarfft.rules.trace.compile import attempts
from metarfft.rules.trace.compile.base import Context
from metarfft.rules.trace.compile.functions import Function
from metarfft.rules.trace.compile.writer import Writer
from metarfft.rules.trace.sites import Site, Step

if TYPE_CHECKING:
    from metarfft.rules.styles.base import Style

HIDDEN = ("__step", "__measure", "__marked", "__state")  # what a traced program is called with, first


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
    names = runtime.names()
    uncaught = None
    if style and has_attempts(module):
        failing: dict[int, Step] = {}
        for line in attempts.may_fail(module):
            sites.append(Site("fail", line, recited[line - 1], calculation="{0}"))
            failing[line] = (len(sites) - 1, style.template(sites[-1]))
        names["__failed"] = attempts.teller(failing, origins)
        sites.append(Site("uncaught", tops[-1].lineno, recited[tops[-1].lineno - 1]))
        uncaught = (len(sites) - 1, style.template(sites[-1]))
    try:
        code = compile(source, "<rule>", "exec")
    except (SyntaxError, RecursionError, MemoryError):  # Python nests 100 blocks at most
        raise RuleError("there are too many conditions or branches in one place; write them in smaller steps") from None
    exec(code, names)
    return Program(names["__rule"], tuple(sites), tuple(origins), source, uncaught)
