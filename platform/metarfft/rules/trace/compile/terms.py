"""What all parts of the expressions' compiler share: how a value is kept, written out, read and stated."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from metarfft.rules.trace.compile.writer import REPR, Values, Writer, fields, literal, slot_name
from metarfft.rules.trace.numbers import is_number
from metarfft.rules.trace.sites import Read

if TYPE_CHECKING:
    from metarfft.rules.styles.base import Phrases, Style


@dataclass
class Value:
    """A compiled expression.

    Attributes:
        code: an atom of the program that has its value.
        shown: the expression as it is shown, with fields for values.
        label: what its read says stands before ``=``; None where it has none of its own.
    """

    code: str
    shown: ast.expr
    label: str | None = None


class Terms(ABC):
    """Compiles expressions; ``style`` None: the untraced program, with guards only.

    Args:
        pointers: for marked sequences, how a variable is shown: by its head, its tail or both ends.
        phrases: how the style words expressions.
        numbers: variables that are numbers.
        special: whether values may be sets or of collections, which Python does not write as a reader needs them.
    """

    def __init__(
        self,
        writer: Writer,
        style: Style | None,
        pointers: dict[str, str],
        phrases: Phrases,
        special: bool,
        numbers: frozenset[str],
    ) -> None:
        self.numbers = numbers
        self.writer, self.style, self.pointers, self.phrases = writer, style, pointers, phrases
        self.special = special
        self.marked = style is not None and style.marked
        self.repr = "__write(" if special else REPR

    def text(self, shown: ast.expr) -> str:
        """The template of an expression as it is shown."""
        shown.lineno = self.writer.line
        return fields(self.phrases.label(shown))

    def order(self, call: ast.Call) -> str:
        """The template of a call that changes something, as it is shown alone."""
        call.lineno = self.writer.line
        return fields(self.phrases.order(call))

    def show(self, code: str, name: str | None = None) -> str:
        """Code that writes the value of ``code`` out, as the variable ``name`` if it is one."""
        if not self.marked:
            return f"{self.repr}{code})"
        return f"{self.pointers.get(name or '', '__head')}({code})"

    def plain(self, code: str, values: Values) -> ast.Name:
        """The field of a value inside a label: without marks, so that an equation is true as it stands."""
        return slot_name(values.add(f"{self.repr}{code})"))

    def whole(self, code: str) -> str:
        """Code that writes all of a value out."""
        return f"__full({code})" if self.marked else f"{self.repr}{code})"

    @abstractmethod
    def translate(self, node: ast.expr, values: Values) -> Value:
        """``node``, with its reads among those of ``values``."""

    def operand(self, node: ast.expr, values: Values) -> Value:
        """A part of another expression: what it is compared to is worked out first."""
        value = self.translate(node, values)
        if isinstance(value.shown, ast.Compare) or (
            isinstance(value.shown, ast.UnaryOp) and isinstance(value.shown.op, ast.Not)
        ):
            return self.equation(value.shown, value.code, values)
        return value

    def quietly(self, node: ast.expr, values: Values) -> Value:
        """Compiled without reads of plain variables: they stand in the label of what is read."""
        before, known = len(values.reads), set(values.known)
        value = self.operand(node, values)
        values.reads[before:] = [read for read in values.reads[before:] if not read.is_name]
        for name in ast.walk(node):  # not stated yet: to be where it is read again
            if isinstance(name, ast.Name) and (key := ast.dump(name)) not in known:
                values.known.pop(key, None)
        return value

    def kept(self, code: str) -> str:
        name = self.writer.name()
        self.writer.write(f"{name} = {code}")
        return name

    def is_number(self, node: ast.expr) -> bool:
        """Whether an expression is a number whatever the arguments are; if it is a sum, or Python stops."""
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub, ast.FloorDiv, ast.Pow)):
            return is_number(node.left, self.numbers) or is_number(node.right, self.numbers)
        return is_number(node, self.numbers)

    def equation(self, shown: ast.expr, code: str, values: Values, only_if: str | None = None) -> Value:
        """A value that is worked out, stated as ``shown = value``.

        Args:
            only_if: code that tells at run time whether it is stated at all.
        """
        if self.style is None:
            return Value(code, shown)
        label = self.text(shown)
        slot = self.plain(code, values)
        value = Value(code, slot, label)
        if only_if is None:
            values.reads = [_covered(read, label) for read in values.reads]
            values.reads.append(Read(label, fields(slot.id), is_worked=True))
            return value
        text = values.text(f"{label}{literal(self.style.equals)}{fields(slot.id)}")
        said = values.add(f"{text} if {only_if} else ''")
        values.reads.append(Read(label, f"{{{said}}}", is_optional=True, is_worked=True))
        return value

    def look(self, node: ast.expr, code: str, values: Values) -> None:
        """States all of a variable, for what goes over its items."""
        if self.style is not None and isinstance(node, ast.Name):
            key = f"look {node.id}"
            if key not in values.known or values.repeats:
                values.known[key] = None
                values.reads.append(Read(node.id, f"{{{values.add(self.whole(code))}}}"))

    def mutates(self, node: ast.expr, values: Values) -> None:
        while isinstance(node, ast.Subscript):
            node = node.value
        if isinstance(node, ast.Name):
            values.mutated.append(node.id)


def _covered(read: Read, label: str) -> Read:
    """A read of a variable, once an equation says its value."""
    if read.is_name and read.shown in label:
        return replace(read, is_covered=True)
    return read
