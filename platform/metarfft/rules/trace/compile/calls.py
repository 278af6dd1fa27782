"""Calls of the core's functions and methods."""

from __future__ import annotations

import ast
from dataclasses import replace

from metarfft.rules.core import CHANGING_METHODS, ITERATORS, changes, dotted
from metarfft.rules.trace import guards
from metarfft.rules.trace.compile.elements import Elements
from metarfft.rules.trace.compile.terms import Value
from metarfft.rules.trace.compile.writer import Values, fields, slot_name
from metarfft.rules.trace.sites import Read

# Calls that look at every item of their argument: a step shows it, and the call by its name.
_LOOKING = frozenset("max min sum sorted any all".split())
_WHOLE = _LOOKING | frozenset(
    "len list set tuple dict frozenset Counter deque OrderedDict defaultdict deepcopy reversed enumerate zip".split()
)
_LOOKING_METHODS = frozenset(
    """count index find rfind rindex split rsplit splitlines replace startswith endswith partition rpartition join
    most_common issubset issuperset isdisjoint union intersection difference symmetric_difference""".split()
)
TEXT_METHODS = frozenset(
    """isalnum isalpha isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle
    isupper lower upper swapcase title capitalize casefold strip lstrip rstrip zfill center ljust rjust removeprefix
    removesuffix expandtabs""".split()
)
_VIEWS = frozenset("keys values items".split())
_GIVING = _VIEWS | frozenset("copy get pop popitem popleft setdefault".split())  # what is there already


class Calls(Elements):
    """Compiles calls, but those of the rule's own functions."""

    def called(self, node: ast.Call, values: Values) -> Value:
        if isinstance(node.func, ast.Attribute) and dotted(node.func) is None:
            return self._method(node, node.func, values)
        code, call = self.function_call(node, values)
        if isinstance(node.func, ast.Name) and (node.func.id in ITERATORS or node.func.id == "range"):
            return Value(code, call)  # gone over at once
        if (dotted(node.func) or "").startswith("itertools."):
            return Value(self.kept(code), call)  # as well
        result = self.kept(code)
        only_if = self._conversion(node, result)
        value = self.equation(call, result, values, only_if)
        if only_if and isinstance(node.args[0], ast.Name):  # an equation that says the number says the text too
            values.reads = [
                replace(read, shown=fields(value.shown.id)) if read.label == node.args[0].id else read  # type: ignore[attr-defined]
                for read in values.reads
            ]
        return value

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
            kinds = node.args[1].elts if isinstance(node.args[1], ast.Tuple) else [node.args[1]]
            types = " ".join(f"{function(ast.unparse(kind), True)}," for kind in kinds)
            code = f"__b_isinstance({value.code}, ({types}))"
            return code, ast.Call(node.func, [value.shown, node.args[1]], [])
        if name == "defaultdict" and node.args:
            rest = [self.quietly(argument, values) for argument in node.args[1:]]
            factory = function(ast.unparse(node.args[0]), True)
            code = f"__f_defaultdict({', '.join([factory, *(value.code for value in rest)])})"
            return code, ast.Call(node.func, [node.args[0], *(value.shown for value in rest)], [])
        several = name in ("min", "max") and len(node.args) > 1  # min(a, b): the values compared are shown
        whole = (name in _WHOLE or dotted(node.func) is not None) and not several
        arguments, shown = [], []
        shows = name in ("range", "int", "str")  # an argument by its name: the call itself may not be stated
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

    def _method(self, node: ast.Call, attribute: ast.Attribute, values: Values) -> Value:
        method = attribute.attr
        of_type = method == "fromkeys" and isinstance(attribute.value, ast.Name)
        if of_type:  # dict.fromkeys
            receiver = Value("__" + attribute.value.id, attribute.value)  # type: ignore[attr-defined]
        elif method in CHANGING_METHODS:
            receiver = self.place(attribute.value, values)
        else:
            receiver = self.quietly(attribute.value, values)
            if isinstance(attribute.value, ast.Name) and method not in TEXT_METHODS:
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

    def call_of(self, node: ast.Call, receiver: Value, given: list[Value], values: Values) -> tuple[str, ast.Call]:
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


def function(name: str, is_type: bool = False) -> str:
    """Code of a function of the core: guarded where it could make a value of any size, but not where it is a type.

    It has a name of its own: an argument of the rule may be called ``len``, which a function of the rule calls.
    """
    if name in guards.FUNCTIONS and not is_type:
        return "__f_" + name.replace(".", "_")
    return "__" + name.replace(".", "_") if "." in name else name if name == "None" else "__b_" + name
