"""``and``, ``or``, ``a if b else c``, ``a < b < c``: only what is evaluated is read."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from metarfft.rules.trace.compile.calls import Calls
from metarfft.rules.trace.compile.terms import Value
from metarfft.rules.trace.compile.writer import Values, literal
from metarfft.rules.trace.sites import Read

if TYPE_CHECKING:
    from metarfft.rules.styles.base import Style


class _Said:
    """The texts of what the parts of a lazy expression read, each empty where its part is not evaluated.

    Attributes:
        texts: variables of the program that hold them, in order.
        inside: all reads that may be in them.
        is_sure: whether the first one says something in any case.
    """

    def __init__(self, style: Style | None, parts: int, values: Values) -> None:
        self.style = style
        self.texts: list[str] = []
        self.inside: list[Read] = []
        self.is_sure = False
        self._is_first = True
        self._free = [values.writer.name("r") for _ in range(parts)] if style is not None else []
        if self._free:
            values.writer.write(" = ".join(self._free) + " = ''")

    def add(self, of: Values) -> None:
        """Writes the text of the reads of a part that has been compiled; the first is evaluated in any case."""
        is_first, self._is_first = self._is_first, False
        if self.style is None or not of.reads:
            return
        parts, optional = tuple(map(self.style.read, of.reads)), [read.is_optional for read in of.reads]
        separator = self.style.separator
        text = of.joined(parts, separator, "") if any(optional) else separator.join(parts)
        if not self.texts:
            self.is_sure = is_first and not all(optional)
        elif self.is_sure:  # something stands before it
            text = of.behind(text, separator) if all(optional) else f"{literal(separator)}{text}"
        self.texts.append(self._free.pop(0))
        of.writer.write(f"{self.texts[-1]} = {of.text(text)}")
        for read in of.reads:
            self.inside.extend(read.inside if read.label is None else [read])

    def read(self, values: Values) -> Read:
        """All of them as one read."""
        assert self.style is not None
        texts = ", ".join(self.texts)
        code = " + ".join(self.texts) if self.is_sure else f"__join({self.style.separator!r}, '', {texts})"
        field = f"{{{values.after(code)}}}"
        return Read(None, field, is_optional=not self.is_sure, inside=tuple(self.inside))


class Lazy(Calls):
    """Compiles expressions whose parts may not be evaluated to statements."""

    def lazy(self, node: ast.BoolOp | ast.IfExp | ast.Compare, values: Values) -> Value:
        """The value of the expression; its reads are joined at run time."""
        result, inner = self.writer.name(), values.inner()
        if isinstance(node, ast.IfExp):
            said = _Said(self.style, 3, values)
            test = self._said(node.test, inner, said)
            for header, part in ((f"if {test.code}:", node.body), ("else:", node.orelse)):
                with self.writer.block(header):
                    branch = inner.inner()
                    self.writer.write(f"{result} = {self._said(part, branch, said).code}")
                    inner.mutated += branch.mutated
        elif isinstance(node, ast.BoolOp):
            said = _Said(self.style, len(node.values), values)
            self._chain(node.values, result, "if {}:" if isinstance(node.op, ast.And) else "if not {}:", inner, said)
        else:
            said = _Said(self.style, len(node.comparators), values)
            self._comparisons(node, 0, self.operand(node.left, inner), result, inner, said)
        values.mutated += inner.mutated
        if self.style is None:
            return Value(result, node)
        if said.texts:
            values.reads.append(said.read(values))
        return Value(result, self.plain(result, values))

    def _said(self, node: ast.expr, values: Values, said: _Said) -> Value:
        value = self.translate(node, values)
        said.add(values)
        return value

    def _chain(self, parts: list[ast.expr], result: str, test: str, values: Values, said: _Said) -> None:
        self.writer.write(f"{result} = {self._said(parts[0], values, said).code}")
        if len(parts) > 1:
            with self.writer.block(test.format(result)):
                rest = values.inner()
                self._chain(parts[1:], result, test, rest, said)
                values.mutated += rest.mutated

    def _comparisons(self, node: ast.Compare, at: int, left: Value, result: str, values: Values, said: _Said) -> None:
        """``a < b < c``: c is evaluated only where a < b holds, b once."""
        right = self.operand(node.comparators[at], values)
        said.add(values)
        sign = ast.unparse(ast.Compare(ast.Name("x"), [node.ops[at]], [ast.Name("x")]))[2:-2]
        self.writer.write(f"{result} = {left.code} {sign} {right.code}")
        if at + 1 < len(node.comparators):
            with self.writer.block(f"if {result}:"):
                rest = values.inner()
                self._comparisons(node, at + 1, right, result, rest, said)
                values.mutated += rest.mutated
