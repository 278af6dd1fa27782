"""Variables with the name of a builtin: renamed, so that the builtin can be used where a construct is lowered to it."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable

from metarfft.rules.front.expressions.build import call, load, settle
from metarfft.rules.front.names import Names, Notes
from metarfft.rules.front.text.scopes import Substitute, bound, rename

CORE = frozenset(
    """abs bool chr dict divmod enumerate float int len list max min ord range round set frozenset sorted str sum tuple
    zip reversed pow bin hex oct format repr any all isinstance map filter iter next type print
    math heapq bisect itertools functools operator Counter defaultdict deque OrderedDict deepcopy""".split()
) | {name for name in dir(builtins) if name.endswith(("Error", "Exception", "Iteration", "Exit"))}
TAKEN = CORE | frozenset(dir(builtins))  # no new name is one of these
READABLE = {
    "sum": "total", "list": "items", "max": "largest", "min": "smallest", "str": "text", "len": "length",
    "dict": "table", "set": "group", "int": "number", "float": "number", "type": "kind", "next": "following",
    "map": "mapping", "pow": "power", "range": "span", "abs": "size", "bin": "bits", "chr": "letter", "ord": "code",
    "sorted": "ordered", "reversed": "backward", "zip": "pairs", "tuple": "pair", "filter": "chosen",
    "all": "everything", "any": "found", "bool": "flag", "format": "layout", "hex": "digits", "oct": "digits",
    "round": "rounded", "iter": "cursor", "Counter": "counts", "deque": "queue",
}  # fmt: skip


def lower(functions: Iterable[ast.FunctionDef], entry: ast.FunctionDef, names: Names, notes: Notes) -> dict[str, str]:
    """Renames in place; returns the new names of the entry's arguments and of the entry, for ``restore``."""
    functions = list(functions)
    kept: dict[str, str] = {}
    top: dict[str, str] = {}
    for function in functions:
        if function.name in CORE:
            top[function.name] = names.fresh(f"{READABLE.get(function.name, function.name)}_of")
            if function is entry:
                kept[top[function.name]] = function.name
    if top:
        for function in functions:
            Substitute(top).visit(function)
    arguments = {argument.arg for argument in entry.args.args}
    for function in functions:
        for part in [node for node in ast.walk(function) if isinstance(node, ast.FunctionDef)]:
            mapping = {}
            for name in sorted(name for name in bound(part) if name.startswith("__") and name not in arguments):
                mapping[name] = names.fresh(name.strip("_") or "unused")
            for name in sorted(bound(part) & CORE):
                mapping[name] = names.fresh(READABLE.get(name, f"{name}_value"), f"{name}_value")
                if part is entry and name in arguments:
                    kept[mapping[name]] = name
                else:
                    notes.add(part, f"the variable {name} is called {mapping[name]} ({name} is a builtin)")
            if mapping:
                rename(part, mapping)
    return kept


def restore(module: ast.Module, kept: dict[str, str], names: Names) -> str:
    """Gives the entry and its arguments their own names back; returns the entry's name.

    Where the entry uses the builtin that an argument hides, its steps go to a function with other names.
    """
    entry = module.body[-1]
    assert isinstance(entry, ast.FunctionDef)
    arguments = {argument.arg for argument in entry.args.args}
    used = {
        old for new, old in kept.items()
        if any(isinstance(n, ast.Name) and n.id == old for n in ast.walk(entry if new in arguments else module))
    }  # fmt: skip
    clash = any(new in arguments and old in used for new, old in kept.items())
    for new, old in kept.items():
        if new not in arguments and old not in used:
            Substitute({new: old}).visit(module)
        elif new in arguments and not clash:
            rename(entry, {new: old})
    if clash:
        module.body.append(_front(module, entry, kept, names))
    last = module.body[-1]
    assert isinstance(last, ast.FunctionDef)
    return last.name


def _front(module: ast.Module, entry: ast.FunctionDef, kept: dict[str, str], names: Names) -> ast.FunctionDef:
    name, inner = entry.name, names.fresh(f"{entry.name}_steps")
    Substitute({name: inner}).visit(module)
    given = [kept.get(argument.arg, argument.arg) for argument in entry.args.args]
    parameters = ast.arguments(
        posonlyargs=[],
        args=[ast.arg(one) for one in given],
        kwonlyargs=[],
        kw_defaults=[],
        defaults=entry.args.defaults,
    )
    entry.args.defaults = []
    back = ast.Return(call(inner, *(load(one) for one in given)))
    front = ast.FunctionDef(name=name, args=parameters, body=[back], decorator_list=[])
    settle(front, entry)
    return front
