"""Writes the generated program, and the texts of its steps."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from string import Formatter

from metarfft.rules.trace.sites import Read

REPR = "__repr("  # code that writes a value out as Python does
_FIELD = re.compile(r"__v(\d+)__")


def fields(text: str) -> str:
    """The template of a text in which ``__v3__`` stands for the field ``{3}``."""
    return _FIELD.sub(r"{\1}", text.replace("{", "{{").replace("}", "}}"))


def literal(text: str) -> str:
    """A text as a template that has no fields."""
    return text.replace("{", "{{").replace("}", "}}")


def slot_name(slot: int) -> ast.Name:
    """The expression that stands for field ``slot`` where an expression is shown."""
    return ast.Name(f"__v{slot}__", ast.Load())


@dataclass
class _Line:
    """A line of the program. ``needed`` False: the text that it makes is shown nowhere (so far)."""

    indent: int
    code: str
    origin: int
    needed: bool = True


class Writer:
    """The source of the generated program.

    Attributes:
        line: line of the core rule that is being compiled.
    """

    def __init__(self) -> None:
        self._lines: list[_Line] = []
        self._indent = 0
        self._names = 0
        self.line = 0

    def name(self, kind: str = "") -> str:
        """A variable of the program that no other has."""
        self._names += 1
        return f"__{kind}{self._names}"

    def write(self, code: str, needed: bool = True) -> _Line:
        line = _Line(self._indent, code, self.line, needed)
        self._lines.append(line)
        return line

    @contextmanager
    def block(self, header: str) -> Iterator[None]:
        """What is written inside is the block of ``header``."""
        self.write(header)
        self._indent += 1
        before = len(self._lines)
        yield
        if not any(line.needed for line in self._lines[before:]):
            self.write("pass")
        self._indent -= 1

    def source(self) -> tuple[str, list[int]]:
        """The program, and the line of the core rule for each of its lines (from 1)."""
        lines = [line for line in self._lines if line.needed]
        return "\n".join("    " * line.indent + line.code for line in lines), [0, *(line.origin for line in lines)]


@dataclass
class Values:
    """The values that one step shows: ``code[k]`` is the code that writes value ``k`` out.

    Attributes:
        eager: values are written out when they are read, since the statement changes something before its step is made.
        repeats: what is read twice is evaluated twice, since it may have changed in between.
        changed: variables that the statement assigns.
        mutated: variables whose values the expression changes (``s.pop(0)``).
        assigned: the expression whose value is assigned as it is.
        known: expressions that have been read already, by their dump.
    """

    writer: Writer
    eager: bool = False
    repeats: bool = False
    changed: frozenset[str] = frozenset()
    code: list[str] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)
    mutated: list[str] = field(default_factory=list)
    assigned: ast.expr | None = None
    known: dict[str, object] = field(default_factory=dict)
    _pending: dict[int, _Line] = field(default_factory=dict)
    _joined: dict[tuple[tuple[str, ...], str, str], int] = field(default_factory=dict)

    def add(self, code: str) -> int:
        """A field for what ``code`` writes out."""
        slot = len(self.code)
        if self.eager:
            name = self.writer.name("t")
            self._pending[slot] = self.writer.write(f"{name} = {code}", needed=False)
            code = name
        self.code.append(code)
        return slot

    def after(self, code: str) -> int:
        """A field for what ``code`` writes out when the step is made."""
        self.code.append(code)
        return len(self.code) - 1

    def inner(self) -> Values:
        """The values of a part that may not be evaluated: its reads are apart; what has been read is known in it."""
        return replace(self, reads=[], mutated=[], known=dict(self.known))

    def joined(self, parts: tuple[str, ...], separator: str, after: str) -> str:
        """The field of the parts (templates) that are not empty, with a separator between and ``after`` behind them."""
        key = (parts, separator, after)
        if key not in self._joined:
            texts = ", ".join(self.text(part) for part in parts)
            self._joined[key] = self.after(f"__join({separator!r}, {after!r}, {texts})")
        return f"{{{self._joined[key]}}}"

    def behind(self, part: str, separator: str) -> str:
        """The field of a part (a template) with a separator before it, if it says anything."""
        name = self.writer.name("j")
        self.writer.write(f"{name} = {self.text(part)}")
        return f"{{{self.after(f'{separator!r} + {name} if {name} else {name}')}}}"

    def text(self, template: str) -> str:
        """Code of the text that fills a template; the values that it does not show are not written out at all."""
        pattern, shown = "", []
        for literal, number, _, _ in Formatter().parse(template):
            pattern += literal.replace("%", "%%")
            if number is not None:
                if int(number) in self._pending:
                    self._pending[int(number)].needed = True
                code = self.code[int(number)]
                plain = code.startswith(REPR)  # %r is faster than a call of repr
                pattern += "%r" if plain else "%s"
                shown.append(code[len(REPR) : -1] if plain else code)
        return f"{pattern!r} % ({', '.join(shown)},)" if shown else repr(pattern.replace("%%", "%"))
