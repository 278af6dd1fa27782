"""The file of a sweep's results: one line for each sample and model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from metarfft.config import Config


def results_file(config: Config) -> Path:
    """Where the results of an experiment's sweep are."""
    return config.root / "evaluate" / "results.jsonl"


def compared(config: Config) -> Iterator[dict[str, Any]]:
    """The rows that the configuration compares: of its methods and seeds, of unadapted and of chat models.

    Raises:
        FileNotFoundError: there are no results yet.
    """
    seeds = dict.fromkeys(config.adapt.methods, config.adapt.seeds)  # the others have one seed
    with results_file(config).open() as lines:
        for row in map(json.loads, lines):
            if row["method"] in config.compared and row["seed"] in seeds.get(row["method"], [row["seed"]]):
                yield row
