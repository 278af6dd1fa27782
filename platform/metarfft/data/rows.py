"""Random access to the rows of a dataset, in the order of an endless training run. Imports no torch."""

from __future__ import annotations

import bisect
import hashlib
import json
import random
from collections import OrderedDict
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json
import pyarrow.parquet as pq

_SAMPLE, _CHAT = {"prompt", "response"}, {"messages"}
_NAMED_BY = ("task", "length", "index")


class DataError(ValueError):
    """A dataset that cannot be trained on: one line that says which and why."""


class Rows:
    """The rows of a dataset by their place in an endless, per-epoch reshuffled sequence.

    A row has ``prompt`` and ``response``, as `jobs/generate.py` writes them, or ``messages``, a chat as TRL and others
    have it. Row groups are read when needed and the last few are kept, so that memory does not grow with the dataset:
    an epoch visits the row groups in a shuffled order and shuffles the rows within each (which should be stored in
    random order). A JSON Lines file is a single group.
    """

    _KEPT = 3

    def __init__(self, path: str | Path, seed: int, tasks: Collection[str] = ()) -> None:
        """Opens a Parquet or JSON Lines file or a folder of them; with ``tasks`` only the rows of these count.

        Raises:
            FileNotFoundError: there is none, or they have no such rows.
            DataError: a file has other columns.
        """
        self._seed = seed
        self._tasks = pa.array(list(tasks), pa.string()) if tasks else None
        self._groups: list[tuple[Path, int, int]] = []  # file, row group, rows
        for file in _files(path):
            if file.suffix == ".jsonl":
                self._groups.append((file, 0, self._read(file, 0).num_rows))
                continue
            parquet = pq.ParquetFile(file)
            _columns(file, set(parquet.schema_arrow.names))
            for group in range(parquet.num_row_groups):
                rows = parquet.metadata.row_group(group).num_rows
                if self._tasks is not None:
                    rows = pc.sum(pc.is_in(parquet.read_row_group(group, ["task"])["task"], self._tasks)).as_py()
                self._groups.append((file, group, rows))
        self.count = sum(rows for *_, rows in self._groups)
        if not self.count:
            raise FileNotFoundError(f"no rows to train on in {path}")
        self._tables: OrderedDict[int, pa.Table] = OrderedDict()
        self._orders: dict[int, tuple[list[int], list[int]]] = {}

    def __getitem__(self, place: int) -> dict[str, Any]:
        """The row at this place of the sequence; ``name`` says which it is, for messages."""
        epoch, at = divmod(place, self.count)
        order, ends = self._order(epoch)
        nth = bisect.bisect_right(ends, at)
        group = order[nth]
        within = int(self._shuffled(epoch, group)[at - (ends[nth] - self._groups[group][2])])
        (row,) = self._table(group).slice(within, 1).to_pylist()
        return {**row, "name": self._name(group, within, row)}

    def _name(self, group: int, within: int, row: dict[str, Any]) -> str:
        if all(key in row for key in _NAMED_BY):
            return "/".join(str(row[key]) for key in _NAMED_BY)
        return f"{self._groups[group][0].name} group {self._groups[group][1]} row {within}"

    def _order(self, epoch: int) -> tuple[list[int], list[int]]:
        """The row groups in the order of this epoch, and the places at which each ends."""
        if epoch not in self._orders:
            order = list(range(len(self._groups)))
            random.Random(f"{self._seed}/{epoch}").shuffle(order)
            ends = np.cumsum([self._groups[g][2] for g in order]).tolist()
            self._orders = {epoch: (order, ends)}
        return self._orders[epoch]

    def _shuffled(self, epoch: int, group: int) -> np.ndarray:
        return np.random.default_rng((self._seed, epoch, group)).permutation(self._groups[group][2])

    def _table(self, group: int) -> pa.Table:
        if group not in self._tables:
            file, index, _ = self._groups[group]
            self._tables[group] = self._read(file, index)
            if len(self._tables) > self._KEPT:
                self._tables.popitem(last=False)
        self._tables.move_to_end(group)
        return self._tables[group]

    def _read(self, file: Path, group: int) -> pa.Table:
        if file.suffix == ".jsonl":
            table = pyarrow.json.read_json(file)
            table = table.select(_used(file, table.column_names))
        else:
            parquet = pq.ParquetFile(file)
            table = parquet.read_row_group(group, _used(file, parquet.schema_arrow.names))
        return table if self._tasks is None else table.filter(pc.is_in(table["task"], self._tasks))


def digest(path: str | Path) -> str:
    """Digest of a dataset: its content hash, where it was made here, else that of its files' bytes.

    Raises:
        FileNotFoundError: there is none.
        DataError: a file has other columns than those that `Rows` takes.
    """
    manifest = Path(path) / "manifest.json"
    if manifest.exists():
        return json.loads(manifest.read_text())["content_hash"]
    total = hashlib.sha256()
    for file in _files(path):
        if file.suffix == ".parquet":
            _columns(file, set(pq.read_schema(file).names))
        else:
            with file.open() as lines:
                _columns(file, _keys(file, next(lines, "")))
        with file.open("rb") as content:
            total.update(hashlib.file_digest(content, "sha256").digest())
    return total.hexdigest()


def _keys(file: Path, line: str) -> set[str]:
    try:
        return set(json.loads(line))
    except (ValueError, TypeError):
        raise DataError(f"{file}: its first line is no JSON object") from None


def _files(path: str | Path) -> list[Path]:
    path = Path(path)
    files = [path] if path.is_file() else sorted([*path.glob("*.parquet"), *path.glob("*.jsonl")])
    if not files:
        raise FileNotFoundError(f"no rows to train on in {path}: there is no .parquet or .jsonl file")
    if wrong := [file for file in files if file.suffix not in (".parquet", ".jsonl")]:
        raise DataError(f"{wrong[0]}: training data is .parquet or .jsonl")
    return files


def _used(file: Path, names: list[str]) -> list[str]:
    """The columns to read: those of a sample, and those that name it."""
    used = _columns(file, set(names)) | set(_NAMED_BY)
    return [name for name in names if name in used]


def _columns(file: Path, names: set[str]) -> set[str]:
    """The columns that make a sample."""
    for wanted in (_SAMPLE, _CHAT):
        if wanted <= names:
            return wanted
    raise DataError(f"{file} has the columns {', '.join(sorted(names))}; wanted: prompt and response, or messages")
