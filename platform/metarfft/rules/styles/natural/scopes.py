"""Which variable a name means: that of its own function, or of one around it."""

from __future__ import annotations

import ast

from metarfft.rules import core

Variable = tuple[int, str]  # the number of its function, and its name


class Scopes:
    """The functions of a module and their variables.

    Attributes:
        names: the functions' names; a scope is a place in this list.
        nodes: every node of the functions' bodies, with the scope it is in.
        parameters: the parameters of each function, by its name.
        given: the variables that are given from outside.
    """

    def __init__(self, module: ast.Module) -> None:
        self.functions = core.functions(module)
        self.names = [function.name for function in self.functions]
        self.parameters = {function.name: core.parameters(function) for function in self.functions}
        self.nodes = [(scope, node) for scope, f in enumerate(self.functions) for node in core.own_nodes(f)]
        self._own = [core.assigned(function) for function in self.functions]
        self._around: list[int | None] = [None] * len(self.functions)
        for scope, node in self.nodes:
            if isinstance(node, ast.FunctionDef):
                self._around[self.functions.index(node)] = scope
        entry = module.body[-1] if module.body else None
        self.entry = self.functions.index(entry) if isinstance(entry, ast.FunctionDef) else 0
        called = {n.func.id for _, n in self.nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
        self.is_recursive = bool(self.names) and self.names[self.entry] in called
        self.given = {
            (scope, name)
            for scope, function in enumerate(self.functions)
            if scope == self.entry or function.name not in called
            for name in core.parameters(function)
        }

    def variable(self, name: str, scope: int) -> Variable:
        """The variable that ``name`` means in a function; ``f:x`` is the parameter x of the function f."""
        if ":" in name:
            function, _, name = name.partition(":")
            return (len(self.names) - 1 - self.names[::-1].index(function), name)
        around: int | None = scope
        while around is not None:
            if name in self._own[around]:
                return (around, name)
            around = self._around[around]
        return (-1, name)

    def at(self, line: int) -> int:
        """The function that a line is in."""
        inside = [k for k, f in enumerate(self.functions) if f.lineno <= line <= (f.end_lineno or f.lineno)]
        return max(inside, key=lambda k: self.functions[k].lineno, default=self.entry)
