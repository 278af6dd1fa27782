"""What the variables of a core rule surely hold, as far as it decides what a line goes over.

Only what every assignment says counts; for what is given from outside, the methods that only one kind of value has.
Kinds are words: "count" (a whole number from 0), "number", "letter" (a text of one character), "text", "list", "tuple",
"table", "set", "deque", "view", "none", "mixed" (several of these), "" (not known), None (nothing seen yet).
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping

from metarfft.rules import core

ROUNDS = 50  # of the search, which ends sooner; after them nothing is known
Variable = tuple[int, str]  # the number of its function, and its name
SEQUENCES = frozenset("list tuple text letter deque".split())
NUMBERS = frozenset(("count", "number"))
TEXTS = frozenset(("letter", "text"))
HASHED = frozenset(("table", "set"))
OF_TEXTS = frozenset(
    """capitalize casefold center endswith expandtabs find isalnum isalpha isascii isdecimal isdigit isidentifier
    islower isnumeric isprintable isspace istitle isupper join ljust lower lstrip partition removeprefix removesuffix
    replace rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip swapcase title upper
    zfill""".split()
)
_SIGNS = {
    **dict.fromkeys(OF_TEXTS, "text"), **dict.fromkeys("append insert extend sort".split(), "list"),
    **dict.fromkeys("keys values items get setdefault".split(), "table"),
    **dict.fromkeys("add discard union intersection issubset issuperset isdisjoint".split(), "set"),
    **dict.fromkeys("appendleft popleft extendleft rotate".split(), "deque"),
}  # fmt: skip
_BUILTINS = {
    **dict.fromkeys("bool float int round isinstance pow any all".split(), "number"), "len": "count", "ord": "count",
    **dict.fromkeys("bin hex oct str repr format".split(), "text"), "chr": "letter", "sorted": "list", "list": "list",
    "tuple": "tuple", "divmod": "tuple", "set": "set", "frozenset": "set", "deque": "deque",
    **dict.fromkeys("dict Counter OrderedDict defaultdict".split(), "table"), "abs": "number",
}  # fmt: skip
_METHODS = {
    **dict.fromkeys("count index bit_length bit_count".split(), "count"), "find": "number", "rfind": "number",
    **{name: "number" for name in core.METHODS if name.startswith("is")}, "endswith": "number", "startswith": "number",
    **dict.fromkeys("split rsplit splitlines most_common elements".split(), "list"), "fromkeys": "table",
    **dict.fromkeys("partition rpartition popitem".split(), "tuple"),
    **dict.fromkeys("keys values items".split(), "view"),
    **dict.fromkeys("union intersection difference symmetric_difference".split(), "set"),
    **dict.fromkeys(
        """capitalize casefold center expandtabs join ljust lower lstrip removeprefix removesuffix replace rjust rstrip
        strip swapcase title upper zfill""".split(),
        "text",
    ),
}  # fmt: skip
_DOTTED = {"math": "number", "bisect": "count"}


def joined(first: str | None, second: str | None) -> str | None:
    """The kind of what is one or the other."""
    if first is None or first == second:
        return second
    if second is None:
        return first
    if "" in (first, second):
        return "mixed" if "mixed" in (first, second) else ""
    for wide, kinds in (("number", NUMBERS), ("text", TEXTS)):
        if {first, second} <= kinds:
            return wide
    return "mixed"


class Known:
    """The kinds of a module's variables and expressions.

    Args:
        given: kinds of the entry's arguments that are known from elsewhere.
    """

    def __init__(self, module: ast.Module, given: Mapping[str, str] | None = None) -> None:
        self.functions = core.functions(module)
        self._places = {id(function): k for k, function in enumerate(self.functions)}
        self._nodes = [(k, node) for k, function in enumerate(self.functions) for node in core.own_nodes(function)]
        self._own = [core.assigned(function) for function in self.functions]
        self._around = {self._places[id(node)]: k for k, node in self._nodes if isinstance(node, ast.FunctionDef)}
        self._named: dict[str, int] = {function.name: k for k, function in enumerate(self.functions)}
        self._signs, self._tested = self._used()
        self._given = self._from_outside(module, given or {})
        self.kinds: dict[Variable, str | None] = {}
        self.results: dict[int, str | None] = {}
        for _ in range(ROUNDS):
            before = self.kinds, self.results
            self._round()
            if before == (self.kinds, self.results):
                break
        else:
            self.kinds, self.results = {}, {}

    def of(self, node: ast.expr, function: ast.FunctionDef) -> str:
        """The kind of an expression in one of the functions; empty where it is not known."""
        return self._of(node, self._places[id(function)]) or ""

    def can_be_nan(self) -> bool:
        """Whether the rule's own text makes a number that does not equal itself."""
        for _, node in self._nodes:
            if isinstance(node, ast.Attribute) and core.dotted(node) in ("math.nan", "math.inf"):
                return True
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float":
                return True
        return False

    # What is given from outside

    def _used(self) -> tuple[dict[Variable, set[str]], set[Variable]]:
        """What methods say about variables, and the variables whose kind the rule itself asks for."""
        signs: dict[Variable, set[str]] = defaultdict(set)
        tested: set[Variable] = set()
        has_deque = any(isinstance(node, ast.Name) and node.id == "deque" for _, node in self._nodes)
        for scope, node in self._nodes:
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(name), attr=method)) if method in _SIGNS:
                    if name not in core.DOTTED and not (has_deque and method in ("append", "insert", "extend")):
                        signs[self._variable(name, scope)].add(_SIGNS[method])
                case ast.Call(func=ast.Name("isinstance"), args=[ast.Name(name), *_]):
                    tested.add(self._variable(name, scope))
                case ast.Compare(left=ast.Name(name), comparators=[ast.Constant(value=None)]):
                    tested.add(self._variable(name, scope))
        return signs, tested

    def _from_outside(self, module: ast.Module, given: Mapping[str, str]) -> dict[Variable, str]:
        calls = [node.func for _, node in self._nodes if isinstance(node, ast.Call)]
        called = {function.id for function in calls if isinstance(function, ast.Name)}
        found: dict[Variable, str] = {}
        for k, function in enumerate(self.functions):
            if function is module.body[-1] or function.name not in called:
                defaults = dict(zip(core.parameters(function)[::-1], function.args.defaults[::-1], strict=False))
                for name in core.parameters(function):
                    default = defaults.get(name)
                    nothing = isinstance(default, ast.Constant) and default.value is None
                    known = given.get(name, "") if function is module.body[-1] else ""
                    found[k, name] = "mixed" if nothing else known
        return found

    # Variables

    def _variable(self, name: str, scope: int) -> Variable:
        around: int | None = scope
        while around is not None:
            if name in self._own[around]:
                return around, name
            around = self._around.get(around)
        return -1, name

    def _round(self) -> None:
        flows: dict[Variable, list[str | None]] = defaultdict(list)
        results: dict[int, str | None] = {}
        for variable, kind in self._given.items():
            flows[variable].append(kind)
        for scope, node in self._nodes:
            if isinstance(node, ast.Return) and node.value is not None:
                results[scope] = joined(results.get(scope), self._of(node.value, scope))
            for variable, bound in self._bound(node, scope):
                flows[variable].append(bound)
        self.kinds = {variable: self._settled(variable, kinds) for variable, kinds in flows.items()}
        self.results = results

    def _settled(self, variable: Variable, kinds: list[str | None]) -> str | None:
        signs = self._signs.get(variable, set())
        if "" in kinds and len(signs) == 1 and variable not in self._tested:
            kinds = [kind for kind in kinds if kind != ""] + list(signs)
        result: str | None = None
        for kind in kinds:
            result = joined(result, kind)
        return result

    def _bound(self, node: ast.AST, scope: int) -> Iterator[tuple[Variable, str | None]]:
        """The variables that a node binds, and to what."""
        match node:
            case ast.Assign(targets=[ast.Name(name)], value=value):
                yield self._variable(name, scope), self._of(value, scope)
            case ast.Assign(targets=[ast.Tuple(elts=parts)], value=ast.Tuple(elts=values)) if len(parts) == len(values):
                for part, value in zip(parts, values, strict=True):
                    if isinstance(part, ast.Name):
                        yield self._variable(part.id, scope), self._of(value, scope)
            case ast.Assign(targets=[ast.Tuple(elts=parts)], value=value):
                for part in parts:
                    if isinstance(part, ast.Name):
                        yield self._variable(part.id, scope), self._item(value, scope)
            case ast.AugAssign(target=ast.Name(name), op=op, value=value):
                yield self._variable(name, scope), self._of(ast.BinOp(ast.Name(name, ast.Load()), op, value), scope)
            case ast.For(target=target, iter=source):
                yield from self._items(target, source, scope)
            case ast.FunctionDef(name=name):
                yield self._variable(name, scope), "mixed"
            case ast.Call(func=ast.Name(name), args=arguments) if name in self._named:
                called = self._named[name]
                for parameter, argument in zip(core.parameters(self.functions[called]), arguments, strict=False):
                    yield (called, parameter), self._of(argument, scope)

    def _items(self, target: ast.expr, source: ast.expr, scope: int) -> Iterator[tuple[Variable, str | None]]:
        parts = target.elts if isinstance(target, ast.Tuple) else [target]
        kinds: list[str | None] = [self._item(source, scope)] if parts[0] is target else [""] * len(parts)
        match source:
            case ast.Call(func=ast.Name("enumerate"), args=[whole, *start]) if len(parts) == 2:
                first = "count" if not start or self._of(start[0], scope) == "count" else "number"
                kinds = [first, self._item(whole, scope)]
            case ast.Call(func=ast.Name("zip"), args=wholes) if parts[0] is not target and len(parts) == len(wholes):
                kinds = [self._item(whole, scope) for whole in wholes]
        for part, kind in zip(parts, kinds, strict=True):
            if isinstance(part, ast.Name):
                yield self._variable(part.id, scope), kind

    def _item(self, source: ast.expr, scope: int) -> str | None:
        """What a loop over ``source`` meets."""
        match source:
            case ast.Call(func=ast.Name("range"), args=arguments):
                bounds = [self._of(argument, scope) for argument in arguments]
                rising = len(bounds) == 1 or (bounds[0] == "count" and bounds[2:] in ([], ["count"]))
                return None if None in bounds else "count" if rising else "number"
            case ast.Call(func=ast.Name("reversed"), args=[ast.Call(func=ast.Name("range"), args=[_])]):
                return "count"
            case ast.Call(func=ast.Name("reversed"), args=[whole]):
                kind = self._of(whole, scope)
                return "letter" if kind in TEXTS else None if kind is None else ""
            case ast.Call(func=ast.Attribute(attr="split" | "rsplit" | "splitlines")):
                return "text"
        kind = self._of(source, scope)
        return "letter" if kind in TEXTS else None if kind is None else ""

    # Expressions

    def _of(self, node: ast.expr, scope: int) -> str | None:
        match node:
            case ast.Name(name):
                variable = self._variable(name, scope)
                return self.kinds.get(variable) if variable[0] >= 0 else ""
            case ast.Constant(value=value):
                return _constant(value)
            case ast.Compare() | ast.UnaryOp(op=ast.Not() | ast.USub()):
                return "number"
            case ast.BoolOp(values=values):
                return self._one_of(values, scope)
            case ast.IfExp(body=body, orelse=orelse):
                return self._one_of([body, orelse], scope)
            case ast.List() | ast.Tuple() | ast.Set() | ast.Dict():
                return {"Dict": "table"}.get(type(node).__name__, type(node).__name__.lower())
            case ast.BinOp(left=left, op=op, right=right):
                one, other = self._of(left, scope), self._of(right, scope)
                return None if one is None or other is None else _operation(one, op, other)
            case ast.Subscript(value=whole, slice=index):
                kind = self._of(whole, scope)
                if kind in TEXTS:
                    return "text" if isinstance(index, ast.Slice) else "letter"
                return kind if kind in (None, "list", "tuple") and isinstance(index, ast.Slice) else kind and ""
            case ast.Call(func=ast.Name(name), args=arguments):
                if name in self._named:
                    return self.results.get(self._named[name])
                if name in ("min", "max") and len(arguments) > 1:
                    return self._one_of(arguments, scope)
                return _BUILTINS.get(name, "")
            case ast.Call(func=ast.Attribute(value=ast.Name(module))) if module in core.DOTTED:
                return _DOTTED.get(module, "")
            case ast.Call(func=ast.Attribute(value=owner, attr="copy")):
                return self._of(owner, scope)
            case ast.Call(func=ast.Attribute(value=owner, attr=method)):
                return _METHODS.get(method, "")
            case ast.Attribute():
                return "number"
        return ""

    def _one_of(self, nodes: list[ast.expr], scope: int) -> str | None:
        kind: str | None = None
        for node in nodes:
            kind = joined(kind, self._of(node, scope))
        return kind


def _constant(value: object) -> str:
    if isinstance(value, str):
        return "letter" if len(value) == 1 else "text"
    if value is None:
        return "none"
    return "count" if type(value) is int and value >= 0 else "number"


def _operation(one: str, op: ast.operator, other: str) -> str:
    kinds = {one, other}
    if isinstance(op, ast.Add | ast.Mult):
        for name in ("list", "tuple"):
            if name in kinds:
                return name
        if kinds & TEXTS:
            return "text"
    if isinstance(op, ast.Add | ast.Mult | ast.FloorDiv | ast.Mod | ast.BitAnd | ast.BitOr) and kinds == {"count"}:
        return "count"
    if isinstance(op, ast.Mod) and one in TEXTS:
        return "text"
    if kinds <= NUMBERS or (kinds & NUMBERS and isinstance(op, ast.Add | ast.Sub | ast.FloorDiv | ast.Div)):
        return "number"
    return "set" if kinds == {"set"} else ""
