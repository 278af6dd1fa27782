"""Packing tokenised samples into rows without padding, position jumps, and the tensors that a model takes."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from metarfft.config import Positions

IGNORED = -100  # label of a token that carries no loss, as everywhere in transformers


class Tokens(NamedTuple):
    """A tokenised sample. ``labels[i]`` is ``ids[i]`` where the token is to be learnt and `IGNORED` elsewhere."""

    ids: np.ndarray
    labels: np.ndarray
    positions: np.ndarray
    name: str = ""


class Batch(NamedTuple):
    """One packed row as a model takes it, and the targets of the positions that carry loss."""

    inputs: dict[str, Tensor | int]
    targets: Tensor  # (n,), the token that follows each position in inputs["logits_to_keep"]
    tokens: int  # tokens in the row, 0 for an empty one
    names: tuple[str, ...] = ()  # of its samples

    @property
    def learnt(self) -> int:
        """The number of targets."""
        return len(self.targets) if self.tokens else 0

    def to(self, device: torch.device | str) -> Batch:
        inputs = {k: v.to(device, non_blocking=True) if isinstance(v, Tensor) else v for k, v in self.inputs.items()}
        return self._replace(inputs=inputs, targets=self.targets.to(device, non_blocking=True))


def jump_positions(length: int, positions: Positions, rng: random.Random) -> np.ndarray:
    """Position ids for a sample of ``length`` tokens; in a share of the samples with 1 to 8 random jumps forward.

    The jumps let a model meet distances that only longer samples have. The stretched sample spans at most
    ``positions.span`` times its length, short ones being taken as 300 tokens long.
    """
    ids = np.arange(length, dtype=np.int64)
    if rng.random() >= positions.share:
        return ids
    total = rng.randint(0, int((positions.span - 1) * max(length, 300)))
    cuts = [rng.randrange(length) for _ in range(rng.randint(1, 8))]
    weights = [rng.random() for _ in cuts]
    jumps = np.zeros(length, dtype=np.int64)
    for cut, weight in zip(cuts, weights, strict=True):
        jumps[cut] += int(total * weight / sum(weights))
    return ids + jumps.cumsum()


def pack(samples: Sequence[Tokens], capacity: int) -> list[list[Tokens]]:
    """The samples in as few rows of at most ``capacity`` tokens as a greedy (first-fit decreasing) packing finds.

    A sample longer than ``capacity`` gets a row of its own.
    """
    rows: list[list[Tokens]] = []
    room: list[int] = []
    for sample in sorted(samples, key=lambda s: len(s.ids), reverse=True):
        size = len(sample.ids)
        at = next((i for i, free in enumerate(room) if free >= size), None)
        if at is None:
            at = len(rows)
            rows.append([])
            room.append(capacity)
        rows[at].append(sample)
        room[at] -= size
    return rows


def collate(samples: Sequence[Tokens]) -> Batch:
    """One packed row. No attention mask: transformers would let samples see each other with one."""
    lengths = [len(s.ids) for s in samples]
    bounds = torch.tensor([0, *np.cumsum(lengths)], dtype=torch.int32)
    # A token is predicted one place earlier, by the token before it.
    labels = np.concatenate([np.append(s.labels[1:], IGNORED) for s in samples])
    kept = np.flatnonzero(labels != IGNORED)
    inputs: dict[str, Tensor | int] = {
        "input_ids": torch.from_numpy(np.concatenate([s.ids for s in samples]))[None],
        "position_ids": torch.from_numpy(np.concatenate([s.positions for s in samples]))[None],
        "logits_to_keep": torch.from_numpy(kept),
        "cu_seq_lens_q": bounds,
        "cu_seq_lens_k": bounds,
        "max_length_q": max(lengths),
        "max_length_k": max(lengths),
    }
    return Batch(inputs, torch.from_numpy(labels[kept]), sum(lengths), tuple(s.name for s in samples))


def empty() -> Batch:
    """A row without loss: what a rank runs when others have more rows, since collectives need every rank."""
    token = np.zeros(1, dtype=np.int64)
    batch = collate([Tokens(token, np.full(1, IGNORED), token)])
    return batch._replace(
        inputs={**batch.inputs, "logits_to_keep": torch.zeros(1, dtype=torch.long)},
        targets=torch.tensor([IGNORED]),
        tokens=0,
    )
