"""Names and attributes that no rule can have, refused where the user wrote them."""

from __future__ import annotations

import ast
import builtins

from metarfft.rules import core, instead
from metarfft.rules.errors import refuse
from metarfft.rules.front.text.functions import TAKING
from metarfft.rules.front.text.imports import CONTAINERS, INSTEAD, KNOWN, MODULES, dotted, help_for
from metarfft.rules.front.text.scopes import Scoped, bound
from metarfft.rules.front.text.shared import Shared, refuse_classes

EXCEPT = "except ValueError"
RAISE = "raise ValueError('...')"
FORBIDDEN = {
    "input": "a rule asks nobody; make what it reads an argument",
    "print": "print gives nothing back; a rule answers with what it returns",
    "open": "a rule may not use files; make their content an argument",
    "eval": "eval is not possible; write the steps out",
    "exec": "exec is not possible; write the steps out",
    "compile": "compile is not possible; write the steps out",
    "__import__": "a rule cannot import; write the steps out",
    "getattr": "getattr is not possible; use a dictionary",
    "setattr": "setattr is not possible; use a dictionary",
    "delattr": "delattr is not possible; use a dictionary",
    "hasattr": "hasattr is not possible; use a dictionary and in",
    "globals": "globals() is not possible; use a dictionary",
    "locals": "locals() is not possible; use a dictionary",
    "vars": "vars() is not possible; use a dictionary",
    "dir": "dir() is not possible in a rule",
    "id": "id() is another number in each run; compare with is or ==",
    "hash": "hash() is another number in each run; compare the values themselves",
    "exit": "a rule ends with return",
    "quit": "a rule ends with return",
    "breakpoint": "a rule cannot stop in a debugger; leave the line out",
    "help": "help() is not possible in a rule; leave the line out",
    "super": "super() is not possible; a rule has no classes",
    "object": "a rule has no objects; use None, a text or a tuple",
    "property": "a rule has no classes; write functions",
    "bytes": instead.BYTES,
    "bytearray": "bytearray is not possible; use a list of numbers",
    "memoryview": "memoryview is not possible; use a list",
    "complex": instead.COMPLEX,
    "callable": "callable() is not possible; functions are no values in a rule",
    "slice": "slice() is not possible; write a[i:j]",
    "__name__": "__name__ is not possible in a rule",
    "__file__": "a rule may not use files; make their content an argument",
}


class _Unknown(Scoped):
    def __init__(self, known: set[str], imported: dict[str, str]) -> None:
        super().__init__()
        self.known, self.imported = known, imported
        self.bases: set[int] = set()  # names before a dot

    def visit_Name(self, node: ast.Name) -> ast.expr:
        name = node.id
        if self.hides(name) or name in self.known:
            return node
        if name.endswith("()"):
            refuse(node, f"{name} makes another object here; call the methods with self, or write functions")
        if name in self.imported:
            refuse(node, help_for(self.imported[name]))
        if name in KNOWN and name not in MODULES:
            refuse(node, f"{name} is not available in a rule as it is used here; write its steps out")
        if name in FORBIDDEN:
            refuse(node, FORBIDDEN[name])
        if self.is_unknown(name):
            module = instead.ALIASES.get(name, name)
            if id(node) in self.bases and (name in instead.ALIASES or name in INSTEAD):
                refuse(node, help_for(module))
            if name in instead.NAMES:
                refuse(node, f"the name {name!r} is defined nowhere in this text; {instead.NAMES[name]}")
            refuse(node, f"the name {name!r} is defined nowhere in this text; paste its definition too")
        return node

    def is_unknown(self, name: str) -> bool:
        if self.hides(name) or name in self.known or name in self.imported:
            return False
        return not hasattr(builtins, name) and name not in CONTAINERS | MODULES and name not in FORBIDDEN

    def visit_Raise(self, node: ast.Raise) -> ast.stmt:
        error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        if isinstance(error, ast.Name) and self.is_unknown(error.id):
            refuse(error, f"{error.id} is defined nowhere in this text; raise one of Python's errors: {RAISE}")
        self.generic_visit(node)
        return node

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        for kind in node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]:
            if isinstance(kind, ast.Name) and self.is_unknown(kind.id):
                refuse(kind, f"{kind.id} is defined nowhere in this text; catch one of Python's errors: {EXCEPT}")
        self.generic_visit(node)
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if isinstance(node.value, bytes):
            refuse(node, instead.BYTES)
        if isinstance(node.value, complex):
            refuse(node, instead.COMPLEX)
        if node.value is ...:
            refuse(node, "... is not possible as a value; write None, or pass as a line")
        return node

    def visit_BinOp(self, node: ast.BinOp | ast.AugAssign) -> ast.AST:
        if isinstance(node.op, ast.MatMult):
            refuse(node, instead.MATRICES)
        self.generic_visit(node)
        return node

    visit_AugAssign = visit_BinOp

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        call = node.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "print":
            call.args = [self.visit(part) for part in call.args]
        elif not isinstance(call, ast.Constant):
            self.generic_visit(node)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        self.refuse_part(node)
        self.bases.add(id(node.value))
        if node.attr.startswith("__"):
            refuse(node, f".{node.attr} is not possible in a rule")
        self.generic_visit(node)
        return node

    def refuse_part(self, node: ast.Attribute) -> None:
        """Refuses what a module has and a rule has not."""
        full = dotted(node)
        start = full.split(".")[0]
        if full and not self.hides(start) and start not in self.known and start in KNOWN.keys() - MODULES:
            refuse(node, help_for(full))

    def visit_Call(self, node: ast.Call) -> ast.expr:
        method = node.func
        if isinstance(method, ast.Attribute):
            self.refuse_part(method)
            self.bases.add(id(method.value))
        if isinstance(method, ast.Attribute) and not method.attr.startswith("__"):
            if ast.unparse(method) == "sys.setrecursionlimit" or method.attr in ("cache_clear", "cache_info"):
                return node
            node.func.value = self.visit(method.value)  # type: ignore[attr-defined]
        else:
            node.func = self.visit(method)
        node.args = [self.visit(part) for part in node.args]
        for keyword in node.keywords:
            keyword.value = self.visit(keyword.value)
        return node


class _Attributes(ast.NodeVisitor):
    """Refuses attributes of objects; methods are called, parts of modules are known."""

    def __init__(self) -> None:
        self.errors: set[str] = set()

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        self.errors |= {node.name} if node.name else set()
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Attribute):
            self.visit(node.func.value)
        else:
            self.visit(node.func)
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        for part in [*node.args, *(keyword.value for keyword in node.keywords)]:
            self.visit(part.value if isinstance(part, ast.Attribute) and name in TAKING else part)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        base = node.value
        if isinstance(base, ast.Name) and base.id in MODULES | {"str", "int", "float", "list", "dict", "set", "tuple"}:
            return
        if node.attr == "default_factory" or node.attr == "maxlen":
            return
        text = ast.unparse(node)
        if isinstance(base, ast.Name) and base.id in self.errors:
            refuse(node, f"{text}: of an error only the text can be read: str({base.id})")
        if node.attr in core.METHODS:
            refuse(node, f"{text} is a method that is not called, which is always true; call it: {text}()")
        help_ = f"{text} is an attribute of an object; a rule works on numbers, texts, lists and dictionaries"
        if node.attr in ("next", "val", "left", "right", "children", "neighbors", "random", "data", "value"):
            help_ += " (a linked list as a list, a tree as nested lists)"
        if node.attr in instead.ATTRIBUTES:
            help_ += f"; {instead.ATTRIBUTES[node.attr]}"
        refuse(node, help_)


def refuse_unknown(module: ast.Module, shared: Shared, imported: dict[str, str]) -> None:
    """Refuses names without a meaning in the functions that the rule needs.

    Raises:
        RuleError: a name is defined nowhere, or stands for something that no rule can have.
    """
    refuse_classes(module, list(shared.functions.values()))
    known = bound(module) | shared.variables
    parts = [*shared.functions.values(), *shared.statements]
    for part in parts:
        _Unknown(known, imported).visit(part)
    for part in parts:
        _Attributes().visit(part)
