"""Splitting, joining and replacing in texts as loops over the characters."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from metarfft.rules.front.expressions import build
from metarfft.rules.unroll.hidden import is_small
from metarfft.rules.unroll.lists import item_names, over

if TYPE_CHECKING:
    from metarfft.rules.front.expressions.lowering import Goal
    from metarfft.rules.front.unroll import Unrolling


def join(low: Unrolling, node: ast.Call, owner: ast.expr, goal: Goal) -> ast.expr | None:
    if len(node.args) != 1 or is_small(node.args[0]):
        return None
    source = node.args[0]
    low.notes.add(node, ".join() is written as a loop")
    separator, parts = low.ordered([lambda: low.value(owner), lambda: low.iterable(source)])
    separator = low.steady(separator, "separator")
    result = low.place(goal, "text")
    low.emit(build.assign(result, ast.Constant("")), node)
    if isinstance(separator, ast.Constant) and separator.value == "":
        over(low, source, parts, lambda part: low.emit(build.add_to(result, part), node))
        return build.load(result)
    with low.lending():
        place, part = low.fresh("position", "place"), low.fresh(*item_names(low, source))
        pair = ast.Tuple([build.store(place), build.store(part)], ast.Store())
        later = build.compare(build.load(place), ast.Gt(), ast.Constant(0))
        body = [build.when(later, [build.add_to(result, separator)]), build.add_to(result, build.load(part))]
        low.emit(build.loop(pair, build.call("enumerate", parts), body), node)
    return build.load(result)


def split(low: Unrolling, node: ast.Call, owner: ast.expr, goal: Goal) -> ast.expr | None:
    """``text.split()`` and ``text.split(sep)`` of one character."""
    if len(node.args) > 1 or node.keywords or is_small(owner):
        return None
    by_space = not node.args or (isinstance(node.args[0], ast.Constant) and node.args[0].value is None)
    if not by_space and low.kind(node.args[0]) != "letter":
        return None
    low.notes.add(node, ".split() is written as a loop over the characters")
    text, *separators = low.operands([owner, *([] if by_space else node.args)])
    separators = [low.steady(separator, "separator") for separator in separators]
    parts = low.place(goal, "words" if by_space else "parts")
    part = low.fresh("word" if by_space else "part")
    low.emit(build.assign(parts, ast.List([], ast.Load())), node)
    low.emit(build.assign(part, ast.Constant("")), node)

    def finish() -> list[ast.stmt]:
        done: list[ast.stmt] = [build.do(parts, "append", build.load(part))]
        if by_space:
            return [build.when(build.compare(build.load(part), ast.NotEq(), ast.Constant("")), done)]
        return done

    def body(letter: ast.expr) -> None:
        ends = build.method(letter, "isspace") if by_space else build.compare(letter, ast.Eq(), separators[0])
        cut = [*finish(), build.assign(part, ast.Constant(""))]
        low.emit(build.when(ends, cut, [build.add_to(part, letter)]), node)

    _letters(low, text, body)
    for statement in finish():
        low.emit(statement, node)
    return build.load(parts)


def replace(low: Unrolling, node: ast.Call, owner: ast.expr, goal: Goal) -> ast.expr | None:
    """``text.replace(old, new)`` where ``old`` is one character."""
    if len(node.args) != 2 or node.keywords or is_small(owner) or low.kind(node.args[0]) != "letter":
        return None
    low.notes.add(node, ".replace() is written as a loop over the characters")
    text, old, new = low.operands([owner, *node.args])
    if not low.stable(old, ()) or not low.stable(new, ()):
        text, old, new = low.steady(text, "text"), low.steady(old, "old"), low.steady(new, "new")
    result = low.place(goal, "result")
    low.emit(build.assign(result, ast.Constant("")), node)

    def body(letter: ast.expr) -> None:
        keep = build.add_to(result, letter)
        test = build.compare(letter, ast.Eq(), old)
        if isinstance(new, ast.Constant) and new.value == "":
            low.emit(build.when(build.negate(test), [keep]), node)
        else:
            low.emit(build.when(test, [build.add_to(result, new)], [keep]), node)

    _letters(low, text, body)
    return build.load(result)


def _letters(low: Unrolling, text: ast.expr, body: Callable[[ast.expr], None]) -> None:
    from metarfft.rules.front.expressions.each import each
    from metarfft.rules.front.expressions.lowering import Core

    each(low, Core(text), None, body, hints=("letter", "character"))


METHODS: dict[str, Callable[[Unrolling, ast.Call, ast.expr, Goal], ast.expr | None]] = {
    "join": join, "split": split, "replace": replace,
}  # fmt: skip
