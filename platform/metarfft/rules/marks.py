"""Sequences whose elements carry position marks: the values of the style ``indexed``.

A mark is a number modulo 128 that an element keeps for life, written ``<17>`` in front of it. A sequence's marks are
consecutive from a random base, so a step can name the one element it reads, and the element after it is the next mark.
Index hints of this kind are known to help length generalisation (Zhou et al. 2024, arXiv 2402.09371).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

MARKS = 128
GAP = 40  # marks kept free for a sequence that starts empty
_MARK = re.compile(r"<\d+>")


def mark(number: int) -> str:
    return f"<{number % MARKS}>"


class MarkedList(list):
    """A list that tracks a mark for every element; ``end`` is the mark after the last one."""

    def __init__(self, items: Iterable[Any] = (), base: int = 0, marks: list[int] | None = None) -> None:
        super().__init__(items)
        self.marks = list(range(base, base + len(self))) if marks is None else marks
        self.end = self.marks[-1] + 1 if self.marks else base

    def append(self, value: Any) -> None:
        onward = _direction(self)
        super().append(value)
        self.marks.append(self.end)
        self.end += onward

    def extend(self, values: Iterable[Any]) -> None:
        for value in list(values):
            self.append(value)

    def __iadd__(self, values: Iterable[Any]) -> MarkedList:  # type: ignore[misc,override]
        self.extend(values)
        return self

    def insert(self, index: Any, value: Any) -> None:
        at = range(len(self) + 1)[slice(index, None)].start if index < 0 else min(index, len(self))
        onward = _direction(self)
        super().insert(at, value)
        if at == 0:
            self.marks.insert(0, (self.marks[0] if self.marks else self.end) - onward)
        else:
            self.marks.insert(at, self.end)
            self.end += onward

    def pop(self, index: Any = -1) -> Any:
        value = super().pop(index)
        removed = self.marks.pop(index)
        if index == -1:  # taken from the tail: the next one appended gets this mark again
            self.end = removed
        return value

    def remove(self, value: Any) -> None:
        self.pop(self.index(value))

    def clear(self) -> None:
        while self:
            self.pop()

    def reverse(self) -> None:
        super().reverse()
        self.marks.reverse()

    def __getitem__(self, index: Any) -> Any:
        value = super().__getitem__(index)
        if isinstance(index, slice):
            part = MarkedList(value, marks=self.marks[index])
            part.end = _end_of(self, index)
            return part
        return value


class MarkedStr(str):
    """A string whose characters carry marks."""

    marks: list[int]
    end: int

    def __new__(
        cls, text: str = "", base: int = 0, marks: list[int] | None = None, end: int | None = None
    ) -> MarkedStr:
        self = super().__new__(cls, text)
        self.marks = list(range(base, base + len(text))) if marks is None else marks
        self.end = end if end is not None else self.marks[-1] + 1 if self.marks else base
        return self

    def __getitem__(self, index: Any) -> str:
        text = super().__getitem__(index)
        if not isinstance(index, slice):
            return text
        return MarkedStr(text, marks=self.marks[index], end=_end_of(self, index))

    def __add__(self, other: str) -> MarkedStr:
        onward = _direction(self)
        end = self.end + onward * len(other)
        marks = self.marks + list(range(self.end, end, onward))
        return MarkedStr(str.__add__(self, other), marks=marks, end=end)

    def __radd__(self, other: str) -> MarkedStr:
        onward = _direction(self)
        start = self.marks[0] if self.marks else self.end
        marks = list(range(start - onward * len(other), start, onward)) + self.marks
        return MarkedStr(other + str(self), marks=marks, end=self.end)


def _end_of(sequence: MarkedList | MarkedStr, part: slice) -> int:
    """The mark after the last element of ``sequence[part]``."""
    _, stop, _ = part.indices(len(sequence))
    if stop < 0:  # a walk to the front, such as [::-1]
        return sequence.marks[0] - _direction(sequence) if sequence else sequence.end
    return sequence.end if stop >= len(sequence) else sequence.marks[stop]


def _direction(sequence: MarkedList | MarkedStr) -> int:
    """How marks go on at the end: -1 behind a reversed part, else 1."""
    return -1 if sequence and sequence.end < sequence.marks[-1] else 1


def plain(text: str) -> str:
    """``text`` without its marks: ``[<3>5<4>6<5>]`` becomes ``[5, 6]``, ``<3>a<4>b<5>`` becomes ``ab``."""
    if text.startswith("["):
        return "[" + ", ".join(part for part in _MARK.split(text[1:].removesuffix("]")) if part) + "]"
    return _MARK.sub("", text)


def full(value: Any) -> str:
    """The whole sequence: every element behind its mark, the mark after the last one at the end."""
    if isinstance(value, (MarkedList, MarkedStr)):
        body = "".join(f"{mark(m)}{item}" for m, item in zip(value.marks, value, strict=True)) + mark(value.end)
        return f"[{body}]" if isinstance(value, list) else body
    return str(value)


def head(value: Any) -> str:
    """The first element behind its mark, or the end mark of an empty sequence; other values whole."""
    if isinstance(value, (MarkedList, MarkedStr)):
        return f"{mark(value.marks[0])}{value[0]}" if value else mark(value.end)
    return str(value)


def tail(value: Any) -> str:
    """The last element behind its mark, or the end mark of an empty sequence; other values whole."""
    if isinstance(value, (MarkedList, MarkedStr)):
        return f"{mark(value.marks[-1])}{value[-1]}" if value else mark(value.end)
    return str(value)


def ends(value: Any) -> str:
    """Both ends, for a sequence that a rule takes from at both."""
    if isinstance(value, (MarkedList, MarkedStr)) and value:
        return f"{head(value)}..{tail(value)}"
    return head(value)


def element(value: Any, index: Any) -> str:
    """The element at ``index`` behind its mark."""
    if isinstance(value, (MarkedList, MarkedStr)) and isinstance(index, int) and -len(value) <= index < len(value):
        return f"{mark(value.marks[index])}{value[index]}"
    return str(value[index])


def walk(values: Any) -> Iterator[tuple[Any, str]]:
    """The items of a for loop and how each is written."""
    marked = isinstance(values, (MarkedList, MarkedStr))
    for position, item in enumerate(values):
        yield item, element(values, position) if marked else str(item)


def past(values: Any) -> str:
    """The mark after the last item: what a for loop meets when no item is left."""
    return mark(values.end) if isinstance(values, (MarkedList, MarkedStr)) else ""


class Marker:
    """Gives new sequences their marks during one run."""

    def __init__(self, base: int = 0) -> None:
        self.next = base

    def __call__(self, value: Any) -> Any:
        if type(value) is list:
            value = MarkedList(value, self.next)
        elif type(value) is str:
            value = MarkedStr(value, self.next)
        else:
            return value
        self.next = value.end + (1 if value else GAP)  # an empty sequence will grow
        return value
