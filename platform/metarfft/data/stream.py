"""The samples of a training step, by the number of the step and by nothing else.

Step k of a run with B samples a step takes the samples [k B, (k+1) B) of an endless stream: the rows of a Parquet dataset,
epoch after epoch, each epoch but the first in a new seeded order. What a step trains on depends on neither the number of
workers nor on where the run was interrupted.
"""

from __future__ import annotations

import bisect
import random
from collections import OrderedDict
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from metarfft.config import Positions
from metarfft.data.packing import Tokens, jump_positions
from metarfft.data.tokens import encode_sample


class Share(NamedTuple):
    """What one rank trains on in one step."""

    samples: list[Tokens]
    skipped: int = 0  # samples left out because they were longer than the context


class Stream(Protocol):
    """Where training steps come from."""

    def step(self, step: int, rank: int = 0, world: int = 1) -> Share:
        """The share of ``rank`` of ``world`` workers in ``step``."""
        ...


class Rows:
    """Random access to the rows of a Parquet dataset by their place in an endless, per-epoch reshuffled sequence.

    Row groups are read when needed and the last few are kept, so that memory does not grow with the dataset: an epoch
    visits the row groups in a shuffled order and shuffles the rows within each (rows are stored in random order already).
    """

    _KEPT = 3

    def __init__(self, path: str | Path, seed: int, columns: tuple[str, ...] = ("prompt", "response")) -> None:
        """Opens the ``*.parquet`` files of folder ``path``.

        Raises:
            FileNotFoundError: there are none, or they have no rows.
        """
        self._seed, self._columns = seed, list(columns)
        self._groups: list[tuple[Path, int, int]] = []  # file, row group, rows
        for file in sorted(Path(path).glob("*.parquet")):
            metadata = pq.read_metadata(file)
            self._groups += [(file, g, metadata.row_group(g).num_rows) for g in range(metadata.num_row_groups)]
        self.count = sum(rows for *_, rows in self._groups)
        if not self.count:
            raise FileNotFoundError(f"no Parquet rows in {path}")
        self._tables: OrderedDict[int, pa.Table] = OrderedDict()
        self._orders: dict[int, tuple[list[int], list[int]]] = {}

    def __getitem__(self, place: int) -> dict[str, Any]:
        epoch, at = divmod(place, self.count)
        order, ends = self._order(epoch)
        nth = bisect.bisect_right(ends, at)
        group = order[nth]
        within = at - (ends[nth] - self._groups[group][2])
        if epoch:
            within = int(self._shuffled(epoch, group)[within])
        return {name: self._table(group)[name][within].as_py() for name in self._columns}

    def _order(self, epoch: int) -> tuple[list[int], list[int]]:
        """The row groups in the order of this epoch, and the places at which each ends."""
        if epoch not in self._orders:
            order = list(range(len(self._groups)))
            if epoch:
                random.Random(f"{self._seed}/{epoch}").shuffle(order)
            ends = np.cumsum([self._groups[g][2] for g in order]).tolist()
            self._orders = {epoch: (order, ends)}
        return self._orders[epoch]

    def _shuffled(self, epoch: int, group: int) -> np.ndarray:
        return np.random.default_rng((self._seed, epoch, group)).permutation(self._groups[group][2])

    def _table(self, group: int) -> pa.Table:
        if group not in self._tables:
            file, index, _ = self._groups[group]
            self._tables[group] = pq.ParquetFile(file).read_row_group(index, columns=self._columns)
            if len(self._tables) > self._KEPT:
                self._tables.popitem(last=False)
        self._tables.move_to_end(group)
        return self._tables[group]


class SampleStream:
    """Tokenised samples of a Parquet dataset, optionally with a share of every step taken from a second one (replay)."""

    def __init__(
        self,
        path: str | Path,
        tokenizer: Any,
        *,
        batch_size: int,
        seed: int,
        context_length: int,
        positions: Positions | None = None,
        replay: tuple[str | Path, float] | None = None,
    ) -> None:
        """Samples from ``path``; with ``replay`` the given share of each batch comes from that second dataset."""
        self._tokenizer, self._seed = tokenizer, seed
        self._context_length, self._positions = context_length, positions or Positions()
        again = round(batch_size * replay[1]) if replay else 0
        self._parts = [(Rows(path, seed), batch_size - again)]
        if replay and again:
            self._parts.append((Rows(replay[0], seed), again))
        self.rows = self._parts[0][0].count

    def step(self, step: int, rank: int = 0, world: int = 1) -> Share:
        """The share of ``rank`` in ``step``; samples longer than the context are counted and left out, never cut."""
        rows = [
            (part, place, source[place])
            for part, (source, size) in enumerate(self._parts)
            for place in range(step * size, (step + 1) * size)
        ]
        mine = deal(rows, rank, world, lambda item: len(item[2]["prompt"]) + len(item[2]["response"]))
        samples = []
        for part, place, row in mine:
            ids, labels = encode_sample(self._tokenizer, row["prompt"], row["response"])
            if len(ids) <= self._context_length:
                rng = random.Random(f"{self._seed}/{part}/{place}")
                samples.append(Tokens(ids, labels, jump_positions(len(ids), self._positions, rng)))
        return Share(samples, len(mine) - len(samples))


def deal(items: list[Any], rank: int, world: int, size: Any) -> list[Any]:
    """The items of ``rank`` when they are dealt to ``world`` workers so that the sums of ``size(item)`` come out even."""
    if world == 1:
        return items
    loads = [0] * world
    mine = []
    for item in sorted(items, key=size, reverse=True):
        least = loads.index(min(loads))
        loads[least] += size(item)
        if least == rank:
            mine.append(item)
    return mine


def read_all(path: str | Path, tokenizer: Any, context_length: int, limit: int | None = None) -> list[Tokens]:
    """The first ``limit`` samples of a dataset (for validation) with plain positions, those that fit the context."""
    stream = SampleStream(path, tokenizer, batch_size=1, seed=0, context_length=context_length)
    return [s for place in range(min(limit or stream.rows, stream.rows)) for s in stream.step(place).samples]
