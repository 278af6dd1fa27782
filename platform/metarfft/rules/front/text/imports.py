"""Imports: their names are written in one way (``math.gcd``, ``Counter``), and the import lines go."""

from __future__ import annotations

import ast
import bisect
import builtins
import collections
import copy
import functools
import heapq
import itertools
import math
import operator
import string
import sys
import typing
from types import ModuleType

from metarfft.rules import instead
from metarfft.rules.errors import refuse
from metarfft.rules.front.names import Names
from metarfft.rules.front.text.scopes import Scoped, bound, rename

KNOWN: dict[str, ModuleType] = {
    module.__name__: module
    for module in (math, collections, itertools, functools, heapq, bisect, operator, string, typing, copy)
}
# core writes them without a module
CONTAINERS = frozenset({"Counter", "defaultdict", "deque", "OrderedDict", "deepcopy"})
MODULES = frozenset(
    {"math", "itertools", "heapq", "bisect", "functools", "operator", "copy"}
)  # core has them, or they go later
GIVEN = ("collections", "heapq", "bisect", "itertools", "functools", "math")  # what LeetCode provides without an import
HIDING = MODULES - {"copy"} | CONTAINERS  # a variable of such a name gets another
NUMBERS = {"sys.maxsize": sys.maxsize, "string.maxint": sys.maxsize}
INSTEAD = {
    "numpy": "numpy is not available; write the steps with lists and loops",
    "pandas": "pandas is not available; write the steps with lists and dictionaries",
    "re": "regular expressions are not available; use text methods such as find, split, replace and isdigit",
    "random": "a rule may not use random numbers; make the numbers an argument",
    "secrets": "a rule may not use random numbers; make the numbers an argument",
    "time": "a rule may not look at the clock; make the time an argument",
    "datetime": "dates are not available; give year, month and day as numbers",
    "os": "a rule may not use files or the system; make their content an argument",
    "sys": "a rule may not use the system; make what it needs an argument",
    "pathlib": "a rule may not use files; make their content an argument",
    "io": "a rule may not use files; make their content an argument",
    "subprocess": "a rule may not start programs",
    "json": "json is not available; give lists and dictionaries as arguments",
    "decimal": "Decimal is not available; use whole numbers (cents) or floats",
    "fractions": "Fraction is not available; keep numerator and denominator in two variables",
    "statistics": "statistics is not available; write the mean or median with sum, len and sorted",
    "enum": "Enum is not available; use texts or numbers",
    "dataclasses": "dataclasses are not available; use a dictionary or a tuple",
    "queue": "queue is not available; use collections.deque, or a list with heapq",
    "sortedcontainers": "sortedcontainers is not available; use a list with bisect.insort",
}
OTHERS = frozenset("torch scipy sklearn matplotlib tensorflow requests networkx sympy pytest tqdm attr numba".split())
LITERALS = {f"string.{name}": getattr(string, name) for name in dir(string) if isinstance(getattr(string, name), str)}
LITERALS = {name: text for name, text in LITERALS.items() if "__" not in name}


class _Collect(ast.NodeTransformer):
    """Takes the import lines out and keeps what their names stand for."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    def visit_Import(self, node: ast.Import) -> ast.stmt:
        for part in node.names:
            first = part.name.split(".")[0]
            self.bind(node, part.asname or first, part.name if part.asname else first)
        return ast.copy_location(ast.Pass(), node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.stmt:
        module = "." * node.level + (node.module or "")
        for part in node.names:
            if part.name != "*":
                self.bind(node, part.asname or part.name, f"{module.rstrip('.')}.{part.name}")
            elif module in KNOWN:
                for name in exported(module):
                    self.bind(node, name, f"{module}.{name}")
        return ast.copy_location(ast.Pass(), node)

    def bind(self, node: ast.AST, name: str, full: str) -> None:
        if self.names.setdefault(name, full) != full and not full.startswith("typing."):
            if self.names[name].startswith("typing."):
                self.names[name] = full
            else:
                refuse(node, f"{name!r} is imported as {self.names[name]} and as {full}; import it once")


def exported(module: str) -> list[str]:
    """What ``from module import *`` gives."""
    found = KNOWN[module]
    return list(getattr(found, "__all__", None) or [name for name in dir(found) if not name.startswith("_")])


def given() -> dict[str, str]:
    """Names that may be used without an import line, as LeetCode has it; never a builtin's."""
    names = {name: name for name in KNOWN}
    for module in GIVEN:
        for name in exported(module):
            if len(name) > 1 and not hasattr(builtins, name):
                names.setdefault(name, f"{module}.{name}")
    return names


class _Write(Scoped):
    """Writes each imported name in the one way that core knows."""

    def __init__(self, names: dict[str, str]) -> None:
        super().__init__()
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.expr:
        full = self.names.get(node.id)
        if full is None or self.hides(node.id) or not isinstance(node.ctx, ast.Load) or unavailable(full):
            return node
        return write(node, full)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        node.value = self.visit(node.value)
        full = dotted(node)
        if full and not self.hides(full.split(".")[0]) and (full in NUMBERS or full in LITERALS or _shortened(full)):
            return write(node, full)
        return node


def help_for(full: str) -> str:
    """What to write instead of something from a module that a rule cannot have."""
    name, *_, last = [*full.split("."), ""] if "." not in full else full.split(".")
    if name in KNOWN:
        return f"{full} is not available in a rule; {instead.FUNCTIONS.get(full, 'write its steps out')}"
    if not name:
        return f"another file of yours is not here; paste {last} too"
    own = f"; if it is yours, paste {last or 'what you use of it'} too"
    if name in sys.stdlib_module_names or name in OTHERS:
        own = ""
    return INSTEAD.get(name, f"{full} is not available; a rule has math, itertools, heapq, bisect and collections{own}")


def _shortened(full: str) -> bool:
    module, _, name = full.partition(".")
    return full == "copy.deepcopy" or (module == "collections" and name in CONTAINERS)


def write(node: ast.expr, full: str) -> ast.expr:
    """The expression for a full name, at the place of ``node``."""
    new: ast.expr
    if full in NUMBERS or full in LITERALS:
        new = ast.Constant(NUMBERS.get(full, LITERALS.get(full)))
    elif _shortened(full):
        new = ast.Name(full.partition(".")[2], ast.Load())
    else:
        first, *rest = full.split(".")
        new = ast.Name(first, ast.Load())
        for name in rest:
            new = ast.Attribute(ast.copy_location(new, node), name, ast.Load())
    return ast.copy_location(new, node)


def dotted(node: ast.expr) -> str:
    """``a.b.c`` of names only, or an empty text."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (start := dotted(node.value)):
        return f"{start}.{node.attr}"
    return ""


def lower(module: ast.Module, fresh: Names) -> tuple[dict[str, str], dict[str, str]]:
    """Takes the imports out of the module in place.

    Returns:
        What each imported name stands for where a rule cannot have it, and the old name of each variable that was
        renamed: one that is called like a module (``math``) would hide what an import brings.
    """
    collect = _Collect()
    collect.visit(module)
    module.body = [node for node in module.body if not _only_names(node)]
    own = bound(module).union(*(bound(node) for node in module.body if isinstance(node, ast.ClassDef)))
    collect.names = {name: full for name, full in collect.names.items() if name not in bound(module)}
    names = {name: full for name, full in given().items() if name not in own} | collect.names
    if "xrange" not in own:
        names["xrange"] = "range"
    renamed: dict[str, str] = {}
    for function in [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)]:
        mapping = {name: fresh.fresh(f"{name}_value") for name in sorted(bound(function) & HIDING)}
        renamed |= {new: old for old, new in mapping.items()}
        rename(function, mapping)
    _Write(names).visit(module)
    return {name: full for name, full in collect.names.items() if unavailable(full)}, renamed


def unavailable(full: str) -> bool:
    """Whether nothing of this module is in the rule language."""
    return full != "range" and full.split(".")[0] not in KNOWN and full not in NUMBERS


def _only_names(node: ast.stmt) -> bool:
    """Whether this is a try that only chooses between imports or names, for several versions of Python."""
    if not isinstance(node, ast.Try):
        return False
    parts = [*node.body, *node.orelse, *(part for handler in node.handlers for part in handler.body)]
    plain = (ast.Name, ast.Constant)
    return all(
        isinstance(part, ast.Pass) or (isinstance(part, (ast.Expr, ast.Assign)) and isinstance(part.value, plain))
        for part in parts
    )
