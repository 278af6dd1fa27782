"""Expressions of a rule: guarded against huge values and, in a traced program, capturing every value they read."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from string import Formatter

from metarfft.rules.language import MUTATING_METHODS
from metarfft.rules.sites import Read, View

# Calls whose arguments are whole sequences: a step shows the result, not the argument.
_WHOLE = frozenset("len sum sorted list set tuple dict min max".split())
_SHOWN = _WHOLE | {"ord", "chr", "divmod"}  # calls whose result is worth a read of its own
_TEXT_METHODS = frozenset(
    "isalnum isalpha isdigit islower isspace isupper lower upper swapcase title capitalize strip lstrip rstrip".split()
)
_GUARDED = {ast.Mult: "_mul", ast.Pow: "_power", ast.LShift: "_shift", ast.Mod: "_modulo"}
_REPR = "_repr("  # code that writes a value out as Python does
_FIELD = re.compile(r"__v(\d+)__")
Pair = tuple[ast.expr, ast.expr]  # what runs, and what is shown with values in their places


def template(text: str) -> str:
    """The template of a text in which ``__v3__`` stands for the field ``{3}``."""
    return _FIELD.sub(r"{\1}", text.replace("{", "{{").replace("}", "}}"))


def fstring(text: str, values: list[str]) -> str:
    """Code of an f-string that fills the template ``text`` with the code in ``values``, joined with +."""
    parts = []
    for literal, number, _, _ in Formatter().parse(text):
        if literal:
            parts.append(repr(literal))
        if number is not None:
            parts.append(values[int(number)])
    return " + ".join(parts) or "''"


@dataclass
class Values:
    """The values that one step shows: ``code[k]`` is the code that writes value ``k`` out."""

    code: list[str] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)
    preset: list[str] = field(default_factory=list)  # captures that a short-circuit may leave unset
    mutated: list[str] = field(default_factory=list)  # variables that the expression changes (``s.pop(0)``)
    adds: bool = False  # the expression holds a +, so its value may grow

    def add(self, code: str) -> int:
        self.code.append(code)
        return len(self.code) - 1

    def text(self, template: str) -> str:
        """Code of the text that fills a template; the values that it does not show are not written out at all."""
        pattern, shown = "", []
        for literal, number, _, _ in Formatter().parse(template):
            pattern += literal.replace("%", "%%")
            if number is not None:
                code = self.code[int(number)]
                plain = code.startswith(_REPR)  # %r is faster than a call of repr
                pattern += "%r" if plain else "%s"
                shown.append(code[len(_REPR) : -1] if plain else code)
        return f"{pattern!r} % ({', '.join(shown)},)" if shown else repr(pattern.replace("%%", "%"))


class Expressions:
    """Translates expressions. ``values`` None: the untraced program, with guards only.

    Args:
        view: how values are written.
        pointers: for the view ``indexed``, the function that shows a variable by its head, tail or both ends.
        phrase: the text of an expression in the view.
        sets: whether values may hold sets, which are written in sorted order.
    """

    def __init__(self, view: View, pointers: dict[str, str], phrase: Callable[[ast.expr], str], sets: bool) -> None:
        self.view = view
        self.pointers = pointers
        self.phrase = phrase
        self.writer = "_write(" if sets else _REPR
        self.captures = 0

    def text(self, shown: ast.expr) -> str:
        """The template of an expression as it is shown."""
        return template(self.phrase(shown))

    def show(self, code: str, name: str | None = None) -> str:
        """Code that writes the value of ``code`` out, as the variable ``name`` if it is one."""
        if self.view != "indexed":
            return f"{self.writer}{code})"
        return f"{self.pointers.get(name or '', '_head')}({code})"

    def translate(self, node: ast.expr, values: Values | None, changed: frozenset[str] = frozenset()) -> Pair:
        """``node`` as it runs, and as it is shown. ``changed``: variables that the statement assigns."""
        if values is not None and isinstance(node, (ast.BoolOp, ast.IfExp)):
            return self._lazy(node, values)
        return self._translate(node, values, changed)

    def _translate(self, node: ast.expr, values: Values | None, changed: frozenset[str]) -> Pair:
        if isinstance(node, ast.Constant):
            return node, node
        if isinstance(node, ast.Name):
            return self._name(node, values, changed)
        if isinstance(node, ast.Subscript):
            return self._subscript(node, values, changed)
        if isinstance(node, ast.Call):
            return self._call(node, values, changed)
        if isinstance(node, (ast.BoolOp, ast.IfExp)) and values is not None:
            return self._lazy(node, values)
        if isinstance(node, ast.BinOp):
            left, shown_left = self._translate(node.left, values, changed)
            right, shown_right = self._translate(node.right, values, changed)
            if values is not None and isinstance(node.op, ast.Add):
                values.adds = True
            guard = _GUARDED.get(type(node.op))
            run: ast.expr = _call(guard, left, right) if guard else ast.BinOp(left, node.op, right)
            if values is None and isinstance(node.op, ast.Add):
                run = _call("_fit", run)
            return run, ast.BinOp(shown_left, node.op, shown_right)
        # UnaryOp, Compare, displays, slices, and in the untraced program BoolOp and IfExp
        run, shown = _copy(node), _copy(node)
        for name, child in ast.iter_fields(node):
            if isinstance(child, list):
                pairs = [self._translate(c, values, changed) if isinstance(c, ast.expr) else (c, c) for c in child]
                setattr(run, name, [p[0] for p in pairs])
                setattr(shown, name, [p[1] for p in pairs])
            elif isinstance(child, ast.expr):
                first, second = self._translate(child, values, changed)
                setattr(run, name, first)
                setattr(shown, name, second)
        if isinstance(node, (ast.List, ast.Set, ast.Dict, ast.Tuple)) and any(
            not isinstance(child, (ast.Constant, ast.expr_context)) for child in ast.iter_child_nodes(node)
        ):
            run = _call("_items", run)
        return run, shown

    def _name(self, node: ast.Name, values: Values | None, changed: frozenset[str]) -> Pair:
        if values is None:
            return node, node
        # A variable that the statement itself changes must be read before it does.
        run, code = self._capture(node) if node.id in changed else (node, node.id)
        slot = values.add(self.show(code, node.id))
        values.reads.append(Read(node.id, f"{{{slot}}}", is_name=True))
        return run, _field(slot)

    def _subscript(self, node: ast.Subscript, values: Values | None, changed: frozenset[str]) -> Pair:
        if values is None:
            base, _ = self._translate(node.value, None, changed)
            index, _ = self._translate(node.slice, None, changed)
            plain = ast.Subscript(base, index, ast.Load())
            return plain, plain
        base = shown_base = node.value
        if not isinstance(base, ast.Name):  # a sequence is named, not written out
            base, shown_base = self.quietly(base, values, changed)
        index, shown_index = self.quietly(node.slice, values, changed)
        label = self.text(ast.Subscript(shown_base, shown_index, ast.Load()))
        is_slice = isinstance(node.slice, ast.Slice)
        if self.view != "indexed" or is_slice or not isinstance(base, ast.Name):
            run, code = self._capture(ast.Subscript(base, index, ast.Load()))
            slot = values.add(self.show(code))
            if not (is_slice and self.view == "indexed"):
                values.reads.append(Read(label, f"{{{slot}}}"))
            elif isinstance(base, ast.Name) and ast.unparse(node.slice) in (":1", "-1:"):  # an end, if there is one
                values.reads.append(Read(base.id, f"{{{values.add(self.show(base.id, base.id))}}}"))
            return run, _field(slot)
        # indexed: the element behind its mark, taken before the statement can change the sequence
        index_run, index_code = self._capture(index)
        element, element_code = self._capture(_call("_element", base, index_run))
        value, value_code = self._capture(ast.Subscript(base, ast.Name(index_code, ast.Load()), ast.Load()))
        at_end = base.id in self.pointers and isinstance(node.slice, (ast.Constant, ast.UnaryOp))
        shown = values.add(element_code)
        values.reads.append(Read(base.id if at_end else label, f"{{{shown}}}"))
        run = ast.Subscript(ast.Tuple([element, value], ast.Load()), ast.Constant(1), ast.Load())
        return run, _field(values.add(self.show(value_code)))

    def _call(self, node: ast.Call, values: Values | None, changed: frozenset[str]) -> Pair:
        if isinstance(node.func, ast.Attribute):
            return self._method(node, node.func, values, changed)
        assert isinstance(node.func, ast.Name)
        function = node.func.id
        several = function in ("min", "max") and len(node.args) > 1  # min(a, b): the values compared are shown
        whole = function in _WHOLE and not several
        inner = self.quietly if (whole or function in _SHOWN) and values is not None else self._translate
        pairs = [inner(argument, values, changed) for argument in node.args]  # type: ignore[arg-type]
        name = {"range": "_range"}.get(function, function)
        run: ast.expr = ast.Call(ast.Name(name, ast.Load()), [p[0] for p in pairs], node.keywords)
        shown_args = [a if whole and isinstance(a, ast.Name) else p[1] for a, p in zip(node.args, pairs, strict=True)]
        shown = ast.Call(node.func, shown_args, node.keywords)
        if values is None or several or function not in _SHOWN:
            return run, shown
        return self._atom(run, self.text(shown), values)

    def change(self, node: ast.Call, values: Values | None) -> Pair:
        """A method call that stands alone: what it reads is its arguments, what it returns is dropped."""
        assert isinstance(node.func, ast.Attribute)
        receiver, _ = self.quietly(node.func.value, values, frozenset())
        return self._call_method(node, receiver, node.func.value, [self.translate(a, values) for a in node.args])

    def _method(self, node: ast.Call, function: ast.Attribute, values: Values | None, changed: frozenset[str]) -> Pair:
        receiver, shown_receiver = self.quietly(function.value, values, changed)
        if function.attr not in _TEXT_METHODS and isinstance(function.value, ast.Name):
            shown_receiver = function.value  # a whole sequence is named, not written out
        arguments = [self.quietly(argument, values, changed) for argument in node.args]
        run, shown = self._call_method(node, receiver, shown_receiver, arguments)
        if values is None:
            return run, run
        if function.attr in MUTATING_METHODS and isinstance(function.value, ast.Name):
            values.mutated.append(function.value.id)
        return self._atom(run, self.text(shown), values, silent=self.view == "indexed" and function.attr == "pop")

    def _call_method(self, node: ast.Call, receiver: ast.expr, shown_receiver: ast.expr, arguments: list[Pair]) -> Pair:
        assert isinstance(node.func, ast.Attribute)
        method = node.func.attr
        given = [run for run, _ in arguments]
        if method in ("append", "insert", "add", "extend", "setdefault"):
            given[-1] = _call("_nest", receiver, given[-1])
        if method in ("join", "replace"):
            run: ast.expr = _call(f"_{method}", receiver, *given)
        else:
            run = ast.Call(ast.Attribute(receiver, method, ast.Load()), given, node.keywords)
        function = ast.Attribute(shown_receiver, method, ast.Load())
        return run, ast.Call(function, [shown for _, shown in arguments], node.keywords)

    def quietly(self, node: ast.expr, values: Values | None, changed: frozenset[str]) -> Pair:
        """Translated without reads of plain variables: they stand in the label of what is read."""
        if values is None:
            return self._translate(node, None, changed)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            before = len(values.reads)
            pair = self._name(node, values, changed)
            del values.reads[before:]
            return pair
        before = len(values.reads)
        pair = self._translate(node, values, changed)
        values.reads[before:] = [read for read in values.reads[before:] if not read.is_name]
        return pair

    def _atom(self, run: ast.expr, label: str, values: Values, silent: bool = False) -> Pair:
        captured, code = self._capture(run)
        slot = values.add(self.show(code))
        if not silent:
            values.reads.append(Read(label, f"{{{slot}}}"))
        return captured, _field(slot)

    def _lazy(self, node: ast.expr, values: Values) -> Pair:
        """and, or, conditional expressions: only what was evaluated is read, so the reads are joined at run time."""
        inner = Values()
        run = _copy(node)
        everything = frozenset(n.id for n in ast.walk(node) if isinstance(n, ast.Name))  # captured: may not be reached
        for name, child in ast.iter_fields(node):
            if isinstance(child, list):
                setattr(run, name, [self._translate(c, inner, everything)[0] for c in child])
            elif isinstance(child, ast.expr):
                setattr(run, name, self._translate(child, inner, everything)[0])
        equals = "=" if self.view == "indexed" else " = "
        parts = []
        for read in inner.reads:
            if read.label is None:
                parts.append(inner.code[int(read.value[1:-1])])
                continue
            used = sorted(set(re.findall(r"_c\d+", fstring(read.label + read.value, inner.code))))
            seen = " and ".join(f"{capture} is not _unset" for capture in used) or "True"
            parts.append(f"({fstring(read.label + equals + read.value, inner.code)} if {seen} else None)")
        values.preset += inner.preset + sorted(set(re.findall(r"_c\d+", " ".join(inner.code))))
        values.mutated += inner.mutated
        values.adds |= inner.adds
        if parts:
            slot = values.add(f"_reads({', '.join(parts)})")
            values.reads.append(Read(None, f"{{{slot}}}"))
        captured, code = self._capture(run)
        return captured, _field(values.add(self.show(code)))

    def _capture(self, node: ast.expr) -> tuple[ast.expr, str]:
        if isinstance(node, ast.Constant):
            return node, ast.unparse(node)
        name = f"_c{self.captures}"
        self.captures += 1
        return ast.NamedExpr(ast.Name(name, ast.Store()), node), name


def _copy(node: ast.expr) -> ast.expr:
    return type(node)(**dict(ast.iter_fields(node)))


def _field(slot: int) -> ast.Name:
    return ast.Name(f"__v{slot}__", ast.Load())


def _call(function: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(function, ast.Load()), list(arguments), [])
