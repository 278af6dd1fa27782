"""The loops and branches of a rule: what it means when another line is recited than the next.

`process` describes the kinds of error.
"""

from __future__ import annotations

import ast
from typing import Literal

from metarfft.rules.rule import Rule
from metarfft.rules.trace.sites import Site

Kind = Literal["loop_left_early", "loop_not_left", "wrong_branch", "wrong_read", "wrong_computed", "copy", "format"]


class Shape:
    """The loops and branches of a rule: the lines of their bodies by the lines of their tests.

    Attributes:
        ends: the last line of a branch's last alternative, by the lines of its tests and of its else.
    """

    def __init__(self, rule: Rule) -> None:
        self.loops: dict[int, range] = {}
        self.branches: dict[int, range] = {}
        self.ends: dict[int, int] = {}
        for node in ast.walk(rule.function):
            if isinstance(node, (ast.While, ast.For, ast.If)):
                body = range(node.body[0].lineno, (node.body[-1].end_lineno or 0) + 1)
                (self.branches if isinstance(node, ast.If) else self.loops)[node.lineno] = body
                if isinstance(node, ast.If):  # the outer one comes first, so that an elif gets the end of the whole
                    end = self.ends.setdefault(node.lineno, node.end_lineno or 0)
                    if node.orelse:
                        self.ends[body.stop] = end

    def around(self, line: int) -> list[int]:
        """The tests of the loops that a line is in, the innermost first; a test is in its own loop."""
        return sorted((test for test, body in self.loops.items() if test <= line < body.stop), reverse=True)

    def beyond(self, line: int, branch: int) -> bool:
        """Whether ``line`` is what comes when no alternative of a branch is followed: a later one, or a loop's test."""
        return line > self.ends[branch] or line in self.around(branch)


def other_line(shape: Shape, before: Site | None, site: Site, got: set[int]) -> Kind:
    """The line recited, one of ``got``, is not that of ``site``, which follows ``before``."""
    loops = shape.around(site.lineno)
    left = len(loops) if site.kind == "return" else site.kind in ("loop_out", "break")  # by the step itself
    for test in loops[left:]:
        if all(line >= shape.loops[test].stop for line in got):
            return "loop_left_early"
    for place in (before, site):  # the loop that has just been left, or should be left now
        if place and place.kind in ("loop_out", "break"):
            test = shape.around(place.lineno)[0]
            if any(test <= line < shape.loops[test].stop for line in got):
                return "loop_not_left"
    if before and before.kind in ("branch_in", "branch_out"):
        followed = any(line in shape.branches[before.lineno] for line in got)
        if before.kind == "branch_out" and followed:
            return "wrong_branch"
        if before.kind == "branch_in" and not followed:
            after = [line for line in got if line >= shape.branches[before.lineno].stop]
            if after or any(line in shape.around(before.lineno) for line in got):
                return "wrong_branch"
    if before and any(
        before.lineno in body and site.lineno not in body and all(body.stop <= line <= shape.ends[test] for line in got)
        for test, body in shape.branches.items()
    ):
        return "wrong_branch"  # a second alternative is followed too
    skipped = before and before.kind in ("branch_out", "else") and site.lineno <= shape.ends[before.lineno]
    if skipped and any(shape.beyond(line, before.lineno) for line in got):  # type: ignore[union-attr]
        return "wrong_branch"
    return "copy"
