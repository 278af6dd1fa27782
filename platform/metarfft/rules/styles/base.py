"""What a style is: how values, reads, changes and turns are written. The tracer asks it and knows none by name."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

from metarfft.rules.trace.sites import Read, Site
from metarfft.rules.values import ANSWER


class Phrases:
    """How expressions are written beside their values; names like ``__v3__`` in them stand for values."""

    def label(self, node: ast.expr) -> str:
        """What stands before ``=``; a value behind a sign in brackets, since it may have one too."""
        if isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.Not) and isinstance(node.operand, ast.Name):
            return f"{ast.unparse(node).removesuffix(node.operand.id)}({node.operand.id})"
        return ast.unparse(node)

    def order(self, call: ast.Call) -> str:
        """A call that changes something, alone on its line."""
        return self.label(call)


class Style(ABC):
    """One way to write a trace.

    Attributes:
        name: what users call it.
        marked: sequences carry marks, and a step names single elements by them.
        states_changes: a loop test states what the loop changes in place; else each step does.
        equals, separator: what stands between a label and its value, and between two reads.
        entered: regular expression of what follows a loop's header where the loop is entered.
    """

    name: ClassVar[str]
    marked: ClassVar[bool] = False
    states_changes: ClassVar[bool] = True
    equals: ClassVar[str] = " = "
    separator: ClassVar[str] = ", "
    entered: ClassVar[str] = ""

    @abstractmethod
    def template(self, site: Site) -> str:
        """The text of a site's steps, with ``{k}`` for their values; ends with a line break, but at an answer."""

    def header(self, site: Site) -> str:
        """The line that a site's steps begin with."""
        return site.line

    def lines(self, module: ast.Module, lines: list[str]) -> list[str]:
        """The lines of the rule as they are recited.

        Raises:
            RuleError: the style has no words for one of them.
        """
        return lines

    def listing(self, lines: list[str]) -> str:
        """The rule in a prompt, from its recited lines."""
        return "\n".join(lines)

    def phrases(self, module: ast.Module) -> Phrases:
        """How expressions of a rule are written beside their values."""
        return Phrases()

    def removed(self, label: str) -> str:
        """What is said of an element that is deleted."""
        return f"del {label}"

    def answer(self, value: Any) -> str:
        """What follows `ANSWER`."""
        from metarfft.rules.answers import format_answer

        return format_answer(value)

    def read(self, read: Read) -> str:
        """The template of one read."""
        return read.value if read.label is None or read.is_optional else f"{read.label}{self.equals}{read.value}"

    def listed(self, site: Site, reads: Sequence[Read], changes: str = "", after: str = "") -> str:
        """The template of reads and changes, with ``after`` behind them if there are any."""
        parts = tuple(part for part in (*map(self.read, reads), changes) if part)
        if any(read.is_optional for read in reads):
            return site.join(parts, self.separator, after)
        return self.separator.join(parts) + after if parts else ""

    def changes(self, site: Site) -> str:
        return self.separator.join(f"{label}{self.equals}{value}" for label, value in site.changes)


__all__ = ["ANSWER", "Phrases", "Style", "literal"]


def literal(text: str) -> str:
    """A text as a template that has no values."""
    return text.replace("{", "{{").replace("}", "}}")
