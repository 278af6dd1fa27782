"""The tokenizer of a tiny model: whole words over a fixed list of pieces, so that every piece of data is its own token.

Text is cut, from the left, into the longest piece that fits. Single characters are pieces too, so any printable ASCII text
can be written and read back unchanged.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import Any

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from metarfft.rules.marks import MARKS, mark

SPECIAL = ["<pad>", "<eos>", "<unk>"]
CHARACTERS = ["\n", *map(chr, range(32, 127))]
LINES = 30  # rules of up to so many lines have a token for each line's label
DEPTH = 7  # levels of indentation with a token of their own


def default_pieces(words: Iterable[str] = ()) -> list[str]:
    """The pieces for rules and trajectories in the styles ``code`` and ``indexed``, with ``words`` among them.

    A word may begin with a space; without one it stands for an identifier or a word at the start of a line. No piece ends
    with a line break: a line begins with one and the same token wherever it stands.
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
        *(".isdigit()", ".isalpha()", ".lower()", ".upper()", ".strip()", ".replace(", ".find(", ".get(", ".startswith("),
        *("[0]", "[-1]", "[1:]", "[:-1]", "[::-1]", "[i]", "[j]", "[i + 1]", "[i - 1]"),
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


def build_tokenizer(pieces: Iterable[str]) -> PreTrainedTokenizerFast:
    """The tokenizer whose tokens are ``pieces`` and all printable ASCII characters.

    A piece that begins or ends with a letter only matches where no letter, digit or underscore continues it, and one that
    begins with a bracket (``[-1]``) only behind a name: data stays single letters and digits, known words aside.
    """
    pieces = [piece for piece in dict.fromkeys(pieces) if len(piece) > 1]
    vocabulary = [*SPECIAL, *CHARACTERS, *pieces]
    tokenizer = Tokenizer(models.WordLevel({piece: i for i, piece in enumerate(vocabulary)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(_pattern(pieces)), behavior="isolated")
    tokenizer.decoder = decoders.Fuse()
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        eos_token="<eos>",
        unk_token="<unk>",
        clean_up_tokenization_spaces=False,
    )


def _pattern(pieces: Iterable[str]) -> str:
    """A regular expression for the longest piece at a place, else any character. As a tree of prefixes it is many times
    as fast as the pieces one after another."""
    tree: dict[str, Any] = {}
    for piece in pieces:
        node = tree
        for character in piece:
            node = node.setdefault(character, {})
        node[""] = _end(piece)
    starts = []
    for character, rest in tree.items():
        before = r"(?<![A-Za-z_])" if character.isalpha() else r"(?<=\w)" if character == "[" else ""
        starts.append(before + _escape(character) + _branches(rest))
    return "|".join(starts) + r"|[\s\S]"


def _branches(node: dict[str, Any]) -> str:
    """What may follow a prefix: longer pieces first, then the end of this one."""
    options = [_escape(character) + _branches(rest) for character, rest in node.items() if character]
    if "" in node:
        options.append(node[""])
    return options[0] if len(options) == 1 else f"(?:{'|'.join(options)})"


def _end(piece: str) -> str:
    """What must not follow a piece. A word with a space in front is none before "=": names keep one token everywhere."""
    if not piece[-1].isalnum():
        return ""
    return r"(?![A-Za-z0-9_=])" if piece[0] == " " else r"(?![A-Za-z0-9_])"


def _escape(character: str) -> str:
    return f"\\{character}" if character in r"\.^$|?*+()[]{}-/#&~" else character
