"""What is wrong with a rule, or with a run of it."""

from __future__ import annotations

import ast
from typing import NoReturn


class RuleError(ValueError):
    """A rule, or a run of it, that cannot be: one line that names the place, the reason and the way out."""


class BudgetError(RuleError):
    """A run of a rule that asks for more steps or larger values than are allowed."""


def refuse(node: ast.AST, reason: str) -> NoReturn:
    """Ends the reading of a rule at ``node``.

    Raises:
        RuleError: always; the message begins with the place of ``node`` in its text.
    """
    line, column = getattr(node, "lineno", None), getattr(node, "col_offset", -1) + 1
    raise RuleError((f"line {line}, column {column}: " if line else "") + reason)
