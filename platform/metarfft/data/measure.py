"""What a dataset's card says beyond the plan: samples that repeat, and how many tokens samples have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

_COLUMNS = ["task", "length", "rule", "input", "prompt", "response"]
Cells = dict[str, dict[int, int]]


def measure(folder: Path, tokens: Callable[[str], int] | None) -> dict[str, Any]:
    """Reads a dataset's shards once.

    Args:
        folder: where the shards ``part-*.parquet`` are.
        tokens: counts the tokens of a text; None where there is no tokenizer.

    Returns:
        ``duplicates``: samples of each task with a rule and an input that an earlier sample has too (where there are
        any); ``tokens``: for each task and length, the tokens of the longest sample, prompt and response (the one with
        most characters); None without a tokenizer.
    """
    seen: set[int] = set()
    duplicates: Counter[str] = Counter()
    longest: dict[tuple[str, int], tuple[int, str]] = {}
    for shard in sorted(folder.glob("part-*.parquet")):
        for batch in pq.ParquetFile(shard).iter_batches(columns=_COLUMNS):
            prompts, responses = batch["prompt"], batch["response"]
            sizes = pc.add(pc.utf8_length(prompts), pc.utf8_length(responses)).to_pylist()
            rows = zip(*(batch[name].to_pylist() for name in _COLUMNS[:4]), strict=True)
            for position, (task, length, rule, given) in enumerate(rows):
                key = hash((task, rule, given))
                duplicates[task] += key in seen
                seen.add(key)
                if sizes[position] > longest.get((task, length), (-1, ""))[0]:
                    text = prompts[position].as_py() + responses[position].as_py()
                    longest[task, length] = (sizes[position], text)
    cells: Cells | None = None
    if tokens is not None:
        cells = {}
        for (task, length), (_, text) in sorted(longest.items()):
            cells.setdefault(task, {})[length] = tokens(text)
    return {"duplicates": {task: count for task, count in sorted(duplicates.items()) if count}, "tokens": cells}


def token_counter(name: str | None) -> Callable[[str], int] | None:
    """Counts tokens with the tokenizer of a model directory or of a model on the Hugging Face hub; None, with a line
    that says why, where it cannot be had."""
    if name is None:
        return None
    from tokenizers import Tokenizer

    file = Path(name) / "tokenizer.json"
    try:
        tokenizer = Tokenizer.from_file(str(file)) if file.exists() else Tokenizer.from_pretrained(name)
    except Exception as error:  # the library raises plain Exception, for a missing file and a missing network alike
        reason = str(error).splitlines()[0]
        print(f"the cards give no token counts: no tokenizer {name} ({reason}); data.tokenizer can name another")
        return None
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)
