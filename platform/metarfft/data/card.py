"""The dataset card that lies beside the shards."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

_HEAD = ("rows", "shards", "method", "style", "seed", "content_hash", "code_version")


def card(manifest: dict[str, Any]) -> str:
    """The card of the split that ``manifest`` describes, as Markdown with the header that dataset viewers read."""
    lines = [
        "---",
        "license: apache-2.0",
        "configs: [{config_name: default, data_files: part-*.parquet}]",
        "---",
        f"# {manifest['split']}",
        "",
        "Rule-following samples made by `jobs/generate.py`. Every answer was compared with what the rule, run without "
        "tracing, returns. Rows are stored in a seeded random order.",
        "",
        "| | |",
        "| --- | --- |",
        *(f"| {key.replace('_', ' ')} | {manifest[key]} |" for key in _HEAD),
        "",
        "## Samples per task and length",
        "",
        "| task | samples | per length |",
        "| --- | ---: | --- |",
        *(f"| {task} | {sum(some.values()):,} | {_by_length(some)} |" for task, some in manifest["counts"].items()),
        "",
        "## Inputs shared with held-out data",
        "",
    ]
    if manifest["overlap"]:
        lines += [
            "Some lengths have few inputs. These samples have one that the held-out split has too; all others differ.",
            "",
            "| task | samples with a shared input |",
            "| --- | --- |",
            *(f"| {task} | {_by_length(some)} |" for task, some in manifest["overlap"].items()),
        ]
    else:
        lines.append("None." if manifest["split"].startswith(("adapt", "pretrain")) else "This is held-out data.")
    lines += ["", "## Repeated samples", ""]
    if manifest["duplicates"]:
        lines += [
            f"{sum(manifest['duplicates'].values()):,} samples have the rule and the input of an earlier one.",
            "",
            "| task | repeated | of |",
            "| --- | ---: | ---: |",
            *(
                f"| {task} | {count:,} | {sum(manifest['counts'][task].values()):,} |"
                for task, count in sorted(manifest["duplicates"].items(), key=lambda item: -item[1])
            ),
        ]
    else:
        lines.append("None.")
    lines += ["", "## Tokens", "", *_tokens(manifest)]
    return "\n".join(lines) + "\n"


def _tokens(manifest: dict[str, Any]) -> list[str]:
    """Token counts per task and length, the ten largest first."""
    if not manifest["tokens"]:
        return ["Not counted: there was no tokenizer."]
    cells = [(count, task, length) for task, some in manifest["tokens"].items() for length, count in some.items()]
    return [
        f"Of the longest sample of each task and length, prompt and response, with the tokenizer of "
        f"{Path(manifest['tokenizer']).name}. The ten largest:",
        "",
        "| task | length | tokens |",
        "| --- | ---: | ---: |",
        *(f"| {task} | {length} | {count:,} |" for count, task, length in sorted(cells, reverse=True)[:10]),
        "",
        "| task | lengths | tokens at each |",
        "| --- | --- | --- |",
        *(
            f"| {task} | {_by_length(dict.fromkeys(some, 0)).replace(': 0', '').replace(' each', '')} "
            f"| {' '.join(map(str, some.values()))} |"
            for task, some in manifest["tokens"].items()
        ),
    ]


def _by_length(counts: dict[int, int]) -> str:
    """``{1: 5, 2: 5, 3: 4}`` as "1-2: 5 each, 3: 4"."""
    return ", ".join(
        f"{first}: {count:,}" if first == last else f"{first}-{last}: {count:,} each"
        for first, last, count in _runs(sorted(counts.items()))
    )


def _runs(items: Iterable[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Neighbouring lengths with the same count, as (first, last, count)."""
    runs: list[tuple[int, int, int]] = []
    for length, count in items:
        if runs and runs[-1][1:] == (length - 1, count):
            runs[-1] = (runs[-1][0], length, count)
        else:
            runs.append((length, length, count))
    return runs
