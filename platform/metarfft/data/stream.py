"""The samples of a training step, by the number of the step and by nothing else.

Step k of a run with B samples a step takes the samples [k B, (k+1) B) of an endless stream: the rows of a dataset,
epoch after epoch, each in its own order by the seed. What a step trains on depends on neither the
number of workers nor on where the run was interrupted.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

from metarfft.config import Positions
from metarfft.data.packing import Tokens, jump_positions
from metarfft.data.rows import DataError, Rows
from metarfft.data.tokens import encode_row

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


class SampleStream:
    """Tokenised samples of a dataset, where wanted with shares of every step from others."""

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
        mix: Sequence[tuple[str | Path, float]] = (),
        refuse_long: bool = False,
    ) -> None:
        """Samples from ``path``, of all tasks or some.

        Args:
            mix: other datasets, and the share of every step that comes from each.
            refuse_long: raise DataError at a sample longer than the context, instead of leaving it out.
        """
        self._tokenizer, self._seed = tokenizer, seed
        self._context_length, self._positions = context_length, positions or Positions()
        self._refuse_long = refuse_long
        sizes = [round(batch_size * share) for _, share in mix]
        self._parts = [(Rows(path, seed, tasks), batch_size - sum(sizes))]
        self._parts += [(Rows(other, seed), size) for (other, _), size in zip(mix, sizes, strict=True) if size]
        self.rows = self._parts[0][0].count

    def step(self, step: int, rank: int = 0, world: int = 1) -> Share:
        """The share of ``rank`` in ``step``; samples longer than the context are counted and left out, never cut."""
        rows = [
            (part, place, source[place])
            for part, (source, size) in enumerate(self._parts)
            for place in range(step * size, (step + 1) * size)
        ]
        mine = deal(rows, rank, world, lambda row: _characters(row[2]))
        samples = []
        for part, place, row in mine:
            ids, labels = encode_row(self._tokenizer, row)
            if len(ids) <= self._context_length:
                rng = random.Random(f"{self._seed}/{part}/{place}")
                samples.append(Tokens(ids, labels, jump_positions(len(ids), self._positions, rng), row["name"]))
            elif self._refuse_long:
                raise DataError(f"{row['name']} has {len(ids):,} tokens, context_length is {self._context_length:,}")
        return Share(samples, len(mine) - len(samples))


def _characters(row: dict[str, Any]) -> int:
    if "messages" in row:
        return sum(len(turn["content"]) for turn in row["messages"])
    return len(row["prompt"]) + len(row["response"])


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
