"""Methods of texts, and methods called by their type, in the form that core has."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from metarfft.rules.errors import refuse
from metarfft.rules.front.expressions import build, lambdas, texts
from metarfft.rules.front.expressions.each import each

if TYPE_CHECKING:
    from metarfft.rules.front.expressions.lowering import Goal, Lowering


def _format(low: Lowering, node: ast.Call, goal: Goal) -> ast.expr | None:
    assert isinstance(node.func, ast.Attribute)
    pattern = texts.template(low, node.func.value)
    if pattern is None:
        refuse(node, "write the text before .format() as a constant, or use an f-string")
    return texts.format_call(low, node, pattern)


def _maketrans(low: Lowering, node: ast.Call, goal: Goal) -> ast.expr | None:
    """``str.maketrans('abc', 'xyz')`` as a dictionary of letters, where only translate reads it."""
    if node not in _tables(low):
        refuse(node, "str.maketrans is for text.translate(...) alone here; use a dictionary")
    return _table(low, node, goal)


def _tables(low: Lowering) -> list[ast.expr]:
    """The calls of maketrans in variables that nothing but translate reads."""
    found = []
    for node in ast.walk(low.scope.function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and _is_maketrans(node.value):
            name = node.targets[0].id
            uses = [n.args[0] for n in ast.walk(low.scope.function) if _is_translate(n) and isinstance(n, ast.Call)]
            if all(read in uses for read in low.scope.reads(name)) and name not in low.scope.shared:
                found.append(node.value)
    return found


def _is_maketrans(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "maketrans"


def _is_translate(node: ast.AST) -> bool:
    named = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "translate"
    return named and isinstance(node, ast.Call) and len(node.args) == 1


def _translate(low: Lowering, node: ast.Call, goal: Goal) -> ast.expr | None:
    """``text.translate(table)``: a loop over the letters that looks each up."""
    assert isinstance(node.func, ast.Attribute)
    table = node.args[0] if _is_translate(node) else None
    known = isinstance(table, ast.Name) and all(
        _is_maketrans(part.value)
        for part in ast.walk(low.scope.function)
        if isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Name) and part.targets[0].id == table.id
    )
    if isinstance(table, ast.Dict | ast.DictComp) or (isinstance(table, ast.Name) and _is_dict(low, table.id)):
        return _by_codes(low, node)
    if table is None or not (_is_maketrans(table) or (known and low.scope.is_variable(table.id))):  # type: ignore[attr-defined]
        refuse(node, "write text.translate(str.maketrans('abc', 'xyz')), or a loop with a dictionary")
    low.notes.add(node, ".translate() is written as a loop with a dictionary")
    receiver = node.func.value

    def made() -> ast.expr:
        assert table is not None
        if isinstance(table, ast.Name):
            return low.value(table)
        assert isinstance(table, ast.Call)
        return _table(low, table, goal=None)

    text, mapping = low.ordered([lambda: low.value(receiver), made])
    letters = low.fresh("letters")
    low.emit(build.assign(letters, ast.List([], ast.Load())), node)
    letter = low.fresh("letter")
    new = build.method(mapping, "get", build.load(letter), build.load(letter))
    low.emit(build.loop(build.store(letter), text, [build.do(letters, "append", new)]), node)
    return build.method(ast.Constant(""), "join", build.load(letters))


def _is_dict(low: Lowering, name: str) -> bool:
    """Whether a variable is bound once, to a dictionary that is written out."""
    return isinstance(low.scope.constant(name), ast.Dict | ast.DictComp)


def _by_codes(low: Lowering, node: ast.Call) -> ast.expr:
    """``text.translate({97: 'b', 98: None})``: a loop that looks each letter's code up."""
    assert isinstance(node.func, ast.Attribute)
    low.notes.add(node, ".translate() is written as a loop with a dictionary")
    text, table = low.operands([node.func.value, node.args[0]])
    table = low.steady(table, "table")
    letters, letter, other = low.fresh("letters"), low.fresh("letter"), low.fresh("other")
    low.emit(build.assign(letters, ast.List([], ast.Load())), node)
    code = build.call("ord", build.load(letter))
    whole = build.call("isinstance", build.load(other), build.load("int"))
    new = ast.IfExp(whole, build.call("chr", build.load(other)), build.load(other))
    there = build.compare(build.load(other), ast.IsNot(), ast.Constant(None))
    body: list[ast.stmt] = [
        build.assign(other, build.method(table, "get", code, build.load(letter))),
        build.when(there, [build.do(letters, "append", new)]),
    ]
    low.emit(build.loop(build.store(letter), text, body), node)
    return build.method(ast.Constant(""), "join", build.load(letters))


def _table(low: Lowering, node: ast.Call, goal: Goal | None) -> ast.expr:
    """The dictionary of a call of maketrans, from letters to texts."""
    if node.keywords or not 1 <= len(node.args) <= 3:
        refuse(node, "write str.maketrans('abc', 'xyz')")
    name = (goal and goal.target) or low.fresh("mapping")
    if len(node.args) == 1:
        given = node.args[0]
        constant = isinstance(given, ast.Dict) and all(
            isinstance(part, ast.Constant) for pair in (given.keys, given.values) for part in pair
        )
        if not constant:
            return _from_table(low, given, name, node)
        table = {
            chr(key): "" if value is None else chr(value) if isinstance(value, int) else value
            for key, value in str.maketrans(ast.literal_eval(given)).items()
        }
        keys: list[ast.expr | None] = [ast.Constant(key) for key in table]
        low.emit(build.assign(name, ast.Dict(keys, [ast.Constant(value) for value in table.values()])), node)
        return build.load(name)
    parts = [low.steady(part) for part in low.operands(node.args)]
    old, new = parts[:2]
    match parts:
        case [ast.Constant(value=str(before)), ast.Constant(value=str(after)), *_] if len(before) == len(after):
            pairs = dict(zip(before, after, strict=True))
            keys = [ast.Constant(key) for key in pairs]
            low.emit(build.assign(name, ast.Dict(keys, [ast.Constant(value) for value in pairs.values()])), node)
            return _without(low, name, parts[2:], node)
    test = build.compare(build.call("len", old), ast.NotEq(), build.call("len", new))
    error = build.fail("ValueError", "the first two maketrans arguments must have equal length")
    low.emit(build.when(test, [error]), node)
    low.emit(build.assign(name, ast.Dict([], [])), node)
    letter, other = low.fresh("letter"), low.fresh("other")
    pair = ast.Tuple([build.store(letter), build.store(other)], ast.Store())
    change = build.assign_item(build.load(name), build.load(letter), build.load(other))
    low.emit(build.loop(pair, build.call("zip", old, new), [change]), node)
    return _without(low, name, parts[2:], node)


def _without(low: Lowering, name: str, gone: list[ast.expr], node: ast.Call) -> ast.expr:
    """The dictionary, with the letters of the third argument of maketrans mapped to nothing."""
    for letters in gone:
        letter = low.fresh("letter")
        nothing = build.assign_item(build.load(name), build.load(letter), ast.Constant(""))
        low.emit(build.loop(build.store(letter), letters, [nothing]), node)
    return build.load(name)


def _from_table(low: Lowering, given: ast.expr, name: str, node: ast.Call) -> ast.expr:
    """``str.maketrans(table)``: letters or their codes as keys; letters, codes or None as values."""
    table = low.steady(low.value(given), "table")
    low.emit(build.assign(name, ast.Dict([], [])), node)
    key, new = low.fresh("letter"), low.fresh("other")
    whole: list[ast.expr] = [build.call("isinstance", build.load(part), build.load("int")) for part in (key, new)]
    code = build.assign(key, build.call("chr", build.load(key)))
    error = build.fail("ValueError", "string keys in translate table must be of length 1")
    long = build.when(build.compare(build.call("len", build.load(key)), ast.NotEq(), ast.Constant(1)), [error])
    body: list[ast.stmt] = [
        build.when(whole[0], [code], [long]),
        build.when(
            build.compare(build.load(new), ast.Is(), ast.Constant(None)),
            [build.assign(new, ast.Constant(""))],
            [build.when(whole[1], [build.assign(new, build.call("chr", build.load(new)))])],
        ),
        build.assign_item(build.load(name), build.load(key), build.load(new)),
    ]
    pair = ast.Tuple([build.store(key), build.store(new)], ast.Store())
    low.emit(build.loop(pair, build.method(table, "items"), body), node)
    return build.load(name)


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
        first = low.value(node.func.value)
        empty = isinstance(first, ast.Call) and ast.unparse(first) == "set()"
        low.emit(build.assign(name, first if empty else build.call("set", first)), node)
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


HANDLERS: dict[str, Callable[[Lowering, ast.Call, Goal], ast.expr | None]] = {
    ".format": _format, ".translate": _translate, "str.maketrans": _maketrans, ".union": _union,
    ".intersection": _union, ".maketrans": _maketrans,
}  # fmt: skip
for _type in lambdas.TYPES:
    for _method in dir({"str": str, "list": list, "dict": dict, "set": set, "int": int, "float": float, "tuple": tuple,
                        "frozenset": frozenset}[_type]):  # fmt: skip
        if not _method.startswith("_") and _method not in ("maketrans", "fromkeys", "from_bytes", "fromhex"):
            HANDLERS[f"{_type}.{_method}"] = _of_type
