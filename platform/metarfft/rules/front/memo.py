"""Functions that keep their results (``lru_cache``): a table, written out where the function calls itself."""

from __future__ import annotations

import ast

from metarfft.rules.front import functions
from metarfft.rules.front.build import Block, assign, assign_item, compare, item, load, settle, when
from metarfft.rules.front.flow import ends
from metarfft.rules.front.names import Names, Notes
from metarfft.rules.front.scopes import Scoped, own
from metarfft.rules.front.shared import Shared


def keep_results(module: ast.Module, shared: Shared, names: Names, notes: Notes) -> None:
    """Takes the decorators away; a cached function that calls itself gets a table of its results, in place."""
    for function in list(shared.functions.values()):
        table = _table(function, list(shared.functions.values()), names, notes)
        if table is not None:
            module.body.insert(module.body.index(function), table)
        _inner(function, names, notes)
        _Clears().visit(function)


class _Clears(ast.NodeTransformer):
    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        called = node.value.func if isinstance(node.value, ast.Call) else None
        if isinstance(called, ast.Attribute) and called.attr in ("cache_clear", "cache_info"):
            return ast.copy_location(ast.Pass(), node)
        return node


def _inner(function: ast.FunctionDef, names: Names, notes: Notes) -> None:
    for part in [node for node in ast.walk(function) if isinstance(node, ast.FunctionDef)]:
        for index, node in reversed(list(enumerate(part.body))):
            if isinstance(node, ast.FunctionDef):
                siblings = [other for other in own(part) if isinstance(other, ast.FunctionDef)]
                table = _table(node, siblings, names, notes)
                if table is not None:
                    part.body.insert(index, table)


def _table(function: ast.FunctionDef, siblings: list[ast.FunctionDef], names: Names, notes: Notes) -> ast.stmt | None:
    line = function.decorator_list[0] if function.decorator_list else function
    if not functions.cached(function):
        return None
    arguments = [argument.arg for argument in function.args.args]
    nodes = [node for other in siblings for node in ast.walk(other)]
    again = any(isinstance(node, ast.Name) and node.id == function.name for node in nodes)
    if not again or not arguments:
        notes.add(line, f"the cache of {function.name} is left out; it changes no answer")
        return None
    table = names.fresh("memo", f"{function.name}_memo")
    notes.add(line, f"the cache of {function.name} is written out as a table, {table}")
    _write(function, arguments, table, names)
    made = assign(table, ast.Dict([], []))
    settle(made, line)
    return made


def _write(function: ast.FunctionDef, arguments: list[str], table: str, names: Names) -> None:
    rebound = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    key: ast.expr = load(arguments[0])
    if len(arguments) > 1:
        key = ast.Tuple([load(name) for name in arguments], ast.Load())
    begin: Block = []
    if rebound & set(arguments):
        name = names.fresh("key", "asked")
        begin.append(assign(name, key))
        key = load(name)
    begin.append(when(compare(key, ast.In(), load(table)), [ast.Return(item(load(table), key))]))
    if not ends(function.body):
        back = ast.Return(ast.Constant(None))
        settle(back, function.body[-1])
        function.body.append(back)
    acts = any(isinstance(node, (ast.Nonlocal, ast.Global, ast.Expr)) for node in own(function))
    _Returns(table, key, set() if acts else set(arguments), acts).run(function)
    for statement in begin:
        settle(statement, function)
    function.body = [*begin, *function.body]


class _Returns(Scoped):
    """Puts each result into the table; a constant or an argument needs no place there unless the function acts."""

    def __init__(self, table: str, key: ast.expr, plain: set[str], acts: bool) -> None:
        super().__init__()
        self.table, self.key, self.plain, self.acts = table, key, plain, acts

    def run(self, function: ast.FunctionDef) -> None:
        function.body = self.statements(function.body)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return node

    def visit_Return(self, node: ast.Return) -> ast.AST | list[ast.stmt]:
        value = node.value or ast.copy_location(ast.Constant(None), node)
        plain = isinstance(value, ast.Constant) or (isinstance(value, ast.Name) and value.id in self.plain)
        if plain and not self.acts:
            return node
        new: list[ast.stmt] = [
            assign_item(load(self.table), self.key, value),
            ast.Return(item(load(self.table), self.key)),
        ]
        for statement in new:
            settle(statement, node)
        return new
