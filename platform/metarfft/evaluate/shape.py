"""The loops, branches and functions of a rule: what it means when another line is recited than the next.

`process` describes the kinds of error.
"""

from __future__ import annotations

import ast
from typing import Literal

from metarfft.rules import Rule
from metarfft.rules.trace.sites import Site

Kind = Literal[
    "loop_left_early", "loop_not_left", "wrong_branch", "wrong_call", "wrong_read", "wrong_computed", "copy", "format",
]  # fmt: skip


class Shape:
    """Where the loops, branches and functions of a rule are: the lines of their bodies by those of their tests.

    Attributes:
        ends: the last line of a branch's last alternative, by the lines of its tests and of its else.
        functions: the lines of each function, with its ``def``.
        returns: the lines that leave a function.
    """

    def __init__(self, rule: Rule) -> None:
        self.loops: dict[int, range] = {}
        self.branches: dict[int, range] = {}
        self.ends: dict[int, int] = {}
        self.functions: list[range] = []
        self.returns: set[int] = set()
        for node in ast.walk(rule.module):
            if isinstance(node, (ast.While, ast.For, ast.If)):
                body = range(node.body[0].lineno, (node.body[-1].end_lineno or 0) + 1)
                (self.branches if isinstance(node, ast.If) else self.loops)[node.lineno] = body
                if isinstance(node, ast.If):  # the outer one comes first, so that an elif gets the end of the whole
                    end = self.ends.setdefault(node.lineno, node.end_lineno or 0)
                    if node.orelse:
                        self.ends[body.stop] = end
            elif isinstance(node, ast.FunctionDef):
                self.functions.append(range(node.lineno, (node.end_lineno or 0) + 1))
            elif isinstance(node, (ast.Return, ast.Raise)):
                self.returns.add(node.lineno)

    def function(self, line: int, defines: bool = False) -> range:
        """The innermost function that a line is in; a ``def`` is in its own, but where it only ``defines`` it."""
        return min((lines for lines in self.functions if line in lines[defines:]), key=len)

    def around(self, line: int) -> list[int]:
        """The tests of the loops of its function that a line is in, the innermost first; a test is in its own loop."""
        own = self.function(line)
        return sorted(
            (test for test, body in self.loops.items() if test in own and test <= line < body.stop), reverse=True
        )

    def beyond(self, line: int, branch: int) -> bool:
        """Whether ``line`` is what comes when no alternative of a branch is followed: a later one, or a loop's test."""
        return line > self.ends[branch] or line in self.around(branch)


def other_line(shape: Shape, before: Site | None, site: Site, got: set[int]) -> Kind:
    """The line recited, one of ``got``, is not that of ``site``, which follows ``before``."""
    if before and before.kind == "hand_back":
        return "wrong_call"  # it goes on where the function was not called
    own = shape.function(site.lineno, site.kind == "define")
    here = {line for line in got if shape.function(line) == own}
    if not here:  # another function's: a call that there is none of, or none where one should be
        return "copy" if site.kind == "call" else "wrong_call"
    loops = shape.around(site.lineno)
    left = len(loops) if site.lineno in shape.returns else site.kind in ("loop_out", "break")  # by the step itself
    for test in loops[left:]:
        if all(line >= shape.loops[test].stop for line in here):
            return "loop_left_early"
    for place in (before, site):  # the loop that has just been left, or should be left now
        if place and place.kind in ("loop_out", "break"):
            test = shape.around(place.lineno)[0]
            if any(test <= line < shape.loops[test].stop for line in here):
                return "loop_not_left"
    if before and _is_other_branch(shape, before, site, here):
        return "wrong_branch"
    return "wrong_call" if site.kind == "call" else "copy"


def _is_other_branch(shape: Shape, before: Site, site: Site, got: set[int]) -> bool:
    """Whether another branch is followed than the one that was decided on, or a second one."""
    if before.kind in ("branch_in", "branch_out"):
        followed = any(line in shape.branches[before.lineno] for line in got)
        if before.kind == "branch_out" and followed:
            return True
        if before.kind == "branch_in" and not followed:
            after = [line for line in got if line >= shape.branches[before.lineno].stop]
            if after or any(line in shape.around(before.lineno) for line in got):
                return True
    for test, body in shape.branches.items():
        left = before.lineno in body and site.lineno not in body
        if left and all(body.stop <= line <= shape.ends[test] for line in got):
            return True  # a second alternative is followed too
    skipped = before.kind in ("branch_out", "else") and site.lineno <= shape.ends[before.lineno]
    return skipped and any(shape.beyond(line, before.lineno) for line in got)
