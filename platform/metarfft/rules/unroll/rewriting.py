"""Lines that hide a loop, written as loops: a core rule becomes one in which every step is small.

The statements are walked by `expressions.Lowering`, which keeps Python's order of evaluation; here it only learns to
see calls, tests and slices as something to be written out. What is not surely the same as a loop stays as it is.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping
from dataclasses import replace

from metarfft.rules import core
from metarfft.rules.front import Lowered, written
from metarfft.rules.front.expressions import build
from metarfft.rules.front.expressions.lowering import ANY, RESERVED, Goal, Lowering
from metarfft.rules.front.expressions.variables import Scope, names_in
from metarfft.rules.front.names import Names, Notes
from metarfft.rules.unroll import changes, hidden, lists, searches, slices, texts
from metarfft.rules.unroll.hints import hinted
from metarfft.rules.unroll.known import Known

ROUNDS = 4  # what is written out may show what another line goes over
WRITTEN = frozenset("len range max min enumerate reversed repr set Counter deque".split())  # what loops make use of


def unroll(module: ast.Module, names: Names, notes: Notes, given: Mapping[str, str] | None = None) -> ast.Module:
    """A core module in which the lines that hide a loop are written as loops.

    Args:
        given: what the entry's arguments are known to be, as `known.Known` has it ("list", "text", "table" ...).

    Lines that still hide one are named by the notes.
    """
    for _ in range(ROUNDS):
        before = ast.unparse(module)
        module = _unrolled(module, names, notes, given)
        if ast.unparse(module) == before:
            break
    for node, what in hidden.places(module, Known(module, given)):
        notes.add(node, f"`{ast.unparse(node)}` stays as it is; it {what}")
    return module


def rewrite(text: str, lowered: Lowered) -> Lowered:
    """``lowered``, the core rule of ``text``, with its hidden loops written out; what type hints say is used.

    Raises:
        RuleError: the rule gets too long.
    """
    module, notes = copy.deepcopy(lowered.module), Notes()
    for node in ast.walk(module):
        if isinstance(node, ast.stmt | ast.expr | ast.arg):
            node.lineno = lowered.origin[node.lineno]
    result = written(unroll(module, Names(()), notes, hinted(text, lowered)), lowered.entry, notes)
    return replace(result, notes=(*lowered.notes, *result.notes))


def _unrolled(module: ast.Module, names: Names, notes: Notes, given: Mapping[str, str] | None) -> ast.Module:
    module = copy.deepcopy(module)
    known = Known(module, given)
    functions = {statement.name: statement for statement in module.body if isinstance(statement, ast.FunctionDef)}
    body: list[ast.stmt] = []
    for function in functions.values():
        local = Names(RESERVED | set(functions) | names_in(function))
        body.append(Unrolling(local, notes, functions, Scope(function), known).function(function, True))
        names.taken |= local.taken
    written = ast.Module(body, [])
    for statement in written.body:
        build.settle(statement, statement)
    return ast.fix_missing_locations(written)


class Unrolling(Lowering):
    """Writes one function with its loops in the open."""

    def __init__(
        self, names: Names, notes: Notes, functions: dict[str, ast.FunctionDef], scope: Scope, known: Known
    ) -> None:
        super().__init__(names, notes, functions, scope)
        self.known = known
        self._blocked = any(not self.is_builtin(name) for name in WRITTEN)  # a variable has such a name

    def kind(self, node: ast.expr) -> str:
        """What ``node``, a part of the function as it was, surely holds; see `known`."""
        return self.known.of(node, self.scope.function)

    def _statement(self, node: ast.stmt) -> None:
        match node:
            case ast.FunctionDef():
                inner = Unrolling(self.names, self.notes, self.functions, Scope(node, self.scope), self.known)
                self.emit(inner.function(node, True), node)
            case ast.Return(value=ast.expr() as value) if not self._blocked and searches.give(self, value, node):
                pass
            case _:
                super()._statement(node)

    def alone(self, node: ast.expr) -> None:
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr=method) as called) if not self._blocked:
                write = changes.IN_PLACE.get(method) if core.dotted(called) is None else None
                if write is not None and write(self, node, owner):
                    return
                if core.dotted(called) in searches.INSORT and searches.insort(self, node):
                    return
        super().alone(node)

    def _value(self, node: ast.expr, goal: Goal = ANY, whole: bool = False) -> ast.expr:
        written = None if self._blocked else self._loop(node, goal)
        return super()._value(node, goal, whole) if written is None else written

    def _loop(self, node: ast.expr, goal: Goal) -> ast.expr | None:
        """The variable that holds the value of ``node`` once a loop has run; None where there is nothing to write."""
        match node:
            case ast.Compare(ops=[ast.In() | ast.NotIn()]):
                return searches.membership(self, node, goal)
            case ast.Subscript(slice=ast.Slice() as cut):
                return slices.part(self, node, cut, goal)
            case ast.BinOp(op=ast.Mult()):
                return lists.repeated(self, node, goal)
            case ast.Call(func=ast.Name(name)) if name in lists.BUILTINS and self.is_builtin(name):
                return lists.BUILTINS[name](self, node, goal)
            case ast.Call(func=ast.Attribute(value=owner, attr=method) as called) if core.dotted(called) is None:
                write = METHODS.get(method)
                return None if write is None else write(self, node, owner, goal)
            case ast.Call(func=ast.Attribute() as called) if core.dotted(called) in searches.BISECT:
                return searches.halving(self, node, goal)
        return None


METHODS = {**lists.METHODS, **searches.METHODS, **texts.METHODS}
