"""Accuracy by length and the paper's two figures, from the results of a sweep.

Definitions (Meta-RFFT, arXiv 2502.11525): ACC_Len30 is the accuracy at length 30, Max_Len_90% the longest length at
which the accuracy is at least 90%; means over tasks, and here over seeds. Where a sweep asks only some lengths,
"longest" is among those.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

ByLength = dict[int, float]


@dataclass(frozen=True)
class Summary:
    """The figures of one method on one task (or, as means, on all).

    Attributes:
        in_distribution: mean accuracy over the asked lengths that adaptation saw.
        beyond: mean accuracy over the longer ones.
        spread: lowest and highest ``beyond`` of the seeds.
        at_30: ACC_Len30, None when length 30 was not asked.
        longest_90: Max_Len_90%, 0 when no length reaches 90%.
    """

    in_distribution: float
    beyond: float
    spread: tuple[float, float]
    at_30: float | None
    longest_90: float


@dataclass(frozen=True)
class Results:
    """Accuracies of a sweep: ``accuracy[method][task][seed][length]``, each the share of right answers.

    ``asked`` counts the samples with an answer, ``failed`` those without one (the endpoint's error), which are in no
    figure.
    """

    accuracy: dict[str, dict[str, dict[int, ByLength]]]
    asked: int
    failed: int

    def by_length(self, method: str, task: str) -> ByLength:
        """Accuracy at each length, mean over seeds."""
        seeds = self.accuracy[method][task].values()
        lengths = sorted({length for seed in seeds for length in seed})
        return {length: mean(seed[length] for seed in seeds if length in seed) for length in lengths}

    def tasks(self) -> list[str]:
        return sorted({task for tasks in self.accuracy.values() for task in tasks})


def read(path: Path, methods: Collection[str], seeds: Collection[int]) -> Results:
    """The results of these methods and seeds in a sweep's ``results.jsonl``."""
    with path.open() as lines:
        rows = map(json.loads, lines)
        return collect(row for row in rows if row["method"] in methods and row["seed"] in seeds)


def collect(rows: Iterable[dict[str, Any]]) -> Results:
    """Accuracies from result rows (see `sweep`); one whose ``correct`` is None was not answered and does not count."""
    answers: dict[tuple[str, str, int, int], list[bool]] = defaultdict(list)
    failed = 0
    for row in rows:
        if row["correct"] is None:
            failed += 1
        else:
            answers[row["method"], row["task"], row["seed"], row["length"]].append(row["correct"])
    accuracy: dict[str, dict[str, dict[int, ByLength]]] = {}
    for method, task, seed, length in sorted(answers):
        seeds = accuracy.setdefault(method, {}).setdefault(task, {})
        seeds.setdefault(seed, {})[length] = mean(answers[method, task, seed, length])
    return Results(accuracy, sum(map(len, answers.values())), failed)


def summarise(results: Results, method: str, task: str, in_distribution: int) -> Summary:
    """The figures of ``method`` on ``task``; lengths up to ``in_distribution`` were seen in adaptation."""
    curve = results.by_length(method, task)
    seeds = results.accuracy[method][task].values()
    beyond = [_mean(seed, lambda n: n > in_distribution) for seed in seeds]
    return Summary(
        in_distribution=_mean(curve, lambda n: n <= in_distribution),
        beyond=mean(beyond),
        spread=(min(beyond), max(beyond)),
        at_30=curve.get(30),
        longest_90=mean(max((n for n, value in seed.items() if value >= 0.9), default=0) for seed in seeds),
    )


def summarise_all(results: Results, method: str, in_distribution: int) -> Summary:
    """The figures of ``method``, means over its tasks."""
    each = [summarise(results, method, task, in_distribution) for task in sorted(results.accuracy[method])]
    at_30 = [summary.at_30 for summary in each if summary.at_30 is not None]
    return Summary(
        in_distribution=mean(s.in_distribution for s in each),
        beyond=mean(s.beyond for s in each),
        spread=(mean(s.spread[0] for s in each), mean(s.spread[1] for s in each)),
        at_30=mean(at_30) if at_30 else None,
        longest_90=mean(s.longest_90 for s in each),
    )


def _mean(curve: ByLength, chosen: Callable[[int], bool]) -> float:
    values = [value for length, value in curve.items() if chosen(length)]
    return mean(values) if values else float("nan")
