"""Datasets by Ray Data: each split becomes a folder of Parquet shards with a manifest and a card.

The plan of a split fixes its rows and their order and is cut into shards; Ray Data makes the shards in parallel, one
task for each. What comes out does not depend on the number of workers. Shards that are there are not made again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import ray
from ray.data import DataContext, TaskPoolStrategy
from tqdm import tqdm

from metarfft.cluster import busy_tasks, connect
from metarfft.config import Config
from metarfft.data.card import card
from metarfft.data.measure import measure, token_counter
from metarfft.data.plan import Plan, make_plans, split_names
from metarfft.data.shards import Recipe, add_hashes, finished_hash, write_shard
from metarfft.samples import SampleError
from metarfft.tracking import open_store, stage_run


def generate(config: Config, splits: list[str] | None = None) -> dict[str, dict[str, Any]]:
    """Make the datasets under ``config.root / "data"``; returns the manifest of each split.

    Args:
        splits: names of the splits to make, by default all of the configuration's.

    Raises:
        SampleError: a sample cannot be made or its answer is wrong; nothing of that shard is written.
    """
    plans = make_plans(config, split_names(config) if splits is None else splits)
    manifests = {plan.name: manifest for plan in plans if (manifest := _finished_manifest(config, plan))}
    todo = [plan for plan in plans if plan.name not in manifests]
    if todo:
        params = {"seed": config.seed, "data": config.data.model_dump()}
        with ThreadPoolExecutor(2) as aside:  # what takes seconds, beside Ray's own start
            # The tokenizer is wanted for the cards, at the end; without a network the hub's client tries half a minute
            tokens = aside.submit(token_counter, config.data.tokenizer or config.model.base)
            store = aside.submit(open_store, config)
            connect()
            store.result()
            with stage_run(config, "generate", params) as run:
                for plan in todo:
                    manifests[plan.name] = manifest = _make(config, plan, tokens)
                    run.tag(**{f"data_hash.{plan.name}": manifest["content_hash"]})
                    run.log_metrics({f"rows.{plan.name}": manifest["rows"]})
    return {plan.name: manifests[plan.name] for plan in plans}


def _finished_manifest(config: Config, plan: Plan) -> dict[str, Any] | None:
    """The manifest on disk, if the dataset is whole and of this plan."""
    folder = config.root / "data" / plan.name
    try:
        manifest = json.loads((folder / "manifest.json").read_text())
    except (OSError, ValueError):
        return None
    hashes = _finished(folder, plan)
    whole = len(hashes) == len(plan.shards) == len(list(folder.glob("part-*.parquet")))
    return manifest if whole and manifest["content_hash"] == _hex(hashes.values()) else None


def _finished(folder: Path, plan: Plan) -> dict[int, int]:
    """The hash of every shard that is there already, by number."""
    hashes = {n: finished_hash(folder / _shard_name(n), digest) for n, (_, digest) in enumerate(plan.shards)}
    return {number: value for number, value in hashes.items() if value is not None}


def _make(config: Config, plan: Plan, tokens: Future[Callable[[str], int] | None]) -> dict[str, Any]:
    """Make the missing shards of a split, then its manifest and card."""
    folder = config.root / "data" / plan.name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").unlink(missing_ok=True)
    wanted = {_shard_name(number) for number in range(len(plan.shards))}
    for file in [*folder.glob("part-*.parquet"), *folder.glob(".part-*")]:
        if file.name not in wanted:  # of another plan, or left by a killed run
            file.unlink()

    _link_from_siblings(config, plan, folder)
    hashes = _finished(folder, plan)
    missing = [number for number in range(len(plan.shards)) if number not in hashes]
    rows = [part.num_rows for part, _ in plan.shards]
    with tqdm(total=sum(rows), initial=sum(rows[n] for n in hashes), desc=plan.name, unit="row", smoothing=0) as bar:
        for number, value in _run(missing, plan, folder, config.data.workers or busy_tasks()):
            hashes[number] = value
            bar.update(rows[number])

    manifest = {
        "split": plan.name,
        "rows": plan.jobs.num_rows,
        "shards": len(plan.shards),
        "method": plan.recipe.method,
        "style": plan.recipe.style,
        "seed": plan.recipe.seed,
        "content_hash": _hex(hashes.values()),
        "code_version": plan.recipe.code,
        "counts": plan.counts(),
        "overlap": plan.overlap,
        "tokenizer": config.data.tokenizer or config.model.base,
        **measure(folder, tokens.result()),
    }
    _write(folder / "README.md", card(manifest))
    _write(folder / "manifest.json", json.dumps(manifest, indent=1) + "\n")
    return json.loads((folder / "manifest.json").read_text())


def _link_from_siblings(config: Config, plan: Plan, folder: Path) -> None:
    """Take over what another experiment of the same output folder has made: variants share most of their data."""
    siblings = [other for other in config.root.parent.glob(f"*/data/{plan.name}") if other != folder]
    for number, (_, digest) in enumerate(plan.shards):
        shard = folder / _shard_name(number)
        made = (other / shard.name for other in siblings if finished_hash(other / shard.name, digest) is not None)
        if finished_hash(shard, digest) is None and (source := next(made, None)):
            shard.unlink(missing_ok=True)
            with suppress(OSError):  # a file system without links: it is made anew
                os.link(source, shard)


def _run(numbers: list[int], plan: Plan, folder: Path, workers: int | None) -> Iterator[tuple[int, int]]:
    """Make the shards with these numbers in parallel; yields (number, hash) of each as it is finished."""
    if not numbers:
        return
    context = DataContext.get_current()
    context.enable_progress_bars = False  # one bar, of rows, is shown here
    blocks = [plan.shards[n][0].append_column("shard", pa.array([n] * plan.shards[n][0].num_rows)) for n in numbers]
    shards = ray.data.from_blocks(blocks).map_batches(
        _write_block,
        batch_size=None,  # a block, that is a shard, at a time
        batch_format="pyarrow",
        fn_kwargs={"recipe": plan.recipe, "folder": str(folder)},
        compute=TaskPoolStrategy(min(workers, len(numbers)) if workers else None),
    )
    for row in shards.iter_rows():
        if row["error"]:
            raise SampleError(row["error"])
        yield row["shard"], int(row["hash"], 16)


def _write_block(block: pa.Table, recipe: Recipe, folder: str) -> pa.Table:
    number = block["shard"][0].as_py()
    try:
        value = write_shard(block.drop_columns("shard"), recipe, Path(folder) / _shard_name(number))
    except SampleError as error:  # as a value, since Ray would wrap it in pages of its own stack
        return pa.table({"shard": [number], "hash": [""], "error": [str(error)]})
    return pa.table({"shard": [number], "hash": [_hex([value])], "error": [""]})


def _shard_name(number: int) -> str:
    return f"part-{number:05d}.parquet"


def _hex(hashes: Iterable[int]) -> str:
    return f"{add_hashes(hashes):064x}"


def _write(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text)
    temporary.replace(path)
