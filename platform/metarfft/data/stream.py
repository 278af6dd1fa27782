"""The samples of a training step, by the number of the step and by nothing else.

Step k of a run with B samples a step takes the samples [k B, (k+1) B) of an endless stream: the rows of a Parquet
dataset, epoch after epoch, each in its own order by the seed. What a step trains on depends on neither the
number of workers nor on where the run was interrupted.
"""

from __future__ import annotations

import bisect
import random
from collections import OrderedDict
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from metarfft.config import Positions
from metarfft.data.packing import Tokens, jump_positions
from metarfft.data.tokens import encode_sample

Item = TypeVar("Item")


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
    visits the row groups in a shuffled order and shuffles the rows within each (which are stored in random order).
    """

    _KEPT = 3

    def __init__(self, path: str | Path, seed: int, tasks: Collection[str] = ()) -> None:
        """Opens the ``*.parquet`` files of folder ``path``; with ``tasks`` only the rows of these count.

        Raises:
            FileNotFoundError: there are none, or they have no such rows.
        """
        self._seed = seed
        self._tasks = pa.array(list(tasks), pa.string()) if tasks else None
        self._groups: list[tuple[Path, int, int]] = []  # file, row group, rows
        for file in sorted(Path(path).glob("*.parquet")):
            parquet = pq.ParquetFile(file)
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

    def __getitem__(self, place: int) -> tuple[str, str]:
        """Prompt and response at this place of the sequence."""
        epoch, at = divmod(place, self.count)
        order, ends = self._order(epoch)
        nth = bisect.bisect_right(ends, at)
        group = order[nth]
        within = int(self._shuffled(epoch, group)[at - (ends[nth] - self._groups[group][2])])
        table = self._table(group)
        return table["prompt"][within].as_py(), table["response"][within].as_py()

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
            table = pq.ParquetFile(file).read_row_group(index, columns=["prompt", "response", "task"])
            self._tables[group] = table if self._tasks is None else table.filter(pc.is_in(table["task"], self._tasks))
            if len(self._tables) > self._KEPT:
                self._tables.popitem(last=False)
        self._tables.move_to_end(group)
        return self._tables[group]


class SampleStream:
    """Tokenised samples of a Parquet dataset, where wanted with a share of every step from a second one (replay)."""

    def __init__(
        self,
        path: str | Path,
        tokenizer: Any,
        *,
        batch_size: int,
        seed: int,
        context_length: int,
        positions: Positions | None = None,
        tasks: Collection[str] = (),
        replay: tuple[str | Path, float] | None = None,
    ) -> None:
        """Samples from ``path``, of all tasks or some; with ``replay``, a folder and a share, that share from there."""
        self._tokenizer, self._seed = tokenizer, seed
        self._context_length, self._positions = context_length, positions or Positions()
        again = round(batch_size * replay[1]) if replay else 0
        self._parts = [(Rows(path, seed, tasks), batch_size - again)]
        if replay and again:
            self._parts.append((Rows(replay[0], seed), again))
        self.rows = self._parts[0][0].count

    def step(self, step: int, rank: int = 0, world: int = 1) -> Share:
        """The share of ``rank`` in ``step``; samples longer than the context are counted and left out, never cut."""
        rows = [
            (part, place, *source[place])
            for part, (source, size) in enumerate(self._parts)
            for place in range(step * size, (step + 1) * size)
        ]
        mine = deal(rows, rank, world, lambda row: len(row[2]) + len(row[3]))
        samples = []
        for part, place, prompt, response in mine:
            ids, labels = encode_sample(self._tokenizer, prompt, response)
            if len(ids) <= self._context_length:
                rng = random.Random(f"{self._seed}/{part}/{place}")
                samples.append(Tokens(ids, labels, jump_positions(len(ids), self._positions, rng)))
        return Share(samples, len(mine) - len(samples))


def deal(items: list[Item], rank: int, world: int, size: Callable[[Item], int]) -> list[Item]:
    """The items of ``rank`` when they are dealt to ``world`` workers with the sums of ``size(item)`` about even."""
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
