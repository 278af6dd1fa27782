"""Sequences whose elements carry position marks: the values of the style ``indexed``.

A mark is a number that an element keeps for life, written ``<17>`` in front of it; no two elements of a sequence ever
have the same. A sequence's marks are consecutive from its first, so a step can name the one element it reads, and the
element after it is the next mark. Index hints of this kind are known to help length generalisation (Zhou et al. 2024,
arXiv 2402.09371); marks of a fixed number would limit it, so they go on without end.
"""

from __future__ import annotations

import ast
import itertools
import operator
import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from metarfft.rules.values import one_line, write

MARKS = 128  # a run's first mark is below this, and that of every short input too: models have tokens for these
GAP = 40  # marks kept free for a sequence that starts empty
_MARK = re.compile(r"<-?\d+>")
_BARE = re.compile(r"[^\W\d_][\w.+*/-]*|[.+*/-]+|[+*/.](?=\D)[^\s,;=<>'\"\[\](){}\\]*")
_NAMES = {"True", "False", "None", "inf", "nan", "set"}


def mark(number: int) -> str:
    return f"<{number}>"


class MarkedList(list):
    """A list that tracks a mark for every element.

    Attributes:
        marks: one number an element.
        start, end: the marks that the next element gets at the front and at the back; beyond all of ``marks``, on
            either side.
        onward: 1, or -1 where marks go down from the front to the back (behind a reversal).
    """

    def __init__(self, items: Iterable[Any] = (), base: int = 0, marks: list[int] | None = None) -> None:
        super().__init__(items)
        self.onward = 1
        self.marks = list(range(base, base + len(self))) if marks is None else marks
        self.start = (self.marks[0] if self.marks else base) - 1
        self.end = (self.marks[-1] if self.marks else base - 1) + 1

    def append(self, value: Any) -> None:
        super().append(value)
        self.marks.append(self.end)
        self.end += self.onward

    def extend(self, values: Iterable[Any]) -> None:
        for value in list(values):
            self.append(value)

    def __iadd__(self, values: Iterable[Any]) -> MarkedList:  # type: ignore[misc,override]
        self.extend(values)
        return self

    def __imul__(self, times: Any) -> MarkedList:  # type: ignore[misc,override]
        items, times = list(self), operator.index(times)
        if times < 1:
            self.clear()
        for _ in range(times - 1):
            self.extend(items)
        return self

    def insert(self, index: Any, value: Any) -> None:
        index = operator.index(index)
        at = max(len(self) + index, 0) if index < 0 else min(index, len(self))
        super().insert(at, value)
        if at == 0 and self.marks:
            self.marks.insert(0, self.start)
            self.start -= self.onward
        elif at == 0:  # the first of an empty list goes to its front
            self.marks.insert(0, self.end - self.onward)
            self.start = self.end - 2 * self.onward
        else:
            self.marks.insert(at, self.end)
            self.end += self.onward

    def pop(self, index: Any = -1) -> Any:
        value = super().pop(index)
        mark = self.marks.pop(index)
        # The outermost mark, taken from its end, is the next one given there; an inner one is never given again.
        if index == -1 and mark + self.onward == self.end:
            self.end = mark
        if not self.marks:
            self.start = self.end - self.onward
        elif index == 0 and mark - self.onward == self.start:
            self.start = mark
        return value

    def remove(self, value: Any) -> None:
        if value not in self:
            raise ValueError("list.remove(x): x not in list")
        self.pop(self.index(value))

    def clear(self) -> None:
        while self:
            self.pop()

    def __delitem__(self, index: Any) -> None:
        super().__delitem__(index)
        del self.marks[index]

    def __setitem__(self, index: Any, value: Any) -> None:
        if not isinstance(index, slice):
            super().__setitem__(index, value)
            return
        value = list(value)
        before = len(self)
        super().__setitem__(index, value)
        if len(self) == before and len(self.marks[index]) == len(value):
            return
        new = list(range(self.end, self.end + self.onward * len(value), self.onward))
        self.marks[index] = new
        self.end += self.onward * len(value)

    def reverse(self) -> None:
        super().reverse()
        self.marks.reverse()
        self.start, self.end, self.onward = self.end, self.start, -self.onward

    def sort(self, *, reverse: Any = False) -> None:  # type: ignore[override]
        order = sorted(range(len(self)), key=list(self).__getitem__, reverse=reverse)
        marks = [self.marks[at] for at in order]
        super().sort(reverse=reverse)
        self.marks = marks

    def rearrange(self, items: list[Any]) -> None:
        """Takes on a new order of its elements, some of them gone and others new: each keeps its mark."""
        marks: dict[int, list[int]] = {}
        for item, mark in zip(self, self.marks, strict=True):
            marks.setdefault(id(item), []).append(mark)
        kept = [marks[id(item)].pop(0) if marks.get(id(item)) else None for item in items]
        super().__setitem__(slice(None), items)
        self.marks = []
        for its_mark in kept:
            self.marks.append(self.end if its_mark is None else its_mark)
            self.end += self.onward if its_mark is None else 0

    def copy(self) -> MarkedList:
        return self[:]

    def __getitem__(self, index: Any) -> Any:
        value = super().__getitem__(index)
        if not isinstance(index, slice):
            return value
        part = MarkedList(value, marks=self.marks[index])
        part.onward, part.start, part.end = _around(self.marks, self.start, self.end, self.onward, index)
        return part

    def __add__(self, other: Any) -> Any:
        return list(self) + other

    def __mul__(self, times: Any) -> Any:
        return list(self) * times

    __rmul__ = __mul__


def _around(marks: list[int], start: int, end: int, onward: int, part: slice) -> tuple[int, int, int]:
    """Direction, and the next marks at the front and the back, of ``marks[part]``.

    Where marks are consecutive, a part goes on with the mark of the element that came next to it.
    """
    low, high, step = part.indices(len(marks))
    taken = range(low, high, step)
    consecutive = all(b - a == onward for a, b in itertools.pairwise(marks))
    if step < 0:
        start, end, onward = end, start, -onward
    if not consecutive or abs(step) != 1:
        return onward, start, end
    if not taken:
        at = end if low >= len(marks) else marks[low] if low >= 0 else start
        return onward, at - onward, at
    return onward, marks[taken[0]] - onward, marks[taken[-1]] + onward


class MarkedStr(str):
    """A string whose characters carry marks; attributes as of a `MarkedList`."""

    marks: list[int]
    start: int
    end: int
    onward: int

    def __new__(
        cls, text: str = "", base: int = 0, marks: list[int] | None = None, around: tuple[int, int, int] | None = None
    ) -> MarkedStr:
        self = super().__new__(cls, text)
        self.marks = list(range(base, base + len(text))) if marks is None else marks
        self.onward, self.start, self.end = around or (1, base - 1, base + len(text))
        return self

    def __getitem__(self, index: Any) -> str:
        text = super().__getitem__(index)
        if not isinstance(index, slice):
            return text
        around = _around(self.marks, self.start, self.end, self.onward, index)
        return MarkedStr(text, marks=self.marks[index], around=around)

    def __add__(self, other: str) -> MarkedStr:
        text = str.__add__(self, other)
        end = self.end + self.onward * len(other)
        marks = self.marks + list(range(self.end, end, self.onward))
        return MarkedStr(text, marks=marks, around=(self.onward, self.start, end))

    def __radd__(self, other: str) -> MarkedStr:
        if not isinstance(other, str):
            return NotImplemented
        first = self.start if self.marks else self.end - self.onward
        start = first - self.onward * len(other)
        marks = list(range(first, start, -self.onward))[::-1] + self.marks
        return MarkedStr(other + str(self), marks=marks, around=(self.onward, start, self.end))


Marked = (MarkedList, MarkedStr)


def say(value: Any) -> str:
    """A value in few signs: a text that can be taken for nothing else stands bare, any other value as Python writes
    it."""
    if value.__class__ is int:
        return int.__repr__(value)
    if isinstance(value, str):
        return str(value) if _BARE.fullmatch(value) and value not in _NAMES else str.__repr__(value)
    return write(value)


def character(value: str) -> str:
    """A character behind its mark: bare, but where it could be taken for a sign of the notation."""
    return value if value not in "<>'\"\\" and value.isprintable() and value != ".." else repr(value)


def _one(sequence: Any, position: int) -> str:
    item = list.__getitem__(sequence, position) if isinstance(sequence, list) else str.__getitem__(sequence, position)
    written = character(item) if isinstance(sequence, str) else say(item)
    return f"<{sequence.marks[position]}>{written}"


def full(value: Any) -> str:
    """The whole sequence: every element behind its mark, the mark after the last one at the end."""
    if isinstance(value, Marked):
        body = "".join(_one(value, position) for position in range(len(value))) + mark(value.end)
        return f"[{body}]" if isinstance(value, list) else body
    return say(value)


def head(value: Any) -> str:
    """The first element behind its mark, or the end mark of an empty sequence; other values whole."""
    if value.__class__ in Marked:
        return _one(value, 0) if value else mark(value.end)
    return say(value)


def tail(value: Any) -> str:
    """The last element behind its mark, or the end mark of an empty sequence; other values whole."""
    if value.__class__ in Marked:
        return _one(value, -1) if value else mark(value.end)
    return say(value)


def ends(value: Any) -> str:
    """Both ends, for a sequence that a rule takes from at both."""
    if value.__class__ in Marked and value:
        return f"{_one(value, 0)}..{_one(value, -1)}"
    return head(value)


def element(value: Any, index: Any) -> str:
    """The element at ``index`` behind its mark."""
    if value.__class__ in Marked and isinstance(index, int) and -len(value) <= index < len(value):
        return _one(value, index)
    return say(value[index])


def item(source: Any, position: int, value: Any) -> str:
    """An item of a loop over ``source``, behind its mark where it still stands at its position."""
    if source.__class__ in Marked and position < len(source):
        here = source[position]
        if here is value or here == value:
            return _one(source, position)
    return say(value)


def past(values: Any, label: str) -> str:
    """The mark after the last item, behind a label: what a for loop meets when no item is left; else nothing."""
    return f"{label}{mark(values.end)}" if values.__class__ in Marked else ""


def plain(text: str) -> str:
    """``text`` without its marks: ``[<3>5<4>6<5>]`` becomes ``[5, 6]``, ``<3>a<4>b<5>`` becomes ``ab``."""
    if not _MARK.search(text):
        return text
    is_list = text.startswith("[")
    parts = _split(text[1:].removesuffix("]") if is_list else text)
    if is_list:
        return "[" + ", ".join(parts) + "]"
    return one_line("".join(_unquoted(part) for part in parts))


_PIECE = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|<-?\d+>")  # a quoted text, or a mark


def _split(text: str) -> list[str]:
    """What stands between marks, quoted texts kept whole."""
    parts, start = [], 0
    for piece in _PIECE.finditer(text):
        if piece[0][0] == "<":
            parts.append(text[start : piece.start()])
            start = piece.end()
    return [part for part in [*parts, text[start:]] if part]


def _unquoted(part: str) -> str:
    if len(part) > 2 and part[0] in "'\"":
        try:
            return str(ast.literal_eval(part))
        except (ValueError, SyntaxError):
            return part
    return part


class Marker:
    """Gives new sequences their marks during one run."""

    def __init__(self, base: int = 0) -> None:
        self.next = base

    def __call__(self, value: Any) -> Any:
        """A list or text that was made just now, with marks; anything else as it is."""
        start = self.next if self.next < MARKS else self.next % MARKS  # each goes on from there without end
        if value.__class__ is list:
            value = MarkedList(value, start)
        elif value.__class__ is str:
            value = MarkedStr(value, start)
        else:
            return value
        self.next = value.end + (1 if value else GAP)  # an empty sequence will grow
        return value


def room(values: Iterable[Any]) -> int:
    """How many marks the marked ones of these values take, with those kept free for a new sequence."""
    return sum(len(value) + 1 for value in values if value.__class__ in Marked) + GAP


def walk(values: Any) -> Iterator[tuple[Any, str]]:
    """The items of a for loop and how each is written."""
    if not isinstance(values, (list, str, deque)):
        for value in values:
            yield value, say(value)
        return
    for position, value in enumerate(values):
        yield value, item(values, position, value)
