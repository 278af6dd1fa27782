"""Classes: methods become functions, what ``self`` holds becomes variables of the text."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass, field

from metarfft.rules.errors import refuse
from metarfft.rules.front.names import Names, Notes
from metarfft.rules.front.text.scopes import Scoped, Substitute, arguments, bound, own
from metarfft.rules.front.text.shadows import TAKEN

SELF = ("self", "cls", "this")
KINDS = ("staticmethod", "classmethod", "property")


@dataclass
class Group:
    """The methods of one class, or methods pasted without their class (``name`` is None)."""

    name: str | None
    place: ast.stmt
    methods: dict[str, ast.FunctionDef] = field(default_factory=dict)
    selves: dict[str, str | None] = field(default_factory=dict)  # method -> what it calls self, if it has it
    values: list[ast.stmt] = field(default_factory=list)  # what else the class does
    functions: dict[str, str] = field(default_factory=dict)  # method -> name of the function that it becomes
    kept: bool = False  # whether its objects keep something of their own
    properties: set[str] = field(default_factory=set)
    variables: dict[str, str] = field(default_factory=dict)  # attribute -> name of the variable that it becomes


def flatten(module: ast.Module, entry: str | None, names: Names, notes: Notes) -> dict[str, str]:
    """Puts the methods of the text's class beside its functions, in place.

    Args:
        entry: name of the function that is the rule, if it is known; ``Class.method`` too.

    Returns:
        The name of the function that each method became.
    """
    inherited = _inherit(module, entry)
    group = _choose(module, entry, inherited)
    if group is None:
        return {}
    _say_what_is_left_out(module, group, inherited, notes)
    group.kept = any(
        isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load) and _is_self(node.value, group)
        for method in group.methods.values() for node in ast.walk(method)
    )  # fmt: skip
    _name(module, group, names)
    start = _constructor(group)
    new: list[ast.stmt] = []
    for statement in module.body:
        if statement is group.place or statement in group.methods.values():
            if statement is group.place:
                new += _written(group, start, notes)
        else:
            new.append(statement)
    module.body = new
    _Selves(group, None).visit(module)
    return group.functions


def _bases(node: ast.ClassDef) -> list[str]:
    """The names of the classes that a class builds on, without those that bring nothing."""
    return [name for base in node.bases if (name := _last(base)) not in ("object", "ABC", "Protocol", "")]


def _inherit(module: ast.Module, entry: str | None) -> set[str]:
    """Gives classes what they inherit from a class of the text, in place.

    Returns:
        The names of the classes that others build on, unless the entry is one of their methods.
    """
    known: dict[str, ast.ClassDef] = {}
    inherited: set[str] = set()
    for node in module.body:
        if not isinstance(node, ast.ClassDef) or node.decorator_list:
            continue
        bases = _bases(node)
        if len(bases) == 1 and bases[0] in known:
            base = known[bases[0]]
            own_names = _names_of(node.body)
            supers = [part for part in ast.walk(node) if isinstance(part, ast.Name) and part.id == "super"]
            if supers and own_names & _names_of(base.body):
                refuse(supers[0], f"super() is not possible; write out what the method of {base.name} does")
            old = [copy.deepcopy(part) for part in base.body if not _names_of([part]) & own_names]
            named = _Inherited(base.name, node.name, own_names)
            node.body = [named.visit(part) for part in [*old, *node.body]]
            node.bases, node.keywords = [], []
            inherited.add(base.name)
        elif bases:
            continue
        known[node.name] = node
    return inherited - {entry.rpartition(".")[0] if entry else ""}


def _names_of(body: list[ast.stmt]) -> set[str]:
    return bound(ast.Module(body=body, type_ignores=[]))


class _Inherited(ast.NodeTransformer):
    """Writes ``Base.name`` as a name of the class that has it from its base."""

    def __init__(self, base: str, name: str, overridden: set[str]) -> None:
        self.base, self.name, self.overridden = base, name, overridden

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if isinstance(node.value, ast.Name) and node.value.id == self.base and node.attr not in self.overridden:
            node.value.id = self.name
        self.generic_visit(node)
        return node


def _say_what_is_left_out(module: ast.Module, group: Group, inherited: set[str], notes: Notes) -> None:
    for node in module.body:
        if not isinstance(node, ast.ClassDef) or node is group.place or node.name in inherited:
            continue
        methods = [part.name for part in node.body if isinstance(part, ast.FunctionDef)]
        if any(not name.startswith("__") for name in methods):
            notes.add(node, f"the class {node.name} is left out; the rule is {_whose(group)}")


def _whose(group: Group) -> str:
    return f"in the class {group.name}" if group.name else "a function beside it"


def _choose(module: ast.Module, entry: str | None, inherited: set[str]) -> Group | None:
    """The class that holds the rule: one with the entry, else Solution, else the first with methods worth calling."""
    groups = [_read(node) for node in module.body if isinstance(node, ast.ClassDef) and not _special(node)]
    groups = [group for group in groups if group.name not in inherited]
    loose = [node for node in module.body if isinstance(node, ast.FunctionDef) and _self_of(node)]
    if loose:
        group = Group(None, loose[0])
        for node in loose:
            group.methods[node.name], group.selves[node.name] = node, _self_of(node)
        groups.insert(0, group)
    plain = {node.name for node in module.body if isinstance(node, ast.FunctionDef)}
    if entry is not None:
        owner, _, entry = entry.rpartition(".")
        groups = [group for group in groups if not owner or group.name == owner]
        groups = [group for group in groups if entry in group.methods] or ([] if entry not in plain else groups)
    groups = [group for group in groups if any(not name.startswith("__") for name in group.methods)]
    groups.sort(key=lambda group: not (group.name or "Solution").startswith("Solution"))
    return groups[0] if groups else None


def _special(node: ast.ClassDef) -> bool:
    """Classes that are not a bag of functions: errors, records, tests."""
    return bool(node.decorator_list) or bool(_bases(node))


def _self_of(function: ast.FunctionDef) -> str | None:
    first = arguments(function)[:1]
    kinds = {getattr(part, "id", "") for part in function.decorator_list}
    if "staticmethod" in kinds or not first:
        return None
    return first[0].arg if first[0].arg in SELF or "classmethod" in kinds else None


def _read(node: ast.ClassDef) -> Group:
    group = Group(node.name, node)
    for part in node.body:
        if isinstance(part, ast.FunctionDef):
            group.methods[part.name], group.selves[part.name] = part, _self_of(part)
            if any(_last(one) in ("property", "cached_property") for one in part.decorator_list):
                group.properties.add(part.name)
        elif not isinstance(part, (ast.Pass, ast.ClassDef, ast.AsyncFunctionDef)) and not _is_text(part):
            group.values.append(part)
    return group


def _last(node: ast.expr) -> str:
    """The name of a decorator, without its module."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_self(node: ast.expr, group: Group) -> bool:
    return isinstance(node, ast.Name) and node.id in (*SELF, group.name)


def _attributes(group: Group) -> Iterator[str]:
    for method in group.methods.values():
        for node in ast.walk(method):
            if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load) and _is_self(node.value, group):
                yield node.attr
    yield from sorted(bound(ast.Module(body=group.values, type_ignores=[])))


def _name(module: ast.Module, group: Group, names: Names) -> None:
    """Gives each method and attribute a name that no variable in the text has."""
    scopes = [node for node in ast.walk(module) if isinstance(node, (ast.FunctionDef, ast.Lambda))]
    taken = {name for node in scopes for name in bound(node)}
    loose = group.methods.keys() if group.name is None else {group.name}
    others = bound(module) - loose
    for method in group.methods:
        plain = "_" + method.lstrip("_") if method.startswith("__") else method
        clash = plain in taken or plain in others or plain in TAKEN
        group.functions[method] = names.fresh(f"find_{plain.lstrip('_')}") if clash else plain
    for name in _attributes(group):
        if name not in group.variables:
            plain = name.lstrip("_") if name.startswith("__") else name
            clash = plain in taken | others | TAKEN or plain in group.functions.values()
            group.variables[name] = names.fresh(f"self_{plain.lstrip('_')}") if clash else plain


def _constructor(group: Group) -> list[ast.stmt]:
    """The statements of ``__init__``, for the beginning of the rule."""
    init = group.methods.pop("__init__", None)
    if init is None:
        return []
    own_self = group.selves["__init__"]
    given = [argument for argument in arguments(init) if argument.arg != own_self]
    if len(given) > len(init.args.defaults) or init.args.vararg or init.args.kwarg:
        nodes = [node for method in group.methods.values() for node in ast.walk(method)]
        if any(isinstance(node, ast.Attribute) and node.attr in group.variables for node in nodes):
            refuse(given[0], f"the class {group.name} is made with arguments; write a function that takes them itself")
        return []
    start: list[ast.stmt] = []
    for argument, default in zip(given, init.args.defaults, strict=False):
        target = ast.copy_location(ast.Name(argument.arg, ast.Store()), argument)
        start.append(ast.copy_location(ast.Assign(targets=[target], value=default), argument))
    for part in init.body:
        for node in ast.walk(part):
            if isinstance(node, ast.Return):
                refuse(node, "leave return out of __init__")
        text = ast.unparse(part)
        if not text.startswith("super()"):
            start.append(part)
    holder = ast.Module(body=start, type_ignores=[])
    if own_self:
        holder = _Selves(group, own_self).visit(holder)
    return list(holder.body)


def _written(group: Group, start: list[ast.stmt], notes: Notes) -> list[ast.stmt]:
    renamed = Substitute(group.variables)
    new: list[ast.stmt] = [renamed.visit(value) for value in group.values]
    new += start
    for name, method in group.methods.items():
        if name.startswith("__") and name.endswith("__"):
            continue
        _Kinds(group).visit(method)
        method.args.defaults = [renamed.visit(default) for default in method.args.defaults]
        method.args.kw_defaults = [default and renamed.visit(default) for default in method.args.kw_defaults]
        own_self = group.selves[name]
        if own_self:
            first = method.args.posonlyargs or method.args.args
            del first[0]
            method = _Selves(group, own_self).visit(method)
        elif own_self is None and not _is_static(method):
            notes.add(method, f"{name} is read as a function of its own, without self")
        method.name = group.functions[name]
        method.decorator_list = [part for part in method.decorator_list if getattr(part, "id", "") not in KINDS]
        new.append(method)
    if group.name:
        notes.add(group.place, f"the methods of class {group.name} are written as functions")
    return new


def _is_static(method: ast.FunctionDef) -> bool:
    return any(getattr(part, "id", "") == "staticmethod" for part in method.decorator_list)


class _Kinds(ast.NodeVisitor):
    """Declares the attributes that a function assigns as variables of the text."""

    def __init__(self, group: Group) -> None:
        self.group = group

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        found: dict[str, None] = {}
        for part in own(node):
            if not isinstance(part, ast.Attribute) or isinstance(part.ctx, ast.Load):
                continue
            if _is_self(part.value, self.group) and part.attr in self.group.variables:
                found[self.group.variables[part.attr]] = None
        self.generic_visit(node)
        if found:
            node.body.insert(0, ast.copy_location(ast.Global(names=list(found)), node.body[0]))


class _Selves(Scoped):
    """Writes ``self.name``, ``Solution.name`` and ``Solution().name`` as plain names."""

    def __init__(self, group: Group, own_self: str | None) -> None:
        super().__init__()
        self.group, self.self = group, own_self

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            of_class = node.func.value.id == self.group.name and not self.hides(node.func.value.id)
            takes = of_class and self.group.selves.get(node.func.attr) and node.args
            if takes and getattr(node.args[0], "id", None) == self.self:
                del node.args[0]  # Solution.f(self, x)
        self.generic_visit(node)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        whole = node.value
        if isinstance(whole, ast.Call) and not self.group.kept and not whole.args and not whole.keywords:
            whole = whole.func
        if isinstance(whole, ast.Name):
            is_self = self.self is not None and whole.id == self.self and not isinstance(node.value, ast.Call)
            is_class = whole.id == self.group.name and not any(whole.id in scope for scope in self.scopes)
            if is_self or is_class:
                new = self.group.functions.get(node.attr) or self.group.variables.get(node.attr)
                if new is None:
                    refuse(node, f"{ast.unparse(node)} is not set anywhere in this text")
                found: ast.expr = ast.copy_location(ast.Name(new, node.ctx), node)
                if node.attr in self.group.properties:
                    found = ast.copy_location(ast.Call(found, [], []), node)
                return found
        self.generic_visit(node)
        return node

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if self.self is not None and node.id == self.self:
            refuse(node, f"{node.id} itself cannot be a value; give the function what it needs as arguments")
        if node.id == self.group.name and not self.hides(node.id):
            node.id = f"{node.id}()"  # refused later, if the rule comes here
        return node
