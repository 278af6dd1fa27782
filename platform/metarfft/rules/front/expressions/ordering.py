"""sorted, sort, min and max with key=: the keys are computed once for each item, in order."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from metarfft.rules.errors import refuse
from metarfft.rules.front.expressions import build, iterators, lambdas
from metarfft.rules.front.expressions.each import each
from metarfft.rules.front.expressions.purity import is_quiet

if TYPE_CHECKING:
    from metarfft.rules.front.expressions.lowering import Goal, Lowering


def key_of(node: ast.Call) -> ast.expr | None:
    """The key= of a call; None where there is none, or it is None."""
    for keyword in node.keywords:
        if keyword.arg == "key":
            return None if isinstance(keyword.value, ast.Constant) and keyword.value.value is None else keyword.value
    return None


def option(node: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in node.keywords if keyword.arg == name), None)


def sort(low: Lowering, source: ast.expr, node: ast.Call, goal: Goal) -> ast.expr:
    """The items of ``source`` in the order of their keys, as a new list.

    Each item is inserted behind those whose keys are not larger, as a stable sort leaves them.
    """
    low.notes.add(node, "sorting with key= is written as insertion by keys")
    key = key_of(node)
    assert key is not None
    reverse = option(node, "reverse")
    if isinstance(reverse, ast.Constant):
        turned: bool | None = bool(reverse.value)
    else:
        turned = None if reverse is not None else False
    compare = _comparison(low, key)
    if compare is not None:
        if turned is None:
            refuse(node, "write reverse=True or reverse=False beside cmp_to_key")
        if not is_quiet(low, key):
            refuse(key, "a comparison that changes something sorts differently each time; let it only compare")
        return _by_comparison(low, source, compare, turned, node, goal)
    source = _apart(low, _first(low, source, key, reverse), key)
    function = lambdas.prepare(low, key)
    flag = None
    if turned is None:
        assert reverse is not None
        flag = low.steady(low.value(reverse), "reverse")
    keys = low.fresh("keys")
    result = low.place(goal, "ordered")
    low.emit(build.assign(keys, ast.List([], ast.Load())), node)
    low.emit(build.assign(result, ast.List([], ast.Load())), node)

    def body(item: ast.expr) -> None:
        item = low.steady(item, "item")
        value = low.steady(function.apply([item]), "key")
        place = low.fresh("position")
        side = "bisect.bisect_left" if turned else "bisect.bisect_right"
        where: ast.expr = build.call(side, build.load(keys), value)
        if flag is not None:
            where = ast.IfExp(flag, build.call("bisect.bisect_left", build.load(keys), value), where)
        low.emit(build.assign(place, where), node)
        low.emit(build.do(keys, "insert", build.load(place), value), node)
        low.emit(build.do(result, "insert", build.load(place), item), node)

    each(low, source, None, body, hints=function.hints(0))
    if turned:
        low.emit(build.do(result, "reverse"), node)
    elif flag is not None:
        low.emit(build.when(flag, [build.do(result, "reverse")]), node)
    return build.load(result)


def _first(low: Lowering, source: ast.expr, key: ast.expr, other: ast.expr | None) -> ast.expr:
    """The items, evaluated before the key and the options."""
    from metarfft.rules.front.expressions.lowering import Core

    if isinstance(key, (ast.Lambda, ast.Name)) and (other is None or isinstance(other, (ast.Constant, ast.Name))):
        return source
    if is_quiet(low, source) and is_quiet(low, key) and (other is None or is_quiet(low, other)):
        return source
    items = low.iterable(source)
    if not isinstance(items, ast.Name):
        lazy = iterators.is_iterator(items) or iterators.is_range(items)
        items = low.capture(ast.copy_location(build.call("list", items), source) if lazy else items, "items")
    return ast.copy_location(Core(items), source)


def _apart(low: Lowering, source: ast.expr, key: ast.expr) -> ast.expr:
    """The items as they were at first, where finding a key may change what they are taken from."""
    from metarfft.rules.front.expressions.lowering import Core

    if is_quiet(low, key):
        return source
    items = build.call("list", low.iterable(source))
    return ast.copy_location(Core(low.capture(ast.copy_location(items, source), "items")), source)


def _comparison(low: Lowering, key: ast.expr) -> lambdas.Function | None:
    if isinstance(key, ast.Call) and len(key.args) == 1 and not key.keywords:
        name = build.dotted(key.func)
        if name == "functools.cmp_to_key" or (name == "cmp_to_key" and low.is_builtin(name)):
            return lambdas.prepare(low, key.args[0])
    return None


def _by_comparison(
    low: Lowering, source: ast.expr, compare: lambdas.Function, turned: bool, node: ast.Call, goal: Goal
) -> ast.expr:
    """Insertion sort: an item goes behind those that it is not before."""
    result = low.place(goal, "ordered")
    low.emit(build.assign(result, ast.List([], ast.Load())), node)

    def body(item: ast.expr) -> None:
        item = low.steady(item, "item")
        place = low.fresh("position")
        low.emit(build.assign(place, build.call("len", build.load(result))), node)
        with low.apart() as block:
            before = build.item(build.load(result), ast.BinOp(build.load(place), ast.Sub(), ast.Constant(1)))
            held = low.capture(ast.copy_location(before, node), "other")
            pair = [held, item] if turned else [item, held]
            order = low.steady(compare.apply(pair), "order")
            test = build.compare(order, ast.GtE(), ast.Constant(0))
            low.emit(build.when(test, [ast.Break()]), node)
            low.emit(ast.AugAssign(build.store(place), ast.Sub(), ast.Constant(1)), node)
        low.emit(ast.While(build.compare(build.load(place), ast.Gt(), ast.Constant(0)), block, []), node)
        low.emit(build.do(result, "insert", build.load(place), item), node)

    each(low, source, None, body, hints=compare.hints(0))
    return build.load(result)


def sort_in_place(low: Lowering, node: ast.Call) -> None:
    """``items.sort(key=...)``."""
    from metarfft.rules.front.expressions.lowering import ANY, Core

    assert isinstance(node.func, ast.Attribute)
    key = key_of(node)
    assert key is not None
    items = low.value(node.func.value)
    items = low.steady(items, "items")
    if isinstance(items, ast.Name) and any(isinstance(n, ast.Name) and n.id == items.id for n in ast.walk(key)):
        refuse(key, f"{items.id} is empty while it is sorted, so its key cannot read it; sort a copy")
    ordered = sort(low, ast.copy_location(Core(items), node), node, ANY)
    whole = ast.Subscript(items, ast.Slice(), ast.Store())
    low.emit(ast.Assign([whole], ordered), node)


def best(low: Lowering, node: ast.Call, goal: Goal, name: str) -> ast.expr:
    """min and max with key=: the first item with the best key."""
    low.notes.add(node, f"{name}() with key= is written as a loop that keeps the best")
    key, default = key_of(node), option(node, "default")
    assert key is not None
    if any(isinstance(argument, ast.Starred) for argument in node.args):
        refuse(node, f"write {name}(items, key=...) instead of *")
    source: ast.expr = node.args[0]
    if len(node.args) > 1:
        source = ast.copy_location(ast.List(node.args, ast.Load()), node)
    source = _first(low, source, key, default)
    function = lambdas.prepare(low, key)
    if default is not None:
        default = low.steady(low.value(default), "default")
    result = low.place(goal, "largest" if name == "max" else "smallest")
    best_key, found = low.fresh("best_key"), low.fresh("found")
    low.emit(build.assign(result, default if default is not None else build.const(None)), node)
    low.emit(build.assign(best_key, build.const(None)), node)
    low.emit(build.assign(found, build.const(False)), node)

    def body(item: ast.expr) -> None:
        item = low.steady(item, "item")
        value = low.steady(function.apply([item]), "key")
        better = build.compare(value, ast.Gt() if name == "max" else ast.Lt(), build.load(best_key))
        test = ast.BoolOp(ast.Or(), [build.negate(build.load(found)), better])
        changes: list[ast.stmt] = [
            build.assign(result, item), build.assign(best_key, value), build.assign(found, build.const(True)),
        ]  # fmt: skip
        low.emit(build.when(test, changes), node)

    each(low, source, None, body, hints=function.hints(0))
    if default is None:
        error = build.fail("ValueError", f"{name}() arg is an empty sequence")
        low.emit(build.when(build.negate(build.load(found)), [error]), node)
    return build.load(result)
