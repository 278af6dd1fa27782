"""Which names a function binds, reads and shares, and what a run of statements may change."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def bound_in(target: ast.expr) -> list[str]:
    """The names that a target binds, in order."""
    return [node.id for node in ast.walk(target) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)]


def free_in(function: ast.FunctionDef) -> set[str]:
    """The names of a function that are not its own variables."""
    scope = Scope(function)
    return (scope.used | scope.shared) - (scope.bound - scope.borrowed) | scope.borrowed


def lambda_names(node: ast.Lambda) -> set[str]:
    """The variables of a lambda: its arguments, and what := binds in it."""
    names = {argument.arg for argument in ast.walk(node.args) if isinstance(argument, ast.arg)}
    return names | {part.target.id for part in ast.walk(node.body) if isinstance(part, ast.NamedExpr)}


class Scope:
    """The variables of one function: its own, those it reads, and those that inner functions touch.

    ``bound`` and ``used`` leave out what only a comprehension or lambda binds.
    """

    def __init__(self, function: ast.FunctionDef, outer: Scope | None = None) -> None:
        self.function = function
        self.outer = outer
        self.bound = {argument.arg for argument in ast.walk(function.args) if isinstance(argument, ast.arg)}
        self.used: set[str] = set()
        self.shared: set[str] = set()  # names that inner functions mention
        self.rebound: set[str] = set(outer.rebound) if outer else set()  # names that inner functions bind anew
        self.functions: dict[str, ast.FunctionDef] = {}
        self.borrowed: set[str] = set()  # names of an outer function that this one binds
        for statement in function.body:
            self._visit(statement, frozenset())
        self.shared |= self.borrowed
        self.rebound |= self.borrowed

        self.loop_only = _loop_only(function) - self.shared - {a.arg for a in function.args.args}

    def reads(self, name: str) -> list[ast.Name]:
        return [n for n in ast.walk(self.function) if isinstance(n, ast.Name) and n.id == name and _read(n)]

    def bindings(self, name: str) -> int:
        """How many places of this function bind ``name``."""
        given = sum(argument.arg == name for argument in ast.walk(self.function.args) if isinstance(argument, ast.arg))
        nodes = (node for node in ast.walk(self.function) if isinstance(node, ast.Name) and node.id == name)
        return given + sum(not _read(node) for node in nodes)

    def constant(self, name: str) -> ast.expr | None:
        """What the only binding of ``name`` assigns, where that is the same whenever it is read."""
        if self.bindings(name) != 1 or name in self.rebound:
            return None
        for node in self.function.body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name:
                return node.value
        return None

    def looped(self, name: str) -> bool:
        """Whether a read of ``name`` may be repeated without a new assignment."""
        return _looped(self.function.body, name)

    def _visit(self, node: ast.AST, hidden: frozenset[str]) -> None:
        if isinstance(node, ast.FunctionDef):
            self.bound.add(node.name)
            self.functions[node.name] = node
            self.shared |= free_in(node)
            for child in ast.walk(node):
                if isinstance(child, ast.Nonlocal):
                    self.rebound.update(child.names)
        elif isinstance(node, ast.ExceptHandler):
            self.bound.update([node.name] if node.name else [])
            for statement in node.body:
                self._visit(statement, hidden)
        elif isinstance(node, ast.Nonlocal):
            self.bound.update(node.names)
            self.borrowed.update(node.names)
        elif isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load):
                if node.id not in hidden:
                    self.used.add(node.id)
            else:
                self.bound.add(node.id)
        elif isinstance(node, ast.NamedExpr):
            if node.target.id not in hidden:  # one in a lambda is the lambda's own
                self.bound.add(node.target.id)
            self._visit(node.value, hidden)
        elif isinstance(node, ast.Lambda):
            for default in [*node.args.defaults, *(d for d in node.args.kw_defaults if d)]:
                self._visit(default, hidden)
            self._visit(node.body, hidden | lambda_names(node))
        elif isinstance(node, COMPREHENSIONS):
            for generator in node.generators:
                self._visit(generator.iter, hidden)
                hidden = hidden | frozenset(bound_in(generator.target))
                for test in generator.ifs:
                    self._visit(test, hidden)
            parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
            for part in parts:
                self._visit(part, hidden)
        else:
            for child in ast.iter_child_nodes(node):
                self._visit(child, hidden)

    def function_named(self, name: str, top: dict[str, ast.FunctionDef]) -> ast.FunctionDef | None:
        """The user's function that ``name`` stands for here; None for a variable, a builtin and all else."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.functions:
                return scope.functions[name]
            if name in scope.bound and name not in scope.borrowed:
                return None
            scope = scope.outer
        return top.get(name)

    def is_variable(self, name: str) -> bool:
        """Whether ``name`` is bound as a variable here or in an outer function."""
        return name in self.bound or (self.outer is not None and self.outer.is_variable(name))


def blocks(statement: ast.stmt) -> list[list[ast.stmt]]:
    """The blocks of a statement, in the order of the text."""
    handlers = [handler.body for handler in getattr(statement, "handlers", [])]
    return [getattr(statement, "body", []), *handlers, getattr(statement, "orelse", [])]


def _read(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Load)


def _looped(block: list[ast.stmt], name: str) -> bool:
    """Whether a loop that does not assign ``name`` reads it in what it repeats."""
    for statement in block:
        if isinstance(statement, (ast.For, ast.While)):
            repeated: list[ast.AST] = [*statement.body]
            if isinstance(statement, ast.While):
                repeated.append(statement.test)
            inside = [n for part in repeated for n in ast.walk(part) if isinstance(n, ast.Name) and n.id == name]
            if any(_read(n) for n in inside) and all(_read(n) for n in inside):
                return True
        elif isinstance(statement, ast.FunctionDef) and mentions(statement, name):
            return True
        for part in blocks(statement):
            if not isinstance(statement, ast.FunctionDef) and _looped(part, name):
                return True
        for node in ast.walk(statement):
            if isinstance(node, COMPREHENSIONS):
                first = node.generators[0].iter
                if mentions(node, name) and not mentions(first, name):
                    return True
    return False


def _loop_only(function: ast.FunctionDef) -> set[str]:
    """The variables that only ``for`` binds and that are read only in the body of such a loop."""
    loops: set[str] = set()
    others: set[str] = set()

    def visit(node: ast.AST, within: frozenset[str]) -> None:
        if isinstance(node, ast.For):
            names = frozenset(bound_in(node.target))
            loops.update(names)
            visit(node.iter, within)
            for statement in node.body:
                visit(statement, within | names)
        elif isinstance(node, ast.FunctionDef):
            others.update(names_in(node))
        elif isinstance(node, COMPREHENSIONS):
            own = frozenset(name for generator in node.generators for name in bound_in(generator.target))
            for child in ast.walk(node):
                if isinstance(child, ast.Name) and child.id not in own | within:
                    others.add(child.id)
        elif isinstance(node, ast.Lambda):
            visit(node.body, within | lambda_names(node))
            for default in node.args.defaults:
                visit(default, within)
        elif isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Load) or node.id not in within:
                others.add(node.id)
        else:
            for child in ast.iter_child_nodes(node):
                visit(child, within)

    for statement in function.body:
        visit(statement, frozenset())
    return loops - others


def names_in(node: ast.AST) -> set[str]:
    """All names that occur in ``node``, bound or read."""
    names = set()
    for child in ast.walk(node):
        if isinstance(child, ast.Name):
            names.add(child.id)
        elif isinstance(child, ast.arg):
            names.add(child.arg)
        elif isinstance(child, ast.FunctionDef):
            names.add(child.name)
        elif isinstance(child, ast.Nonlocal):
            names.update(child.names)
        elif isinstance(child, ast.ExceptHandler) and child.name:
            names.add(child.name)
    return names


def statements_in(block: Iterable[ast.stmt]) -> Iterator[ast.AST]:
    for statement in block:
        yield from ast.walk(statement)


def assigned_in(block: Iterable[ast.stmt]) -> set[str]:
    """The names that the statements of ``block`` bind (those of inner functions too)."""
    names = set()
    for node in statements_in(block):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, ast.FunctionDef):
            names.add(node.name)
    return names


def mentions(node: ast.AST, name: str) -> bool:
    return any(isinstance(child, ast.Name) and child.id == name for child in ast.walk(node))


def breaks(block: Iterable[ast.stmt], kinds: tuple[type[ast.stmt], ...] = (ast.Break,)) -> bool:
    """Whether the block leaves the loop that it is the body of."""
    for statement in block:
        if isinstance(statement, kinds):
            return True
        if isinstance(statement, (ast.If, ast.Try)) and any(breaks(part, kinds) for part in blocks(statement)):
            return True
    return False
