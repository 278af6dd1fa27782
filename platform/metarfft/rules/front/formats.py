"""Methods of texts, and methods called by their type, in the form that core has."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from metarfft.rules.errors import refuse
from metarfft.rules.front import build, lambdas, texts
from metarfft.rules.front.each import each

if TYPE_CHECKING:
    from metarfft.rules.front.expressions import Goal, Lowering


def _format(low: Lowering, node: ast.Call, goal: Goal) -> ast.expr | None:
    assert isinstance(node.func, ast.Attribute)
    if isinstance(node.func.value, ast.Constant) and isinstance(node.func.value.value, str):
        return texts.format_call(low, node, node.func.value.value)
    refuse(node, "write the text before .format() as a constant, or use an f-string")


def _maketrans(low: Lowering, node: ast.Call, goal: Goal) -> ast.expr | None:
    refuse(node, "str.maketrans stands only inside text.translate(str.maketrans('abc', 'xyz')); or use a dictionary")


def _translate(low: Lowering, node: ast.Call, goal: Goal) -> ast.expr | None:
    """``text.translate(str.maketrans(...))`` of constants: a loop with a dictionary."""
    assert isinstance(node.func, ast.Attribute)
    table = _table(node.args[0]) if len(node.args) == 1 else None
    if table is None:
        refuse(node, "write text.translate(str.maketrans('abc', 'xyz')) with constant texts, or a loop")
    low.notes.add(node, ".translate() is written as a loop with a dictionary")
    text = low.value(node.func.value)
    name, letters = low.fresh("mapping"), low.fresh("letters")
    keys = [ast.Constant(key) for key in table]
    low.emit(build.assign(name, ast.Dict(list(keys), [ast.Constant(value) for value in table.values()])), node)
    low.emit(build.assign(letters, ast.List([], ast.Load())), node)
    letter = low.fresh("letter")
    new = build.method(build.load(name), "get", build.load(letter), build.load(letter))
    low.emit(build.loop(build.store(letter), text, [build.do(letters, "append", new)]), node)
    return build.method(ast.Constant(""), "join", build.load(letters))


def _table(node: ast.expr) -> dict[str, str] | None:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "maketrans"):
        return None
    try:
        arguments = [ast.literal_eval(argument) for argument in node.args]
        made = str.maketrans(*arguments)
    except (ValueError, TypeError):
        return None
    return {
        chr(key): "" if value is None else chr(value) if isinstance(value, int) else value for key, value in made.items()
    }


def _of_type(low: Lowering, node: ast.Call, goal: Goal) -> ast.expr | None:
    """``str.upper(text)`` as ``text.upper()``."""
    assert isinstance(node.func, ast.Attribute)
    if not node.args or isinstance(node.args[0], ast.Starred):
        return _union(low, node, goal) if node.args else None
    function = ast.copy_location(ast.Attribute(node.args[0], node.func.attr, ast.Load()), node.func)
    return low.value(ast.copy_location(ast.Call(function, node.args[1:], node.keywords), node), goal)


def _union(low: Lowering, node: ast.Call, goal: Goal) -> ast.expr | None:
    """``set.union(*groups)`` and ``set().union(*groups)``."""
    assert isinstance(node.func, ast.Attribute)
    starred = node.args[-1]
    if len(node.args) != 1 or not isinstance(starred, ast.Starred) or node.keywords:
        return None
    attribute = node.func.attr
    of_type = isinstance(node.func.value, ast.Name) and node.func.value.id == "set" and low.is_builtin("set")
    update = {"union": "update", "intersection": "intersection_update"}.get(attribute)
    if update is None:
        return None
    low.notes.add(node, f".{attribute}(*...) is written as a loop")
    if not of_type:
        name = low.place(goal, "group")
        low.emit(build.assign(name, build.call("set", low.value(node.func.value))), node)
        each(low, starred.value, None, lambda item: low.emit(build.do(name, update, item), node))
        return build.load(name)
    name = low.place(goal, "group")
    started = low.fresh("started")
    low.emit(build.assign(name, build.call("set")), node)
    low.emit(build.assign(started, build.const(False)), node)

    def body(item: ast.expr) -> None:
        item = low.steady(item)
        first: list[ast.stmt] = [
            build.assign(name, build.call("set", item)), build.assign(started, build.const(True)),
        ]  # fmt: skip
        low.emit(build.when(build.load(started), [build.do(name, update, item)], first), node)

    each(low, starred.value, None, body)
    error = build.fail("TypeError", f"unbound method set.{attribute}() needs an argument")
    low.emit(build.when(build.negate(build.load(started)), [error]), node)
    return build.load(name)


HANDLERS: dict[str, Callable[["Lowering", ast.Call, "Goal"], ast.expr | None]] = {
    ".format": _format, ".translate": _translate, "str.maketrans": _maketrans, ".union": _union,
    ".intersection": _union, ".maketrans": _maketrans,
}  # fmt: skip
for _type in lambdas.TYPES:
    for _method in dir({"str": str, "list": list, "dict": dict, "set": set, "int": int, "float": float, "tuple": tuple,
                        "frozenset": frozenset}[_type]):  # fmt: skip
        if not _method.startswith("_") and _method not in ("maketrans", "fromkeys", "from_bytes", "fromhex"):
            HANDLERS[f"{_type}.{_method}"] = _of_type
