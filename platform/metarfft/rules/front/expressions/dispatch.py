"""Dictionaries of functions (``ops = {'+': lambda a, b: a + b}``, ``ops[op](a, b)``), written as if and elif."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from metarfft.rules import core
from metarfft.rules.errors import refuse
from metarfft.rules.front.expressions import build, lambdas
from metarfft.rules.front.expressions.purity import is_quiet

if TYPE_CHECKING:
    from metarfft.rules.front.expressions.lowering import Goal, Lowering


def table(low: Lowering, name: str) -> ast.Dict | None:
    """The dictionary of functions that ``name`` is, if nothing but calls and tests of its keys read it."""
    found = low.scope.constant(name)
    if not isinstance(found, ast.Dict) or not found.keys or not all(isinstance(k, ast.Constant) for k in found.keys):
        return None
    if not all(_is_function(low, value) for value in found.values):
        return None
    return found


def _is_function(low: Lowering, node: ast.expr) -> bool:
    if isinstance(node, ast.Lambda):
        return True
    if isinstance(node, ast.Name):
        return low.own(node.id) is not None or (low.is_builtin(node.id) and node.id in core.BUILTINS)
    module = (build.dotted(node) or "").partition(".")[0]
    return isinstance(node, ast.Attribute) and module in ("operator", "math", "str")


def assigned(low: Lowering, node: ast.Assign) -> bool:
    """Writes the assignment of a dictionary of functions as that of its keys, or not at all; whether it was one."""
    target = node.targets[0]
    if not isinstance(target, ast.Name) or not isinstance(node.value, ast.Dict):
        return False
    if table(low, target.id) is not node.value:
        return False
    called = [
        part.func.value
        for part in ast.walk(low.scope.function)
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Subscript)
    ]
    tested = [
        part.comparators[0]
        for part in ast.walk(low.scope.function)
        if isinstance(part, ast.Compare) and len(part.ops) == 1 and isinstance(part.ops[0], (ast.In, ast.NotIn))
    ]
    reads = low.scope.reads(target.id)
    if any(read not in called and read not in tested for read in reads):
        refuse(node, f"{target.id} holds functions; call them as {target.id}[key](...), or write if and elif")
    low.notes.add(node, "the dictionary of functions is written as if and elif where it is used")
    if any(read in tested for read in reads):
        keys: list[ast.expr] = [key for key in node.value.keys if key is not None]
        low.emit(build.assign(target.id, ast.List(keys, ast.Load())), node)
    return True


def call(low: Lowering, node: ast.Call, goal: Goal) -> ast.expr:
    """``ops[key](...)``: the branch of the key."""
    assert isinstance(node.func, ast.Subscript)
    place = node.func
    functions = table(low, place.value.id) if isinstance(place.value, ast.Name) else None
    if isinstance(place.value, ast.Dict) and all(isinstance(key, ast.Constant) for key in place.value.keys):
        functions = place.value
    if functions is None or node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
        refuse(node, "call functions and methods by their name")
    if not all(is_quiet(low, argument) for argument in node.args):
        refuse(node, "put the arguments in variables first")
    key, *arguments = [low.steady(part) for part in low.operands([place.slice, *node.args])]
    name = low.place(goal, "result")
    last: list[ast.stmt] = [ast.Raise(build.call("KeyError", key), None)]
    for wanted, function in reversed(list(zip(functions.keys, functions.values, strict=True))):
        with low.apart() as block:
            low.become(name, lambdas.prepare(low, function).apply(arguments), node)
        assert wanted is not None
        last = [build.when(build.compare(key, ast.Eq(), wanted), block, last)]
    low.emit(last[0], node)
    return build.load(name)
