"""Token counts with the vocabulary of Qwen2.5, which the package dashscope carries: no hub is needed."""

from __future__ import annotations

import base64
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import tiktoken

# How Qwen2.5's tokenizer splits text before merging: contractions, words, single digits, signs, line ends, spaces.
_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


@cache
def _encoding() -> tiktoken.Encoding:
    package = find_spec("dashscope")  # found, not imported: only its file is wanted
    assert package is not None
    assert package.submodule_search_locations
    lines = (Path(package.submodule_search_locations[0]) / "resources/qwen.tiktoken").read_bytes().splitlines()
    ranks = {base64.b64decode(token): int(rank) for token, rank in (line.split() for line in lines if line)}
    return tiktoken.Encoding("qwen", pat_str=_SPLIT, mergeable_ranks=ranks, special_tokens={})


def count(text: str) -> int:
    """Number of tokens of ``text``."""
    return len(_encoding().encode_ordinary(text))
