"""Functions that share variables become inner functions of the entry, which holds the variables."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from metarfft.rules.errors import refuse
from metarfft.rules.front.expressions.build import call, load
from metarfft.rules.front.names import Names, Notes
from metarfft.rules.front.text import entry as choice
from metarfft.rules.front.text.scopes import Substitute, bound, free, rename


def nest(
    functions: Mapping[str, ast.FunctionDef],
    entry: ast.FunctionDef,
    statements: list[ast.stmt],
    state: set[str],
    names: Names,
    notes: Notes,
) -> list[ast.FunctionDef]:
    """The functions, the entry last; those that use ``state``, or call one that does, stand inside the entry.

    Args:
        statements: make the variables; the entry begins with them.
    """
    graph = choice.calls(functions)
    recursive = any(entry.name in choice.reachable(graph, name) for name in graph[entry.name])
    inside = {name for name, function in functions.items() if free(function).keys() & state}
    for name in functions:
        if choice.reachable(graph, name) & inside or (recursive and entry.name in choice.reachable(graph, name)):
            inside.add(name)
    inside.discard(entry.name)
    moved = [function for name, function in functions.items() if name in inside]
    outer = entry
    if recursive:
        outer = _wrapper(entry, names)
        Substitute({outer.name: entry.name}).visit(ast.Module(body=list(functions.values()), type_ignores=[]))
        moved.append(entry)
    else:
        _make_way(entry, moved, state, names)
        make_room(entry, statements, names)
    for function in moved:
        _declare(function, state)
    _Globals(state, inner=False).visit(outer)
    made = bound(outer) | bound(ast.Module(body=statements, type_ignores=[]))
    missing: list[ast.stmt] = []
    for name in sorted(state - made):
        target = ast.Name(name, ast.Store())
        missing.append(ast.copy_location(ast.Assign(targets=[target], value=ast.Constant(None)), outer.body[0]))
    outer.body = [*missing, *statements, *moved, *outer.body]
    listed = ", ".join(sorted(state))
    them = "it" if len(state) == 1 else "them"
    notes.add(outer, f"{listed} and the functions that use {them} are inside {outer.name}")
    ast.fix_missing_locations(outer)
    return [*(function for name, function in functions.items() if name not in inside and function is not entry), outer]


def _wrapper(entry: ast.FunctionDef, names: Names) -> ast.FunctionDef:
    """A function with the entry's name that calls it; the entry gets another name."""
    given = entry.args
    outer = ast.FunctionDef(
        name=entry.name,
        args=ast.arguments(
            posonlyargs=[],
            args=[ast.copy_location(ast.arg(argument.arg), argument) for argument in given.args],
            kwonlyargs=[],
            kw_defaults=[],
            defaults=given.defaults,
        ),
        body=[],
        decorator_list=[],
    )
    ast.copy_location(outer, entry)
    given.defaults = []
    entry.name = names.fresh("solve", f"{entry.name}_step")
    back = ast.Return(value=call(entry.name, *(load(argument.arg) for argument in given.args)))
    outer.body = [ast.copy_location(back, entry)]
    return outer


def make_room(function: ast.FunctionDef, statements: list[ast.stmt], names: Names) -> None:
    """Renames what the statements assign where the function has a variable of that name."""
    clash = bound(ast.Module(body=statements, type_ignores=[])) & bound(function)
    mapping = {name: names.fresh(f"{name}_of_file") for name in sorted(clash)}
    for statement in statements if mapping else ():
        Substitute(mapping).visit(statement)


def _make_way(entry: ast.FunctionDef, moved: list[ast.FunctionDef], state: set[str], names: Names) -> None:
    """Renames variables of the entry that would get in the way of what comes into it."""
    coming = {name for function in moved for name in (*free(function), function.name)} | state
    declared = {name for node in ast.walk(entry) if isinstance(node, ast.Global) for name in node.names}
    clash = (bound(entry) - declared) & coming
    for argument in entry.args.args:
        if argument.arg in clash:
            refuse(argument, f"the argument {argument.arg!r} has the name of something else in this text; rename that")
    rename(entry, {name: names.fresh(f"own_{name}") for name in sorted(clash)})


def _declare(function: ast.FunctionDef, state: set[str]) -> None:
    """Writes nonlocal for the shared variables that a function assigns."""
    _Globals(state, inner=True).visit(function)


class _Globals(ast.NodeTransformer):
    def __init__(self, state: set[str], inner: bool) -> None:
        self.state, self.inner, self.depth = state, inner, 0

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.depth += 1
        self.generic_visit(node)
        self.depth -= 1
        return node

    def visit_Global(self, node: ast.Global) -> ast.AST:
        if not self.inner and self.depth <= 1:
            return ast.copy_location(ast.Pass(), node)
        return ast.copy_location(ast.Nonlocal(names=node.names), node)
