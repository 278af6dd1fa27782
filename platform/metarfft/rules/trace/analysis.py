"""What a function does with its variables: which ones it walks, takes from an end of, or changes in place."""

from __future__ import annotations

import ast
from functools import cached_property

from metarfft.rules.core import CHANGING_METHODS, changes, own_nodes
from metarfft.rules.trace.liveness import Liveness, captured
from metarfft.rules.trace.numbers import numbers

_SPECIAL = frozenset("set frozenset Counter OrderedDict defaultdict deque".split())
_SET_METHODS = frozenset("union intersection difference symmetric_difference".split())


class Facts:
    """What is known of a function whatever the style, worked out when it is asked for."""

    def __init__(self, function: ast.FunctionDef) -> None:
        self.function = function

    @cached_property
    def pointers(self) -> dict[str, str]:
        return pointers(self.function)

    @cached_property
    def captured(self) -> frozenset[str]:
        return captured(self.function)

    @cached_property
    def numbers(self) -> frozenset[str]:
        return numbers(self.function)

    @cached_property
    def liveness(self) -> Liveness:
        return Liveness(self.function)


def pointers(function: ast.FunctionDef) -> dict[str, str]:
    """For each variable used as a sequence from an end: how a step shows it (``__head``, ``__tail`` or ``__ends``)."""
    touched: dict[str, set[str]] = {}

    def touch(node: ast.expr, end: str) -> None:
        if isinstance(node, ast.Name):
            touched.setdefault(node.id, set()).add(end)

    for node in own_nodes(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            first = ast.unparse(node.args[0]) if node.args else None
            if node.func.attr == "pop":
                touch(node.func.value, {None: "__tail", "-1": "__tail", "0": "__head"}.get(first, "__head"))
            elif node.func.attr == "insert":
                touch(node.func.value, "__head" if first == "0" else "__tail")
            elif node.func.attr in ("append", "extend"):
                touch(node.func.value, "__tail")
        elif isinstance(node, ast.Subscript):
            index = ast.unparse(node.slice)
            if index in ("0", "1:", ":1"):
                touch(node.value, "__head")
            elif index in ("-1", ":-1", "-1:"):
                touch(node.value, "__tail")
            elif index == "1:-1":
                touch(node.value, "__head")
                touch(node.value, "__tail")
        elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add):
            touch(node.target, "__tail")
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp) and isinstance(node.value.op, ast.Add):
            target = node.targets[0]
            left, right = node.value.left, node.value.right
            while isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add):
                left = left.left
            if isinstance(target, ast.Name) and isinstance(left, ast.Name) and left.id == target.id:
                touch(target, "__tail")
            elif isinstance(target, ast.Name) and isinstance(right, ast.Name) and right.id == target.id:
                touch(target, "__head")
    return {name: "__ends" if len(ends) > 1 else next(iter(ends)) for name, ends in touched.items()}


def sequences(function: ast.FunctionDef) -> set[str]:
    """Variables whose elements a function reads one by one; other strings are single values."""
    names = set(pointers(function))
    for node in ast.walk(function):
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            names.add(node.value.id)
        elif isinstance(node, ast.For):
            names |= {n.id for n in ast.walk(node.iter) if isinstance(n, ast.Name)}
    return names


def has_special(module: ast.Module) -> bool:
    """Whether a rule makes sets or values of collections; arguments, from JSON, hold none."""
    for node in ast.walk(module):
        if isinstance(node, ast.Set) or (isinstance(node, ast.Name) and node.id in _SPECIAL):
            return True
        if isinstance(node, ast.Attribute) and node.attr in _SET_METHODS:
            return True
    return False


def makes_new(node: ast.expr) -> bool:
    """Whether an expression gives a list that nothing else refers to."""
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute):
            return node.func.attr in ("copy", "split", "rsplit", "splitlines", "most_common", "elements")
        return isinstance(node.func, ast.Name) and node.func.id in ("list", "sorted")
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.Slice)
    return isinstance(node, (ast.List, ast.BinOp))


def changed_in_place(body: list[ast.stmt], inner: bool = False) -> list[str]:
    """Variables whose containers these statements change in place; those of ``inner`` loops left out."""
    names: dict[str, None] = {}

    def touch(node: ast.expr) -> None:
        while isinstance(node, ast.Subscript):
            node = node.value
        if isinstance(node, ast.Name):
            names[node.id] = None

    for statement in body:
        if isinstance(statement, ast.If):
            for node in ast.walk(statement.test):
                if isinstance(node, ast.Call) and changes(node):
                    touch(_changed(node))
            names.update(
                dict.fromkeys(changed_in_place(statement.body, inner) + changed_in_place(statement.orelse, inner))
            )
        elif isinstance(statement, ast.Try):
            for block in (statement.body, *(handler.body for handler in statement.handlers), statement.orelse):
                names.update(dict.fromkeys(changed_in_place(block, inner)))
        elif inner and isinstance(statement, (ast.While, ast.For)):
            names.update(dict.fromkeys(changed_in_place(statement.body, inner)))
        elif isinstance(statement, ast.Delete):
            touch(statement.targets[0])
        elif not isinstance(statement, (ast.While, ast.For, ast.FunctionDef)):
            for node in ast.walk(statement):
                if isinstance(node, ast.Call) and changes(node):
                    touch(_changed(node))
    return list(names)


def _changed(node: ast.Call) -> ast.expr:
    """What a changing call changes."""
    if isinstance(node.func, ast.Attribute) and node.func.attr in CHANGING_METHODS:
        return node.func.value
    return node.args[0]


def changes_something(node: ast.expr, fills: bool = False) -> bool:
    """Whether evaluating an expression changes a value that it may have read before.

    Args:
        fills: reading an element of a table may enter it.
    """
    for part in ast.walk(node):
        if isinstance(part, ast.Call) and changes(part):
            return True
        if fills and isinstance(part, ast.Subscript) and not isinstance(part.slice, ast.Slice):
            return True
    return False
