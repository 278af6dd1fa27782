"""The complete state of a rule at a loop test, as text and back.

With ``full_state`` every loop test states what later steps may read: the live variables of the function and of those
that wait for it, and how far each ``for`` loop around has come. The text is made of Python's assignments, so that it
reads like what it means::

    state: total = 3; rows = [[1], [2]]; first = rows[0]; over[5] = (1, rows)

``first = rows[0]`` is the same list, not an equal one; ``over[5] = (1, rows)``: the loop of line 5 has taken one item
of ``rows``. Behind ``call[7]`` stands the state of the function that was called at line 7, in which ``frame[0].x`` is a
variable of the outermost. In marked styles ``[1, 2] @ 17`` has the marks from 17 on, and ``mark[0]`` is the next new
one.
"""

from __future__ import annotations

import ast
import itertools
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from metarfft.rules.errors import RuleError
from metarfft.rules.styles import marks
from metarfft.rules.values import FACTORIES, VIEWS, write

PREFIX = "state: "
Place = tuple[tuple[int, int], ...]  # lines of a function and of the statement in it that is reached, the entry first
_UNREADABLE = (
    SyntaxError, ValueError, LookupError, TypeError, AttributeError, RecursionError, AssertionError, OverflowError,
)  # fmt: skip
_MUTABLE = (list, dict, set, deque)
_KINDS: dict[str, Callable[..., Any]] = {
    "set": set, "frozenset": frozenset, "Counter": Counter, "OrderedDict": OrderedDict, "deque": deque, "range": range,
}  # fmt: skip
Waiting = tuple[int, Mapping[str, Any], tuple[str, ...], Mapping[str, Callable[[], Any]], tuple[int, ...]]


@dataclass
class Frame:
    """What one function knows.

    Attributes:
        values: its live variables.
        loops: for the line of each ``for`` loop around: how many items it has taken, and what it takes them from.
        call: line of the call at which it waits; None for the last frame.
    """

    values: dict[str, Any] = field(default_factory=dict)
    loops: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    call: int | None = None


def skip(values: Iterable[Any], count: int) -> Iterator[Any]:
    """The items after the first ``count``."""
    return itertools.islice(values, count, None)


class States:
    """Writes the states of one run. Called by the program with the frames that wait, and the variables and lines of the
    loops of the function that has reached a test."""

    def __init__(self, marker: marks.Marker | None) -> None:
        self.marker = marker

    def __call__(
        self, waiting: Iterable[Waiting], variables: Mapping[str, Any], names: tuple[str, ...], loops: tuple[int, ...]
    ) -> str:
        writer = _Writer()
        parts: list[str] = []
        for depth, (line, known, mine, shared, around) in enumerate(waiting):
            values = {name: known[name] for name in mine if name in known}
            for name, get in shared.items():
                try:
                    values[name] = get()
                except NameError:  # not assigned yet
                    continue
            parts += writer.frame(values, known, around, f"frame[{depth}].")
            parts.append(f"call[{line}]")
        values = {name: variables[name] for name in names if name in variables}
        parts += writer.frame(values, variables, loops, "")
        if self.marker is not None:
            parts.append(f"mark[0] = {self.marker.next}")
        return PREFIX + "; ".join(parts)


class _Writer:
    """Writes values; one that is there already is named by its place instead of written again."""

    def __init__(self) -> None:
        self.places: dict[int, str] = {}

    def frame(
        self, values: Mapping[str, Any], known: Mapping[str, Any], loops: tuple[int, ...], path: str
    ) -> list[str]:
        parts = [f"{name} = {self.write(value, path + name)}" for name, value in values.items()]
        for line in loops:
            sources: list[Any] = []
            while f"__s{line}_{len(sources)}" in known:
                sources.append(known[f"__s{line}_{len(sources)}"])
            written = [self.write(source, f"{path}over[{line}][{n}]") for n, source in enumerate(sources, 1)]
            parts.append(f"over[{line}] = ({', '.join([str(known[f'__p{line}']), *written])}{'' if written else ','})")
        return parts

    def write(self, value: Any, place: str) -> str:
        if isinstance(value, (*_MUTABLE, *VIEWS)):
            if id(value) in self.places:
                return self.places[id(value)]
            self.places[id(value)] = place
        if isinstance(value, dict):
            items = ", ".join(
                f"{write(key)}: {self.write(item, f'{place}[{write(key)}]')}" for key, item in value.items()
            )
            if isinstance(value, defaultdict):
                return f"defaultdict({getattr(value.default_factory, '__name__', 'None')}, {{{items}}})"
            return f"{type(value).__name__}({{{items}}})" if type(value) is not dict else f"{{{items}}}"
        if isinstance(value, (list, tuple, deque)):
            items = ", ".join(self.write(item, f"{place}[{at}]") for at, item in enumerate(value))
            if isinstance(value, tuple):
                return f"({items},)" if value else "()"
            if isinstance(value, deque):
                return f"deque([{items}], {value.maxlen})" if value.maxlen is not None else f"deque([{items}])"
            return f"[{items}]{_marks(value)}"
        if isinstance(value, set) and value and all(isinstance(item, (int, float)) for item in value):
            return "{" + ", ".join(map(write, value)) + "}"  # in its own order, in which it may be gone over
        if isinstance(value, str):
            return str.__repr__(value) + _marks(value)
        return repr(value) if isinstance(value, range) else write(value)


def _marks(value: Any) -> str:
    if not isinstance(value, marks.Marked):
        return ""
    first = value.start + 1
    plain = (value.marks, value.end, value.onward) == (list(range(first, first + len(value))), first + len(value), 1)
    return f" @ {first}" if plain else f" @ ({value.marks}, {value.start}, {value.end}, {value.onward})"


def read(text: str) -> tuple[list[Frame], int | None]:
    """The frames of a state, the entry's first, and the next new mark.

    Raises:
        RuleError: the text is no state.
    """
    try:
        reader = _Reader()
        for statement in ast.parse(text.strip().removeprefix(PREFIX.strip()).strip()).body:
            reader.statement(statement)
    except _UNREADABLE as error:
        raise RuleError(f"not a state: {error}") from None
    return reader.frames, reader.mark


class _Reader:
    def __init__(self) -> None:
        self.frames = [Frame()]
        self.mark: int | None = None

    def statement(self, node: ast.stmt) -> None:
        frame = self.frames[-1]
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                frame.values[name] = self.value(value, lambda made: frame.values.__setitem__(name, made))
            case ast.Assign(targets=[ast.Subscript(value=ast.Name(id="over"), slice=line)], value=value):
                number = ast.literal_eval(line)
                frame.loops[number] = self.value(value, lambda made: frame.loops.__setitem__(number, made))
            case ast.Assign(targets=[ast.Subscript(value=ast.Name(id="mark"))], value=value):
                self.mark = ast.literal_eval(value)
            case ast.Expr(value=ast.Subscript(value=ast.Name(id="call"), slice=line)):
                frame.call = ast.literal_eval(line)
                self.frames.append(Frame())
            case _:
                raise ValueError(ast.unparse(node))

    def value(self, node: ast.expr, made: Callable[[Any], None] = lambda made: None) -> Any:
        """The value of an expression. ``made`` is told of it before its items are read, which may refer to it."""
        match node:
            case ast.Name(id=name):
                return self.frames[-1].values[name] if name in self.frames[-1].values else float(name)
            case ast.Attribute(value=ast.Subscript(value=ast.Name(id="frame"), slice=depth), attr=name):
                return self.frames[ast.literal_eval(depth)].values[name]
            case ast.Subscript(value=ast.Name(id="over"), slice=line):
                return self.frames[-1].loops[ast.literal_eval(line)]
            case ast.Subscript(
                value=ast.Attribute(value=ast.Subscript(value=ast.Name("frame"), slice=depth), attr="over"), slice=line
            ):
                return self.frames[ast.literal_eval(depth)].loops[ast.literal_eval(line)]
            case ast.Subscript(value=of, slice=index):
                return self.value(of)[self.value(index)]
            case ast.BinOp(left=left, op=ast.MatMult(), right=right):
                return self.marked(left, ast.literal_eval(right), made)
            case ast.List():
                return self.fill([], node.elts, made)
            case ast.Tuple():
                return tuple(self.fill([], node.elts, made))
            case ast.Set():
                return {self.value(item) for item in node.elts}
            case ast.Dict():
                return self.table({}, node, made)
            case ast.Call(func=ast.Name(id="defaultdict"), args=[ast.Name(id=factory), ast.Dict() as body]):
                return self.table(defaultdict(FACTORIES[factory]), body, made)
            case ast.Call(func=ast.Name(id="defaultdict"), args=[_, ast.Dict() as body]):
                return self.table(defaultdict(None), body, made)
            case ast.Call(func=ast.Name(id="Counter" | "OrderedDict" as kind), args=[ast.Dict() as body]):
                return self.table(_KINDS[kind](), body, made)
            case ast.Call(func=ast.Name(id="deque"), args=[ast.List(elts=items), *limit]):
                return self.fill(deque(maxlen=ast.literal_eval(limit[0]) if limit else None), items, made)
            case ast.Call(func=ast.Name(id=kind), args=args):
                return _KINDS[kind](*map(self.value, args))
        return ast.literal_eval(node)

    def fill(self, container: Any, items: list[ast.expr], made: Callable[[Any], None]) -> Any:
        made(container)
        for item in items:
            before = len(container)
            value = self.value(item, container.append)  # in its place before its own items are read
            if len(container) == before:
                container.append(value)
            container[-1] = value
        return container

    def table(self, container: Any, node: ast.Dict, made: Callable[[Any], None]) -> Any:
        made(container)
        for key, item in zip(node.keys, node.values, strict=True):
            assert key is not None
            place = self.value(key)
            container[place] = self.value(item, partial(container.__setitem__, place))
        return container

    def marked(self, node: ast.expr, given: Any, made: Callable[[Any], None]) -> Any:
        if not isinstance(node, ast.List):
            text = ast.literal_eval(node)
            if isinstance(given, int):
                return marks.MarkedStr(text, given)
            numbers, start, end, onward = given
            return marks.MarkedStr(text, marks=numbers, around=(onward, start, end))
        found = self.fill(marks.MarkedList(base=given if isinstance(given, int) else 0), node.elts, made)
        if not isinstance(given, int):
            found.marks, found.start, found.end, found.onward = given
        return found
