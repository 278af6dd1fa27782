"""Phrases for slices."""

from __future__ import annotations

import ast

from metarfft.rules.styles.natural.conditions import Conditions
from metarfft.rules.styles.natural.wording import Form, Phrase, fill


class Slices(Conditions):
    """Noun phrases for parts of sequences."""

    def part(self, cut: ast.Slice, of: Phrase, item: str) -> Phrase:
        low, high, step = (None if _is_none(end) else end for end in (cut.lower, cut.upper, cut.step))
        words = [ast.unparse(end) if end is not None else "" for end in (low, high, step)]
        if words[2] not in ("", "1"):
            return self._steps(low, high, step, of)
        if words[0] == "0":
            low, words[0] = None, ""
        match words[0], words[1]:
            case "", "":
                return fill("a copy of {0}", of)
            case "1", "":
                return fill(f"{{0!}} without its first {item}", of)
            case "", "-1":
                return fill(f"{{0!}} without its last {item}", of)
            case "1", "-1":
                return fill(f"{{0!}} without its first and last {item}", of)
            case "-1", "":
                return fill(f"the last {item} of {{0}} (if any)", of)
            case "", "1":
                return fill(f"the first {item} of {{0}} (if any)", of)
            case "", number if number[1:].isdigit() and number[0] == "-":
                return fill(f"{{0!}} without its last {number[1:]} {item}s", of)
            case number, "" if number[1:].isdigit() and number[0] == "-":
                return fill(f"the last {number[1:]} {item}s of {{0}}", of)
        if low is None:
            assert high is not None
            if isinstance(high, (ast.Constant, ast.Name)):
                return fill(f"the first {{1}} {item}s of {{0}}", of, self.phrase(high), form=Form.OF)
            return fill("{0!} up to just before index {1}", of, self.phrase(high))
        if high is None:
            return fill("{0!} from index {1} on", of, self.phrase(low))
        return fill("{0!} from index {1} to just before {2}", of, self.phrase(low), self.phrase(high))

    def _steps(self, low: ast.expr | None, high: ast.expr | None, step: ast.expr | None, of: Phrase) -> Phrase:
        assert step is not None
        ends = [self.phrase(end) if end is not None else Phrase("") for end in (low, high)]
        every = self.phrase(step)
        if low is None and high is None:
            if every.text == "-1":
                return fill("{0!} in reverse", of)
            start = "" if not is_literal(step) else " from its end on" if every.text[0] == "-" else " from its start on"
            return fill(f"{{0!}}{start} in steps of {{1}}", of, every)
        if high is None:
            return fill("{0!} from index {1} on in steps of {2}", of, ends[0], every)
        if low is None:
            start = "from its end to" if every.text[0] == "-" else "up to"
            return fill(f"{{0!}} {start} just before index {{1}} in steps of {{2}}", of, ends[1], every)
        return fill("{0!} from index {1} to just before {2} in steps of {3}", of, *ends, every)


def is_literal(node: ast.expr) -> bool:
    """Whether an expression is a value written out."""
    match node:
        case ast.Constant():
            return True
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float())):
            return True
        case ast.List(elts=items) | ast.Set(elts=items) | ast.Tuple(elts=items):
            return all(is_literal(item) for item in items)
        case ast.Dict(keys=keys, values=values):
            return all(key is not None and is_literal(key) for key in keys) and all(map(is_literal, values))
    return False


def _is_none(node: ast.expr | None) -> bool:
    return node is None or (isinstance(node, ast.Constant) and node.value is None)
