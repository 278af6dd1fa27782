"""What the tracer says about each place of a rule that makes steps, and what a step is.

A *site* is static: one line of the rule and one thing that can happen there (a loop test that holds, a loop test that
does not, an assignment, ...). A style has one template for each site, in which ``{3}`` stands for value number 3 of the
step. A *step* is ``(site index, text)``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "entry", "loop_start", "loop_in", "loop_out", "branch_in", "branch_out", "else", "assign", "mutate", "break",
    "continue", "pass", "return", "call", "enter", "hand_back", "back", "raise", "define",
    "try", "fail", "except_in", "except_out", "uncaught",
]  # fmt: skip
Step = tuple[int, str]


@dataclass(frozen=True)
class Read:
    """A value that a step reads or works out: ``label = value``.

    Attributes:
        label: None where ``value`` is a list of reads made at run time.
        is_name: a variable by its name, so that a calculation shows it too.
        is_own: the whole value that the step assigns.
        shown: the field of its value inside labels.
        is_covered: a variable whose value stands in an equation of the step.
        is_optional: ``value`` is the whole text of the read, which may be empty.
        is_worked: the step works the value out: it is no variable or element, and not only moved.
        inside: of a list of reads made at run time: all that may be in it.
    """

    label: str | None
    value: str
    is_name: bool = False
    is_own: bool = False
    shown: str = ""
    is_covered: bool = False
    is_optional: bool = False
    is_worked: bool = False
    inside: tuple[Read, ...] = ()


def _no_join(parts: tuple[str, ...], separator: str, after: str) -> str:
    raise AssertionError("a site of no program")


@dataclass(frozen=True)
class Site:
    """One thing that can happen at one line.

    Attributes:
        lineno: line of the core rule, from 1.
        line: its text as the style recites it, with indentation.
        reads: what the step reads, in order.
        calculation: the right-hand side with the values read in their places, when that says more than the result; the
            error of a line that fails.
        changes: the variables or elements that the step changes, and their new values.
        keyword: ``while``, ``for``, ``if``, ``elif`` for loops and branches; the function that is called or left.
        depth: how deep the call is that an ``except`` brings the rule back to, where calls may be left by an error.
        state: what is stated of the rule's state at a loop test, in the form that goes with ``state: full``.
        join: gives the field of the texts that are not empty, with a separator between and a text after them.
    """

    kind: Kind
    lineno: int
    line: str
    reads: tuple[Read, ...] = ()
    calculation: str | None = None
    changes: tuple[tuple[str, str], ...] = ()
    keyword: str = ""
    depth: str = ""
    state: str = ""
    join: Callable[[tuple[str, ...], str, str], str] = field(default=_no_join, compare=False, repr=False)
