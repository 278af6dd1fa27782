"""What a tiny base model learns before anything else: to copy and to look up, over random tokens.

Models this small do not find these skills inside rule-following text in reasonable time. The samples hold no rule, no
question and no step of a trajectory: chunks of random tokens that come again, a store of variables that is read back,
and lists whose elements are found by following their marks.
"""

from __future__ import annotations

import random
import re
from typing import Any

import numpy as np

from metarfft.config import Positions
from metarfft.data.packing import IGNORED, Tokens, jump_positions
from metarfft.data.stream import Share, deal
from metarfft.rules.styles.marks import MARKS, mark

Piece = tuple[str, bool]  # text, and whether it is to be learnt


class WarmupStream:
    """Endless warm-up samples for a tokenizer; sample i of a seed is always the same."""

    def __init__(self, tokenizer: Any, *, batch_size: int, seed: int, positions: Positions | None = None) -> None:
        self._tokenizer, self._batch_size, self._seed = tokenizer, batch_size, seed
        self._positions = positions or Positions()
        vocabulary = tokenizer.get_vocab()
        special = set(tokenizer.all_special_ids)
        self._random_ids = sorted(i for i in vocabulary.values() if i not in special)
        self._names = sorted(piece for piece in vocabulary if re.fullmatch(r"[a-z]\w*", piece))
        self._values = [*map(chr, range(65, 91)), *map(chr, range(97, 123)), *"0123456789" * 5]

    def step(self, step: int, rank: int = 0, world: int = 1) -> Share:
        """The share of ``rank`` in ``step``."""
        places = list(range(step * self._batch_size, (step + 1) * self._batch_size))
        return Share([self.sample(place) for place in deal(places, rank, world, lambda place: 1)])

    def sample(self, place: int) -> Tokens:
        """The sample at this place of the stream."""
        rng = random.Random(f"warm-up/{self._seed}/{place}")
        kind = rng.choice([self._chunks, self._store, self._lists])
        end = (self._tokenizer.eos_token_id, True)  # or no method could learn in a few steps when to stop
        ids, learnt = map(np.array, zip(*kind(rng), end, strict=True))
        labels = np.where(learnt, ids, IGNORED)
        return Tokens(ids, labels, jump_positions(len(ids), self._positions, rng))

    def _chunks(self, rng: random.Random) -> list[tuple[int, bool]]:
        """Short chunks of random tokens that come again in any order; a repetition is learnt after its first token."""
        chunks = [rng.choices(self._random_ids, k=rng.randint(3, 9)) for _ in range(rng.randint(3, 12))]
        again = rng.choices(chunks, k=rng.randint(1, 3) * len(chunks))
        first = [(token, False) for chunk in chunks for token in chunk]
        return first + [(token, i > 0) for chunk in again for i, token in enumerate(chunk)]

    def _store(self, rng: random.Random) -> list[tuple[int, bool]]:
        """Assignments to a few variables; in between some are read back, and the latest value counts."""
        names = rng.sample(self._names, rng.randint(2, 6))
        values: dict[str, str] = {}
        pieces: list[Piece] = []
        for _ in range(rng.randint(15, 50)):
            if not values or rng.random() < 0.4:
                name = rng.choice(names)
                values[name] = rng.choice(self._values) if rng.random() < 0.7 else str(rng.randint(10, 199))
                pieces.append((f"\nnow {name}={values[name]}", False))
            else:
                for i, name in enumerate(rng.sample(sorted(values), min(len(values), rng.randint(1, 2)))):
                    pieces += [(" " if i else "\n", False), (f"{name}=", False), (values[name], True)]
                pieces.append((";" if rng.random() < 0.5 else "", False))
        return self._encode(pieces)

    def _lists(self, rng: random.Random) -> list[tuple[int, bool]]:
        """Marked lists, then their elements one by one from the front: the next mark, and what stands behind it."""
        base = rng.randrange(MARKS)
        lists: dict[str, list[str]] = {}
        pieces: list[Piece] = []
        for name in rng.sample(self._names, rng.randint(1, 3)):
            items = [f"{mark(base + i)}{rng.choice(self._values)}" for i in range(rng.randint(2, 20))]
            base += len(items)
            lists[name] = [*items, mark(base)]
            base += 1
            pieces.append((f"\n{name}=[{''.join(lists[name])}]", False))
        while lists:
            name = rng.choice(sorted(lists))
            head = lists[name].pop(0)
            pieces += [(f"\n{name}=", False), (head, True), (f";{name}=", False), (lists[name][0], True)]
            if len(lists[name]) == 1:
                del lists[name]
        return self._encode(pieces)

    def _encode(self, pieces: list[Piece]) -> list[tuple[int, bool]]:
        encoded = self._tokenizer([text for text, _ in pieces], add_special_tokens=False)["input_ids"]
        return [(token, learnt) for ids, (_, learnt) in zip(encoded, pieces, strict=True) for token in ids]
