"""Short ways to make the nodes of core statements and expressions."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Sequence

Block = list[ast.stmt]


def load(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def store(name: str) -> ast.Name:
    return ast.Name(name, ast.Store())


def const(value: object) -> ast.expr:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value < 0:
        return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    return ast.Constant(value)  # type: ignore[arg-type]


def assign(name: str, value: ast.expr) -> ast.Assign:
    return ast.Assign([store(name)], value)


def assign_item(container: ast.expr, index: ast.expr, value: ast.expr) -> ast.Assign:
    return ast.Assign([ast.Subscript(container, index, ast.Store())], value)


def add_to(name: str, value: ast.expr) -> ast.AugAssign:
    return ast.AugAssign(store(name), ast.Add(), value)


def call(function: str, *arguments: ast.expr, **keywords: ast.expr) -> ast.Call:
    """``function(arguments)``; the name may be dotted."""
    parts = function.split(".")
    target: ast.expr = load(parts[0])
    for part in parts[1:]:
        target = ast.Attribute(target, part, ast.Load())
    return ast.Call(target, list(arguments), [ast.keyword(key, value) for key, value in keywords.items()])


def method(receiver: ast.expr, name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Attribute(receiver, name, ast.Load()), list(arguments), [])


def do(receiver: str, name: str, *arguments: ast.expr) -> ast.Expr:
    """``receiver.name(arguments)`` on a line of its own."""
    return ast.Expr(method(load(receiver), name, *arguments))


def item(container: ast.expr, index: ast.expr) -> ast.Subscript:
    return ast.Subscript(container, index, ast.Load())


def compare(left: ast.expr, operator: ast.cmpop, right: ast.expr) -> ast.Compare:
    return ast.Compare(left, [operator], [right])


def negate(test: ast.expr) -> ast.expr:
    """The opposite truth of ``test``; only where nothing but the truth counts."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        for one, other in ((ast.Eq, ast.NotEq), (ast.In, ast.NotIn), (ast.Is, ast.IsNot)):
            for old, new in ((one, other), (other, one)):
                if isinstance(test.ops[0], old):
                    return ast.Compare(test.left, [new()], test.comparators)
    return ast.UnaryOp(ast.Not(), test)


def when(test: ast.expr, body: Iterable[ast.stmt], orelse: Iterable[ast.stmt] = ()) -> ast.If:
    return ast.If(test, list(body) or [ast.Pass()], list(orelse))


def loop(target: ast.expr, iterable: ast.expr, body: Iterable[ast.stmt]) -> ast.For:
    return ast.For(target, iterable, list(body) or [ast.Pass()], [])


def fail(error: str, text: str | None = None) -> ast.Raise:
    return ast.Raise(call(error, *([] if text is None else [const(text)])), None)


def both(tests: Sequence[ast.expr]) -> ast.expr:
    return tests[0] if len(tests) == 1 else ast.BoolOp(ast.And(), list(tests))


def joined(node: ast.BoolOp, values: list[ast.expr]) -> ast.expr:
    """Some operands of ``and`` or ``or`` as one expression."""
    return values[0] if len(values) == 1 else ast.copy_location(ast.BoolOp(node.op, values), node)


def stored(target: ast.expr) -> ast.expr:
    """A copy of a target whose names are stored."""
    target = copy.deepcopy(target)
    for node in ast.walk(target):
        if isinstance(node, (ast.Tuple, ast.Name)):
            node.ctx = ast.Store()
    return target


def settle(node: ast.AST, origin: ast.AST) -> None:
    """Gives every node without a position that of ``origin``."""
    if not hasattr(origin, "lineno"):
        return
    for child in ast.walk(node):
        if "lineno" in child._attributes and not hasattr(child, "lineno"):
            ast.copy_location(child, origin)


def dotted(node: ast.expr) -> str | None:
    """``a.b.c`` as text, None for any other expression."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = dotted(node.value)
        return None if base is None else f"{base}.{node.attr}"
    return None
