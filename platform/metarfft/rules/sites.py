"""What the compiler says about each place of a rule that makes steps, and what a step is.

A *site* is static: one line of the rule and one thing that can happen there (a loop test that holds, a loop test that
does not, an assignment, ...). A style has one template for each site, in which ``{3}`` stands for value number 3 of the
step. A *step* is ``(site index, text)``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "entry", "loop_start", "loop_in", "loop_out", "branch_in", "branch_out", "else", "assign", "mutate", "break",
    "continue", "pass", "return",
]  # fmt: skip
View = Literal["plain", "indexed", "english"]  # how values and their places are written
Step = tuple[int, str]


@dataclass(frozen=True)
class Read:
    """A value that a step reads: ``label = value``; ``label`` None: ``value`` is a list of reads made at run time."""

    label: str | None
    value: str
    is_name: bool = False  # a variable by its name, so that a calculation shows it too


@dataclass(frozen=True)
class Site:
    """One thing that can happen at one line.

    Attributes:
        lineno: line of the rule, from 1.
        line: its text, with indentation.
        reads: what the step reads, in order.
        calculation: the right-hand side with the values read in their places, when that says more than the result.
        changes: the variables or elements that the step changes, and their new values.
        keyword: ``while``, ``for``, ``if``, ``elif`` for loops and branches.
    """

    kind: Kind
    lineno: int
    line: str
    reads: tuple[Read, ...] = ()
    calculation: str | None = None
    changes: tuple[tuple[str, str], ...] = ()
    keyword: str = ""
