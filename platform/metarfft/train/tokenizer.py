"""The tokenizer of a tiny model: a fixed list of pieces, in which every character of data is a token of its own.

Text is cut, from the left, into the longest piece that fits. Single characters are pieces too, so any printable ASCII
text can be written and read back unchanged.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

SPECIAL = ["<pad>", "<eos>", "<unk>"]
CHARACTERS = ["\n", "\t", *map(chr, range(32, 127))]


def build_tokenizer(pieces: Iterable[str]) -> PreTrainedTokenizerFast:
    """The tokenizer whose tokens are ``pieces``, all printable ASCII characters, tab and line break.

    A piece that begins or ends with a letter only matches where no letter, digit or underscore continues it, and one
    that begins with a bracket (``[-1]``) only behind a name: data stays single letters and digits, known words aside.
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
    """What must not follow a piece. Before "=" a word takes no space along: a name is the same token everywhere."""
    if not piece[-1].isalnum():
        return ""
    return r"(?![A-Za-z0-9_=])" if piece[0] == " " else r"(?![A-Za-z0-9_])"


def _escape(character: str) -> str:
    return f"\\{character}" if character in r"\.^$|?*+()[]{}-/#&~" else character
