"""What the type hints of a text say about the entry's arguments, for `known.Known`."""

from __future__ import annotations

import ast

from metarfft.rules.front import Lowered
from metarfft.rules.front.text import paste

_KINDS = {
    "list": "list", "List": "list", "MutableSequence": "list", "str": "text", "tuple": "tuple", "Tuple": "tuple",
    "dict": "table", "Dict": "table", "Mapping": "table", "Counter": "table", "defaultdict": "table",
    "DefaultDict": "table", "set": "set", "Set": "set", "frozenset": "set", "FrozenSet": "set", "deque": "deque",
    "Deque": "deque", "int": "number", "float": "number", "bool": "number",
}  # fmt: skip


def hinted(text: str, lowered: Lowered) -> dict[str, str]:
    """The kinds of the arguments of the rule that ``text`` was lowered to, by name, as far as hints tell them."""
    entry = lowered.module.body[-1]
    assert isinstance(entry, ast.FunctionDef)
    names = {argument.arg for argument in entry.args.args}
    for function in ast.walk(paste.read(text)):
        if isinstance(function, ast.FunctionDef) and function.name == lowered.entry:
            given = {argument.arg: _kind(argument.annotation) for argument in function.args.args}
            if names <= given.keys():
                return {name: kind for name, kind in given.items() if kind and name in names}
    return {}


def _kind(hint: ast.expr | None) -> str:
    """Empty where a hint leaves open what is given, as ``Optional[int]`` does."""
    if isinstance(hint, ast.Constant) and isinstance(hint.value, str):
        try:
            hint = ast.parse(hint.value, mode="eval").body
        except SyntaxError:
            return ""
    if isinstance(hint, ast.Subscript):
        hint = hint.value
    name = hint.attr if isinstance(hint, ast.Attribute) else hint.id if isinstance(hint, ast.Name) else ""
    return _KINDS.get(name, "")
