"""The style ``indexed``: short; lines by their labels, single elements by their marks."""

from __future__ import annotations

import ast
from typing import Any

from metarfft.rules.styles import marks
from metarfft.rules.styles.base import ANSWER, Phrases, Style, literal
from metarfft.rules.trace.sites import Site

_ATOMS = (ast.Name, ast.Constant)
_TESTS = ("loop_in", "loop_out", "branch_in", "branch_out", "return")


class _Close(Phrases):
    """Equations without blanks, which stand between reads: ``5%2=1``."""

    def label(self, node: ast.expr) -> str:
        if not (isinstance(node, ast.BinOp) and isinstance(node.left, _ATOMS) and isinstance(node.right, _ATOMS)):
            return super().label(node)
        sign = super().label(ast.BinOp(ast.Name("x"), node.op, ast.Name("x")))[2:-2]
        return f"{super().label(node.left)}{sign}{super().label(node.right)}"


class Indexed(Style):
    """``L4:x = nums.pop(0)`` and ``x=3 nums=<18>4``: the element at the end that the rule works on, behind its mark."""

    name = "indexed"
    marked = True
    states_changes = False
    equals = "="
    separator = " "
    entered = "(?:state: [^\n]*\n)?[^\n]*;enter$"

    def phrases(self, module: ast.Module) -> Phrases:
        return _Close()

    def header(self, site: Site) -> str:
        return f"L{site.lineno}:{site.line.strip()}"

    def listing(self, lines: list[str]) -> str:
        return "\n".join(f"L{number}:{line}" for number, line in enumerate(lines, 1))

    def answer(self, value: Any) -> str:
        from metarfft.rules.answers import format_answer

        return marks.full(value) if isinstance(value, marks.Marked) else format_answer(value)

    def template(self, site: Site) -> str:
        said = self.said(site)
        if site.kind == "uncaught":
            return ANSWER
        return "" if said is None else f"{literal(self.header(site))}\n{said}"

    def said(self, site: Site) -> str | None:
        """What follows the label; None: no step at all."""
        changes = self.changes(site)
        reads = [read for read in site.reads if not read.is_covered or site.kind in _TESTS]
        after = self.listed(site, reads, after=";")
        match site.kind:
            case "entry" | "define":
                return None
            case "enter":
                return f"{changes}\n" if changes else ""
            case "return" | "raise":
                whole = [read for read in site.reads if not read.is_name or site.calculation]
                return self.listed(site, whole, after="\n") + ANSWER
            case "loop_in" | "loop_out" | "branch_in" | "branch_out":
                full = f"{site.state}\n" if site.state else ""
                return f"{full}{self.listed(site, reads, changes)};{'enter' if site.kind.endswith('in') else 'skip'}\n"
            case "fail":
                return f"{after}fails with {site.calculation}\n"
            case "except_in" | "except_out":
                stated = self.separator.join(part for part in (site.depth, changes) if part)
                return f"{stated + ';' if stated else ''}{'enter' if site.kind == 'except_in' else 'skip'}\n"
            case "else" | "break" | "continue" | "pass" | "try":
                return ""
            case "call":
                return f"{after}call {site.calculation}\n"
            case "hand_back":
                return f"{after}{site.calculation} returns {site.changes[0][1]}\n"
            case "back":
                return f"back from {site.calculation}\n"
            case "loop_start":
                return f"{after}{site.calculation}\n"
        return f"{after}{changes}\n"
