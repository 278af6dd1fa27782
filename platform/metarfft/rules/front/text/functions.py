"""Functions of the text: lambdas with a name, decorators, signatures, and calls with all their arguments in place."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable
from dataclasses import dataclass

from metarfft.rules import core
from metarfft.rules.errors import refuse
from metarfft.rules.front.names import Names, Notes
from metarfft.rules.front.text.scopes import Scoped, own, rename

HARMLESS = ("override", "final", "no_type_check", "abstractmethod")
TAKING = frozenset(  # what may take a function as an argument; lowered with the expressions
    """map filter sorted min max reduce starmap takewhile dropwhile filterfalse accumulate groupby defaultdict sort
    cmp_to_key nlargest nsmallest partial""".split()
)


# Lambdas that are given a name


class _Lambdas(ast.NodeTransformer):
    def __init__(self) -> None:
        self.counts: list[dict[str, int]] = []

    def _scope(self, node: ast.AST) -> ast.AST:
        counts: dict[str, int] = {}
        for part in own(node):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                counts[part.id] = counts.get(part.id, 0) + 1
        self.counts.append(counts)
        self.generic_visit(node)
        self.counts.pop()
        return node

    visit_Module = visit_FunctionDef = _scope

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        value, target = node.value, node.targets[0]
        if not (isinstance(value, ast.Lambda) and isinstance(target, ast.Name) and len(node.targets) == 1):
            return node
        if self.counts[-1].get(target.id) != 1:
            return node
        back = ast.copy_location(ast.Return(value=value.body), value.body)
        new = ast.FunctionDef(name=target.id, args=value.args, body=[back], decorator_list=[])
        return ast.copy_location(new, node)


def name_lambdas(module: ast.Module) -> None:
    """Writes ``f = lambda x: ...`` as a function, in place."""
    _Lambdas().visit(module)


# Signatures


@dataclass
class Signature:
    """The parameters of a function in the order in which core passes them, and the defaults of the user's text."""

    parameters: list[str]
    defaults: dict[str, ast.expr]
    positional: int = 0  # how many a call may give without their names
    star: str | None = None  # the parameter that takes all further ones, as a tuple; the last


def all_functions(functions: Iterable[ast.FunctionDef]) -> list[ast.FunctionDef]:
    """These functions and those inside them, in the order of the text."""
    return [node for function in functions for node in ast.walk(function) if isinstance(node, ast.FunctionDef)]


def signature(function: ast.FunctionDef) -> Signature:
    """Reads the parameters and makes them plain, in place: required ones first, no defaults."""
    given = function.args
    if given.kwarg is not None and any(getattr(node, "id", "") == given.kwarg.arg for node in ast.walk(function)):
        refuse(given.kwarg, f"**{given.kwarg.arg} takes any arguments; take one dictionary: {given.kwarg.arg}")
    positional = [*given.posonlyargs, *given.args]
    last = [a.arg for a in positional[len(positional) - len(given.defaults) :]]
    defaults = dict(zip(last, given.defaults, strict=True))
    named = zip(given.kwonlyargs, given.kw_defaults, strict=True)
    defaults |= {a.arg: value for a, value in named if value is not None}
    order = [*positional, *given.kwonlyargs]
    order = [a for a in order if a.arg not in defaults] + [a for a in order if a.arg in defaults]
    star = given.vararg
    order += [star] if star else []
    function.args = ast.arguments(posonlyargs=[], args=order, kwonlyargs=[], kw_defaults=[], defaults=[])
    names = [a.arg for a in order]
    return Signature(names, defaults, min(len(positional), len(names)), star.arg if star else None)


def constant(node: ast.expr) -> bool:
    """Whether the value is written out, cannot change and means the same everywhere."""
    if isinstance(node, ast.UnaryOp):
        return constant(node.operand)
    if isinstance(node, ast.Tuple):
        return all(constant(item) for item in node.elts)
    return isinstance(node, ast.Constant)


def infinite(node: ast.expr) -> bool:
    return ast.unparse(node).lower() in ("float('inf')", "float('-inf')", "math.inf", "-math.inf", "-float('inf')")


# Calls


class Calls(Scoped):
    """Writes out all arguments of the calls of the text's functions, in the order of their parameters."""

    def __init__(
        self, top: dict[str, ast.FunctionDef], signatures: dict[int, Signature], entry: ast.FunctionDef
    ) -> None:
        super().__init__()
        self.top, self.signatures, self.entry = top, signatures, entry
        self.functions: dict[int, dict[str, ast.FunctionDef]] = {}  # by the scope's identity
        self.volatile = _volatile([*top.values()])
        self.owners: list[ast.AST] = []
        self.loops = 0
        self.shared_defaults: dict[tuple[int, str], list[ast.AST]] = {}

    def resolve(self, name: str) -> ast.FunctionDef | None:
        """The function of the text that the name means here."""
        for scope in reversed(self.scopes):
            if name in scope:
                return self.functions.get(id(scope), {}).get(name)
        return self.top.get(name)

    def enter(self, node: ast.AST) -> None:
        inner = [part for part in own(node) if isinstance(part, ast.FunctionDef)]
        self.functions[id(self.scopes[-1])] = {part.name: part for part in inner}
        self.owners.append(node)

    def leave(self, node: ast.AST) -> None:
        self.functions.pop(id(self.scopes[-1]))
        self.owners.pop()

    def _comprehension(self, node: ast.AST) -> ast.AST:
        self.loops += 1
        result = super()._comprehension(node)
        self.loops -= 1
        return result

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension

    def _loop(self, node: ast.AST) -> ast.AST:
        self.loops += 1
        self.generic_visit(node)
        self.loops -= 1
        return node

    visit_For = visit_While = _loop

    def visit_Name(self, node: ast.Name) -> ast.expr:
        function = self.resolve(node.id) if isinstance(node.ctx, ast.Load) else None
        if function is not None:
            refuse(node, f"the function {node.id} cannot be a value here; call it: {node.id}(...)")
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        function = self.resolve(node.func.id) if isinstance(node.func, ast.Name) else None
        if function is None:
            taking = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if not isinstance(node.func, ast.Name):
                node.func = self.visit(node.func)
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            plain = {id(part) for part in given if taking in TAKING and isinstance(part, ast.Name)}
            node.args = [part if id(part) in plain else self.visit(part) for part in node.args]
            for keyword in node.keywords:
                keyword.value = keyword.value if id(keyword.value) in plain else self.visit(keyword.value)
            return node
        for part in [*node.args, *(keyword.value for keyword in node.keywords)]:
            if isinstance(part, ast.Lambda) or (isinstance(part, ast.Name) and self.resolve(part.id)):
                name = function.name
                refuse(part, f"a function cannot be an argument of {name}; call it inside {name} by its name")
        node.args = [self.visit(part) for part in node.args]
        for keyword in node.keywords:
            keyword.value = self.visit(keyword.value)
        return self._complete(node, function)

    def _complete(self, node: ast.Call, function: ast.FunctionDef) -> ast.expr:
        wanted = self.signatures[id(function)]
        values: dict[str, ast.expr] = {}
        positional: list[ast.expr] = []
        for part in node.args:
            if isinstance(part, ast.Starred) and isinstance(part.value, (ast.List, ast.Tuple)):
                positional += part.value.elts
            else:
                positional.append(part)
        further: list[ast.expr] = []
        if wanted.star:
            positional, further = positional[: wanted.positional], positional[wanted.positional :]
        for part in positional:
            if isinstance(part, ast.Starred):
                names = ", ".join(wanted.parameters)
                refuse(part, f"*{ast.unparse(part.value)} spreads its items; write the arguments out ({names})")
        if len(positional) > wanted.positional:
            refuse(node, f"{function.name}() takes {wanted.positional} arguments, {len(positional)} are given")
        values.update(zip(wanted.parameters, positional, strict=False))
        if wanted.star:
            values[wanted.star] = ast.copy_location(_tuple(further), node)
        for keyword in node.keywords:
            if keyword.arg is None:
                refuse(keyword.value, "** spreads a dictionary; write the arguments out")
            if keyword.arg not in wanted.parameters or keyword.arg in values:
                refuse(keyword.value, f"{function.name}() has no further argument {keyword.arg!r}")
            values[keyword.arg] = keyword.value
        written = list(values)
        self._in_order(node, [values[name] for name in written], written, wanted)
        for name in wanted.parameters:
            if name not in values:
                if name not in wanted.defaults:
                    refuse(node, f"{function.name}() needs a value for {name!r}")
                values[name] = self._default(node, function, name, wanted.defaults[name])
        node.args, node.keywords = [values[name] for name in wanted.parameters], []
        return node

    def _in_order(self, node: ast.Call, given: list[ast.expr], written: list[str], wanted: Signature) -> None:
        places = [wanted.parameters.index(name) for name in written]
        steady = [constant(p) or (isinstance(p, ast.Name) and p.id not in self.volatile) for p in given]
        if places != sorted(places) and steady.count(False) > 1:
            refuse(node, f"give the arguments in the order of the function: {', '.join(wanted.parameters)}")

    def _default(self, node: ast.Call, function: ast.FunctionDef, name: str, default: ast.expr) -> ast.expr:
        new = copy.deepcopy(default)
        for part in ast.walk(new):
            ast.copy_location(part, node)
        if constant(default) or infinite(default):
            return new
        used = {part.id for part in ast.walk(default) if isinstance(part, ast.Name)}
        if isinstance(default, ast.Name) and not self.hides(default.id):
            return new
        sites = self.shared_defaults.setdefault((id(function), name), [])
        sites.append(node)
        alone = len(sites) == 1 and self.owners[-1:] == [self.entry] and not self.loops
        if not alone or used & set().union(*self.scopes):
            text = f"{name}={ast.unparse(default)}"
            refuse(node, f"{text} of {function.name} is one value for all calls; give {name} in this call")
        return new


def _tuple(items: list[ast.expr]) -> ast.expr:
    """The tuple of a function's further arguments; of ``*items`` alone it is ``tuple(items)``."""
    if len(items) == 1 and isinstance(items[0], ast.Starred):
        return ast.Call(ast.Name("tuple", ast.Load()), [items[0].value], [])
    return ast.Tuple(items, ast.Load())


def _volatile(functions: list[ast.FunctionDef]) -> set[str]:
    """Names that working out another argument may assign."""
    names: set[str] = set()
    for node in (part for function in functions for part in ast.walk(function)):
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            names.update(node.names)
        elif isinstance(node, ast.NamedExpr):
            names.add(node.target.id)
    return names


# Decorators and unused or equally named inner functions


def cached(function: ast.FunctionDef) -> bool:
    """Whether a decorator of the function keeps its results; refuses all others. Takes the decorators away."""
    keeps = False
    for decorator in function.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        if name in ("lru_cache", "cache", "cached_property"):
            keeps = True
        elif name not in HARMLESS:
            text = ast.unparse(decorator)
            refuse(decorator, f"the decorator @{text} changes the function; write what it does in the function")
    function.decorator_list = []
    return keeps


def tidy_inner(function: ast.FunctionDef, taken: set[str], names: Names, notes: Notes) -> None:
    """Drops inner functions that nobody calls, and gives those with a name used before a new one; in place."""
    inner = [part for part in own(function) if isinstance(part, ast.FunctionDef)]
    seen: set[str] = set()
    for part in inner:
        if part.name in seen:
            refuse(part, f"there are two functions {part.name} inside {function.name}; give them two names")
        seen.add(part.name)
    inside = {part.name: {n.id for n in ast.walk(part) if isinstance(n, ast.Name)} for part in inner}
    live = {n.id for n in own(function) if isinstance(n, ast.Name)} & inside.keys()
    while more := {name for caller in live for name in inside[caller] & inside.keys()} - live:
        live |= more
    for part in inner:
        if part.name not in live:
            _Drop(part).visit(function)
            notes.add(part, f"{part.name} is called nowhere and left out")
            continue
        if part.name in taken:
            rename(function, {part.name: names.fresh(f"{part.name}_inner")})
        taken.add(part.name)
        tidy_inner(part, taken, names, notes)


class _Drop(ast.NodeTransformer):
    def __init__(self, function: ast.FunctionDef) -> None:
        self.function = function

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        if node is self.function:
            return ast.copy_location(ast.Pass(), node)
        self.generic_visit(node)
        return node


def changed(function: ast.FunctionDef, name: str) -> bool:
    """Whether the function changes the container that this argument brings."""
    for node in ast.walk(function):
        holder: ast.expr | None = None
        if isinstance(node, ast.Subscript):
            holder = None if isinstance(node.ctx, ast.Load) else node.value
        elif isinstance(node, ast.Attribute) and node.attr in core.CHANGING_METHODS:
            holder = node.value
        elif isinstance(node, ast.AugAssign):
            holder = node.target
        if isinstance(holder, ast.Name) and holder.id == name:
            return True
    return False
