"""any, all, sum, min, max, next and reduce over what is computed: loops that stop where Python stops."""

from __future__ import annotations

import ast
import copy
from typing import TYPE_CHECKING

from metarfft.rules import core
from metarfft.rules.errors import refuse
from metarfft.rules.front.expressions import build, comprehensions, iterators, kept, lambdas, naming
from metarfft.rules.front.expressions.each import each
from metarfft.rules.front.expressions.purity import is_quiet

if TYPE_CHECKING:
    from metarfft.rules.front.expressions.lowering import Goal, Lowering


def give(low: Lowering, value: ast.expr, at: ast.AST) -> None:
    """Writes ``return value``, with loops and branches that return from within."""
    from metarfft.rules.front.expressions.lowering import Goal

    iterators.check_given(low, value)
    flipped = isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not)
    inner = value.operand if isinstance(value, ast.UnaryOp) and flipped else value
    match inner:
        case ast.Call(func=ast.Name(id="any" | "all" as name), args=[source], keywords=[]) if (
            low.is_builtin(name) and low.lazy(source)
        ):
            low.notes.add(at, f"{name}() is written as a loop")
            early = (name == "any") != flipped

            def found(item: ast.expr) -> None:
                test = item if name == "any" else build.negate(item)
                low.emit(build.when(test, [ast.Return(build.const(early))]), at)

            each(low, source, None, found)
            low.emit(ast.Return(build.const(not early)), at)
            return
        case ast.Call(func=ast.Name(id="next"), args=[source, default], keywords=[]) if (
            not flipped and low.is_builtin("next") and isinstance(default, ast.Constant) and low.lazy(source)
        ):
            low.notes.add(at, "next() is written as a loop")
            each(low, source, None, lambda item: low.emit(ast.Return(item), at))
            low.emit(ast.Return(default), at)
            return
        case ast.IfExp(test=test, body=body, orelse=orelse) if not flipped and (low.needs(body) or low.needs(orelse)):
            condition = low.value(test)
            with low.apart() as first:
                give(low, body, at)
            low.emit(build.when(condition, first), at)
            give(low, orelse, at)
            return
        case ast.BoolOp(op=operator, values=values) if not flipped and (late := low.late(inner)):
            begin = build.joined(inner, values[:late])
            sure = build.const(isinstance(operator, ast.Or)) if is_truth(low, begin) else None
            test = low.value(begin) if sure else low.steady(low.value(begin), "result")
            with low.apart() as block:
                give(low, build.joined(inner, values[late:]), at)
            end = ast.Return(sure or copy.copy(test))
            if isinstance(operator, ast.Or):
                low.emit(build.when(test, [end]), at)
                low.out.extend(block)
            else:
                low.emit(build.when(test, block), at)
                low.emit(end, at)
            return
    low.emit(ast.Return(low.value(value, Goal(None, ("result",)), whole=True)), at)


def is_truth(low: Lowering, node: ast.expr) -> bool:
    """Whether the value of ``node`` is True or False for sure."""
    match node:
        case ast.Compare() | ast.UnaryOp(op=ast.Not()) | ast.Constant(value=bool()):
            return True
        case ast.BoolOp(values=values):
            return all(is_truth(low, part) for part in values)
        case ast.Call(func=ast.Name(id="any" | "all" | "bool" | "isinstance" as name)):
            return low.is_builtin(name)
        case ast.Call(func=ast.Attribute(attr=attribute)):
            return attribute in ("startswith", "endswith") or (attribute.startswith("is") and attribute in core.METHODS)
    return False


def any_all(low: Lowering, node: ast.Call, goal: Goal, name: str) -> ast.expr | None:
    if len(node.args) != 1 or not low.lazy(node.args[0]):
        return None
    low.notes.add(node, f"{name}() is written as a loop")
    flag = low.place(goal, *(("found",) if name == "any" else ("valid", "all_hold")))
    early = name == "any"

    def body(item: ast.expr) -> None:
        test = item if early else build.negate(item)
        low.emit(build.when(test, [build.assign(flag, build.const(early)), ast.Break()]), node)

    with low.filling(flag, build.const(not early), node):
        each(low, node.args[0], None, body, stop=flag, stops_on=early)
    return build.load(flag)


def total(low: Lowering, node: ast.Call, goal: Goal) -> ast.expr | None:
    if not node.args or not low.lazy(node.args[0]):
        return None
    source, start = node.args[0], ([*node.args[1:], *(k.value for k in node.keywords)] or [ast.Constant(0)])[0]
    number = isinstance(start, ast.Constant) and isinstance(start.value, (int, float))
    if not number and not isinstance(start, (ast.List, ast.Tuple)):
        return None
    iterators.check_early(low, source, [start])
    low.notes.add(node, "sum() is written as a loop")
    one = isinstance(source, ast.GeneratorExp) and isinstance(source.elt, ast.Constant)
    name = low.place(goal, *(("count", "how_many") if one else ("total",)))
    first = low.value(start)

    def body(item: ast.expr) -> None:
        if number:
            low.emit(build.add_to(name, item), node)
        else:  # sum makes a new list each time
            low.emit(build.assign(name, ast.BinOp(build.load(name), ast.Add(), item)), node)

    with low.filling(name, first, node):
        each(low, source, None, body)
    return build.load(name)


def first_of(low: Lowering, node: ast.Call, goal: Goal) -> ast.expr | None:
    """``next(source)`` and ``next(source, default)`` of something that nobody else iterates."""
    if node.args and isinstance(node.args[0], ast.Name) and node.args[0].id in low.taken:
        return kept.take(low, node.args[0].id, node, goal)
    if not node.args or not (low.lazy(node.args[0]) or iterators.makes_iterator(low, node.args[0])):
        refuse(node, "next() of a variable is outside the rule language; loop over the values with for, or by index")
    low.notes.add(node, "next() is written as a loop")
    source = node.args[0]
    stop = None
    if len(node.args) > 1 and not is_quiet(low, node.args[1]):
        first = source.generators[0].iter if isinstance(source, ast.GeneratorExp) else source
        if not isinstance(first, ast.Name):
            refuse(node.args[1], "put the default in a variable before next()")
    if len(node.args) > 1:
        default = low.value(node.args[1])
        name = low.place(goal, "first")
        low.emit(build.assign(name, default), node)
        if comprehensions.nested(source):
            stop = low.fresh("found")
            low.emit(build.assign(stop, build.const(False)), node)
    else:
        name = low.place(goal, "first")
        stop = low.fresh("found")
        low.emit(build.assign(name, build.const(None)), node)
        low.emit(build.assign(stop, build.const(False)), node)

    def body(item: ast.expr) -> None:
        low.emit(build.assign(name, item), node)
        if stop:
            low.emit(build.assign(stop, build.const(True)), node)
        low.emit(ast.Break(), node)

    each(low, source, None, body, stop=stop)
    if len(node.args) == 1:
        assert stop
        low.emit(build.when(build.negate(build.load(stop)), [build.fail("StopIteration")]), node)
    return build.load(name)


def reduce(low: Lowering, node: ast.Call, goal: Goal) -> ast.expr:
    """``functools.reduce`` as a loop."""
    low.notes.add(node, "reduce() is written as a loop")
    function = lambdas.prepare(low, node.args[0])
    source: ast.expr = node.args[1]
    iterators.check_steady(low, source, node.args[0])
    started = None
    if len(node.args) > 2:
        from metarfft.rules.front.expressions.lowering import Core

        if not low.lazy(source):
            source, start = low.ordered([lambda: low.iterable(source), lambda: low.value(node.args[2])])
            if not low.stable(start, ()) and not low.stable(source, ()):
                lazy = iterators.is_iterator(source) or iterators.is_range(source)
                source = low.capture(ast.copy_location(build.call("list", source), node) if lazy else source, "items")
            source = ast.copy_location(Core(source), node)
        else:
            iterators.check_early(low, source, [node.args[2]])
            start = low.value(node.args[2])
        name = low.place(goal, "result")
        low.emit(build.assign(name, start), node)
    else:
        name, started = low.place(goal, "result"), low.fresh("started")
        low.emit(build.assign(name, build.const(None)), node)
        low.emit(build.assign(started, build.const(False)), node)

    def body(item: ast.expr) -> None:
        item = low.steady(item, "item")
        with low.apart() as block:
            low.become(name, function.apply([build.load(name), item]), node)
        if started:
            first: list[ast.stmt] = [build.assign(name, item), build.assign(started, build.const(True))]
            low.emit(build.when(build.load(started), block, first), node)
        else:
            low.out.extend(block)

    hints = function.hints(1)
    each(low, source, None, body, hints=hints or naming.element(source))
    if started:
        error = build.fail("TypeError", "reduce() of empty iterable with no initial value")
        low.emit(build.when(build.negate(build.load(started)), [error]), node)
    return build.load(name)
