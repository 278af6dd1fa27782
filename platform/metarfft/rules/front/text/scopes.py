"""Python's scopes over a syntax tree: which names a function binds, which it takes from outside, renaming by scope."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping

Function = ast.FunctionDef | ast.Lambda
Replacement = str | Callable[[ast.Name], ast.expr]
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def arguments(function: Function) -> list[ast.arg]:
    """All parameters, in the order of their text."""
    given = function.args
    starred = [argument for argument in (given.vararg, given.kwarg) if argument]
    return [*given.posonlyargs, *given.args, *given.kwonlyargs, *starred]


def body_of(node: ast.AST) -> list[ast.stmt]:
    """The statements of a function or module; of a lambda the return that it stands for."""
    if isinstance(node, ast.Lambda):
        return [ast.copy_location(ast.Return(value=node.body), node.body)]
    body = getattr(node, "body", [])
    return body if isinstance(body, list) else []


def own(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope in the order of the text; inner functions and classes come without what is inside them."""
    waiting: list[ast.AST] = list(reversed(body_of(node)))
    while waiting:
        part = waiting.pop()
        yield part
        if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            children = [*getattr(part, "decorator_list", []), *part.args.defaults]
            waiting += reversed([*children, *(default for default in part.args.kw_defaults if default)])
        elif not isinstance(part, ast.ClassDef):
            waiting += reversed(list(ast.iter_child_nodes(part)))


def target_names(target: ast.AST) -> list[str]:
    """The names that a target assigns, from left to right."""
    if isinstance(target, ast.Name):
        return [] if isinstance(target.ctx, ast.Load) else [target.id]
    return [name for child in ast.iter_child_nodes(target) for name in target_names(child)]


def bound(node: ast.AST) -> set[str]:
    """The names that belong to this function's (or module's) own scope."""
    names = {argument.arg for argument in arguments(node)} if isinstance(node, Function) else set()
    outer: set[str] = set()
    hidden: set[int] = set()  # targets of comprehensions belong to the comprehensions
    for part in own(node):
        if isinstance(part, COMPREHENSIONS):
            hidden.update(id(name) for generator in part.generators for name in ast.walk(generator.target))
        if isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Load) and id(part) not in hidden:
            names.add(part.id)
        elif isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(part.name)
        elif isinstance(part, ast.alias):
            names.add((part.asname or part.name).split(".")[0])
        elif isinstance(part, (ast.Global, ast.Nonlocal)):
            outer.update(part.names)
        elif isinstance(part, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and part.name:
            names.add(part.name)
    return names - outer


class Scoped(ast.NodeTransformer):
    """Visits a tree and knows for each name which scope binds it; a subclass changes what it likes."""

    def __init__(self) -> None:
        self.scopes: list[set[str]] = []

    def hides(self, name: str) -> bool:
        """Whether a scope that was entered binds the name itself."""
        return any(name in scope for scope in self.scopes)

    def enter(self, node: ast.AST) -> None:
        """Called with a function before what is inside it is visited."""

    def leave(self, node: ast.AST) -> None:
        """Called with a function when all of it was visited."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST | list[ast.stmt] | None:
        node.decorator_list = [self.visit(part) for part in node.decorator_list]
        self._function(node)
        node.body = self.statements(node.body)
        self.leave(node)
        self.scopes.pop()
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        self._function(node)
        node.body = self.visit(node.body)
        self.leave(node)
        self.scopes.pop()
        return node

    def _function(self, node: Function) -> None:
        node.args.defaults = [self.visit(part) for part in node.args.defaults]
        node.args.kw_defaults = [part and self.visit(part) for part in node.args.kw_defaults]
        self.scopes.append(bound(node))
        self.enter(node)

    def statements(self, body: list[ast.stmt]) -> list[ast.stmt]:
        """The statements after the visit; one may have become several, or none."""
        new: list[ast.stmt] = []
        for statement in body:
            result = self.visit(statement)
            new += result if isinstance(result, list) else [result] if result is not None else []
        return new

    def _comprehension(self, node: ast.AST) -> ast.AST:
        assert isinstance(node, COMPREHENSIONS)
        first = node.generators[0]
        first.iter = self.visit(first.iter)  # Python evaluates this one outside the comprehension
        self.scopes.append({name for part in node.generators for name in target_names(part.target)})
        for part in node.generators:
            part.target = self.visit(part.target)
            if part is not first:
                part.iter = self.visit(part.iter)
            part.ifs = [self.visit(test) for test in part.ifs]
        if isinstance(node, ast.DictComp):
            node.key, node.value = self.visit(node.key), self.visit(node.value)
        else:
            node.elt = self.visit(node.elt)
        self.scopes.pop()
        return node

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension


class Substitute(Scoped):
    """Puts names or expressions in the place of names, where no inner scope has a name of its own."""

    def __init__(self, mapping: Mapping[str, Replacement]) -> None:
        super().__init__()
        self.mapping = mapping

    def new_name(self, name: str) -> str:
        new = self.mapping.get(name)
        return new if isinstance(new, str) and not self.hides(name) else name

    def visit_Name(self, node: ast.Name) -> ast.expr:
        new = self.mapping.get(node.id)
        if new is None or self.hides(node.id):
            return node
        if isinstance(new, str):
            node.id = new
            return node
        return ast.copy_location(new(node), node) if isinstance(node.ctx, ast.Load) else node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST | list[ast.stmt] | None:
        node.name = self.new_name(node.name)
        return super().visit_FunctionDef(node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        node.name = node.name and self.new_name(node.name)
        self.generic_visit(node)
        return node

    def visit_Nonlocal(self, node: ast.Nonlocal | ast.Global) -> ast.AST:
        node.names = [self.new_name(name) for name in node.names]
        return node

    visit_Global = visit_Nonlocal


def rename(function: ast.FunctionDef, mapping: Mapping[str, str]) -> None:
    """Renames variables that belong to this function, also where inner functions use them."""
    for argument in arguments(function):
        argument.arg = mapping.get(argument.arg, argument.arg)
    function.body = Substitute(mapping).statements(function.body)


class _Free(Scoped):
    def __init__(self) -> None:
        super().__init__()
        self.names: dict[str, ast.AST] = {}

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if not self.hides(node.id):
            self.names.setdefault(node.id, node)
        return node

    def visit_Global(self, node: ast.Global) -> ast.AST:
        for name in node.names:
            self.names.setdefault(name, node)
        return node


def free(node: ast.AST) -> dict[str, ast.AST]:
    """The names that a function or statement takes from outside, each with its first place."""
    finder = _Free()
    finder.visit(node)
    return finder.names


def everything(node: ast.AST) -> set[str]:
    """Each name that occurs anywhere in the tree, whatever it names."""
    names: set[str] = set()
    for part in ast.walk(node):
        for field in ("id", "arg", "name", "attr", "asname"):
            value = getattr(part, field, None)
            if isinstance(value, str):
                names.add(value)
        if isinstance(part, (ast.Global, ast.Nonlocal)):
            names.update(part.names)
    return names
