"""Membership, count, index and find as loops that compare item after item."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from metarfft.rules.front.expressions import build
from metarfft.rules.unroll import lists
from metarfft.rules.unroll.hidden import is_small
from metarfft.rules.unroll.known import NUMBERS, TEXTS

if TYPE_CHECKING:
    from metarfft.rules.front.expressions.lowering import Goal
    from metarfft.rules.front.unroll import Unrolling

_LISTS = ("list", "tuple", "deque")


def same(low: Unrolling, item: ast.expr, wanted: ast.expr, kind: str) -> ast.expr:
    """The test that Python makes: the same object, or an equal one; they differ for what does not equal itself."""
    equal = build.compare(item, ast.Eq(), wanted)
    if not low.known.can_be_nan() or kind in ("count", "none", *TEXTS):
        return equal
    return ast.BoolOp(ast.Or(), [build.compare(item, ast.Is(), wanted), equal])


def is_searched(low: Unrolling, container: ast.expr, wanted: ast.expr) -> bool:
    """Whether Python surely compares ``wanted`` with item after item of ``container``."""
    if is_small(container):
        return False
    kind = low.kind(container)
    if kind in _LISTS:
        return True
    match container:
        case ast.Call(func=ast.Attribute(attr="values")):
            return True
    return kind == "text" and low.kind(wanted) == "letter"


def membership(low: Unrolling, node: ast.Compare, goal: Goal) -> ast.expr | None:
    container = node.comparators[0]
    if not is_searched(low, container, node.left):
        return None
    low.notes.add(node, "`in` is written as a loop that compares item after item")
    inside = isinstance(node.ops[0], ast.In)
    wanted, items = low.operands([node.left, container])
    wanted = low.steady(wanted, "wanted")
    flag = low.place(goal, "found" if inside else "missing")
    low.emit(build.assign(flag, build.const(not inside)), node)

    def body(item: ast.expr) -> None:
        changes = [build.assign(flag, build.const(inside)), ast.Break()]
        low.emit(build.when(same(low, item, wanted, low.kind(node.left)), changes), node)

    lists.over(low, container, items, body)
    return build.load(flag)


def give(low: Unrolling, value: ast.expr, at: ast.Return) -> bool:
    """Writes ``return x in items`` and ``return any(items)``, with loops that return from within; whether it did."""
    flipped = isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not)
    inner = value.operand if isinstance(value, ast.UnaryOp) and flipped else value
    match inner:
        case ast.Compare(left=left, ops=[ast.In() | ast.NotIn() as op], comparators=[container]):
            if not is_searched(low, container, left):
                return False
            low.notes.add(at, "`in` is written as a loop that compares item after item")
            wanted, items = low.operands([left, container])
            wanted = low.steady(wanted, "wanted")
            early = isinstance(op, ast.In) != flipped
            source = container

            def test(item: ast.expr) -> ast.expr:
                return same(low, item, wanted, low.kind(left))

        case ast.Call(func=ast.Name("any" | "all" as name), args=[source], keywords=[]) if low.is_builtin(name):
            if is_small(source):
                return False
            low.notes.add(at, f"{name}() is written as a loop")
            items = low.iterable(source)
            early = (name == "any") != flipped

            def test(item: ast.expr) -> ast.expr:
                return item if name == "any" else build.negate(item)

        case _:
            return False
    lists.over(
        low, source, items, lambda item: low.emit(build.when(test(item), [ast.Return(build.const(early))]), at)
    )
    low.emit(ast.Return(build.const(not early)), at)
    return True


def find_in(
    low: Unrolling, source: ast.expr, items: ast.expr, wanted: ast.expr, kind: str, at: ast.AST,
    target: str | None = None, last: bool = False,
) -> str:  # fmt: skip
    """Writes a search; the variable that holds where ``wanted`` is, -1 where it is not.

    Args:
        source: what ``items`` was in the rule.
        kind: what ``wanted`` surely is.
        last: the last place instead of the first.
    """
    result = target or low.fresh("position")
    low.emit(build.assign(result, build.const(-1)), at)
    with low.lending():
        place, item = low.fresh("place", "index"), low.fresh(*lists.item_names(low, source))
        found: list[ast.stmt] = [build.assign(result, build.load(place))]
        if not last:
            found.append(ast.Break())
        pair = ast.Tuple([build.store(place), build.store(item)], ast.Store())
        test = build.when(same(low, build.load(item), wanted, kind), found)
        low.emit(build.loop(pair, build.call("enumerate", items), [test]), at)
    return result


def count(low: Unrolling, node: ast.Call, owner: ast.expr, goal: Goal) -> ast.expr | None:
    if len(node.args) != 1 or is_small(owner):
        return None
    kind, wanted_kind = low.kind(owner), low.kind(node.args[0])
    if kind not in _LISTS and wanted_kind != "letter" and not (wanted_kind in NUMBERS and kind not in TEXTS):
        return None  # it may be a part of a text
    low.notes.add(node, ".count() is written as a loop")
    items, wanted = low.operands([owner, node.args[0]])
    if not isinstance(wanted, ast.Constant | ast.Name):
        items, wanted = low.steady(items, "items"), low.capture(wanted, "wanted")
    name = low.place(goal, "count", "how_many")
    low.emit(build.assign(name, build.const(0)), node)

    def body(item: ast.expr) -> None:
        low.emit(build.when(same(low, item, wanted, wanted_kind), [build.add_to(name, build.const(1))]), node)

    lists.over(low, owner, items, body)
    return build.load(name)


def position(method: str) -> Callable[[Unrolling, ast.Call, ast.expr, Goal], ast.expr | None]:
    """index, find, rindex and rfind of one item or character."""
    last, fails = method.startswith("r"), method.endswith("index")

    def write(low: Unrolling, node: ast.Call, owner: ast.expr, goal: Goal) -> ast.expr | None:
        if len(node.args) != 1 or is_small(owner):
            return None
        kind, wanted_kind = low.kind(owner), low.kind(node.args[0])
        is_list = method == "index" and (kind == "list" or (kind == "" and wanted_kind in NUMBERS))
        is_text = wanted_kind == "letter" and (kind in TEXTS or method != "index")
        if not is_list and not is_text:
            return None
        low.notes.add(node, f".{method}() is written as a loop")
        items, wanted = low.operands([owner, node.args[0]])
        if not isinstance(wanted, ast.Constant | ast.Name):
            items, wanted = low.steady(items, "items"), low.capture(wanted, "wanted")
        result = find_in(low, owner, items, wanted, wanted_kind, node, low.place(goal, "position"), last)
        if fails:
            text: ast.expr = build.const("substring not found")
            if is_list and isinstance(wanted, ast.Constant):
                text = build.const(f"{wanted.value!r} is not in list")
            elif is_list:
                text = ast.BinOp(build.call("repr", wanted), ast.Add(), build.const(" is not in list"))
            missing = build.compare(build.load(result), ast.Lt(), ast.Constant(0))
            low.emit(build.when(missing, [ast.Raise(build.call("ValueError", text), None)]), node)
        return build.load(result)

    return write


def halving(low: Unrolling, node: ast.Call, goal: Goal) -> ast.expr | None:
    """``bisect``: the part where the place may be is halved until nothing is left of it."""
    assert isinstance(node.func, ast.Attribute)
    left = node.func.attr.endswith("left")
    if len(node.args) != 2 or node.keywords:
        return None
    low.notes.add(node, f"{node.func.attr}() is written as a search that halves what is left")
    items, wanted = low.operands(node.args)
    items, wanted = low.steady(items, "items"), low.steady(wanted, "wanted")
    begin = low.place(goal, "position")
    with low.lending():
        end, middle = low.fresh("end"), low.fresh("middle")
    half = ast.BinOp(ast.BinOp(build.load(begin), ast.Add(), build.load(end)), ast.FloorDiv(), ast.Constant(2))
    element = build.item(items, build.load(middle))
    after: list[ast.stmt] = [build.assign(begin, ast.BinOp(build.load(middle), ast.Add(), ast.Constant(1)))]
    before: list[ast.stmt] = [build.assign(end, build.load(middle))]
    if left:
        step = build.when(build.compare(element, ast.Lt(), wanted), after, before)
    else:
        step = build.when(build.compare(wanted, ast.Lt(), element), before, after)
    low.emit(build.assign(begin, ast.Constant(0)), node)
    low.emit(build.assign(end, build.call("len", items)), node)
    open_part = build.compare(build.load(begin), ast.Lt(), build.load(end))
    low.emit(ast.While(open_part, [build.assign(middle, half), step], []), node)
    return build.load(begin)


def insort(low: Unrolling, node: ast.Call) -> bool:
    """``bisect.insort`` on a line of its own; whether it was written."""
    from metarfft.rules.front.expressions.lowering import ANY, Core

    if len(node.args) != 2 or node.keywords:
        return False
    assert isinstance(node.func, ast.Attribute)
    parts = low.operands(node.args)
    items, item = low.steady(parts[0], "items"), low.steady(parts[1], "item")
    side = "bisect_left" if node.func.attr.endswith("left") else "bisect_right"
    search = ast.copy_location(build.call(f"bisect.{side}", Core(items), Core(item)), node)
    place = halving(low, search, ANY)
    assert place is not None
    low.emit(ast.Expr(build.method(items, "insert", place, item)), node)
    return True


BISECT = frozenset(("bisect.bisect", "bisect.bisect_left", "bisect.bisect_right"))
INSORT = frozenset(("bisect.insort", "bisect.insort_left", "bisect.insort_right"))
METHODS: dict[str, Callable[[Unrolling, ast.Call, ast.expr, Goal], ast.expr | None]] = {
    "count": count, **{name: position(name) for name in ("index", "find", "rindex", "rfind")},
}  # fmt: skip
