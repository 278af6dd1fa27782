"""What changes a value in place, and where a block of statements goes."""

from __future__ import annotations

import ast
from collections.abc import Iterable

MUTATING = frozenset(
    """add append clear discard extend insert pop remove reverse setdefault sort update popitem appendleft popleft
    extendleft rotate move_to_end subtract difference_update intersection_update symmetric_difference_update""".split()
)
CHANGING_CALLS = frozenset(
    """heapq.heappush heapq.heappop heapq.heapify heapq.heappushpop heapq.heapreplace bisect.insort bisect.insort_left
    bisect.insort_right""".split()
)


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
    if isinstance(last, ast.While):
        return isinstance(last.test, ast.Constant) and bool(last.test.value) and not breaks(last.body)
    return False
