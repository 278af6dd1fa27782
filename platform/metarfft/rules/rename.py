"""Renames a rule's variables, so that models read rules instead of knowing names."""

from __future__ import annotations

import ast
import re
from random import Random

from metarfft.rules import core

LETTERS = list("abcdefghijkmnopqrstuvwxyz")
WORDS = """acc bits box carry cell char chars count cur data depth digit digits extra first flag grid group index item
items key last left level list1 list2 mark nums num num1 num2 out pair part pos prev queue rest result right row seen
size stack state step steps text top total turn val value values word words x1 x2 y1 y2""".split()


def variables(module: ast.Module) -> list[str]:
    """Arguments and variables of a rule, in order of appearance, those of its entry first."""
    names: list[str] = []
    for function in reversed(core.functions(module)):
        names += core.parameters(function)
        names += [n.id for n in core.own_nodes(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    return list(dict.fromkeys(names))


def draw_names(module: ast.Module, rng: Random) -> dict[str, str]:
    """A new name for every variable of the rule: single letters or short words.

    Raises:
        ValueError: there are not enough.
    """
    old = variables(module)
    letters = rng.random() < 0.5 and len(old) < 15
    pool = [name for name in (LETTERS if letters else WORDS + LETTERS) if name not in core.BUILTINS]
    return dict(zip(old, rng.sample(pool, len(old)), strict=True))


def rename(source: str, names: dict[str, str]) -> str:
    """The rule's text with its variables renamed."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = names.get(node.id, node.id)
        elif isinstance(node, ast.arg):
            node.arg = names.get(node.arg, node.arg)
    return ast.unparse(tree)


def rename_fields(question: str, names: dict[str, str]) -> str:
    """A question's text with its ``{parameter}`` places renamed."""
    return re.sub(r"\{(\w+)\}", lambda match: f"{{{names[match[1]]}}}", question)
