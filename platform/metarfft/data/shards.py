"""Shards: the rows of a fixed part of a split's plan, written to one Parquet file.

Runs in Ray's workers, and imports neither Ray nor torch. A shard is written under a temporary name and renamed when it
is whole; its footer names the plan it was made from, so that a later run knows which shards need not be made again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from metarfft.samples import Method, SampleError, make_sample, to_row

ROWS = pa.schema(
    [
        ("task", pa.string()),
        ("source", pa.string()),
        ("split", pa.string()),
        ("length", pa.int32()),
        ("seed", pa.int64()),
        ("index", pa.int64()),
        ("method", pa.string()),
        ("style", pa.string()),
        ("shots", pa.int32()),
        ("input", pa.string()),  # JSON object: argument name to value
        ("rule", pa.string()),
        ("prompt", pa.string()),
        ("response", pa.string()),
        ("answer", pa.string()),
    ]
)
JOBS = pa.schema(
    [
        ("position", pa.int64()),
        ("task", pa.string()),
        ("length", pa.int32()),
        ("index", pa.int64()),
        ("shots", pa.int32()),
        ("rename", pa.bool_()),
    ]
)
_FEW_VALUES = ["task", "source", "split", "method", "style", "rule"]
_ROW_GROUP = 500  # bounds what a worker holds in memory; long trajectories have some 100 kB


@dataclass(frozen=True)
class Recipe:
    """What all rows of a split have in common.

    Attributes:
        salt: the split's name in the samples' random seeds (the same for all methods of a split).
        code: version of the code that makes the rows.
        kinds: what its composed rules may be.
        unroll: lines that hide a loop are written as loops.
    """

    seed: int
    salt: str
    method: Method
    style: str
    code: str
    kinds: tuple[str, ...]
    unroll: bool = False


def plan_digest(recipe: Recipe, jobs: pa.Table) -> str:
    """Digest of everything that the rows of ``jobs`` (schema `JOBS`) depend on."""
    plan = json.dumps([asdict(recipe), jobs.to_pydict()], sort_keys=True)
    return hashlib.sha256(plan.encode()).hexdigest()


def row_hash(position: int, row: dict[str, Any]) -> int:
    """Hash of a row (schema `ROWS`, in its order) at its place in the split. A split's content hash is the sum of its
    rows' modulo 2^256: it tells order and values, but not how the rows were dealt to shards and workers."""
    text = "\0".join(map(str, (position, *row.values())))
    return int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")


def add_hashes(hashes: Iterable[int]) -> int:
    """The hash of rows or shards together."""
    return sum(hashes) % 2**256


def make_row(recipe: Recipe, job: dict[str, Any]) -> dict[str, Any]:
    """The Parquet row (schema `ROWS`) for one job; its answer has been checked against the untraced rule.

    Raises:
        SampleError: naming the task, length, seed and index.
    """
    try:
        sample = make_sample(
            job["task"],
            job["length"],
            recipe.seed,
            job["index"],
            method=recipe.method,
            style=recipe.style,
            shots=job["shots"],
            renamed=job["rename"],
            split=recipe.salt,
            kinds=recipe.kinds,
            unroll=recipe.unroll,
        )
    except Exception as error:
        where = f"task {job['task']}, length {job['length']}, seed {recipe.seed}, index {job['index']}"
        raise SampleError(f"{where}, {recipe.salt}/{recipe.method}: {type(error).__name__}: {error}") from error
    return to_row(sample)


def write_shard(jobs: pa.Table, recipe: Recipe, path: Path) -> int:
    """Make the rows of ``jobs`` and write them to ``path``. Returns their hash."""
    total = 0
    temporary = path.with_name(f".{path.name}.{os.getpid()}")  # readers pass over names that start with a dot
    with pq.ParquetWriter(temporary, ROWS, compression="zstd", use_dictionary=_FEW_VALUES) as writer:
        for start in range(0, jobs.num_rows, _ROW_GROUP):
            batch = jobs.slice(start, _ROW_GROUP).to_pylist()
            rows = [make_row(recipe, job) for job in batch]
            total = add_hashes([total, *(row_hash(job["position"], row) for job, row in zip(batch, rows, strict=True))])
            writer.write_table(pa.Table.from_pylist(rows, schema=ROWS))
        writer.add_key_value_metadata({"plan": plan_digest(recipe, jobs), "hash": f"{total:064x}"})
    temporary.replace(path)
    return total


def finished_hash(path: Path, digest: str) -> int | None:
    """Hash of the rows in the shard at ``path``; None where it is missing, broken or made from another plan."""
    try:
        footer = pq.read_metadata(path).metadata or {}
    except (OSError, pa.ArrowInvalid):
        return None
    return int(footer[b"hash"], 16) if footer.get(b"plan") == digest.encode() else None
