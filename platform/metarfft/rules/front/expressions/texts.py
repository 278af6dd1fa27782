"""f-strings, ``%`` and ``.format``: texts joined with +."""

from __future__ import annotations

import ast
import re
import string
from typing import TYPE_CHECKING

from metarfft.rules.errors import refuse
from metarfft.rules.front.expressions import build
from metarfft.rules.front.statements import attempts

if TYPE_CHECKING:
    from metarfft.rules.front.expressions.lowering import Goal, Lowering

TEXT_METHODS = frozenset(
    """join upper lower strip lstrip rstrip replace capitalize title swapcase center ljust rjust zfill format casefold
    expandtabs removeprefix removesuffix""".split()
)
NUMBER_CALLS = frozenset("len int abs sum ord round float bool".split())
_PERCENT = re.compile(
    r"%(?:\((?P<key>[^)]*)\))?(?P<flags>[-+ 0#]*)(?P<width>\d+|\*)?(?:\.(?P<digits>\d+|\*)?)?(?P<kind>.)"
)


def template(low: Lowering, node: ast.expr) -> str | None:
    """The constant text that ``node`` is, also by way of a variable that is bound once."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = template(low, node.left), template(low, node.right)
        return None if left is None or right is None else left + right
    if isinstance(node, ast.Name) and node.id not in low.env:
        value = low.scope.constant(node.id)
        return None if value is None else template(low, value)
    return None


def is_text(low: Lowering, node: ast.expr) -> bool:
    """Whether the value of ``node`` is a text for sure."""
    match node:
        case ast.Constant(value=str()) | ast.JoinedStr():
            return True
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return is_text(low, left) or is_text(low, right)
        case ast.BinOp(left=left, op=ast.Mod()):
            return is_text(low, left)
        case ast.Call(func=ast.Name(id="str" | "chr" | "repr" | "format" | "bin" | "hex" | "oct" as name)):
            return low.is_builtin(name)
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str()), attr=attribute)):
            return attribute in TEXT_METHODS
        case ast.Name(id=name):
            return attempts.is_message(low.scope, name)
    return False


def joined(parts: list[ast.expr]) -> ast.expr:
    """The texts in one, neighbouring constants together."""
    merged: list[ast.expr] = []
    for part in parts:
        if isinstance(part, ast.Constant) and merged and isinstance(merged[-1], ast.Constant):
            merged[-1] = ast.copy_location(ast.Constant(str(merged[-1].value) + str(part.value)), part)
        elif not (isinstance(part, ast.Constant) and part.value == "" and len(parts) > 1):
            merged.append(part)
    if not merged:
        return ast.Constant("")
    result = merged[0]
    for part in merged[1:]:
        result = ast.BinOp(result, ast.Add(), part)
    return result


def shown(low: Lowering, value: ast.expr, conversion: str, spec: ast.expr | None, is_known: bool = False) -> ast.expr:
    """The text of a value, which is core."""
    if conversion == "a":
        refuse(value, "!a is outside the rule language; use !r")
    if conversion == "r":
        value, is_known = build.call("repr", value), True
    elif conversion == "s" and not is_known:
        value, is_known = build.call("str", value), True
    if spec is None or (isinstance(spec, ast.Constant) and spec.value == ""):
        return value if is_known else build.call("str", value)
    return build.call("format", value, spec)


def f_string(low: Lowering, node: ast.JoinedStr) -> ast.expr:
    parts = low.ordered([lambda part=part: _part(low, part) for part in node.values])  # type: ignore[misc]
    low.notes.add(node, f"the f-string is written {_tools(parts)}")
    return joined(parts)


def _tools(parts: list[ast.expr]) -> str:
    """What a text is put together with, for a note."""
    parts = [part for part in parts if not (isinstance(part, ast.Constant) and part.value == "")]
    calls = [part.func.id for part in parts if isinstance(part, ast.Call) and isinstance(part.func, ast.Name)]
    used = ["+"] * (len(parts) > 1) + [f"{name}()" for name in ("str", "repr", "format") if name in calls]
    if not used:
        return "as a plain text"
    return "with " + (", ".join(used[:-1]) + " and " if used[1:] else "") + used[-1]


def _part(low: Lowering, part: ast.expr) -> ast.expr:
    if not isinstance(part, ast.FormattedValue):
        return part
    conversion = "" if part.conversion < 0 else chr(part.conversion)
    spec = part.format_spec
    if spec is None:
        return shown(low, low.value(part.value), conversion, None, is_text(low, part.value))
    value, wanted = low.ordered([lambda: low.value(part.value), lambda: _spec(low, spec)])
    return shown(low, value, conversion, wanted, is_text(low, part.value))


def _spec(low: Lowering, spec: ast.expr) -> ast.expr:
    if isinstance(spec, ast.JoinedStr):
        return joined(low.ordered([lambda part=part: _part(low, part) for part in spec.values]))  # type: ignore[misc]
    return low.value(spec)


def is_percent(low: Lowering, left: ast.expr, operator: ast.operator) -> bool:
    return isinstance(operator, ast.Mod) and (is_text(low, left) or template(low, left) is not None)


def together(low: Lowering, nodes: list[ast.expr]) -> list[ast.expr]:
    """Values that are all evaluated before the first of them is turned into text."""
    values = low.operands(nodes)
    if any(low.disturbs(value) for value in values[1:]):
        values = [value if low.stable(value, ()) else low.capture(value) for value in values]
    return values


def percent(low: Lowering, node: ast.BinOp, goal: Goal) -> ast.expr:
    """``text % values``."""
    pattern, right = template(low, node.left), node.right
    if pattern is None:
        refuse(node.left, "write the text before % as a constant, or use an f-string")
    fields = [match for match in _PERCENT.finditer(pattern) if match["kind"] != "%"]
    if any(match["key"] is not None for match in fields):
        refuse(node, "use an f-string instead of %(name)s")
    if any("*" in (match["width"] or "") + (match["digits"] or "") for match in fields):
        refuse(node, "use an f-string instead of * in a % format")
    if isinstance(right, ast.Tuple) and not any(isinstance(element, ast.Starred) for element in right.elts):
        nodes = right.elts
    else:
        nodes = [right]
        if any(match["kind"] in "sr" for match in fields) and not _no_tuple(low, right):
            nodes = [_unwrapped(low, right, len(fields))]
    if len(nodes) != len(fields):
        refuse(node, f"the text has {len(fields)} places for {len(nodes)} values")
    known = [is_text(low, value) for value in nodes]
    whole = [_is_whole(low, value) for value in nodes]
    values = together(low, list(nodes))
    parts: list[ast.expr] = []
    end = field = 0
    for match in _PERCENT.finditer(pattern):
        parts.append(ast.Constant(pattern[end : match.start()]))
        end = match.end()
        if match["kind"] == "%":
            parts.append(ast.Constant("%"))
        else:
            parts.append(_field(node, match, values[field], known[field], whole[field]))
            field += 1
    parts.append(ast.Constant(pattern[end:]))
    if "%" in _PERCENT.sub("", pattern):
        refuse(node, "the text has a % without a format; write %% for the sign itself")
    low.notes.add(node, f"the % format is written {_tools(parts)}")
    return joined(parts)


def _unwrapped(low: Lowering, node: ast.expr, count: int) -> ast.expr:
    """The one value on the right of %, which takes the parts of a tuple."""
    from metarfft.rules.front.expressions.lowering import Core

    if count != 1:
        refuse(node, "write the values after % as a tuple of their own, or use an f-string")
    value = low.steady(low.value(node), "value")
    kind = build.call("isinstance", value, build.load("tuple"))
    values = low.fresh("values")
    low.emit(build.assign(values, ast.IfExp(kind, value, ast.Tuple([value], ast.Load()))), node)
    wrong = build.compare(build.call("len", build.load(values)), ast.NotEq(), ast.Constant(1))
    low.emit(build.when(wrong, [build.fail("TypeError", "the text has one place for the values")]), node)
    one = build.item(build.load(values), ast.Constant(0))
    build.settle(one, node)
    return Core(one)


def _field(node: ast.BinOp, match: re.Match[str], value: ast.expr, is_known: bool, is_whole: bool) -> ast.expr:
    kind, flags, width = match["kind"], match["flags"], match["width"] or ""
    digits = f".{match['digits'] or 0}" if "." in match[0] else ""
    sign = "+" if "+" in flags else " " if " " in flags else ""
    if "#" in flags or kind not in "sdiufeEgGxXor" or (kind in "diuxXo" and digits):
        refuse(node, f"use an f-string instead of {match[0]}")
    if kind in "sr":
        text = build.call("repr", value) if kind == "r" else value if is_known else build.call("str", value)
        spec = (("<" if "-" in flags else ">") + width if width else "") + digits
        return build.call("format", text, ast.Constant(spec)) if spec else text
    if kind in "diu":
        kind = "d"
        if not is_whole:
            value = build.call("math.trunc", value)
    spec = ("<" if "-" in flags else "") + sign + ("0" if "0" in flags and "-" not in flags else "") + width + digits
    if kind == "d" and not spec:
        return build.call("str", value)
    return build.call("format", value, ast.Constant(spec + kind))


def _is_whole(low: Lowering, node: ast.expr) -> bool:
    match node:
        case ast.Constant(value=value):
            return isinstance(value, int) and not isinstance(value, bool)
        case ast.Call(func=ast.Name(id="len" | "int" | "ord" as name)):
            return low.is_builtin(name)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult() | ast.FloorDiv() | ast.Mod(), right=right):
            return _is_whole(low, left) and _is_whole(low, right)
    return False


def _no_tuple(low: Lowering, node: ast.expr) -> bool:
    match node:
        case ast.Constant() | ast.List() | ast.Dict() | ast.ListComp() | ast.Compare() | ast.JoinedStr():
            return True
        case ast.Call(func=ast.Name(id=name)):
            return low.is_builtin(name) and name in NUMBER_CALLS | {"str", "chr", "repr", "list", "sorted", "format"}
        case ast.BinOp(left=left, op=operator, right=right):
            if isinstance(operator, ast.Add):
                return _no_tuple(low, left) or _no_tuple(low, right)
            return isinstance(operator, (ast.Sub, ast.Div, ast.FloorDiv, ast.Pow)) or _no_tuple(low, left)
        case ast.Call(func=ast.Attribute(attr=attribute)):
            return attribute in TEXT_METHODS | {"count", "index", "find"}
    return is_text(low, node)


def _plain_arguments(low: Lowering, node: ast.Call, pattern: str) -> ast.Call:
    """The call with the values of ``**{'a': b}`` and of ``*items`` given one by one."""
    keywords: list[ast.keyword] = []
    for keyword in node.keywords:
        given = keyword.value
        keys = given.keys if keyword.arg is None and isinstance(given, ast.Dict) else []
        named = [key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
        if isinstance(given, ast.Dict) and keyword.arg is None and len(named) == len(keys) == len(set(named)):
            keywords += [ast.keyword(name, value) for name, value in zip(named, given.values, strict=True)]
        else:
            keywords.append(keyword)
    given_names = [keyword.arg for keyword in keywords if keyword.arg]
    if len(given_names) > len(set(given_names)):
        refuse(node, "give each value of .format() once")
    arguments = list(node.args)
    if len(arguments) == 1 and isinstance(arguments[0], ast.Starred) and not keywords:
        arguments = _unpacked(low, node, arguments[0].value, pattern)
    return ast.copy_location(ast.Call(node.func, arguments, keywords), node)


def _unpacked(low: Lowering, node: ast.Call, source: ast.expr, pattern: str) -> list[ast.expr]:
    """The values of ``'...'.format(*items)``, as many as the text has places."""
    from metarfft.rules.front.expressions.lowering import Core

    if isinstance(source, (ast.Tuple, ast.List)):
        return list(source.elts)
    places = [name for _, name, _, _ in string.Formatter().parse(pattern) if name is not None]
    specs = [spec for *_, spec, _ in string.Formatter().parse(pattern) if spec and "{" in spec]
    if specs or not all(re.fullmatch(r"\d*", name) for name in places):
        refuse(source, "write the values out instead of *, or use an f-string")
    count = max([int(name) + 1 if name else len(places) for name in places], default=0)
    values = low.capture(ast.copy_location(build.call("list", low.iterable(source)), node), "values")
    if not count:
        return []
    few = build.compare(build.call("len", values), ast.Lt(), ast.Constant(count))
    low.emit(build.when(few, [build.fail("IndexError", "the text has more places than values")]), node)
    return [ast.copy_location(Core(build.item(values, ast.Constant(k))), node) for k in range(count)]


def format_call(low: Lowering, node: ast.Call, pattern: str) -> ast.expr:
    """``'...'.format(...)``."""
    node = _plain_arguments(low, node, pattern)
    names: dict[str | int, int] = {}
    nodes: list[ast.expr] = []
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            refuse(argument, "write the values out instead of *, or use an f-string")
        names[len(names)] = len(nodes)
        nodes.append(argument)
    for keyword in node.keywords:
        if keyword.arg is None:
            refuse(keyword.value, "write the values out instead of **, or use an f-string")
        names[keyword.arg] = len(nodes)
        nodes.append(keyword.value)
    known = [is_text(low, value) for value in nodes]
    values = together(low, nodes)
    try:
        fields = list(string.Formatter().parse(pattern))
    except ValueError as error:
        refuse(node, f"the format text is wrong: {error}")
    uses = [field for _, field, _, _ in fields if field is not None]
    again = len(uses) > len(set(uses)) or any("[" in field for field in uses)
    if again or any("{" in (spec or "") for *_, spec, _ in fields):
        values = [low.steady(value) if not isinstance(value, ast.Constant) else value for value in values]
    counter = iter(range(len(nodes) + 1))

    def pick(field: str) -> tuple[ast.expr, bool]:
        found = re.fullmatch(r"(\w*)((?:\[[^\]]*\])*)", field)
        if found is None:
            refuse(node, "use an f-string instead of attributes in .format()")
        key: str | int = found[1] if found[1] and not found[1].isdigit() else int(found[1] or next(counter))
        if key not in names:
            refuse(node, f".format() is given no value for {{{field}}}")
        value, is_known = values[names[key]], known[names[key]]
        for index in re.findall(r"\[([^\]]*)\]", found[2]):
            value, is_known = build.item(value, ast.Constant(int(index) if index.isdigit() else index)), False
        return value, is_known

    parts: list[ast.expr] = []
    for text, name, spec, conversion in fields:
        parts.append(ast.Constant(text))
        if name is None:
            continue
        value, is_known = pick(name)
        wanted: ast.expr | None = ast.Constant(spec) if spec else None
        if spec and "{" in spec:
            pieces: list[ast.expr] = []
            for piece, inner, _, _ in string.Formatter().parse(spec):
                pieces.append(ast.Constant(piece))
                if inner is not None:
                    width, is_text_already = pick(inner)
                    pieces.append(shown(low, width, "", None, is_text_already))
            wanted = joined(pieces)
        parts.append(shown(low, value, conversion or "", wanted, is_known))
    low.notes.add(node, f".format() is written {_tools(parts)}")
    return joined(parts)
