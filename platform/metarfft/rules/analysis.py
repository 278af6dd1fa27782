"""What a rule does with its variables: which ones it walks, takes from an end of, or changes in place."""

from __future__ import annotations

import ast

_GROWING = frozenset("append insert extend add update setdefault pop remove clear discard sort reverse".split())


def pointers(function: ast.FunctionDef) -> dict[str, str]:
    """For each variable used as a sequence from an end: how a step shows it (``_head``, ``_tail`` or ``_ends``)."""
    touched: dict[str, set[str]] = {}

    def touch(node: ast.expr, end: str) -> None:
        if isinstance(node, ast.Name):
            touched.setdefault(node.id, set()).add(end)

    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            first = ast.unparse(node.args[0]) if node.args else None
            if node.func.attr == "pop":
                touch(node.func.value, {None: "_tail", "-1": "_tail", "0": "_head"}.get(first, "_head"))
            elif node.func.attr == "insert":
                touch(node.func.value, "_head" if first == "0" else "_tail")
            elif node.func.attr in ("append", "extend"):
                touch(node.func.value, "_tail")
        elif isinstance(node, ast.Subscript):
            index = ast.unparse(node.slice)
            if index in ("0", "1:", ":1"):
                touch(node.value, "_head")
            elif index in ("-1", ":-1", "-1:"):
                touch(node.value, "_tail")
            elif index == "1:-1":
                touch(node.value, "_head")
                touch(node.value, "_tail")
        elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add):
            touch(node.target, "_tail")
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp) and isinstance(node.value.op, ast.Add):
            target = node.targets[0]
            left, right = node.value.left, node.value.right
            while isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add):
                left = left.left
            if isinstance(target, ast.Name) and isinstance(left, ast.Name) and left.id == target.id:
                touch(target, "_tail")
            elif isinstance(target, ast.Name) and isinstance(right, ast.Name) and right.id == target.id:
                touch(target, "_head")
    return {name: "_ends" if len(ends) > 1 else next(iter(ends)) for name, ends in touched.items()}


def sequences(function: ast.FunctionDef) -> set[str]:
    """Variables whose elements a rule reads one by one; other strings are single values."""
    names = set(pointers(function))
    for node in ast.walk(function):
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            names.add(node.value.id)
        elif isinstance(node, ast.For):
            names |= {n.id for n in ast.walk(node.iter) if isinstance(n, ast.Name)}
    return names


def has_sets(function: ast.FunctionDef) -> bool:
    """Whether the rule makes sets, whose order Python does not fix; arguments, from JSON, hold none."""
    return any(
        isinstance(node, ast.Set) or (isinstance(node, ast.Name) and node.id == "set") for node in ast.walk(function)
    )


def changed_in_place(body: list[ast.stmt]) -> list[str]:
    """Variables whose containers these statements change in place, those of inner loops left out."""
    names: dict[str, None] = {}
    for statement in body:
        if isinstance(statement, ast.If):
            names.update(dict.fromkeys(changed_in_place(statement.body) + changed_in_place(statement.orelse)))
        elif not isinstance(statement, (ast.While, ast.For)):
            for node in ast.walk(statement):
                called = node.func if isinstance(node, ast.Call) else None
                if not isinstance(called, ast.Attribute) or called.attr not in _GROWING:
                    continue
                if isinstance(called.value, ast.Name):
                    names[called.value.id] = None
    return list(names)
