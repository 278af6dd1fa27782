"""Names for the values that the front end introduces: what they hold, from the names around them."""

from __future__ import annotations

import ast

VERBS = frozenset(
    """get compute calculate calc find make build is has can check do count create generate to from solve
    helper convert parse read compare""".split()
)
CALLS = {
    "len": "length", "sum": "total", "max": "largest", "min": "smallest", "abs": "distance", "sorted": "ordered",
    "ord": "code", "str": "text", "int": "number", "float": "number", "range": "numbers", "Counter": "counts",
    "round": "rounded", "set": "group", "list": "items", "dict": "table",
}  # fmt: skip
METHODS = {
    "split": "words", "join": "text", "count": "count", "index": "position", "find": "position", "pop": "last",
    "popleft": "first", "items": "pairs", "keys": "keys", "values": "values", "get": "value", "setdefault": "group",
    "lower": "text", "upper": "text", "strip": "text", "replace": "text", "copy": "copy", "splitlines": "lines",
}  # fmt: skip


def singular(name: str) -> str | None:
    """The word for one of several: ``words`` -> ``word``; None where the name is no plural."""
    word = name.rstrip("_0123456789")
    head, _, last = word.rpartition("_")
    if last in ("nums", "nodes", "cases", "edges", "lines", "names", "values", "times", "types", "prices", "sizes"):
        one = {"nums": "num"}.get(last, last[:-1])
    elif last.endswith("ies") and len(last) > 4:
        one = last[:-3] + "y"
    elif last.endswith(("ches", "shes", "xes", "sses")):
        one = last[:-2]
    elif last.endswith("s") and not last.endswith(("ss", "us", "is")) and len(last) > 3:
        one = last[:-1]
    elif last in ("matrix", "grid", "board"):
        one = "row"
    else:
        return None
    return f"{head}_{one}" if head else one


def element(iterable: ast.expr) -> tuple[str, ...]:
    """Hints for one item of ``iterable``."""
    if isinstance(iterable, ast.Name):
        one = singular(iterable.id)
        return (one, "item") if one else ("item",)
    if isinstance(iterable, ast.Call):
        function = iterable.func
        if isinstance(function, ast.Name):
            if function.id in ("sorted", "reversed", "list", "set", "tuple") and iterable.args:
                return element(iterable.args[0])
            return {"str": ("digit",), "range": ("number",), "zip": ("pair",), "enumerate": ("pair",)}.get(
                function.id, ("item",)
            )
        if isinstance(function, ast.Attribute):
            return {"split": ("word",), "items": ("pair",), "keys": ("key",), "values": ("value",),
                    "splitlines": ("line",)}.get(function.attr, ("item",))  # fmt: skip
    if isinstance(iterable, ast.Subscript):
        return element(iterable.value)
    if isinstance(iterable, ast.Constant) and isinstance(iterable.value, str):
        return ("letter",)
    return ("item",)


def result_of(function: str) -> tuple[str, ...]:
    """Hints for what a function of the user gives."""
    words = [word for word in function.strip("_").split("_") if word]
    if len(words) > 1 and words[0].lower() in VERBS:
        name = "_".join(words[1:])
        return (f"{name}_count",) if words[0] == "count" else (name, "value")
    return ("value", "returned")


def holds(node: ast.expr) -> tuple[str, ...]:
    """Hints for the value of an expression."""
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name):
            return (CALLS[node.func.id],) if node.func.id in CALLS else result_of(node.func.id)
        if isinstance(node.func, ast.Attribute):
            return (METHODS.get(node.func.attr, "value"),)
    if isinstance(node, ast.Subscript):
        if isinstance(node.slice, ast.Slice):
            return ("part",)
        if isinstance(node.value, ast.Name):
            one = singular(node.value.id)
            return (one, "value") if one else ("value",)
        return ("value",)
    if isinstance(node, ast.Name):
        return (f"old_{node.id}",)
    if isinstance(node, (ast.Compare, ast.BoolOp)) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)):
        return ("holds",)
    if isinstance(node, (ast.List, ast.ListComp)):
        return ("items",)
    if isinstance(node, (ast.Dict, ast.DictComp)):
        return ("table",)
    if isinstance(node, (ast.Set, ast.SetComp)):
        return ("group",)
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        return ("text",)
    return ("value",)
