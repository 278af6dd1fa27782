"""Lists, tuples, sets and dictionaries written out, with * and ** inside."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from metarfft.rules.front.expressions import build
from metarfft.rules.front.expressions.each import each

if TYPE_CHECKING:
    from metarfft.rules.front.expressions.lowering import Goal, Lowering


def display(low: Lowering, node: ast.expr, goal: Goal) -> ast.expr:
    """A display in core."""
    match node:
        case ast.Dict(keys=keys, values=values):
            if any(key is None for key in keys):
                return _merged(low, node, goal)
            pairs = [part for key, value in zip(keys, values, strict=True) for part in (key, value) if part is not None]
            parts = low.operands(pairs)
            return ast.Dict(list(parts[::2]), list(parts[1::2]))
        case ast.List(elts=elts) | ast.Tuple(elts=elts) | ast.Set(elts=elts):
            if any(isinstance(element, ast.Starred) for element in elts):
                return _starred(low, node, elts, goal)
            parts = low.operands(elts)
            if isinstance(node, ast.Set):
                return ast.Set(parts)
            return ast.List(parts, ast.Load()) if isinstance(node, ast.List) else ast.Tuple(parts, ast.Load())
    raise AssertionError


def _starred(low: Lowering, node: ast.expr, elts: list[ast.expr], goal: Goal) -> ast.expr:
    """``[*a, b]``: a new container that is filled part by part."""
    from metarfft.rules.front.expressions.lowering import Goal as Place

    low.notes.add(node, "what stands behind * is added to a new container")
    kind = "set" if isinstance(node, ast.Set) else "list"
    if len(elts) == 1 and isinstance(elts[0], ast.Starred) and not low.lazy(elts[0].value):
        return build.call("tuple" if isinstance(node, ast.Tuple) else kind, low.iterable(elts[0].value))
    aim = Place(None, goal.hints or ("items",)) if isinstance(node, ast.Tuple) else goal
    name = low.place(aim, "group" if kind == "set" else "items")
    started = False
    if isinstance(elts[0], ast.Starred) and not low.lazy(elts[0].value):
        low.emit(build.assign(name, build.call(kind, low.iterable(elts[0].value))), node)
        started = True
    else:
        plain = [element for element in elts if not isinstance(element, ast.Starred)]
        if kind == "list" and isinstance(elts[-1], ast.Starred) and elts[: len(plain)] == plain:
            low.emit(build.assign(name, ast.List(low.operands(plain), ast.Load())), node)
            elts = elts[len(plain) :]
        else:
            low.emit(build.assign(name, ast.List([], ast.Load()) if kind == "list" else build.call("set")), node)
    for element in elts[1:] if started else elts:
        add, extend = ("append", "extend") if kind == "list" else ("add", "update")
        if not isinstance(element, ast.Starred):
            low.emit(build.do(name, add, low.value(element)), node)
        elif low.lazy(element.value):
            each(low, element.value, None, lambda item, add=add: low.emit(build.do(name, add, item), node))  # type: ignore
        else:
            low.emit(build.do(name, extend, low.iterable(element.value)), node)
    return build.call("tuple", build.load(name)) if isinstance(node, ast.Tuple) else build.load(name)


def _merged(low: Lowering, node: ast.Dict, goal: Goal) -> ast.expr:
    """``{**a, k: v}``: a new dictionary that is filled part by part."""
    low.notes.add(node, "what stands behind ** is added to a new dictionary")
    name = low.place(goal, "table")
    low.emit(build.assign(name, ast.Dict([], [])), node)
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            low.emit(build.do(name, "update", low.value(value)), node)
        else:
            parts = low.operands([key, value])
            if not low.stable(parts[0], ()) and not low.stable(parts[1], ()):
                parts[0] = low.capture(parts[0], "key")
            low.emit(build.assign_item(build.load(name), *parts), node)
    return build.load(name)
