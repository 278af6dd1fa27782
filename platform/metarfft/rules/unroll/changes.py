"""The methods that change a list in place as loops; each writer says whether it wrote the call."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from metarfft.rules.front.expressions import build
from metarfft.rules.unroll.hidden import is_small
from metarfft.rules.unroll.known import TEXTS
from metarfft.rules.unroll.lists import before, flag_of, item_names, options, over, while_before
from metarfft.rules.unroll.searches import find_in

if TYPE_CHECKING:
    from metarfft.rules.front.unroll import Unrolling


def sort(low: Unrolling, node: ast.Call, owner: ast.expr) -> bool:
    turned = flag_of(options(node).get("reverse"))
    if turned is None:
        return False
    low.notes.add(node, ".sort() is written as loops that move item after item to its place")
    items = receiver(low, owner)
    end, item, place = low.variable("end"), low.fresh(*item_names(low, owner)), low.fresh("position")
    move = _put(items, place, before(items, place))
    body = [
        build.assign(item, build.item(build.load(items), build.load(end))),
        build.assign(place, build.load(end)),
        while_before(place, build.load(item), before(items, place), turned, [move]),
        _put(items, place, build.load(item)),
    ]
    rounds = build.call("range", ast.Constant(1), build.call("len", build.load(items)))
    low.emit(build.loop(build.store(end), rounds, body), node)
    return True


def _put(items: str, place: str, value: ast.expr) -> ast.stmt:
    return build.assign_item(build.load(items), build.load(place), value)


def receiver(low: Unrolling, owner: ast.expr) -> str:
    """A variable for the list that is changed."""
    items = low.value(owner)
    if not isinstance(items, ast.Name):
        items = low.capture(items, "items")
    assert isinstance(items, ast.Name)
    return items.id


def reverse(low: Unrolling, node: ast.Call, owner: ast.expr) -> bool:
    low.notes.add(node, ".reverse() is written as a loop that swaps from both ends")
    items = receiver(low, owner)
    place, other = low.variable("position", "place"), low.fresh("other")
    length = build.call("len", build.load(items))
    last = ast.BinOp(ast.BinOp(length, ast.Sub(), ast.Constant(1)), ast.Sub(), build.load(place))
    one, two = (build.item(build.load(items), build.load(name)) for name in (place, other))
    targets = [ast.Subscript(part.value, part.slice, ast.Store()) for part in (one, two)]
    swap = ast.Assign([ast.Tuple(list(targets), ast.Store())], ast.Tuple([two, one], ast.Load()))
    rounds = build.call("range", ast.BinOp(length, ast.FloorDiv(), ast.Constant(2)))
    low.emit(build.loop(build.store(place), rounds, [build.assign(other, last), swap]), node)
    return True


def extend(low: Unrolling, node: ast.Call, owner: ast.expr) -> bool:
    """Only where the items surely are not those of the list itself, which grows, or are counted before."""
    if len(node.args) != 1 or is_small(node.args[0]):
        return False
    source = node.args[0]
    kind, same = low.kind(source), low.kind(owner)
    apart = _is_new(source) or kind in ("tuple", "set", "table", "view", *TEXTS) or {kind, same} == {"list", "deque"}
    if not apart and kind != "list":
        return False
    low.notes.add(node, ".extend() is written as a loop")
    parts = low.ordered([lambda: low.value(owner), lambda: low.iterable(source)])
    items = parts[0] if isinstance(parts[0], ast.Name) else low.capture(parts[0], "items")
    assert isinstance(items, ast.Name)
    if apart:
        over(low, source, parts[1], lambda item: low.emit(build.do(items.id, "append", item), node))
    else:
        added = low.steady(parts[1], "added")
        place = low.variable("position", "place")
        add = build.do(items.id, "append", build.item(added, build.load(place)))
        low.emit(build.loop(build.store(place), build.call("range", build.call("len", added)), [add]), node)
    return True


def _is_new(node: ast.expr) -> bool:
    """Whether ``node`` makes a new list, or an iterator that does not see a list grow."""
    match node:
        case ast.Call(func=ast.Name("sorted" | "list" | "reversed" | "range" | "tuple" | "set" | "str")):
            return True
        case ast.Call(func=ast.Attribute(attr="split" | "rsplit" | "splitlines" | "copy" | "keys" | "items")):
            return True
    return isinstance(node, ast.BinOp | ast.List | ast.Tuple | ast.Subscript) and not (
        isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Slice)
    )


def remove(low: Unrolling, node: ast.Call, owner: ast.expr) -> bool:
    if len(node.args) != 1 or low.kind(owner) != "list":
        return False
    low.notes.add(node, ".remove() is written as a loop that looks for the item")
    items, wanted = low.operands([owner, node.args[0]])
    items, wanted = low.steady(items, "items"), low.steady(wanted, "wanted")
    place = find_in(low, owner, items, wanted, low.kind(node.args[0]), node)
    missing = build.compare(build.load(place), ast.Lt(), ast.Constant(0))
    low.emit(build.when(missing, [build.fail("ValueError", "list.remove(x): x not in list")]), node)
    low.emit(ast.Delete([ast.Subscript(items, build.load(place), ast.Del())]), node)
    return True


IN_PLACE: dict[str, Callable[[Unrolling, ast.Call, ast.expr], bool]] = {
    "sort": sort, "reverse": reverse, "extend": extend, "remove": remove,
}  # fmt: skip
