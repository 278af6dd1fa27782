"""Assignments with several, nested or starred targets, written as core assignments in Python's order."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence

from metarfft.rules.errors import refuse
from metarfft.rules.front.expressions.build import Block, assign, call, compare, const, fail, item, load, settle, when
from metarfft.rules.front.expressions.naming import element, holds, singular
from metarfft.rules.front.names import Names
from metarfft.rules.front.text.functions import constant
from metarfft.rules.front.text.scopes import target_names

SEVERAL = (ast.Tuple, ast.List)


def flat(target: ast.expr) -> bool:
    """Whether core can assign to the target as it is."""
    return _single(target) or (isinstance(target, ast.Tuple) and bool(target.elts) and all(map(_single, target.elts)))


def _single(target: ast.expr) -> bool:
    return isinstance(target, (ast.Name, ast.Subscript))


def assignment(node: ast.Assign, names: Names) -> Block:
    """``a = b = value`` and all targets that are not flat."""
    for target in node.targets:
        _check(target)
    if len(node.targets) == 1:
        return _settled(to_target(node.targets[0], node.value, names), node)
    value, first, rest = node.value, node.targets[0], node.targets[1:]
    new: Block = []
    if isinstance(first, ast.Name) and not isinstance(value, ast.Name) and not constant(value):
        new += to_target(first, value, names)
        value = load(first.id)
        if any(first.id in target_names(target) for target in rest[:-1]):
            refuse(node, f"{first.id} is assigned twice in one line; write two lines")
    else:
        if not constant(value):
            touched = {name for target in node.targets[:-1] for name in target_names(target)}
            if not isinstance(value, ast.Name) or (value.id in touched and not all(map(_single, node.targets))):
                name = names.fresh(*holds(value)) if not isinstance(value, ast.Name) else names.fresh("value")
                new.append(assign(name, value))
                value = load(name)
        new += to_target(first, copy.deepcopy(value), names)
    for target in rest:
        new += to_target(target, copy.deepcopy(value), names)
    return _settled(new, node)


def _check(target: ast.expr) -> None:
    for node in ast.walk(target):
        if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
            refuse(node, f"{ast.unparse(node)} is an attribute of an object; use a variable, a list or a dictionary")


def _settled(block: Block, origin: ast.AST) -> Block:
    for statement in block:
        settle(statement, origin)
    return block


def to_target(target: ast.expr, value: ast.expr, names: Names) -> Block:
    """Core statements that assign ``value`` to a target of any shape."""
    if isinstance(target, ast.List):
        target = ast.copy_location(ast.Tuple(target.elts, ast.Store()), target)
    if flat(target):
        return [ast.copy_location(ast.Assign([target], value), target)]
    if not isinstance(target, ast.Tuple):
        refuse(target, f"{ast.unparse(target)} cannot be assigned to")
    if not target.elts:
        refuse(target, "nothing is assigned here; leave the line out")
    star = next((index for index, part in enumerate(target.elts) if isinstance(part, ast.Starred)), None)
    if star is not None:
        return _starred(target, star, value, names)
    leaves = target_names(target)
    safe = len(set(leaves)) == len(leaves) and not any(isinstance(node, ast.Subscript) for node in ast.walk(target))
    parts: list[ast.expr] = []
    later: Block = []
    for part in target.elts:
        if safe and isinstance(part, ast.Name):
            parts.append(part)
            continue
        name = names.fresh(*_part_hints(part))
        parts.append(ast.copy_location(ast.Name(name, ast.Store()), part))
        later += to_target(part, load(name), names)
    unpack = ast.Assign([ast.copy_location(ast.Tuple(parts, ast.Store()), target)], value)
    return _settled([ast.copy_location(unpack, target), *later], target)


def _part_hints(part: ast.expr) -> tuple[str, ...]:
    if isinstance(part, SEVERAL):
        return ("pair", "other_pair") if len(part.elts) == 2 else ("group", "other_group")
    return (f"new_{part.id}",) if isinstance(part, ast.Name) and part.id.strip("_") else ("value", "other_value")


def _starred(target: ast.Tuple, star: int, value: ast.expr, names: Names) -> Block:
    """``first, *rest = value`` through a list of its items, with Python's error where there are too few."""
    part = target.elts[star]
    assert isinstance(part, ast.Starred)
    after = len(target.elts) - star - 1
    if len(target.elts) == 1:
        return to_target(part.value, call("list", value), names)
    holder = names.fresh("items", "all_items")
    least = len(target.elts) - 1
    new: Block = [assign(holder, call("list", value))]
    message: ast.expr = const(f"not enough values to unpack (expected at least {least}, got 0)")
    if least > 1:
        start, end = const(f"not enough values to unpack (expected at least {least}, got "), const(")")
        count = call("str", call("len", load(holder)))
        message = ast.BinOp(ast.BinOp(start, ast.Add(), count), ast.Add(), end)
    failure = fail("ValueError")
    assert isinstance(failure.exc, ast.Call)
    failure.exc.args = [message]
    new.append(when(compare(call("len", load(holder)), ast.Lt(), const(least)), [failure]))
    for index, other in enumerate(target.elts):
        if index < star:
            new += to_target(other, item(load(holder), const(index)), names)
        elif index == star:
            end_at = const(-after) if after else None
            cut = ast.Slice(const(star) if star else None, end_at)
            new += to_target(part.value, item(load(holder), cut), names)
        else:
            new += to_target(other, item(load(holder), const(index - len(target.elts))), names)
    return _settled(new, target)


def loop_target(target: ast.expr, iterable: ast.expr, names: Names) -> tuple[ast.expr, Block]:
    """A target that core loops can have, and the statements with which the loop's body then begins."""
    _check(target)
    if isinstance(target, ast.List):
        target = ast.copy_location(ast.Tuple(target.elts, ast.Store()), target)
    if isinstance(target, ast.Name):
        return target, []
    if isinstance(target, ast.Tuple) and target.elts and all(isinstance(part, ast.Name) for part in target.elts):
        return target, []
    leaves = target_names(target)
    plain = isinstance(target, ast.Tuple) and len(set(leaves)) == len(leaves)
    if plain and all(isinstance(part, (ast.Name, *SEVERAL)) for part in target.elts):  # type: ignore[attr-defined]
        parts: list[ast.expr] = []
        begin: Block = []
        for part in target.elts:  # type: ignore[attr-defined]
            if isinstance(part, ast.Name):
                parts.append(part)
                continue
            name = names.fresh(*_loop_hints(iterable, part))
            parts.append(ast.copy_location(ast.Name(name, ast.Store()), part))
            begin += to_target(part, load(name), names)
        return ast.copy_location(ast.Tuple(parts, ast.Store()), target), _settled(begin, target)
    name = names.fresh(*element(iterable), "item")
    begin = to_target(target, load(name), names)
    return ast.copy_location(ast.Name(name, ast.Store()), target), _settled(begin, target)


def _loop_hints(iterable: ast.expr, part: ast.expr) -> Sequence[str]:
    """Names for the inner tuple of ``for i, (a, b) in enumerate(points)``: point, pair."""
    hints: list[str] = []
    if isinstance(iterable, ast.Call) and isinstance(iterable.func, ast.Name) and iterable.func.id == "enumerate":
        source = iterable.args[0] if iterable.args else None
        if isinstance(source, ast.Name) and (one := singular(source.id)):
            hints.append(one)
    return [*hints, *_part_hints(part)]
