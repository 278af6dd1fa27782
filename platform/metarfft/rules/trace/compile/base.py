"""What the compilation of one function keeps track of, and how its steps are written."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from metarfft.rules.core import assigned, own_nodes, parameters
from metarfft.rules.trace import guards, state
from metarfft.rules.trace.analysis import Facts, changed_in_place, changes_something
from metarfft.rules.trace.compile.expressions import Expressions
from metarfft.rules.trace.compile.terms import Value
from metarfft.rules.trace.compile.writer import Values, Writer
from metarfft.rules.trace.sites import Kind, Site

if TYPE_CHECKING:
    from metarfft.rules.styles.base import Phrases, Style


@dataclass(frozen=True)
class Context:
    """What all functions of one program share.

    Attributes:
        tops: the rule's top-level functions, the entry last.
        recited: the rule's lines as the style recites them.
        special: whether there may be sets or values of collections.
        full_state: loop tests state all that later steps may read.
        facts: what is known of the functions whatever the style.
        place: where the program begins, as pairs of the lines of a function and of a statement in it, the entry first.
    """

    tops: list[ast.FunctionDef]
    recited: list[str]
    style: Style | None
    phrases: Phrases
    special: bool
    full_state: bool
    place: state.Place
    facts: dict[ast.FunctionDef, Facts]

    @cached_property
    def has_attempts(self) -> bool:
        """Whether errors may be caught."""
        return any(isinstance(node, ast.Try) for top in self.tops for node in ast.walk(top))

    def is_outermost(self, function: ast.FunctionDef) -> bool:
        """Whether a function is the entry, which no other function calls."""
        return function is self.tops[-1] and not self.is_called(function)

    def is_called(self, function: ast.FunctionDef) -> bool:
        return any(
            isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function.name
            for top in self.tops
            for node in ast.walk(top)
        )

    @cached_property
    def fills(self) -> bool:
        """Whether reading an element may enter it: there may be a defaultdict."""
        names = (node.id for top in self.tops for node in ast.walk(top) if isinstance(node, ast.Name))
        made = any(node in ("set", "frozenset", "Counter", "OrderedDict", "deque") for node in names)
        return self.special and (not made or self.has_defaultdict)

    @cached_property
    def has_defaultdict(self) -> bool:
        return any(
            isinstance(node, ast.Name) and node.id == "defaultdict" for top in self.tops for node in ast.walk(top)
        )

    @cached_property
    def has_calls(self) -> bool:
        names = {node.name for top in self.tops for node in ast.walk(top) if isinstance(node, ast.FunctionDef)}
        calls = [node for top in self.tops for node in ast.walk(top) if isinstance(node, ast.Call)]
        return any(isinstance(call.func, ast.Name) and call.func.id in names for call in calls)


class Base(ABC):
    """The compilation of one function of a rule.

    Args:
        owned: names of the rule's functions that it can call.
        frame: position in the context's place of the frame that it goes on in; None: it begins at its beginning.
    """

    def __init__(
        self,
        context: Context,
        node: ast.FunctionDef,
        writer: Writer,
        sites: list[Site],
        owned: frozenset[str],
        frame: int | None = None,
    ) -> None:
        self.context, self.node, self.writer, self.sites = context, node, writer, sites
        self.style = context.style
        inner = [n for n in own_nodes(node) if isinstance(n, ast.FunctionDef)]
        self.owned = owned | {one.name for one in inner}
        self.is_entry = False
        self.facts = context.facts.setdefault(node, Facts(node))
        self.pointers = self.facts.pointers if self.style and self.style.marked else {}
        self.expressions = Expressions(
            writer, self.style, self.pointers, context.phrases, context.special, self.facts.numbers
        )  # fmt: skip
        self.bound = set(parameters(node))  # variables that are assigned wherever control is now
        self.loops = 0
        self.frame = frame
        self.target = context.place[frame][1] if frame is not None else 0
        self.captured = self.facts.captured
        self.iterators: list[ast.For] = []  # the for loops around, the outermost first

    def values(self, *evaluated: ast.expr, stores: bool = False, changed: frozenset[str] = frozenset()) -> Values:
        """The values of a step that evaluates these expressions, then stores in an element, and assigns variables."""
        repeats = any(changes_something(node, self.context.fills) for node in evaluated)
        return Values(self.writer, stores or repeats, repeats, changed)

    def step(
        self,
        kind: Kind,
        values: Values,
        calculation: str | None = None,
        changes: tuple[tuple[str, str], ...] = (),
        keyword: str = "",
        line: int | None = None,
        state: str = "",
        depth: str = "",
    ) -> None:
        """Adds a site and writes the code that appends its step."""
        assert self.style is not None
        lineno = line or self.writer.line
        recited = self.context.recited[lineno - 1]
        reads = tuple(values.reads)
        site = Site(kind, lineno, recited, reads, calculation, changes, keyword, depth, state=state, join=values.joined)
        self.sites.append(site)
        self.writer.write(f"__step(({len(self.sites) - 1}, {values.text(self.style.template(site))}))")

    def count(self, round_of_loop: bool = True) -> None:
        """Counts a step of the budget."""
        self.writer.write("__n += 1")
        self.writer.write(f"if __n > {guards.MAX_STEPS}: __too_many_steps()")
        if self.style and round_of_loop:  # now and then, since measuring takes longer than a step
            self.writer.write("if not __n & 63: __measure()")

    @abstractmethod
    def define(self, node: ast.FunctionDef, owned: frozenset[str]) -> None:
        """Writes a function that is called, and those of its frames that the program begins in."""

    # -- going on from a place

    def on_way(self, node: ast.stmt) -> bool:
        """Whether the place that the program begins at is in this statement."""
        return self.frame is not None and node.lineno <= self.target <= (node.end_lineno or 0)

    @contextmanager
    def not_on_way(self, guarded: bool) -> Iterator[None]:
        """What is written inside is left out on the way to the place that the program begins at."""
        if guarded:
            with self.writer.block("if not __on_way:"):
                yield
        else:
            yield

    def block(self, body: list[ast.stmt]) -> None:
        reached = next((at for at, statement in enumerate(body) if self.on_way(statement)), None)
        for at, statement in enumerate(body):
            self.writer.line = statement.lineno
            skipped = (
                reached is not None and at < reached and not isinstance(statement, (ast.FunctionDef, ast.Nonlocal))
            )
            with self.not_on_way(skipped):
                getattr(self, type(statement).__name__)(statement)

    # -- state at loop tests

    def loop_state(self, node: ast.While | ast.For, values: Values) -> tuple[tuple[str, str], ...]:
        """Containers that this loop's own body changes in place and that are read again: stated at each test."""
        if self.style is None or not self.style.states_changes or self.context.full_state:
            return ()
        shown = {read.label for read in values.reads}
        names = [name for name in changed_in_place(node.body) if name not in shown]
        names = [
            name for name in names if name in self.bound and name in self.facts.liveness.loops[node] | self.captured
        ]
        return tuple((name, f"{{{values.after(self.expressions.show(name, name))}}}") for name in names)

    def full_state(self, node: ast.While | ast.For, values: Values, targets: frozenset[str] = frozenset()) -> str:
        """The field of all that later steps may read, for the style to place; not the ``targets`` of the test."""
        if not self.context.full_state or self.style is None:
            return ""
        names = sorted(self.facts.liveness.loops[node] & assigned(self.node) - targets, key=self.order().index)
        iterators = [*self.iterators, node] if isinstance(node, ast.For) else self.iterators
        stack = "__stack" if self.context.has_calls else "()"
        name = self.writer.name("f")  # before a test that changes something
        loops = tuple(loop.lineno for loop in iterators)
        self.writer.write(f"{name} = __state({stack}, __locals(), {tuple(names)!r}, {loops!r})")
        return f"{{{values.after(name)}}}"

    def order(self) -> list[str]:
        """The function's variables in order of appearance."""
        names = parameters(self.node)
        names += [n.id for n in own_nodes(self.node) if isinstance(n, ast.Name)]
        return list(dict.fromkeys(names))

    def push(self, statement: ast.stmt) -> None:
        """Keeps what the function will read after a call, for the state that is stated meanwhile."""
        result = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        names = sorted((self.facts.liveness.after[statement] - result) & set(self.order()), key=self.order().index)
        mine = tuple(name for name in names if name not in self.captured)
        shared = ", ".join(f"{name!r}: lambda: {name}" for name in names if name in self.captured)
        loops = tuple(loop.lineno for loop in self.iterators)
        self.writer.write(f"__stack.append(({statement.lineno}, __locals(), {mine!r}, {{{shared}}}, {loops!r}))")

    def is_own(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in self.owned

    def calculation(self, node: ast.expr, value: Value) -> str | None:
        """How a single value came about, where that says more than the value."""
        if value.label and "{" in value.label:
            return value.label
        if isinstance(node, (ast.UnaryOp, ast.Compare)) and not isinstance(value.shown, (ast.Constant, ast.Name)):
            if isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant):
                return None
            return self.expressions.text(value.shown)
        return None
