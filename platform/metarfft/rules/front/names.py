"""What all parts of the front end share: fresh names for the values they introduce, and notes on what they did."""

from __future__ import annotations

import ast
from collections.abc import Iterable


class Names:
    """The names of one text; gives new ones that none of its variables, functions or builtins has."""

    def __init__(self, taken: Iterable[str]) -> None:
        self.taken = set(taken)

    def fresh(self, *hints: str) -> str:
        """The first of the hints that is free, else the last one with the smallest number that makes it so."""
        for hint in hints:
            if hint not in self.taken:
                self.taken.add(hint)
                return hint
        number = 2
        while f"{hints[-1]}{number}" in self.taken:
            number += 1
        name = f"{hints[-1]}{number}"
        self.taken.add(name)
        return name


class Notes:
    """What the front end changed, one line for each place, in the order of the lines of the user's text."""

    def __init__(self) -> None:
        self._lines: dict[tuple[int, str], None] = {}

    def add(self, node: ast.AST, text: str) -> None:
        self._lines[getattr(node, "lineno", 0), text] = None

    def lines(self) -> tuple[str, ...]:
        return tuple(f"line {line}: {text}" if line else text for line, text in sorted(self._lines))
