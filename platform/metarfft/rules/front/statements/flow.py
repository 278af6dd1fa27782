"""Where a block of statements goes: out of its loop, out of its function, or on."""

from __future__ import annotations

import ast
from collections.abc import Iterable


def breaks(block: Iterable[ast.stmt]) -> bool:
    """Whether the block may leave, by break, the loop that it is the body of."""
    for statement in block:
        if isinstance(statement, ast.Break):
            return True
        loop = isinstance(statement, (ast.For, ast.AsyncFor, ast.While))
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        for field in ("orelse",) if loop else ("body", "orelse", "finalbody", "handlers", "cases"):
            for part in getattr(statement, field, []):
                if breaks([part] if isinstance(part, ast.stmt) else part.body):
                    return True
    return False


def ends(block: list[ast.stmt]) -> bool:
    """Whether control never runs past the end of the block."""
    if not block:
        return False
    last = block[-1]
    if isinstance(last, (ast.Return, ast.Raise, ast.Continue, ast.Break)):
        return True
    if isinstance(last, ast.If):
        return ends(last.body) and ends(last.orelse)
    if isinstance(last, ast.Try):
        done = ends(last.body) or ends(last.orelse)
        return ends(last.finalbody) or (done and all(ends(handler.body) for handler in last.handlers))
    if isinstance(last, ast.Match):
        final = last.cases[-1]
        takes_all = isinstance(final.pattern, ast.MatchAs) and final.pattern.pattern is None and final.guard is None
        return takes_all and all(ends(case.body) for case in last.cases)
    if isinstance(last, ast.While):
        return isinstance(last.test, ast.Constant) and bool(last.test.value) and not breaks(last.body)
    return False
