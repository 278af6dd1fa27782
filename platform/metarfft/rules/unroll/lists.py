"""Sums, largest and smallest, orders and copies as loops, and the methods that change a list in place."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from metarfft.rules.front.expressions import build, iterators, naming
from metarfft.rules.front.expressions.each import each
from metarfft.rules.unroll.hidden import is_listed, is_small
from metarfft.rules.unroll.known import NUMBERS, TEXTS

if TYPE_CHECKING:
    from metarfft.rules.front.expressions.lowering import Goal
    from metarfft.rules.front.unroll import Unrolling

Body = Callable[[ast.expr], None]


def over(low: Unrolling, source: ast.expr, items: ast.expr, body: Body) -> None:
    """A loop over ``items``, which is ``source`` in core; ``body`` may read the item as often as it likes."""
    from metarfft.rules.front.expressions.lowering import Core

    each(low, Core(items), None, body, hints=item_names(low, source))


def item_names(low: Unrolling, source: ast.expr) -> tuple[str, ...]:
    """Hints for one item of ``source``: the best alone where it may be had."""
    found = naming.element(source)
    if found[0] == "item" and low.kind(source) in TEXTS:
        found = ("letter",)
    may_be_had = found[0] not in low.names.taken or found[0] in low.free | (low.scope.loop_only - low.looping)
    return found[:1] if may_be_had else (*found, "item")


def plural_names(source: ast.expr, *others: str) -> tuple[str, ...]:
    one = naming.element(source)[0]
    return others if one == "item" or one.endswith("s") else (f"{one}s", *others)


def options(node: ast.Call) -> dict[str | None, ast.expr]:
    return {keyword.arg: keyword.value for keyword in node.keywords}


def flag_of(node: ast.expr | None) -> bool | None:
    """The truth of a constant, False where there is none; None for all else."""
    if node is None:
        return False
    return bool(node.value) if isinstance(node, ast.Constant) else None


def first_then(low: Unrolling, source: ast.expr, other: ast.expr) -> tuple[ast.expr, ast.expr]:
    """``source``, which is used up at once, and ``other`` in core, evaluated in this order; ``other`` is used first."""
    items, value = low.ordered([lambda: low.iterable(source), lambda: low.value(other)])
    if not low.stable(value, ()) and not isinstance(items, ast.Name):
        items = low.capture(build.call("list", items) if iterators.is_iterator(items) else items, "items")
    return items, value


# Values


def total(low: Unrolling, node: ast.Call, goal: Goal) -> ast.expr | None:
    source, *starts = [*node.args, *options(node).values()]
    start = starts[0] if starts else ast.copy_location(ast.Constant(0), node)
    kind = low.kind(start)
    if is_small(source) or not (kind in NUMBERS or kind in ("list", "tuple")):
        return None
    low.notes.add(node, "sum() is written as a loop")
    items, first = first_then(low, source, start)
    name = low.place(goal, "total")
    low.emit(build.assign(name, first), node)

    def body(item: ast.expr) -> None:
        if kind in NUMBERS:
            low.emit(build.add_to(name, item), node)
        else:  # a new list each time
            low.emit(build.assign(name, ast.BinOp(build.load(name), ast.Add(), item)), node)

    over(low, source, items, body)
    return build.load(name)


def best(name: str) -> Callable[[Unrolling, ast.Call, Goal], ast.expr | None]:
    """max and min of the items of one iterable."""

    def write(low: Unrolling, node: ast.Call, goal: Goal) -> ast.expr | None:
        if len(node.args) != 1 or is_small(node.args[0]):
            return None
        source, default = node.args[0], options(node).get("default")
        low.notes.add(node, f"{name}() is written as a loop that keeps the best")
        items, first = first_then(low, source, default or ast.copy_location(ast.Constant(None), node))
        result, found = low.place(goal, "largest" if name == "max" else "smallest"), low.fresh("found")
        low.emit(build.assign(result, first), node)
        low.emit(build.assign(found, build.const(False)), node)

        def body(item: ast.expr) -> None:
            better = build.compare(item, ast.Gt() if name == "max" else ast.Lt(), build.load(result))
            test = ast.BoolOp(ast.Or(), [build.negate(build.load(found)), better])
            low.emit(build.when(test, [build.assign(result, item), build.assign(found, build.const(True))]), node)

        over(low, source, items, body)
        if default is None:
            error = build.fail("ValueError", f"{name}() arg is an empty sequence")
            low.emit(build.when(build.negate(build.load(found)), [error]), node)
        return build.load(result)

    return write


def any_all(name: str) -> Callable[[Unrolling, ast.Call, Goal], ast.expr | None]:
    def write(low: Unrolling, node: ast.Call, goal: Goal) -> ast.expr | None:
        if len(node.args) != 1 or is_small(node.args[0]):
            return None
        low.notes.add(node, f"{name}() is written as a loop")
        items = low.iterable(node.args[0])
        flag = low.place(goal, *(("found",) if name == "any" else ("valid", "all_hold")))
        low.emit(build.assign(flag, build.const(name == "all")), node)

        def body(item: ast.expr) -> None:
            test = item if name == "any" else build.negate(item)
            low.emit(build.when(test, [build.assign(flag, build.const(name == "any")), ast.Break()]), node)

        over(low, node.args[0], items, body)
        return build.load(flag)

    return write


def ordered(low: Unrolling, node: ast.Call, goal: Goal) -> ast.expr | None:
    """sorted(): every item is put behind those that it is not before."""
    turned = flag_of(options(node).get("reverse"))
    if turned is None or len(node.args) != 1:
        return None
    low.notes.add(node, "sorted() is written as loops that put item after item in its place")
    items = low.iterable(node.args[0])
    result = low.place(goal, "ordered")
    low.emit(build.assign(result, ast.List([], ast.Load())), node)

    def body(item: ast.expr) -> None:
        place = low.fresh("position")
        low.emit(build.assign(place, build.call("len", build.load(result))), node)
        low.emit(while_before(place, item, before(result, place), turned, []), node)
        low.emit(build.do(result, "insert", build.load(place), item), node)

    over(low, node.args[0], items, body)
    return build.load(result)


def before(items: str, place: str) -> ast.expr:
    return build.item(build.load(items), ast.BinOp(build.load(place), ast.Sub(), ast.Constant(1)))


def while_before(place: str, item: ast.expr, other: ast.expr, turned: bool, moves: list[ast.stmt]) -> ast.While:
    """Goes back as long as ``item`` belongs before ``other``."""
    one, two = (other, item) if turned else (item, other)
    started = build.compare(build.load(place), ast.Gt(), ast.Constant(0))
    back = ast.AugAssign(build.store(place), ast.Sub(), ast.Constant(1))
    return ast.While(build.both([started, build.compare(one, ast.Lt(), two)]), [*moves, back], [])


def filled(
    low: Unrolling, node: ast.Call, goal: Goal, start: ast.expr, add: Callable[[str, ast.expr], ast.stmt],
    names: tuple[str, ...], what: str,
) -> ast.expr:  # fmt: skip
    """A new container that takes in the items of the call's argument one by one."""
    low.notes.add(node, f"{what} is written as a loop")
    items = low.iterable(node.args[0])
    result = low.place(goal, *names)
    low.emit(build.assign(result, start), node)
    over(low, node.args[0], items, lambda item: low.emit(add(result, item), node))
    return build.load(result)


def new_list(low: Unrolling, node: ast.Call, goal: Goal) -> ast.expr | None:
    if len(node.args) != 1 or is_small(node.args[0]) or is_listed(node):
        return None
    empty, names = ast.List([], ast.Load()), plural_names(node.args[0], "items")
    return filled(low, node, goal, empty, lambda name, item: build.do(name, "append", item), names, "list()")


def new_set(low: Unrolling, node: ast.Call, goal: Goal) -> ast.expr | None:
    if len(node.args) != 1 or is_small(node.args[0]):
        return None
    return filled(
        low, node, goal, build.call("set"), lambda name, item: build.do(name, "add", item), ("group",), "set()"
    )


def new_deque(low: Unrolling, node: ast.Call, goal: Goal) -> ast.expr | None:
    if len(node.args) != 1 or node.keywords or is_small(node.args[0]):
        return None
    return filled(
        low, node, goal, build.call("deque"), lambda name, item: build.do(name, "append", item), ("queue",), "deque()"
    )


def counter(low: Unrolling, node: ast.Call, goal: Goal) -> ast.expr | None:
    if len(node.args) != 1 or is_small(node.args[0]):
        return None
    source = node.args[0]
    iterates = isinstance(source, ast.Call) and isinstance(source.func, ast.Name) and source.func.id in ("range", "zip")
    if not iterates and low.kind(source) not in ("list", "tuple", "set", "deque", "view", *TEXTS):
        return None  # of a table it takes over the counts

    def add(name: str, item: ast.expr) -> ast.stmt:
        return ast.AugAssign(ast.Subscript(build.load(name), item, ast.Store()), ast.Add(), ast.Constant(1))

    return filled(low, node, goal, build.call("Counter"), add, ("counts",), "Counter()")


def from_keys(low: Unrolling, node: ast.Call, owner: ast.expr, goal: Goal) -> ast.expr | None:
    if not (isinstance(owner, ast.Name) and owner.id == "dict" and low.is_builtin("dict") and node.args):
        return None
    low.notes.add(node, "dict.fromkeys() is written as a loop")
    value = node.args[1] if len(node.args) > 1 else ast.copy_location(ast.Constant(None), node)
    items, entry = first_then(low, node.args[0], value)
    entry = low.steady(entry, "value")
    name = low.place(goal, "table")
    low.emit(build.assign(name, ast.Dict([], [])), node)
    over(low, node.args[0], items, lambda key: low.emit(build.assign_item(build.load(name), key, entry), node))
    return build.load(name)


def copied(low: Unrolling, node: ast.Call, owner: ast.expr, goal: Goal) -> ast.expr | None:
    if node.args or low.kind(owner) != "list":
        return None
    made = ast.copy_location(build.call("list", owner), node)
    return new_list(low, made, goal)


def repeated(low: Unrolling, node: ast.BinOp, goal: Goal) -> ast.expr | None:
    """``[x] * n`` and ``'x' * n``."""
    whole, times = node.left, node.right
    is_list = isinstance(whole, ast.List) and len(whole.elts) == 1
    is_text = isinstance(whole, ast.Constant) and isinstance(whole.value, str)
    if not (is_list or is_text) or isinstance(times, ast.Constant):
        return None
    low.notes.add(node, "the repetition is written as a loop")
    item, number = low.operands([whole.elts[0] if isinstance(whole, ast.List) else whole, times])
    if not isinstance(item, ast.Constant | ast.Name):
        item, number = low.capture(item, "item"), low.steady(number, "times")
    result = low.place(goal, "items" if is_list else "text")
    low.emit(build.assign(result, ast.List([], ast.Load()) if is_list else ast.Constant("")), node)
    add = build.do(result, "append", item) if is_list else build.add_to(result, item)
    with low.lending():
        place = low.variable("position", "place")
        low.emit(build.loop(build.store(place), build.call("range", number), [add]), node)
    return build.load(result)


BUILTINS: dict[str, Callable[[Unrolling, ast.Call, Goal], ast.expr | None]] = {
    "sum": total, "max": best("max"), "min": best("min"), "any": any_all("any"), "all": any_all("all"),
    "sorted": ordered, "list": new_list, "set": new_set, "Counter": counter, "deque": new_deque,
}  # fmt: skip
METHODS: dict[str, Callable[[Unrolling, ast.Call, ast.expr, Goal], ast.expr | None]] = {
    "fromkeys": from_keys, "copy": copied,
}  # fmt: skip
