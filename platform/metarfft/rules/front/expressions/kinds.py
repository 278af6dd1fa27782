"""Types as values: ``type(x) == int`` and ``isinstance(x, Iterable)`` as isinstance tests that say exactly the same."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable

from metarfft.rules.errors import refuse
from metarfft.rules.front.expressions.build import call, const, load, settle, when
from metarfft.rules.front.names import Names, Notes
from metarfft.rules.front.text.scopes import Scoped, bound

EXACT = ("bool", "int", "float", "str", "list", "tuple", "set", "frozenset", "dict", "deque")
TABLES = frozenset("Counter defaultdict OrderedDict".split())  # kinds of dict, which isinstance cannot tell apart
ABSTRACT = {  # the kinds of values of a rule that are instances of an abstract class
    "Iterable": EXACT[3:], "Collection": EXACT[3:], "Container": EXACT[3:], "Sized": EXACT[3:],
    "Sequence": ("str", "list", "tuple", "deque"), "Mapping": ("dict",), "MutableMapping": ("dict",),
    "MutableSequence": ("list", "deque"), "Set": ("set", "frozenset"), "MutableSet": ("set",),
    "Number": ("int", "float"), "Real": ("int", "float"), "Integral": ("int",),
}  # fmt: skip
MUTABLE = ("list", "set", "dict", "deque")  # what is no Hashable
AT_ONCE = frozenset({*EXACT, "sorted", "len"})
ALIKE = (ast.Eq, ast.Is, ast.In)
_LITERALS = {
    ast.List: "list", ast.ListComp: "list", ast.Dict: "dict", ast.DictComp: "dict", ast.Set: "set", ast.SetComp: "set",
    ast.Tuple: "tuple", ast.JoinedStr: "str",
}  # fmt: skip


def lower(module: ast.Module, imported: dict[str, str], names: Names, notes: Notes) -> None:
    """Writes the uses of types as isinstance tests, in place.

    Args:
        imported: what each imported name stands for where a rule cannot have it; abstract classes are among them.
    """
    found = _Kinds(module, imported, names, notes)
    found.visit(module)
    if found.helper is not None:
        module.body.insert(0, _kind_of(found.helper, found.asked))


class _Kinds(Scoped):
    def __init__(self, module: ast.Module, imported: dict[str, str], names: Names, notes: Notes) -> None:
        super().__init__()
        self.imported, self.names, self.notes = imported, names, notes
        self.own = bound(module)
        self.module = module
        self.helper: str | None = None
        self.asked: ast.expr = const(None)

    def is_builtin(self, name: str) -> bool:
        return name not in self.own and not self.hides(name)

    def of(self, node: ast.expr) -> ast.expr | None:
        """What ``node`` asks the type of: ``x`` of ``type(x)`` and ``x.__class__``."""
        match node:
            case ast.Call(func=ast.Name(id="type"), args=[value], keywords=[]) if self.is_builtin("type"):
                return None if isinstance(value, ast.Starred) else value
            case ast.Attribute(value=value, attr="__class__"):
                return value
        return None

    def kind(self, node: ast.expr) -> str | None:
        """The name of the type that ``node`` is, ``NoneType`` too."""
        if isinstance(node, ast.Name) and node.id in (*EXACT, *TABLES) and self.is_builtin(node.id):
            return node.id
        value = self.of(node)
        if isinstance(value, ast.Constant) and type(value.value).__name__ in (*EXACT, "NoneType"):
            return type(value.value).__name__
        if type(value) in _LITERALS:
            return _LITERALS[type(value)]  # type: ignore[index]
        if isinstance(value, ast.Call) and not value.args and isinstance(value.func, ast.Name):
            return self.kind(value.func)
        return None

    def kinds(self, node: ast.expr) -> list[str] | None:
        parts = node.elts if isinstance(node, (ast.Tuple, ast.List, ast.Set)) else [node]
        found = [self.kind(part) for part in parts]
        return [part for part in found if part] if parts and all(found) else None

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        operator, right = node.ops[0], node.comparators[0]
        several = isinstance(operator, (ast.In, ast.NotIn))
        usual = len(node.ops) == 1 and isinstance(operator, (ast.Eq, ast.NotEq, ast.Is, ast.IsNot, ast.In, ast.NotIn))
        value, other = self.of(node.left), self.of(right)
        if usual and not several and other is not None and (value is None or self.kind(node.left)):  # list == type(x)
            node.left, right, value, other = right, node.left, other, value
        if not usual or value is None:
            self.generic_visit(node)
            return node
        kinds = self.kinds(right) if several == isinstance(right, (ast.Tuple, ast.List, ast.Set)) else None
        if kinds is None and other is not None and not several:
            parts = [self.name_of(node, self.visit(value)), self.name_of(node, self.visit(other))]
            same: ast.cmpop = ast.Eq() if isinstance(operator, ALIKE) else ast.NotEq()
            return ast.copy_location(ast.Compare(parts[0], [same], parts[1:]), node)
        if kinds is None:
            refuse(node, "compare type(...) with int, float, str, bool, list, tuple, dict or set, or use isinstance")
        self.notes.add(node, "the type is asked for with isinstance")
        return ast.copy_location(self.test(node, self.visit(value), kinds, isinstance(operator, ALIKE)), node)

    def test(self, node: ast.AST, value: ast.expr, kinds: list[str], alike: bool) -> ast.expr:
        """Whether ``value`` is of one of the kinds, or of none of them."""
        if set(kinds) & TABLES or ("dict" in kinds and self.has_tables()):
            refuse(node, "isinstance cannot tell a Counter or defaultdict from a dict; keep what it is in a variable")
        asked = [kind for kind in EXACT if kind in kinds]
        no_bool = "int" in kinds and "bool" not in kinds
        if "int" in kinds and "bool" in kinds:
            asked.remove("bool")
        self.see(node, [*asked, *(["bool"] if no_bool else [])])
        again = no_bool + bool(asked) + ("NoneType" in kinds) > 1
        first, later = self.twice(value) if again else (value, value)
        tests: list[ast.expr] = []
        if asked:
            which: ast.expr = load(asked[0])
            if len(asked) > 1:
                which = ast.Tuple([load(kind) for kind in asked], ast.Load())
            tests.append(_not(call("isinstance", first, which), not alike))
            first = later
            if no_bool:
                one = _not(call("isinstance", copy.deepcopy(later), load("bool")), alike)
                tests = [ast.BoolOp(ast.And() if alike else ast.Or(), [tests[0], one])]
        if "NoneType" in kinds:
            tests.append(ast.Compare(first, [ast.Is() if alike else ast.IsNot()], [ast.Constant(None)]))
        made = tests[0] if len(tests) == 1 else ast.BoolOp(ast.Or() if alike else ast.And(), tests)
        settle(made, node)
        return made

    def see(self, node: ast.AST, kinds: Iterable[str]) -> None:
        """Sees that the types can be named here.

        Raises:
            RuleError: a variable has the name of one of them.
        """
        for kind in kinds:
            if not self.is_builtin(kind):
                refuse(node, f"{kind} is a variable here, so the type cannot be asked for; give it another name")

    def twice(self, value: ast.expr) -> tuple[ast.expr, ast.expr]:
        """``value`` for a first and a second reading."""
        if not any(isinstance(part, (ast.Call, ast.NamedExpr, ast.BinOp)) for part in ast.walk(value)):
            return value, copy.deepcopy(value)
        name = self.names.fresh("value", "asked")
        return ast.NamedExpr(ast.Name(name, ast.Store()), value), load(name)

    def has_tables(self) -> bool:
        return any(isinstance(part, ast.Name) and part.id in TABLES for part in ast.walk(self.module))

    def name_of(self, node: ast.AST, value: ast.expr) -> ast.expr:
        """The name of a type as a text, which a function of its own gives."""
        if self.has_tables() or _has_views(self.module):
            refuse(node, "the type of any value is not known here; ask with isinstance(x, list) for what it may be")
        if self.helper is None:
            self.helper = self.names.fresh("kind_of", "kind_of_value")
            self.asked = ast.copy_location(ast.Constant(None), node)  # type: ignore[arg-type]
        self.notes.add(node, f"the type is asked for with a function, {self.helper}")
        made = call(self.helper, value)
        settle(made, node)
        return made

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        value = self.of(node.value) if node.attr == "__name__" else None
        if value is not None:
            return self.name_of(node, self.visit(value))
        self.generic_visit(node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if isinstance(node.func, ast.Name) and node.func.id == "isinstance" and self.is_builtin("isinstance"):
            if len(node.args) == 2 and not node.keywords:
                return self.instance(node)
        elif (value := self.of(node)) is not None:
            kind = self.kind(node)
            if kind is not None and kind != "NoneType":
                return ast.copy_location(load(kind), node)
            refuse(node, f"type() is for tests, as in type({ast.unparse(value)}) == list; use isinstance")
        self.generic_visit(node)
        return node

    def instance(self, node: ast.Call) -> ast.AST:
        """``isinstance(x, Iterable)``: with the kinds of values that a rule has."""
        parts = node.args[1].elts if isinstance(node.args[1], ast.Tuple) else [node.args[1]]
        kinds: list[str] = []
        changed = no_value = False
        for part in parts:
            full = self.full(part)
            kind = self.kind(part)
            if full == "Hashable" and len(parts) == 1:
                self.see(node, MUTABLE)
                which: ast.expr = ast.Tuple([load(name) for name in MUTABLE], ast.Load())
                made = _not(call("isinstance", self.visit(node.args[0]), which), True)
                settle(made, node)
                return ast.copy_location(made, node)
            if full in ABSTRACT:
                kinds, changed = [*kinds, *ABSTRACT[full]], True
            elif kind == "NoneType":
                no_value = changed = True
            elif kind is not None:
                kinds, changed = [*kinds, kind], changed or not isinstance(part, ast.Name)
            else:
                return self.generic_visit(node)
        value = self.visit(node.args[0])
        if not changed:
            node.args[0] = value
            return node
        self.notes.add(node, "the type is asked for with the kinds of values that are of it")
        first, later = self.twice(value) if no_value and kinds else (value, value)
        self.see(node, kinds)
        chosen = [load(kind) for kind in dict.fromkeys(kinds)]
        which = chosen[0] if len(chosen) == 1 else ast.Tuple([*chosen], ast.Load())
        asked: ast.expr = call("isinstance", first, which)
        if no_value:
            nothing = ast.Compare(later, [ast.Is()], [ast.Constant(None)])
            asked = ast.BoolOp(ast.Or(), [asked, nothing]) if kinds else nothing
        settle(asked, node)
        return ast.copy_location(asked, node)

    def full(self, node: ast.expr) -> str:
        """The abstract class that ``node`` stands for, without its module."""
        text = ast.unparse(node)
        first, _, rest = text.partition(".")
        full = self.imported.get(first, first) + (f".{rest}" if rest else "")
        module, _, name = full.rpartition(".")
        return name if module in ("collections.abc", "numbers", "typing", "collections") else ""


def _not(test: ast.expr, wanted: bool) -> ast.expr:
    return ast.UnaryOp(ast.Not(), test) if wanted else test


def _has_views(module: ast.Module) -> bool:
    """Whether the views of a dictionary may be anywhere but where they are gone over at once."""
    at_once: list[ast.expr] = []
    for node in ast.walk(module):
        if isinstance(node, (ast.For, ast.comprehension)):
            at_once.append(node.iter)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in AT_ONCE:
            at_once += node.args
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args
        and node.func.attr in ("keys", "values", "items") and not any(node is other for other in at_once)
        for node in ast.walk(module)
    )  # fmt: skip


def _kind_of(name: str, at: ast.expr) -> ast.FunctionDef:
    """The function that gives the name of a value's type."""
    value = "value"
    body: list[ast.stmt] = [
        when(call("isinstance", load(value), load(kind)), [ast.Return(const(kind))]) for kind in EXACT
    ]
    body.append(ast.Return(const("NoneType")))
    arguments = ast.arguments([], [ast.arg(value)], None, [], [], None, [])
    made = ast.FunctionDef(name, arguments, body, [], None)
    settle(made, at)
    return made
