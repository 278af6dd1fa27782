"""Expressions of a core rule, compiled to statements in Python's order of evaluation.

Every part is evaluated once and kept in a variable of the program; in a traced program what it read is written out from
that variable, before anything later in the statement can change it.
"""

from __future__ import annotations

import ast
from dataclasses import replace

from metarfft.rules.core import dotted
from metarfft.rules.trace.compile.calls import TEXT_METHODS
from metarfft.rules.trace.compile.lazy import Lazy
from metarfft.rules.trace.compile.terms import Value
from metarfft.rules.trace.compile.writer import Values, fields, slot_name
from metarfft.rules.trace.sites import Read

_GUARDED = {
    ast.Add: "__add", ast.Mult: "__mul", ast.Pow: "__power", ast.LShift: "__shift", ast.Mod: "__modulo",
}  # fmt: skip
_SAME_CALLS = frozenset("len ord chr int float str abs min max round divmod bool isinstance".split())
_SAME_METHODS = TEXT_METHODS | frozenset("count index find rfind rindex get startswith endswith".split())


class Expressions(Lazy):
    """Compiles expressions."""

    def translate(self, node: ast.expr, values: Values) -> Value:
        """``node``, with its reads among those of ``values``."""
        if values.repeats or not all(_gives_the_same(part, self.special) for part in ast.walk(node)):
            return self._translate(node, values)
        key = ast.dump(node)
        if key in values.known:
            known = values.known[key]
            assert isinstance(known, Value)
            return known
        value = self._translate(node, values)
        values.known[key] = value
        return value

    def _translate(self, node: ast.expr, values: Values) -> Value:
        match node:
            case ast.Constant():
                return Value(ast.unparse(node), node)
            case ast.Attribute():
                return Value(f"__{dotted(node)}".replace(".", "_"), node)
            case ast.Name():
                return self._name(node, values)
            case ast.Subscript():
                return self.element(node, values)
            case ast.Call():
                return self.called(node, values)
            case ast.BoolOp() | ast.IfExp():
                return self.lazy(node, values)
            case ast.Compare(ops=[_, _, *_]):
                return self.lazy(node, values)
            case ast.Compare():
                return self._comparison(node, values)
            case ast.BinOp():
                left, right = self.operand(node.left, values), self.operand(node.right, values)
                code = self.operation(node, left.code, right.code)
                left = self.base_of_power(node, left, values)
                return self.equation(ast.BinOp(left.shown, node.op, right.shown), code, values, self._news(node, code))
            case ast.UnaryOp():
                if isinstance(node.operand, ast.Constant):
                    return Value(f"({ast.unparse(node)})", node)
                value = self.operand(node.operand, values)
                code = self.kept(ast.unparse(ast.UnaryOp(node.op, ast.Name(value.code, ast.Load()))))
                shown = ast.UnaryOp(node.op, value.shown)
                return Value(code, shown) if isinstance(node.op, ast.Not) else self.equation(shown, code, values)
            case ast.List() | ast.Tuple() | ast.Set():
                parts = [self.operand(item, values) for item in node.elts]
                comma = "," if isinstance(node, ast.Tuple) and len(parts) == 1 else ""
                inside = ", ".join(part.code for part in parts) + comma
                brackets = {ast.List: "[]", ast.Tuple: "()", ast.Set: "{}"}[type(node)]
                display: ast.expr = type(node)(elts=[part.shown for part in parts])
                return Value(self.kept(self._items(f"{brackets[0]}{inside}{brackets[1]}", node.elts)), display)
            case ast.Dict():
                pairs = []
                for key, item in zip(node.keys, node.values, strict=True):
                    assert key is not None
                    pairs.append((self.operand(key, values), self.operand(item, values)))
                inside = ", ".join(f"{first.code}: {second.code}" for first, second in pairs)
                table = ast.Dict([first.shown for first, _ in pairs], [second.shown for _, second in pairs])
                return Value(self.kept(self._items(f"{{{inside}}}", node.values)), table)
        raise AssertionError(type(node).__name__)  # the core has no others

    def _items(self, display: str, parts: list[ast.expr]) -> str:
        return display if all(isinstance(part, ast.Constant) for part in parts) else f"__items({display})"

    def operation(self, node: ast.BinOp, left: str, right: str) -> str:
        """The variable that the result of an operation is kept in; it is within the budgets."""
        sign = ast.unparse(ast.BinOp(ast.Name("x"), node.op, ast.Name("x")))[2:-2]
        number = self.is_number(node)
        if isinstance(node.op, (ast.Add, ast.Sub)) or (isinstance(node.op, ast.Mult) and number):
            name = self.kept(f"{left} {sign} {right}")
            other = "" if number else f"{name}.__class__ is not __int or "
            self.writer.write(f"if {other}not -__large < {name} < __large: __fit({name})")
            return name
        if isinstance(node.op, ast.Mod) and not self.is_number(node.left):
            return self.kept(f"{left} % {right} if {left}.__class__ is __int else __modulo({left}, {right})")
        guard = _GUARDED.get(type(node.op))
        if guard and not isinstance(node.op, ast.Mod):
            return self.kept(f"{guard}({left}, {right})")
        code = f"{left} {sign} {right}"
        return self.kept(f"__fit({code})" if isinstance(node.op, (ast.BitOr, ast.BitXor)) else code)

    def base_of_power(self, node: ast.BinOp, base: Value, values: Values) -> Value:
        """The left operand, bracketed where a minus would be read otherwise."""
        if self.style is None or not isinstance(node.op, ast.Pow):
            return base
        return replace(base, shown=slot_name(values.add(f"__bracketed({base.code})")))

    def _news(self, node: ast.BinOp, code: str) -> str | None:
        """What tells whether the result of an operation is worth stating: texts and lists are only put together."""
        if not isinstance(node.op, ast.Add) or self.is_number(node):
            return None
        return f"__isinstance({code}, __numbers)"

    def _name(self, node: ast.Name, values: Values) -> Value:
        code = self.kept(node.id) if node.id in values.changed else node.id
        if self.style is None:
            return Value(code, node)
        if f"look {node.id}" in values.known and not (self.marked or values.repeats):  # all of it is stated already
            return Value(code, self.plain(code, values), node.id)
        slot = values.add(self.show(code, node.id))
        shown = self.plain(code, values) if self.marked else slot_name(slot)
        values.reads.append(Read(node.id, f"{{{slot}}}", is_name=True, shown=fields(shown.id)))
        return Value(code, shown, node.id)

    def _comparison(self, node: ast.Compare, values: Values) -> Value:
        left, right = self.operand(node.left, values), self.operand(node.comparators[0], values)
        sign = ast.unparse(ast.Compare(ast.Name("x"), node.ops, [ast.Name("x")]))[2:-2]
        if isinstance(node.ops[0], (ast.Is, ast.IsNot)):  # two values that are written alike may be two
            left, right = (
                replace(value, shown=part) if isinstance(part, ast.Name) else value
                for part, value in ((node.left, left), (node.comparators[0], right))
            )
        shown = ast.Compare(left.shown, node.ops, [right.shown])
        return Value(self.kept(f"{left.code} {sign} {right.code}"), shown)


def _gives_the_same(node: ast.AST, sets: bool) -> bool:
    """Whether evaluating a part of an expression again gives the same object, or one that cannot be told from it."""
    match node:
        case ast.Subscript():
            return not isinstance(node.slice, ast.Slice)
        case ast.BinOp():
            parts = (node.left, node.right)
            number = any(isinstance(part, ast.Constant) and isinstance(part.value, int) for part in parts)
            if isinstance(node.op, ast.Sub):
                return number or not sets
            return isinstance(node.op, (ast.FloorDiv, ast.Mod)) or (isinstance(node.op, ast.Add) and number)
        case ast.Call(func=ast.Name(name)):
            return name in _SAME_CALLS
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in _SAME_METHODS
        case ast.List() | ast.Dict() | ast.Set() | ast.Tuple():
            return False
    return True
