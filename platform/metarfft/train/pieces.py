"""The pieces of text that are single tokens of a tiny model: code, layout, marks and the words of the tasks."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from metarfft.rules.styles.marks import MARKS, mark

LINES = 30  # rules of up to so many lines have a token for each line's label
DEPTH = 7  # levels of indentation with a token of their own


def default_pieces(words: Iterable[str] = ()) -> list[str]:
    """The pieces for rules and trajectories in the styles ``code`` and ``indexed``, with ``words`` among them.

    A word may begin with a space; without one it stands for an identifier or a word at the start of a line. No piece
    ends with a line break: a line begins with one and the same token wherever it stands.
    """
    labels = [f"L{n}:" for n in range(1, LINES + 1)]
    layout = [
        *(newline + " " * 4 * level for newline in ("\n", "") for level in range(1, DEPTH + 1)),
        *labels,
        *(f"\n{label}" for label in labels),
        *("\nrule:", "\nQ: ", "\nA:", "\nSo the answer is ", "So the answer is "),
        *("Follow the given rule to solve the question.", "\nnow, ", "now, ", "now "),
        *(";enter", ";skip", "enter the loop", "do not enter the loop", "leave the loop"),
        *("do not enter ", "enter ", "go to the next round", "go over ", "no items are left", "nothing to do"),
    ]
    code = [
        *("def ", "while ", "if ", "elif ", "else:", "for ", "return ", "return", "break", "continue", "pass"),
        *(" in ", " not in ", " and ", " or ", "not ", " if ", " else ", "True", "False", "None"),
        *(" = ", " += ", " -= ", " *= ", " //= ", " %= ", " == ", " != ", " <= ", " >= ", " < ", " > "),
        *(" + ", " - ", " * ", " / ", " // ", " % ", " ** ", ", ", ": ", "):", "''", "', '"),
        *(".pop(0)", ".pop()", ".pop(", ".append(", ".insert(0, ", ".insert(", ".extend(", ".remove(", ".index("),
        *(".count(", ".sort()", ".reverse()", ".split()", ".split(", ".join(", ".keys()", ".values()", ".items()"),
        *(".isdigit()", ".isalpha()", ".lower()", ".upper()", ".strip()", ".replace(", ".find(", ".get("),
        *(".startswith(", "[0]", "[-1]", "[1:]", "[:-1]", "[::-1]", "[i]", "[j]", "[i + 1]", "[i - 1]"),
        *("len(", "int(", "str(", "range(", "enumerate(", "min(", "max(", "sum(", "abs(", "sorted(", "ord(", "chr("),
    ]
    return list(dict.fromkeys([*layout, *code, *(mark(n) for n in range(MARKS)), *words]))


def words_of(rules: Iterable[str], questions: Iterable[str]) -> list[str]:
    """The identifiers and string constants of the rules and the words of the question templates, as pieces."""
    found: dict[str, None] = {}
    for source in rules:
        for node in ast.walk(ast.parse(source)):
            names = [getattr(node, "id", None), getattr(node, "arg", None), getattr(node, "name", None)]
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isalpha():
                names.append(node.value)
            found |= dict.fromkeys(name for name in names if name and len(name) > 1)
    for question in questions:
        text = re.sub(r"\{\w+\}", "{}", question)
        found |= dict.fromkeys(re.findall(r" ?[A-Za-z]{2,}(?![A-Za-z_])", text))
    return list(found)
