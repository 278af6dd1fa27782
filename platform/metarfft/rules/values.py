"""Values as text, texts as values, and copies of values."""

from __future__ import annotations

import ast
from collections import Counter, OrderedDict, defaultdict, deque
from typing import Any

ANSWER = "So the answer is "  # what every trajectory ends with, before its answer
_DISPLAYS = (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Constant, ast.Name, ast.UnaryOp)
VIEWS: tuple[type, ...] = (type({}.keys()), type({}.values()), type({}.items()))
FACTORIES = {
    "int": int,
    "float": float,
    "str": str,
    "list": list,
    "set": set,
    "dict": dict,
    "tuple": tuple,
    "bool": bool,
}
_PLAIN = (int, float, str, bool, type(None))


def write(value: Any) -> str:
    """A value as Python would read it; sets in sorted order, so that it is the same in every process."""
    if value.__class__ in _PLAIN:
        return repr(value)
    if isinstance(value, (set, frozenset)):
        if not value:
            return f"{type(value).__name__}()"
        body = "{" + ", ".join(_sorted(value)) + "}"
        return body if isinstance(value, set) else f"frozenset({body})"
    if isinstance(value, dict):
        body = "{" + ", ".join(f"{write(key)}: {write(item)}" for key, item in value.items()) + "}"
        if isinstance(value, Counter):
            return f"Counter({body})" if value else "Counter()"
        if isinstance(value, defaultdict):
            factory = getattr(value.default_factory, "__name__", "None")
            return f"defaultdict({factory}, {body})"
        if isinstance(value, OrderedDict):
            return f"OrderedDict({body})" if value else "OrderedDict()"
        return body
    if isinstance(value, tuple):
        return "(" + ", ".join(map(write, value)) + (",)" if len(value) == 1 else ")")
    if isinstance(value, list):
        return "[" + ", ".join(map(write, value)) + "]"
    if isinstance(value, VIEWS):
        items: Any = value
        return write(list(items))
    if isinstance(value, deque):
        limit = f", {value.maxlen}" if value.maxlen is not None else ""
        return f"deque([{', '.join(map(write, value))}]{limit})"
    return str.__repr__(value) if isinstance(value, str) else repr(value)


def in_order(value: Any) -> str:
    """A value as `write` does; a set in the order in which Python goes over it."""
    if isinstance(value, (set, frozenset)) and value:
        return "{" + ", ".join(map(write, value)) + "}"
    return write(value)


def _sorted(values: Any) -> list[str]:
    try:
        return [write(value) for value in sorted(values)]
    except TypeError:
        return sorted(write(value) for value in values)


def one_line(text: str) -> str:
    """A text as an answer: bare where it can be read back so, else as Python writes it."""
    bare = text.isprintable() and text == text.strip() and ANSWER.strip() not in text and "<" not in text
    return str(text) if bare and text[:1] not in ("'", '"') else str.__repr__(text)


def read(text: str) -> Any:
    """The value that `write` made the text of.

    Raises:
        ValueError: it is no such text.
    """
    try:
        return _value(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, RecursionError, MemoryError, TypeError) as error:
        raise ValueError(f"not a value: {error}") from None


def _value(node: ast.expr) -> Any:
    if isinstance(node, ast.Call) and not all(isinstance(part, _DISPLAYS) for part in node.args):
        raise ValueError("not a value")
    match node:
        case ast.Call(func=ast.Name("set" | "frozenset" as name), args=args, keywords=[]):
            return {"set": set, "frozenset": frozenset}[name](*map(_value, args))
        case ast.Call(func=ast.Name("Counter" | "OrderedDict" | "deque" as name), args=args, keywords=[]):
            return {"Counter": Counter, "OrderedDict": OrderedDict, "deque": deque}[name](*map(_value, args))
        case ast.Call(func=ast.Name("defaultdict"), args=[ast.Name(factory), body], keywords=[]):
            return defaultdict(FACTORIES.get(factory), _value(body))
        case ast.Call(func=ast.Name("range"), args=args, keywords=[]):
            return range(*map(_value, args))
        case ast.List(elts=items):
            return [_value(item) for item in items]
        case ast.Tuple(elts=items):
            return tuple(_value(item) for item in items)
        case ast.Set(elts=items):
            return {_value(item) for item in items}
        case ast.Dict(keys=keys, values=values):
            if None in keys:
                raise ValueError("not a value")
            return {_value(key): _value(item) for key, item in zip(keys, values, strict=True) if key is not None}
        case ast.Name("inf" | "nan" as name):
            return float(name)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Name("inf" | "nan" as name)):
            return -float(name)
    return ast.literal_eval(node)


def deep_copy(value: Any) -> Any:
    """What ``copy.deepcopy`` gives: all that can be changed is new, and what is shared inside stays shared."""
    return _deep(value, {})


def _deep(value: Any, known: dict[int, Any]) -> Any:
    if id(value) in known:
        return known[id(value)]
    made: Any = value
    if isinstance(value, list):
        made = known[id(value)] = []
        made.extend(_deep(item, known) for item in value)
    elif isinstance(value, dict):
        made = known[id(value)] = value.copy()
        for key, item in value.items():
            made[key] = _deep(item, known)
    elif isinstance(value, deque):
        made = known[id(value)] = deque(maxlen=value.maxlen)
        made.extend(_deep(item, known) for item in value)
    elif isinstance(value, tuple):
        made = tuple(_deep(item, known) for item in value)
        if all(one is other for one, other in zip(made, value, strict=True)):
            made = value
    elif isinstance(value, set):
        made = set(list(value))  # noqa: C414 -- as Python's own does: its order is that of a new set
    elif isinstance(value, VIEWS):
        raise TypeError(f"cannot pickle '{type(value).__name__}' object")
    known[id(value)] = made
    return made


def copied(value: Any) -> Any:
    """A value that can be changed without changing ``value``; what is shared inside it stays shared."""
    return _copied(value, {})


def _copied(value: Any, known: dict[int, Any]) -> Any:
    if value.__class__ in _PLAIN:
        return value
    if id(value) in known:
        return known[id(value)]
    if isinstance(value, list):
        made: list[Any] = []
        known[id(value)] = made
        made.extend(_copied(item, known) for item in value)
        return made
    if value.__class__ is dict:
        table: dict[Any, Any] = {}
        known[id(value)] = table
        table.update((key, _copied(item, known)) for key, item in value.items())
        return table
    if value.__class__ is tuple:
        return tuple(_copied(item, known) for item in value)
    if value.__class__ is set:
        return set(value)
    if isinstance(value, (deque, dict)):
        made_of = value.copy()
        known[id(value)] = made_of
        return made_of
    return value
