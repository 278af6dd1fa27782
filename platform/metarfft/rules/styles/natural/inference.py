"""What the variables and expressions of a rule hold, as far as its text shows it: it chooses words.

Assignments are followed through the whole module. What they leave open (what is given, above all) is told from the
way in which it is used, surer signs before others.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from metarfft.rules import core
from metarfft.rules.styles.natural.kinds import CHARACTER, NUMBER, TEXT, UNKNOWN, YES_NO, Kind, joined
from metarfft.rules.styles.natural.scopes import Scopes, Variable
from metarfft.rules.styles.natural.signs import signs

ROUNDS = 8  # of the search, which ends sooner if nothing changes
_OF_CALLS = {
    "bool": "yes-no", "isinstance": "yes-no", "any": "yes-no", "all": "yes-no", "Counter": "counter",
    **dict.fromkeys("int float len ord round pow".split(), "number"),
    **dict.fromkeys("str chr bin hex oct format repr".split(), "text"), "range": "numbers", "divmod": "pair",
    "enumerate": "sequence", "zip": "sequence",
}  # fmt: skip
_OF_METHODS = {
    **dict.fromkeys("count find rfind index rindex bit_length bit_count total".split(), "number"),
    **dict.fromkeys("isdisjoint issubset issuperset startswith endswith is_integer".split(), "yes-no"),
    **dict.fromkeys("split rsplit splitlines partition rpartition".split(), "texts"), "items": "container",
    "most_common": "list", "elements": "sequence", "keys": "container", "popitem": "tuple", "join": "text",
    **dict.fromkeys(
        """capitalize casefold center expandtabs ljust lower lstrip removeprefix removesuffix replace rjust rstrip
        strip swapcase title upper zfill""".split(),
        "text",
    ),
    **{name: "yes-no" for name in core.METHODS if name.startswith("is") and name not in ("issubset", "issuperset")},
}  # fmt: skip
_PUT_IN = ("append", "appendleft", "insert", "add")
_MADE = {
    "texts": Kind("list", TEXT), "numbers": Kind("sequence", NUMBER), "pair": Kind("tuple", NUMBER), "str": TEXT,
    "int": NUMBER, "float": NUMBER, "dict": Kind("table"),
}  # fmt: skip


def _kind(name: str) -> Kind:
    return _MADE.get(name, Kind(name))


class Kinds:
    """The kinds of a module's variables and expressions."""

    def __init__(self, module: ast.Module) -> None:
        self.scopes = Scopes(module)
        self.known: dict[Variable, Kind] = {}
        self.results: dict[str, Kind] = {}
        self.asked = {  # whether they are None
            self.scopes.variable(node.left.id, scope)
            for scope, node in self.scopes.nodes
            if isinstance(node, ast.Compare) and isinstance(node.left, ast.Name) and _is_none(node.comparators[0])
        }
        for _ in range(ROUNDS):
            before = (dict(self.known), dict(self.results))
            self._round()
            if before == (self.known, self.results):
                break

    def _round(self) -> None:
        flows: dict[Variable, Kind] = defaultdict(Kind)
        results: dict[str, Kind] = defaultdict(Kind)
        for scope, node in self.scopes.nodes:
            for target, kind in self._bound(node, scope):
                variable = self.scopes.variable(target, scope)
                flows[variable] = joined(flows[variable], kind)
            if isinstance(node, ast.Return) and node.value is not None:
                name = self.scopes.names[scope]
                results[name] = joined(results[name], self.of(node.value, scope))
        for scope, node in self.scopes.nodes:
            if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                variable = self.scopes.variable(node.target.id, scope)
                flows[variable] = self._augmented(node, flows[variable], scope)
        guesses = signs(self.of, self.scopes)
        for variable in {*flows, *guesses, *self.scopes.given}:
            flow, guess = flows.get(variable, UNKNOWN), guesses.get(variable, UNKNOWN)
            if variable in self.scopes.given:  # what was given may be of another kind than what is assigned later
                guess = joined(guess, self._default(variable))
                kind = joined(guess, flow) if guess.name else UNKNOWN
            else:
                kind = _completed(flow, guess)
            self.known[variable] = replace(kind, optional=True) if variable in self.asked else kind
        self.results = dict(results)

    def _augmented(self, node: ast.AugAssign, before: Kind, scope: int) -> Kind:
        """The kind of a variable after ``+=`` and the like, from what else is assigned to it."""
        if before.name in ("list", "deque"):  # changed in place, whatever is put at its end
            return joined(before, Kind(before.name, self.item(node.value, scope)))
        if before.name not in ("", "none"):
            return before
        assert isinstance(node.target, ast.Name)
        return joined(before, self.of(ast.BinOp(ast.Name(node.target.id, ast.Load()), node.op, node.value), scope))

    def _default(self, variable: Variable) -> Kind:
        """The kind of what a variable holds if it is not given."""
        scope, name = variable
        arguments = self.scopes.functions[scope].args
        defaults = dict(zip([a.arg for a in arguments.args][::-1], arguments.defaults[::-1], strict=False))
        return self.of(defaults[name], scope) if name in defaults else UNKNOWN

    def _bound(self, node: ast.AST, scope: int) -> Iterator[tuple[str, Kind]]:
        """The variables that a statement binds, and to what."""
        match node:
            case ast.Assign(targets=[target], value=value):
                yield from self._unpacked(target, value, self.of(value, scope), scope)
            case ast.For(target=target, iter=source):
                yield from self._unpacked(target, None, self.item(source, scope), scope)
                yield from self._indexes(target, source, scope)
            case ast.Call(func=ast.Attribute(value=ast.Name(name), attr=method), args=[*_, new]) if method in _PUT_IN:
                owner = self.of(ast.Name(name, ast.Load()), scope)
                if owner.name in ("list", "set", "deque"):
                    item = self.of(new, scope)
                    yield name, Kind(owner.name, TEXT if item.name == "character" else item)
            case ast.Call(func=ast.Name(name), args=args) if name in self.scopes.parameters:
                for parameter, argument in zip(self.scopes.parameters[name], args, strict=False):
                    yield f"{name}:{parameter}", self.of(argument, scope)

    def _unpacked(self, target: ast.expr, value: ast.expr | None, kind: Kind, scope: int) -> Iterator[tuple[str, Kind]]:
        if isinstance(target, ast.Name):
            yield target.id, kind
        elif isinstance(target, ast.Tuple):
            values = value.elts if isinstance(value, ast.Tuple) else [None] * len(target.elts)
            for part, one in zip(target.elts, values, strict=False):
                yield from self._unpacked(part, one, self.of(one, scope) if one else kind.item or UNKNOWN, scope)
        elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name) and kind.name:
            owner = self.of(target.value, scope)
            if owner.has_items and not owner.is_text and not isinstance(target.slice, ast.Slice):
                yield target.value.id, Kind(owner.name, joined(owner.item or UNKNOWN, kind))

    def _indexes(self, target: ast.expr, source: ast.expr, scope: int) -> Iterator[tuple[str, Kind]]:
        if not isinstance(target, ast.Tuple) or not isinstance(source, ast.Call):
            return
        names = [part.id if isinstance(part, ast.Name) else "" for part in target.elts]
        match source:
            case ast.Call(func=ast.Name("enumerate"), args=[whole, *_]) if len(names) == 2:
                yield names[0], NUMBER
                yield names[1], self.item(whole, scope)
            case ast.Call(func=ast.Name("zip"), args=wholes):
                for name, whole in zip(names, wholes, strict=False):
                    yield name, self.item(whole, scope)
            case ast.Call(func=ast.Attribute(value=table, attr="items")) if len(names) == 2:
                yield names[1], self.of(table, scope).item or UNKNOWN

    def item(self, node: ast.expr, scope: int) -> Kind:
        """The kind of the elements that a loop over ``node`` meets."""
        kind = self.of(node, scope)
        if kind.is_text:
            return CHARACTER
        return UNKNOWN if kind.name in ("table", "counter") else kind.item or UNKNOWN

    def of(self, node: ast.expr, scope: int) -> Kind:
        """The kind of an expression in a function."""
        match node:
            case ast.Name(name):
                variable = self.scopes.variable(name, scope)
                return self.known.get(variable, UNKNOWN) if variable[0] >= 0 else self._anywhere(name)
            case ast.Constant(value=value):
                return _KINDS_OF_CONSTANTS.get(type(value), UNKNOWN) if value != "" else TEXT
            case ast.Compare() | ast.UnaryOp(op=ast.Not()):
                return YES_NO
            case ast.UnaryOp():
                return NUMBER
            case ast.BoolOp(values=values):
                kinds = [self.of(value, scope) for value in values]
                return kinds[0] if all(kind == kinds[0] for kind in kinds) else Kind("mixed")
            case ast.IfExp(body=body, orelse=orelse):
                return joined(self.of(body, scope), self.of(orelse, scope))
            case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
                kinds = [self.of(item, scope) for item in items]
                item = kinds[0] if kinds else UNKNOWN
                for kind in kinds[1:]:
                    item = joined(item, kind) if item.name and kind.name else UNKNOWN
                return Kind(type(node).__name__.lower(), TEXT if item.name == "character" else item)
            case ast.Dict(values=entries):
                item = UNKNOWN
                for entry in entries:
                    item = joined(item, self.of(entry, scope))
                return Kind("table", item)
            case ast.BinOp():
                return self._operation(node, scope)
            case ast.Subscript(value=whole, slice=ast.Slice()):
                kind = self.of(whole, scope)
                return TEXT if kind.is_text else kind if kind.is_joined else Kind("sequence", kind.item)
            case ast.Subscript(value=whole):
                kind = self.of(whole, scope)
                return CHARACTER if kind.is_text else NUMBER if kind.name == "counter" else kind.item or UNKNOWN
            case ast.Call():
                return self._call(node, scope)
            case ast.Attribute():
                return NUMBER
        return UNKNOWN

    def _anywhere(self, name: str) -> Kind:
        """The kind of a variable of which the function is not told, if there is no doubt."""
        kinds = {kind for (_, known), kind in self.known.items() if known == name}
        return kinds.pop() if len(kinds) == 1 else UNKNOWN

    def _operation(self, node: ast.BinOp, scope: int) -> Kind:
        left, right = self.of(node.left, scope), self.of(node.right, scope)
        if isinstance(node.op, ast.Add):
            if left.is_text or right.is_text:
                return TEXT
            if left.is_number or right.is_number:
                return NUMBER
            return left if left.is_joined and left.name != "sequence" else joined(left, right)
        if isinstance(node.op, ast.Mult):
            for kind in (left, right):
                if kind.is_joined:
                    return TEXT if kind.is_text else kind
            return NUMBER if left.is_number and right.is_number else UNKNOWN
        if isinstance(node.op, (ast.Sub, ast.BitAnd, ast.BitOr, ast.BitXor)):
            for kind in (left, right):
                if kind.name in ("set", "counter", "table"):
                    return kind
            return NUMBER if left.is_number or right.is_number else UNKNOWN
        return NUMBER

    def _call(self, node: ast.Call, scope: int) -> Kind:
        if isinstance(node.func, ast.Name):
            name = node.func.id
            if name in self.results and name in self.scopes.parameters:
                return self.results[name]
            return self._builtin(name, node, scope)
        if not isinstance(node.func, ast.Attribute):
            return UNKNOWN
        method, owner = node.func.attr, node.func.value
        if isinstance(owner, ast.Name) and owner.id in core.DOTTED:
            return self._dotted(owner.id, method, node, scope)
        kind = self.of(owner, scope)
        if method in ("pop", "popleft", "get", "setdefault"):
            default = [argument for argument in node.args[1:] if method != "pop"]
            found = CHARACTER if kind.is_text else kind.item or UNKNOWN
            if not default and method in ("get", "setdefault"):
                return replace(found, optional=True)
            return joined(found, self.of(default[0], scope)) if default else found
        if method in ("copy", "union", "intersection", "difference", "symmetric_difference"):
            return kind
        if method == "values":
            return Kind("container", kind.item)
        return _kind(_OF_METHODS.get(method, ""))

    def _builtin(self, name: str, node: ast.Call, scope: int) -> Kind:
        if name in ("min", "max", "sum") and node.args:
            if name == "sum" or len(node.args) == 1:
                item = self.item(node.args[0], scope)
                return TEXT if item.name == "character" else NUMBER if name == "sum" and not item.name else item
            kind = UNKNOWN
            for argument in node.args:
                kind = joined(kind, self.of(argument, scope))
            return kind
        if name == "deepcopy" and node.args:
            return self.of(node.args[0], scope)
        if name in ("list", "tuple", "set", "sorted", "deque", "frozenset", "reversed"):
            made = {"sorted": "list", "frozenset": "set", "reversed": "sequence"}.get(name, name)
            return Kind(made, self.item(node.args[0], scope) if node.args else None)
        if name in ("dict", "OrderedDict"):
            return Kind("table", self.of(node.args[0], scope).item if node.args else None)
        if name == "defaultdict":
            made = ast.unparse(node.args[0]) if node.args else ""
            return Kind("table", _kind(made))
        if name == "abs":
            return NUMBER
        return _kind(_OF_CALLS.get(name, ""))

    def _dotted(self, owner: str, name: str, node: ast.Call, scope: int) -> Kind:
        if owner == "heapq":
            item = self.item(node.args[-1 if name.startswith("n") else 0], scope) if node.args else UNKNOWN
            return Kind("list", item) if name.startswith("n") else item
        if owner == "itertools":
            return Kind("sequence")
        return YES_NO if name in ("isclose", "isfinite", "isinf", "isnan") else NUMBER


_KINDS_OF_CONSTANTS = {bool: YES_NO, int: NUMBER, float: NUMBER, str: TEXT, type(None): Kind("none")}


def _completed(flow: Kind, guess: Kind) -> Kind:
    """What is assigned to a variable, with what its use says where that leaves something open."""
    if flow.name in ("", "none", "sequence", "container"):
        return joined(flow, guess)
    is_open = flow.has_items and not flow.is_text and flow.item in (None, UNKNOWN)
    return replace(flow, item=guess.item) if is_open else flow


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
