"""Slices of variable length as loops that take item after item."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from metarfft.rules.front.expressions import build
from metarfft.rules.unroll.hidden import has_constant_size, is_small, number
from metarfft.rules.unroll.known import TEXTS
from metarfft.rules.unroll.lists import over, plural_names

if TYPE_CHECKING:
    from metarfft.rules.front.expressions.lowering import Goal
    from metarfft.rules.front.unroll import Unrolling

_BOUNDS = ("count", "number", "")


def part(low: Unrolling, node: ast.Subscript, cut: ast.Slice, goal: Goal) -> ast.expr | None:
    """The part of a list, tuple or text that a slice copies."""
    kind = low.kind(node.value)
    if has_constant_size(cut) or is_small(node.value) or kind not in ("list", "tuple", "", *TEXTS):
        return None
    if any(bound is not None and low.kind(bound) not in _BOUNDS for bound in (cut.lower, cut.upper)):
        return None  # it may be None
    step = 1 if cut.step is None else number(cut.step)
    whole = cut.lower is None and cut.upper is None
    if not step or (step < 0 and not (step == -1 and whole)):
        return None
    if whole and step == 1 and kind != "list":
        return None  # a text is not copied
    low.notes.add(node, "the slice is written as a loop")
    bounds = [bound for bound in (cut.lower, cut.upper) if bound is not None]
    owner, *parts = low.ordered(
        [lambda: low.value(node.value), *(lambda bound=bound: low.value(bound) for bound in bounds)]  # type: ignore[misc]
    )
    if not (whole and kind in ("list", *TEXTS) and abs(step) == 1):
        if any(not isinstance(bound, ast.Constant | ast.Name) for bound in parts) and not isinstance(owner, ast.Name):
            owner = low.capture(owner, "whole")
        owner = low.steady(owner, "whole")
    if whole and kind in ("list", *TEXTS) and abs(step) == 1:
        return _all(low, node, owner, kind, step, goal, plural_names(node.value, "items"))
    lowered = iter(parts)
    start = None if cut.lower is None else _start(low, cut.lower, next(lowered), owner)
    end = build.call("len", owner) if cut.upper is None else _end(low, cut.upper, next(lowered), owner)
    steps = [] if abs(step) == 1 else [build.const(step)]
    limits = [end] if start is None and not steps else [start or ast.Constant(0), end, *steps]
    result = low.place(goal, *("part",))
    with low.lending():
        place = low.variable("position", "place")
    one: ast.expr = build.item(owner, build.load(place))
    if kind == "list":
        first: ast.expr = ast.List([], ast.Load())
        add: ast.stmt = build.do(result, "append", one)
    elif kind in TEXTS:
        first, add = ast.Constant(""), build.add_to(result, one)
    else:
        first = build.item(owner, ast.Slice(None, ast.Constant(0), None))
        after = ast.BinOp(build.load(place), ast.Add(), ast.Constant(1))
        one = build.item(owner, ast.Slice(build.load(place), after, None))
        add = build.add_to(result, one)
    if step < 0:
        add = build.assign(result, ast.BinOp(one, ast.Add(), build.load(result)))
    low.emit(build.assign(result, first), node)
    low.emit(build.loop(build.store(place), build.call("range", *limits), [add]), node)
    return build.load(result)


def _all(
    low: Unrolling, node: ast.Subscript, owner: ast.expr, kind: str, step: int, goal: Goal, names: tuple[str, ...]
) -> ast.expr:
    """``items[:]``, ``items[::-1]`` and ``text[::-1]``."""
    result = low.place(goal, *(("turned",) if step < 0 else names))
    low.emit(build.assign(result, ast.List([], ast.Load()) if kind == "list" else ast.Constant("")), node)
    source = build.call("reversed", owner) if step < 0 and kind == "list" else owner
    add: Callable[[ast.expr], ast.stmt]
    if kind == "list":
        add = lambda item: build.do(result, "append", item)  # noqa: E731
    else:
        add = lambda item: build.assign(result, ast.BinOp(item, ast.Add(), build.load(result)))  # noqa: E731
    over(low, node.value, source, lambda item: low.emit(add(item), node))
    return build.load(result)


def _start(low: Unrolling, bound: ast.expr, value: ast.expr, owner: ast.expr) -> ast.expr:
    """Where a slice begins, counted from the first item."""
    given, length = number(bound), build.call("len", owner)
    if low.kind(bound) == "count":
        return value
    if given is not None:
        return build.call("max", ast.BinOp(length, ast.Sub(), ast.Constant(-given)), ast.Constant(0))
    value = low.steady(value, "start")
    from_end = build.call("max", ast.BinOp(length, ast.Add(), value), ast.Constant(0))
    return low.capture(_if_negative(value, from_end), "start")


def _end(low: Unrolling, bound: ast.expr, value: ast.expr, owner: ast.expr) -> ast.expr:
    """Where a slice ends: before this place."""
    given, length = number(bound), build.call("len", owner)
    if low.kind(bound) == "count":
        return value if _is_length(value, owner) else build.call("min", value, length)
    if given is not None:
        return ast.BinOp(length, ast.Sub(), ast.Constant(-given))
    value = low.steady(value, "end")
    from_end = ast.BinOp(length, ast.Add(), value)
    return build.call("min", low.capture(_if_negative(value, from_end), "end"), length)


def _if_negative(value: ast.expr, from_end: ast.expr) -> ast.expr:
    return ast.IfExp(build.compare(value, ast.GtE(), ast.Constant(0)), value, from_end)


def _is_length(value: ast.expr, owner: ast.expr) -> bool:
    return ast.unparse(value) == f"len({ast.unparse(owner)})"
