"""Plans: which samples each split holds, in which order. A plan depends on the configuration and the code alone."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import cast

import pyarrow as pa

import metarfft
from metarfft import rules, samples, tasks
from metarfft.config import Config, Method, Split
from metarfft.data.shards import JOBS, Recipe, plan_digest
from metarfft.samples import SYNTHETIC, make_sample

_TRIES = 4  # inputs drawn for each one wanted, when looking for those that are not held out


@dataclass(frozen=True)
class Plan:
    """The plan of a split.

    Attributes:
        jobs: one row for each sample, in the order in which the rows are stored (schema `shards.JOBS`).
        overlap: per task and length, how many samples have an input that the held-out split has too.
        shards: the jobs of each shard and their digest.
    """

    name: str
    recipe: Recipe
    jobs: pa.Table
    overlap: dict[str, dict[int, int]]
    shards: list[tuple[pa.Table, str]]

    def counts(self) -> dict[str, dict[int, int]]:
        """Samples per task and length."""
        pairs = Counter(zip(self.jobs["task"].to_pylist(), self.jobs["length"].to_pylist(), strict=True))
        counts: dict[str, dict[int, int]] = {}
        for task, length in sorted(pairs):
            counts.setdefault(task, {})[length] = pairs[task, length]
        return counts


def data_method(method: Method) -> samples.Method:
    """The data that a method trains on: Meta-RFFT differs from RFFT in its starting model only."""
    if method == "meta-rfft":
        return "rfft"
    return method


def split_names(config: Config) -> list[str]:
    """The splits of a configuration: those of RF-pretraining, then training and test data of each method."""
    adapted = list(dict.fromkeys(map(data_method, config.adapt.methods)))
    unadapted = ["rfft"] if config.evaluate.unadapted else []
    asked = dict.fromkeys([*adapted, *unadapted, *(chat.prompt for chat in config.evaluate.chat)])
    return ["pretrain", "validation", *(f"adapt-{m}" for m in adapted), *(f"evaluate-{m}" for m in asked)]


def needed_splits(config: Config) -> list[str]:
    """The splits that the stages of an experiment read: with an RF-pretrained model given, RF-pretraining's are not."""
    needed = split_names(config)
    if config.model.pretrained is not None:
        needed.remove("validation")
        mixes = [mix for method in config.adapt.methods for mix in config.adapt.of(method).mix]
        if not any(mix.replay for mix in mixes):
            needed.remove("pretrain")
    return needed


def make_plans(config: Config, names: list[str]) -> list[Plan]:
    """The plans of the named splits; those that hold no samples are left out."""
    plans = []
    jobs: dict[str, tuple[pa.Table, dict[str, dict[int, int]]]] = {}
    for name in names:
        salt, _, method = name.partition("-")
        if salt not in jobs:  # all methods get the same inputs
            jobs[salt] = _jobs(config, salt)
        table, overlap = jobs[salt]
        if table.num_rows == 0:
            continue
        code = _code_version(set(table["task"].unique().to_pylist()))
        split: Split = getattr(config.data, salt)
        style, kinds = split.style or config.data.style, tuple(split.synthetic_kinds)
        recipe = Recipe(config.seed, salt, cast(samples.Method, method or "rfft"), style, code, kinds, split.unroll)
        size = config.data.rows_per_shard
        parts = [table.slice(start, size) for start in range(0, table.num_rows, size)]
        plans.append(Plan(name, recipe, table, overlap, [(part, plan_digest(recipe, part)) for part in parts]))
    return plans


def _jobs(config: Config, salt: str) -> tuple[pa.Table, dict[str, dict[int, int]]]:
    split: Split = getattr(config.data, salt)
    rng = Random(f"{config.seed}/{salt}/plan")
    rows: list[tuple[str, int, int]] = []
    overlap: dict[str, dict[int, int]] = {}
    for task in tasks.select(split.tasks):
        for length in filter(task.has_length, dict.fromkeys(split.lengths)):
            held_out = _held_out(config, salt, task, length)
            indices, shared = _choose(task.id, length, split.samples, config.seed, salt, held_out)
            rows += [(task.id, length, index) for index in indices]
            if shared:
                overlap.setdefault(task.id, {})[length] = shared
    lengths = split.synthetic_lengths or split.lengths
    rows += [(SYNTHETIC, rng.choice(lengths), index) for index in range(split.synthetic)]
    rng.shuffle(rows)
    jobs = [
        {
            "position": position,
            "task": task_id,
            "length": length,
            "index": index,
            "shots": int(rng.random() < split.shots),
            "rename": rng.random() < split.rename,
        }
        for position, (task_id, length, index) in enumerate(rows)
    ]
    return pa.Table.from_pylist(jobs, schema=JOBS), overlap


def _held_out(config: Config, salt: str, task: tasks.Task, length: int) -> set[str]:
    """The inputs of this task and length in the split that is held out from ``salt``."""
    other = {"pretrain": "validation", "adapt": "evaluate"}.get(salt)
    if other is None:
        return set()
    split: Split = getattr(config.data, other)
    if length not in split.lengths or task not in tasks.select(split.tasks):
        return set()
    return {_input(task.id, length, config.seed, index, other) for index in range(split.samples)}


def _choose(task: str, length: int, count: int, seed: int, salt: str, excluded: set[str]) -> tuple[list[int], int]:
    """Numbers of ``count`` samples whose inputs are not ``excluded``. Where the length has too few such inputs (there
    are ten one-digit numbers), excluded ones fill up; their number is returned too."""
    if not excluded:
        return list(range(count)), 0
    fresh: list[int] = []
    shared: list[int] = []
    for index in range(_TRIES * count):
        if len(fresh) == count:
            break
        (shared if _input(task, length, seed, index, salt) in excluded else fresh).append(index)
    filled = shared[: count - len(fresh)]
    return fresh + filled, len(filled)


def _input(task: str, length: int, seed: int, index: int, salt: str) -> str:
    return json.dumps(make_sample(task, length, seed, index, method="direct", split=salt)["input"], sort_keys=True)


def _code_version(names: set[str]) -> str:
    """Version of the code that makes the rows of these tasks: the package's, and a digest of the sources they need."""
    files = [Path(samples.__file__), Path(tasks.__file__), *Path(rules.__path__[0]).rglob("*.py")]
    used = [task for task in tasks.all_tasks().values() if task.id in names]
    if SYNTHETIC in names:  # composed rules are compared with the downstream tasks, which they must not give away
        used += tasks.select("downstream")
    files += {Path(inspect.getfile(task.rule)) for task in used}
    digest = hashlib.sha256()
    for file in sorted(files, key=lambda file: file.name):
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return f"{metarfft.__version__}+{digest.hexdigest()[:16]}"
