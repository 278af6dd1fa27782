"""Which variables of a function are numbers, whatever its arguments: so that a program need not ask at run time."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from metarfft.rules.core import assigned, own_nodes, parameters
from metarfft.rules.trace.liveness import captured

_CALLS = frozenset("len int float ord".split())
_OF_NUMBERS = frozenset("abs round min max".split())
_METHODS = frozenset("count index find rfind rindex bit_length bit_count".split())


def numbers(function: ast.FunctionDef) -> frozenset[str]:
    """Variables that hold numbers at every assignment; a greatest fixed point."""
    known = assigned(function) - set(parameters(function)) - captured(function)
    values = [(name, value) for name, value in _assignments(function) if name in known]
    while True:
        kept = known - {name for name, value in values if value is None or not is_number(value, known)}
        if kept == known:
            return frozenset(known)
        known = kept


def is_number(node: ast.expr, known: frozenset[str] | set[str]) -> bool:
    """Whether an expression is a number, if the variables ``known`` are."""
    match node:
        case ast.Constant(value=value):
            return isinstance(value, (int, float))
        case ast.Name(id=name):
            return name in known
        case ast.BinOp():
            return is_number(node.left, known) and is_number(node.right, known)
        case ast.UnaryOp(op=ast.Not()):
            return False
        case ast.UnaryOp():
            return is_number(node.operand, known)
        case ast.IfExp():
            return is_number(node.body, known) and is_number(node.orelse, known)
        case ast.Call(func=ast.Name(id=name), args=args):
            if name in _OF_NUMBERS:
                return bool(args) and all(is_number(part, known) for part in args) and not node.keywords
            return name in _CALLS
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in _METHODS
    return False


def _assignments(function: ast.FunctionDef) -> Iterator[tuple[str, ast.expr | None]]:
    """Every variable that is assigned, with the expression whose value it gets; None: one that cannot be told."""
    for node in own_nodes(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)) if len(targets) == len(
                values
            ):
                for target, value in zip(targets, values, strict=True):
                    if isinstance(target, ast.Name):
                        yield target.id, value
            case ast.Assign(targets=[ast.Tuple(elts=targets)]):
                yield from ((target.id, None) for target in targets if isinstance(target, ast.Name))
            case ast.AugAssign(target=ast.Name(id=name), op=operator, value=value):
                yield name, ast.BinOp(ast.Name(name, ast.Load()), operator, value)
            case ast.For(target=ast.Name(id=name), iter=source):
                yield name, ast.Constant(0) if _counts(source) else None
            case ast.For(target=ast.Tuple(elts=targets), iter=source):
                of_enumerate = isinstance(source, ast.Call) and ast.unparse(source.func) == "enumerate"
                for at, target in enumerate(targets):
                    assert isinstance(target, ast.Name)
                    yield target.id, ast.Constant(0) if of_enumerate and at == 0 else None
            case ast.FunctionDef(name=name) | ast.ExceptHandler(name=str(name)):
                yield name, None


def _counts(source: ast.expr) -> bool:
    if isinstance(source, ast.Call) and ast.unparse(source.func) == "reversed" and source.args:
        source = source.args[0]
    return isinstance(source, ast.Call) and ast.unparse(source.func) == "range"
