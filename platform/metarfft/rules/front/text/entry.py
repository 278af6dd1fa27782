"""Which function of a text is the rule, and which others it needs."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from metarfft.rules.errors import RuleError, refuse
from metarfft.rules.front.names import Notes
from metarfft.rules.front.text.scopes import bound, free

Functions = Mapping[str, ast.FunctionDef]


def calls(functions: Functions) -> dict[str, set[str]]:
    """For each function the others (and maybe itself) that it mentions."""
    return {name: free(function).keys() & functions.keys() for name, function in functions.items()}


def reachable(graph: Mapping[str, set[str]], start: str) -> set[str]:
    """The functions that ``start`` needs, itself included."""
    found, todo = {start}, [start]
    while todo:
        for name in graph[todo.pop()] - found:
            found.add(name)
            todo.append(name)
    return found


def choose(module: ast.Module, entry: str | None, methods: set[str], notes: Notes) -> str:
    """The name of the function that is the rule.

    ``entry`` names it. Without a name it is one that no other function calls, leaving aside ``main``, ``test...`` and
    functions that only print. Of several: one that the text's own example calls (``print(f(3))``), else the first
    method of a class, else the last function of the text.

    Args:
        methods: names of functions that were methods of a class.
    """
    functions = defined(module)
    if not functions:
        for node in module.body:
            if isinstance(node, ast.AsyncFunctionDef):
                refuse(node, "a rule has no async; write def")
            if isinstance(node, ast.ClassDef) and node.bases and any(map(_is_function, node.body)):
                base = ast.unparse(node.bases[0])
                refuse(node, f"{node.name} builds on {base}, which is not here; paste its functions without the class")
            if isinstance(node, ast.ClassDef):
                refuse(node, f"{node.name} is a class of objects; a rule is a function: def name(arguments): ...")
        raise RuleError("no function found; a rule is a function: def name(arguments): ...")
    if entry is not None:
        if entry not in functions:
            raise RuleError(f"there is no function {entry!r}; the text has {', '.join(functions)}")
        return entry
    graph = calls(functions)
    reach = {name: reachable(graph, name) for name in functions}
    callers = {name: {other for other in functions if other != name and name in graph[other]} for name in functions}
    usable = [name for name in functions if not _aside(functions[name])] or list(functions)
    tops = [name for name in usable if all(other in reach[name] or other not in usable for other in callers[name])]
    tops = tops or usable
    examples = mentioned(module)
    asked = [name for name in tops if name in examples]
    pool = asked or tops
    first = next((name for name in pool if name in methods), None)
    chosen = first or pool[-1]
    others = [name for name in tops if name not in reach[chosen]]
    if others:
        notes.add(functions[chosen], f"the rule is {chosen}; the text also has {', '.join(others)}")
    return chosen


def _is_function(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef)


def _aside(function: ast.FunctionDef) -> bool:
    returns = any(isinstance(node, ast.Return) and node.value is not None for node in ast.walk(function))
    prints = any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
        for node in ast.walk(function)
    )
    name, parameters = function.name.lower(), [argument.arg for argument in function.args.args]
    tests = name.startswith(("test", "_test", "__")) or name in ("main", "_main") or parameters == ["candidate"]
    return not returns and (prints or tests)


def defined(module: ast.Module) -> dict[str, ast.FunctionDef]:
    """The functions of the module; of two with one name the later."""
    return {node.name: node for node in module.body if isinstance(node, ast.FunctionDef)}


def is_example(node: ast.stmt) -> bool:
    """``print(f(3))`` and ``assert f(3) == 4``: they change nothing, and say which function is meant."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return isinstance(node.value.func, ast.Name) and node.value.func.id == "print"
    return isinstance(node, ast.Assert)


def mentioned(module: ast.Module) -> set[str]:
    """The names in the examples and tests that stand in the text beside its functions."""
    needed = {name for node in module.body if isinstance(node, ast.FunctionDef) for name in free(node)}
    names: set[str] = set()
    for node in module.body:
        if isinstance(node, (ast.Expr, ast.Assert, ast.Assign, ast.For)):
            made = bound(ast.Module(body=[node], type_ignores=[]))
            if not made & needed:
                names |= free(node).keys()
    return names
