"""The complete state of a rule at a loop test, and going on from it: to come."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

Place = tuple[tuple[int, int], ...]


def skip(values: Iterable[Any], count: int) -> Iterator[Any]:
    return itertools.islice(values, count, None)
