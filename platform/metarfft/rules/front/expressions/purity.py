"""Whether an expression, or a function of the user, changes what is there already."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from metarfft.rules import core
from metarfft.rules.front.expressions.variables import names_in

if TYPE_CHECKING:
    from metarfft.rules.front.expressions.lowering import Lowering

NEW = (ast.List, ast.Dict, ast.Set, ast.Tuple, ast.Constant, ast.ListComp, ast.DictComp, ast.SetComp, ast.BinOp,
       ast.Compare, ast.JoinedStr)  # fmt: skip
MAKERS = frozenset("list dict set sorted str int float len sum abs range Counter defaultdict deque OrderedDict".split())


def is_quiet(low: Lowering, node: ast.AST) -> bool:
    """Whether the evaluation of ``node`` changes nothing, so that only its place among errors may tell its order."""
    return _quiet(low, node, frozenset(), set())


def _quiet(low: Lowering, node: ast.AST, fresh: frozenset[str], open_: set[str]) -> bool:
    for part in ast.walk(node):
        if isinstance(part, ast.NamedExpr):
            return False
        if isinstance(part, ast.Call):
            if core.changes(part) and not _on(_changed(part), fresh):
                return False
            if isinstance(part.func, ast.Name):
                own = low.own(part.func.id)
                if own is not None and not _quiet_function(low, own, open_):
                    return False
        elif isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
            own = low.own(part.id)
            if own is not None and not _quiet_function(low, own, open_):
                return False
    return True


def _changed(call: ast.Call) -> ast.expr | None:
    if core.dotted(call.func) is not None:
        return call.args[0] if call.args else None
    return call.func.value if isinstance(call.func, ast.Attribute) else None


def _on(receiver: ast.expr | None, fresh: frozenset[str]) -> bool:
    return isinstance(receiver, ast.Name) and receiver.id in fresh


def _quiet_function(low: Lowering, function: ast.FunctionDef, open_: set[str]) -> bool:
    known = low.quiet_functions.get(function.name)
    if known is not None:
        return known
    if function.name in open_:
        return True
    result = _quiet_body(low, function, open_ | {function.name})
    if not open_:
        low.quiet_functions[function.name] = result
    return result


def _quiet_body(low: Lowering, function: ast.FunctionDef, open_: set[str]) -> bool:
    nodes = [node for statement in function.body for node in ast.walk(statement)]
    if any(isinstance(node, (ast.Nonlocal, ast.FunctionDef, ast.Global)) for node in nodes):
        return False
    fresh = _fresh(function, nodes)
    for node in nodes:
        if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load) and not _on(node.value, fresh):
            return False
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            number = isinstance(node.value, ast.Constant)
            if node.target.id not in fresh and not number:
                return False
    return all(_quiet(low, statement, fresh, open_) for statement in function.body)


def _fresh(function: ast.FunctionDef, nodes: list[ast.AST]) -> frozenset[str]:
    """The variables that only ever hold what the function itself made."""
    names = names_in(function) - {argument.arg for argument in function.args.args}
    made: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name) and _makes(node.value):
                    made.add(target.id)
                else:
                    names -= {part.id for part in ast.walk(target) if isinstance(part, ast.Name)} - _bases(target)
        elif isinstance(node, ast.For):
            names -= {part.id for part in ast.walk(node.target) if isinstance(part, ast.Name)}
    return frozenset(names & made)


def _bases(target: ast.expr) -> set[str]:
    """Names that a target reads, not binds."""
    return {part.id for part in ast.walk(target) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)}


def _makes(value: ast.expr) -> bool:
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Name) and value.func.id in MAKERS
    return isinstance(value, NEW)
