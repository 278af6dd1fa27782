"""Expressions of a core rule, compiled to statements in Python's order of evaluation.

Every part is evaluated once and kept in a variable of the program; in a traced program what it read is written out from
that variable, before anything later in the statement can change it.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from metarfft.rules.core import CHANGING_METHODS, ITERATORS, changes, dotted
from metarfft.rules.trace import guards
from metarfft.rules.trace.numbers import is_number
from metarfft.rules.trace.sites import Read
from metarfft.rules.trace.writer import REPR, Values, Writer, fields, literal, slot_name

if TYPE_CHECKING:
    from metarfft.rules.styles.base import Phrases, Style

# Calls that look at every item of their argument: a step shows it, and the call by its name.
_LOOKING = frozenset("max min sum sorted any all".split())
_WHOLE = _LOOKING | frozenset(
    "len list set tuple dict frozenset Counter deque OrderedDict defaultdict reversed enumerate zip".split()
)
_LOOKING_METHODS = frozenset(
    """count index find rfind rindex split rsplit splitlines replace startswith endswith partition rpartition join
    most_common issubset issuperset isdisjoint union intersection difference symmetric_difference""".split()
)
_TEXT_METHODS = frozenset(
    """isalnum isalpha isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle isupper lower
    upper swapcase title capitalize casefold strip lstrip rstrip zfill center ljust rjust removeprefix removesuffix
    expandtabs""".split()
)
_VIEWS = frozenset("keys values items".split())
_GIVING = _VIEWS | frozenset("copy get pop popitem popleft setdefault".split())  # what is there already
_GUARDED = {
    ast.Add: "__add", ast.Mult: "__mul", ast.Pow: "__power", ast.LShift: "__shift", ast.Mod: "__modulo",
}  # fmt: skip
_SAME_CALLS = frozenset("len ord chr int float str abs min max round divmod bool isinstance".split())
_SAME_METHODS = _TEXT_METHODS | frozenset("count index find rfind rindex get startswith endswith".split())
_ENDS = ("0", "-1")  # indexes of the element that a marked sequence shows as its end


@dataclass
class Value:
    """A compiled expression.

    Attributes:
        code: an atom of the program that has its value.
        shown: the expression as it is shown, with fields for values.
        label: what its read says stands before ``=``; None where it has none of its own.
    """

    code: str
    shown: ast.expr
    label: str | None = None


class Expressions:
    """Compiles expressions; ``style`` None: the untraced program, with guards only.

    Args:
        pointers: for marked sequences, how a variable is shown: by its head, its tail or both ends.
        phrases: how the style words expressions.
        numbers: variables that are numbers.
        special: whether values may be sets or of collections, which Python does not write as a reader needs them.
    """

    def __init__(
        self,
        writer: Writer,
        style: Style | None,
        pointers: dict[str, str],
        phrases: Phrases,
        special: bool,
        numbers: frozenset[str],
    ) -> None:
        self.numbers = numbers
        self.writer, self.style, self.pointers, self.phrases = writer, style, pointers, phrases
        self.special = special
        self.marked = style is not None and style.marked
        self.repr = "__write(" if special else REPR

    # -- texts

    def text(self, shown: ast.expr) -> str:
        """The template of an expression as it is shown."""
        shown.lineno = self.writer.line
        return fields(self.phrases.label(shown))

    def order(self, call: ast.Call) -> str:
        """The template of a call that changes something, as it is shown alone."""
        call.lineno = self.writer.line
        return fields(self.phrases.order(call))

    def show(self, code: str, name: str | None = None) -> str:
        """Code that writes the value of ``code`` out, as the variable ``name`` if it is one."""
        if not self.marked:
            return f"{self.repr}{code})"
        return f"{self.pointers.get(name or '', '__head')}({code})"

    def plain(self, code: str, values: Values) -> ast.Name:
        """The field of a value inside a label: without marks, so that an equation is true as it stands."""
        return slot_name(values.add(f"{self.repr}{code})"))

    def whole(self, code: str) -> str:
        """Code that writes all of a value out."""
        return f"__full({code})" if self.marked else f"{self.repr}{code})"

    # -- expressions

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
                return self._subscript(node, values)
            case ast.Call():
                return self._call(node, values)
            case ast.BoolOp() | ast.IfExp():
                return self._lazy(node, values)
            case ast.Compare(ops=[_, _, *_]):
                return self._lazy(node, values)
            case ast.Compare():
                return self._comparison(node, values)
            case ast.BinOp():
                left, right = self.operand(node.left, values), self.operand(node.right, values)
                code = self.operation(node, left.code, right.code)
                left = self.base_of_power(node, left, values)
                return self._equation(ast.BinOp(left.shown, node.op, right.shown), code, values, self._news(node, code))
            case ast.UnaryOp():
                if isinstance(node.operand, ast.Constant):
                    return Value(f"({ast.unparse(node)})", node)
                value = self.operand(node.operand, values)
                code = self.kept(ast.unparse(ast.UnaryOp(node.op, ast.Name(value.code, ast.Load()))))
                shown = ast.UnaryOp(node.op, value.shown)
                return Value(code, shown) if isinstance(node.op, ast.Not) else self._equation(shown, code, values)
            case ast.List() | ast.Tuple() | ast.Set():
                parts = [self.operand(item, values) for item in node.elts]
                comma = "," if isinstance(node, ast.Tuple) and len(parts) == 1 else ""
                inside = ", ".join(part.code for part in parts) + comma
                left, right = {ast.List: "[]", ast.Tuple: "()", ast.Set: "{}"}[type(node)]
                display: ast.expr = type(node)(elts=[part.shown for part in parts])
                return Value(self.kept(self._items(f"{left}{inside}{right}", node.elts)), display)
            case ast.Dict():
                pairs = []
                for key, item in zip(node.keys, node.values, strict=True):
                    assert key is not None
                    pairs.append((self.operand(key, values), self.operand(item, values)))
                inside = ", ".join(f"{first.code}: {second.code}" for first, second in pairs)
                table = ast.Dict([first.shown for first, _ in pairs], [second.shown for _, second in pairs])
                return Value(self.kept(self._items(f"{{{inside}}}", node.values)), table)
        raise AssertionError(type(node).__name__)  # the core has no others

    def operand(self, node: ast.expr, values: Values) -> Value:
        """A part of another expression: what it is compared to is worked out first."""
        value = self.translate(node, values)
        if isinstance(value.shown, ast.Compare) or (
            isinstance(value.shown, ast.UnaryOp) and isinstance(value.shown.op, ast.Not)
        ):
            return self._equation(value.shown, value.code, values)
        return value

    def _items(self, display: str, parts: list[ast.expr]) -> str:
        return display if all(isinstance(part, ast.Constant) for part in parts) else f"__items({display})"

    def kept(self, code: str) -> str:
        name = self.writer.name()
        self.writer.write(f"{name} = {code}")
        return name

    def operation(self, node: ast.BinOp, left: str, right: str) -> str:
        """The variable that the result of an operation is kept in; it is within the budgets."""
        sign = ast.unparse(ast.BinOp(ast.Name("x"), node.op, ast.Name("x")))[2:-2]
        number = self.is_number(node)
        if isinstance(node.op, ast.Add) or (isinstance(node.op, ast.Mult) and number):
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

    def is_number(self, node: ast.expr) -> bool:
        """Whether an expression is a number whatever the arguments are; if it is a sum, or Python stops."""
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub, ast.FloorDiv, ast.Pow)):
            return is_number(node.left, self.numbers) or is_number(node.right, self.numbers)
        return is_number(node, self.numbers)

    def _equation(self, shown: ast.expr, code: str, values: Values, only_if: str | None = None) -> Value:
        """A value that is worked out, stated as ``shown = value``.

        Args:
            only_if: code that tells at run time whether it is stated at all.
        """
        if self.style is None:
            return Value(code, shown)
        label = self.text(shown)
        slot = self.plain(code, values)
        value = Value(code, slot, label)
        if only_if is None:
            values.reads = [_covered(read, label) for read in values.reads]
            values.reads.append(Read(label, fields(slot.id), is_worked=True))
            return value
        text = values.text(f"{label}{literal(self.style.equals)}{fields(slot.id)}")
        said = values.add(f"{text} if {only_if} else ''")
        values.reads.append(Read(label, f"{{{said}}}", is_optional=True, is_worked=True))
        return value

    def _name(self, node: ast.Name, values: Values) -> Value:
        code = self.kept(node.id) if node.id in values.changed else node.id
        if self.style is None:
            return Value(code, node)
        slot = values.add(self.show(code, node.id))
        shown = self.plain(code, values) if self.marked else slot_name(slot)
        values.reads.append(Read(node.id, f"{{{slot}}}", is_name=True, shown=fields(shown.id)))
        return Value(code, shown, node.id)

    def look(self, node: ast.expr, code: str, values: Values) -> None:
        """States all of a variable, for what goes over its items."""
        if self.style is not None and isinstance(node, ast.Name):
            key = f"look {node.id}"
            if key not in values.known or values.repeats:
                values.known[key] = None
                values.reads.append(Read(node.id, f"{{{values.add(self.whole(code))}}}"))

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

    # -- elements

    def place(self, node: ast.expr, values: Values) -> Value:
        """What an element is taken from or a method called on: named where it has a name, and not written out."""
        if isinstance(node, ast.Name):
            code = self.kept(node.id) if node.id in values.changed else node.id
            return Value(code, node)
        if isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Slice):
            base = self.place(node.value, values)
            index = self.index(node.slice, values)
            shown = ast.Subscript(base.shown, index.shown, ast.Load())
            return Value(self.kept(self._get(base.code, index.code)), shown)
        return self.quietly(node, values)

    def _get(self, base: str, index: str) -> str:
        return f"__get_item({base}, {index})" if self.special else f"{base}[{index}]"

    def quietly(self, node: ast.expr, values: Values) -> Value:
        """Compiled without reads of plain variables: they stand in the label of what is read."""
        before, known = len(values.reads), set(values.known)
        value = self.operand(node, values)
        values.reads[before:] = [read for read in values.reads[before:] if not read.is_name]
        for name in ast.walk(node):  # not stated yet: to be where it is read again
            if isinstance(name, ast.Name) and (key := ast.dump(name)) not in known:
                values.known.pop(key, None)
        return value

    def index(self, node: ast.expr, values: Values) -> Value:
        """An index or slice, shown as numbers."""
        if not isinstance(node, ast.Slice):
            return self.quietly(node, values)
        parts = {name: getattr(node, name) for name in ("lower", "upper", "step")}
        given = {name: self.quietly(part, values) for name, part in parts.items() if part is not None}
        code = ":".join(given[name].code if name in given else "" for name in parts)
        shown = ast.Slice(*(given[name].shown if name in given else None for name in parts))
        return Value(code.removesuffix(":") if node.step is None else code, shown)

    def _subscript(self, node: ast.Subscript, values: Values) -> Value:
        base = self.place(node.value, values)
        index = self.index(node.slice, values)
        is_slice = isinstance(node.slice, ast.Slice)
        if self.style is None:
            code = f"{base.code}[{index.code}]" if is_slice else self._get(base.code, index.code)
            return Value(self.kept(code), node)
        label = self.text(ast.Subscript(base.shown, index.shown, ast.Load()))
        if is_slice:
            return self._slice(node, base, index, label, values)
        if not (self.marked and isinstance(node.value, ast.Name)):
            code = self.kept(self._get(base.code, index.code))
            slot = values.add(self.show(code))
            values.reads.append(Read(label, f"{{{slot}}}"))
            return Value(code, self.plain(code, values) if self.marked else slot_name(slot), label)
        at = index.code if isinstance(node.slice, (ast.Constant, ast.Name)) else self.kept(index.code)
        code = self.kept(self._get(base.code, at))
        at_end = node.value.id in self.pointers and isinstance(node.slice, (ast.Constant, ast.UnaryOp))
        at_end = at_end and ast.unparse(node.slice) in _ENDS
        slot = values.add(f"__element({base.code}, {at})")
        if at_end:  # an end of a marked sequence is named by it alone
            place = values.add(f"'' if {base.code}.__class__ in __Marked else '[{ast.unparse(node.slice)}]'")
            label = f"{node.value.id}{{{place}}}"
        values.reads.append(Read(label, f"{{{slot}}}"))
        return Value(code, self.plain(code, values), label)

    def _slice(self, node: ast.Subscript, base: Value, index: Value, label: str, values: Values) -> Value:
        cut = ast.unparse(node.slice)
        fixed = cut in ("1:", ":-1", ":1", "-1:", "1:-1", "::-1", ":")
        if cut not in (":1", "-1:") and not (self.marked and fixed):
            self.look(node.value, base.code, values)
        code = self.kept(f"{base.code}[{index.code}]")
        slot = values.add(self.show(code))
        if not self.marked:
            values.reads.append(Read(label, f"{{{slot}}}"))
        elif not fixed:
            values.reads.append(Read(label, f"{{{values.add(self.whole(code))}}}"))
        elif isinstance(node.value, ast.Name) and cut in (":1", "-1:"):  # an end, if there is one
            values.reads.append(Read(node.value.id, f"{{{values.add(self.show(base.code, node.value.id))}}}"))
        return Value(code, self.plain(code, values) if self.marked else slot_name(slot), label)

    # -- calls

    def _call(self, node: ast.Call, values: Values) -> Value:
        if isinstance(node.func, ast.Attribute) and dotted(node.func) is None:
            return self._method(node, node.func, values)
        code, call = self.function_call(node, values)
        if isinstance(node.func, ast.Name) and (node.func.id in ITERATORS or node.func.id == "range"):
            return Value(code, call)  # gone over at once
        if (dotted(node.func) or "").startswith("itertools."):
            return Value(self.kept(code), call)  # as well
        result = self.kept(code)
        only_if = self._conversion(node, result)
        value = self._equation(call, result, values, only_if)
        if only_if and isinstance(node.args[0], ast.Name):  # an equation that says the number says the text too
            values.reads = [
                replace(read, shown=fields(value.shown.id)) if read.label == node.args[0].id else read  # type: ignore[attr-defined]
                for read in values.reads
            ]
        return value

    def _news(self, node: ast.BinOp, code: str) -> str | None:
        """What tells whether the result of an operation is worth stating: texts and lists are only put together."""
        if not isinstance(node.op, ast.Add) or self.is_number(node):
            return None
        return f"__isinstance({code}, __numbers)"

    def _conversion(self, node: ast.Call, code: str) -> str | None:
        """What tells whether a conversion is worth stating: ``int('8')`` is written as its argument is."""
        if self.style is None or ast.unparse(node.func) not in ("int", "str") or len(node.args) != 1:
            return None
        if ast.unparse(node.func) == "int":
            return f"__differ({code}, {self.argument})"
        return f"not __isinstance({self.argument}, __plain)"

    def function_call(self, node: ast.Call, values: Values) -> tuple[str, ast.Call]:
        """Code of a call of a function of the core, and the call as it is shown."""
        name = dotted(node.func) or ast.unparse(node.func)
        if name == "isinstance":
            value = self.translate(node.args[0], values)
            code = f"isinstance({value.code}, {ast.unparse(node.args[1])})"
            return code, ast.Call(node.func, [value.shown, node.args[1]], [])
        if name == "defaultdict" and node.args:
            rest = [self.quietly(argument, values) for argument in node.args[1:]]
            factory = ast.unparse(node.args[0])
            code = f"__f_defaultdict({', '.join([factory, *(value.code for value in rest)])})"
            return code, ast.Call(node.func, [node.args[0], *(value.shown for value in rest)], [])
        several = name in ("min", "max") and len(node.args) > 1  # min(a, b): the values compared are shown
        whole = (name in _WHOLE or dotted(node.func) is not None) and not several
        arguments, shown = [], []
        shows = (name == "range") or (name in ("int", "str") and self.marked)  # arguments by their names
        for argument in node.args:
            value = self.operand(argument, values) if shows else self.quietly(argument, values)
            if whole and (name in _LOOKING or dotted(node.func) is not None):
                self.look(argument, value.code, values)
            arguments.append(value.code)
            shown.append(argument if whole and isinstance(argument, ast.Name) else value.shown)
        keywords = [(keyword.arg or "", self.quietly(keyword.value, values)) for keyword in node.keywords]
        arguments += [f"{keyword}={value.code}" for keyword, value in keywords]
        self.argument = arguments[0] if arguments else ""
        code = f"{function(name)}({', '.join(arguments)})"
        call = ast.Call(node.func, shown, [ast.keyword(keyword, value.shown) for keyword, value in keywords])
        if changes(node):
            self.mutates(node.args[0], values)
        return code, call

    def mutates(self, node: ast.expr, values: Values) -> None:
        while isinstance(node, ast.Subscript):
            node = node.value
        if isinstance(node, ast.Name):
            values.mutated.append(node.id)

    def _method(self, node: ast.Call, attribute: ast.Attribute, values: Values) -> Value:
        method = attribute.attr
        of_type = method == "fromkeys" and isinstance(attribute.value, ast.Name)
        if of_type:  # dict.fromkeys
            receiver = Value("__" + attribute.value.id, attribute.value)  # type: ignore[attr-defined]
        elif method in CHANGING_METHODS:
            receiver = self.place(attribute.value, values)
        else:
            receiver = self.quietly(attribute.value, values)
            if isinstance(attribute.value, ast.Name) and method not in _TEXT_METHODS:
                receiver = Value(receiver.code, attribute.value)  # a whole sequence is named, not written out
                if method in _LOOKING_METHODS:
                    self.look(attribute.value, receiver.code, values)
        code, call = self.call_of(node, receiver, [self.quietly(argument, values) for argument in node.args], values)
        if method in CHANGING_METHODS:
            self.mutates(attribute.value, values)
        code = self.kept(code)
        if self.style is None:
            return Value(code, node)
        label = self.text(call)
        if method in _VIEWS:
            return self._view(code, label, values)
        slot = values.add(self.show(code))
        if not (self.marked and method == "pop"):
            values.reads.append(Read(label, f"{{{slot}}}", is_worked=method not in _GIVING))
        return Value(code, self.plain(code, values) if self.marked else slot_name(slot), label)

    def _view(self, code: str, label: str, values: Values) -> Value:
        """The keys, values or items of a dictionary, written as a list."""
        slot = slot_name(values.add(f"__write({code})"))
        values.reads.append(Read(label, fields(slot.id)))
        return Value(code, slot, label)

    def call_of(
        self, node: ast.Call, receiver: Value, given: list[Value], values: Values
    ) -> tuple[str, ast.Call]:
        """Code of a method call on a receiver and arguments that are there already, and the call as it is shown."""
        assert isinstance(node.func, ast.Attribute)
        method = node.func.attr
        if method == "join":
            self.look(node.args[0], given[0].code, values)
        shown = [
            argument if method == "join" and isinstance(argument, ast.Name) else value.shown
            for argument, value in zip(node.args, given, strict=True)
        ]
        keywords = [(keyword.arg or "", self.quietly(keyword.value, values)) for keyword in node.keywords]
        inside = ", ".join([value.code for value in given] + [f"{name}={value.code}" for name, value in keywords])
        if method in guards.METHODS and (method != "pop" or self.special):
            code = f"__m_{method}({receiver.code}{', ' if inside else ''}{inside})"
        else:
            of = f"({receiver.code})" if receiver.code[:1].isdigit() else receiver.code
            code = f"{of}.{method}({inside})"
        call = ast.Call(
            ast.Attribute(receiver.shown, method, ast.Load()), shown,
            [ast.keyword(name, value.shown) for name, value in keywords],
        )  # fmt: skip
        return code, call

    # -- what may not be evaluated

    def _lazy(self, node: ast.BoolOp | ast.IfExp | ast.Compare, values: Values) -> Value:
        """and, or, a if b else c, a < b < c: only what was evaluated is read, so the reads are joined at run time."""
        result = self.writer.name()
        texts: list[str] = []
        sure: list[bool] = []  # whether each text says something
        inside: list[Read] = []

        def part(part_of: Values, make: ast.expr) -> Value:
            """Compiles a part and keeps the text of its reads."""
            value = self.translate(make, part_of)
            state(part_of)
            return value

        def state(of: Values) -> None:
            if self.style is not None and of.reads:
                name = texts_names.pop(0)
                optional = all(read.is_optional for read in of.reads)
                parts = tuple(map(self.style.read, of.reads))
                text = of.joined(parts, self.style.separator, "") if any(r.is_optional for r in of.reads) else (
                    self.style.separator.join(parts)
                )  # fmt: skip
                if sure and sure[0]:  # something stands before it
                    text = f"{literal(self.style.separator)}{text}" if not optional else of.behind(text, self.style.separator)
                self.writer.write(f"{name} = {of.text(text)}")
                texts.append(name)
                for read in of.reads:
                    inside.extend(read.inside if read.label is None else [read])
                sure.append(not optional)

        inner = values.inner()
        parts: list[ast.expr]
        if isinstance(node, ast.IfExp):
            texts_names = self._preset(3, values)
            test = part(inner, node.test)
            with self.writer.block(f"if {test.code}:"):
                self.writer.write(f"{result} = {part(inner.inner(), node.body).code}")
            with self.writer.block("else:"):
                self.writer.write(f"{result} = {part(inner.inner(), node.orelse).code}")
        elif isinstance(node, ast.BoolOp):
            parts = node.values
            texts_names = self._preset(len(parts), values)
            test = "if {}:" if isinstance(node.op, ast.And) else "if not {}:"  # type: ignore[assignment]
            self._chain(parts, result, str(test), inner, part)
        else:
            texts_names = self._preset(len(node.comparators), values)
            self._compare_chain(node, result, inner, state)
        values.mutated += inner.mutated
        if self.style is None:
            return Value(result, node)
        if texts:
            joined = " + ".join(texts) if sure[0] else f"__join({self.style.separator!r}, '', {', '.join(texts)})"
            # what is evaluated first is read in any case
            field, optional = f"{{{values.after(joined)}}}", not (sure and sure[0])
            values.reads.append(Read(None, field, is_optional=optional, inside=tuple(inside)))
        return Value(result, self.plain(result, values))

    def _preset(self, count: int, values: Values) -> list[str]:
        names = [self.writer.name("r") for _ in range(count)] if self.style is not None else []
        if names:
            self.writer.write(" = ".join(names) + " = ''")
        return names

    def _chain(self, parts: list[ast.expr], result: str, test: str, values: Values, part) -> None:  # type: ignore[no-untyped-def]
        self.writer.write(f"{result} = {part(values, parts[0]).code}")
        if len(parts) > 1:
            with self.writer.block(test.format(result)):
                rest = values.inner()
                self._chain(parts[1:], result, test, rest, part)
                values.mutated += rest.mutated

    def _compare_chain(self, node: ast.Compare, result: str, values: Values, state) -> None:  # type: ignore[no-untyped-def]
        """``a < b < c``: c is evaluated only where a < b holds, b once."""
        left = self.translate(node.left, values)

        def link(at: int, left: Value, of: Values) -> None:
            right = self.translate(node.comparators[at], of)
            state(of)
            sign = ast.unparse(ast.Compare(ast.Name("x"), [node.ops[at]], [ast.Name("x")]))[2:-2]
            self.writer.write(f"{result} = {left.code} {sign} {right.code}")
            if at + 1 < len(node.comparators):
                with self.writer.block(f"if {result}:"):
                    rest = of.inner()
                    link(at + 1, right, rest)
                    of.mutated += rest.mutated

        link(0, left, values)


def function(name: str) -> str:
    """Code of a function of the core: guarded where it could make a value of any size."""
    if name in guards.FUNCTIONS:
        return "__f_" + name.replace(".", "_")
    return "__" + name.replace(".", "_") if "." in name else name



def _covered(read: Read, label: str) -> Read:
    """A read of a variable, once an equation says its value."""
    if read.is_name and read.shown in label:
        return replace(read, is_covered=True)
    return read


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
