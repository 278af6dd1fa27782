"""Accuracy by length and the paper's two figures, from the results of a sweep.

Definitions (Meta-RFFT, arXiv 2502.11525): ACC_Len30 is the accuracy at length 30, Max_Len_90% the longest length at
which the accuracy is at least 90%, each for one task and then as the mean over the tasks. "Longest" means just that: a
shorter length under 90% does not matter. It is 0 when no length reaches 90%, and where a sweep asks only some lengths,
it is among those. An accuracy is that of the answers of all seeds together; Max_Len_90% is taken for each seed, as each
is one model, and then the mean. Intervals are at 95% (see `statistics`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import mean
from typing import Any

from metarfft.evaluate.statistics import Interval, mean_interval, wilson

ByLength = dict[int, float]


@dataclass(frozen=True)
class Summary:
    """The figures of one method on one task (or, as means, on all).

    Attributes (None where no such length was asked):
        in_distribution: mean accuracy over the asked lengths that adaptation saw.
        beyond: mean accuracy over the longer ones.
        spread: lowest and highest ``beyond`` of the seeds.
        at_30: ACC_Len30.
        longest_90: Max_Len_90%, 0 when no length reaches 90%.
        intervals: of the first, the second and the fourth, by their names.
    """

    in_distribution: float | None
    beyond: float | None
    spread: tuple[float, float] | None
    at_30: float | None
    longest_90: float
    intervals: dict[str, Interval | None]


@dataclass(frozen=True)
class Results:
    """Accuracies of a sweep: ``accuracy[method][task][seed][length]``, each the share of right answers.

    ``counts[method][task][length]`` is (right, answered) of all seeds together. ``asked`` counts the samples with an
    answer, ``failed`` those without one (the endpoint's error), which are in no figure.
    """

    accuracy: dict[str, dict[str, dict[int, ByLength]]]
    counts: dict[str, dict[str, dict[int, tuple[int, int]]]]
    asked: int
    failed: int

    def by_length(self, method: str, task: str) -> ByLength:
        """Accuracy at each length, of all seeds together."""
        return {length: right / asked for length, (right, asked) in self.counts[method][task].items()}

    def intervals(self, method: str, task: str) -> dict[int, Interval]:
        """The Wilson interval of each of these accuracies."""
        return {length: wilson(right, asked) for length, (right, asked) in self.counts[method][task].items()}

    def tasks(self) -> list[str]:
        return sorted({task for tasks in self.accuracy.values() for task in tasks})


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
    counts: dict[str, dict[str, dict[int, tuple[int, int]]]] = {}
    for method, task, seed, length in sorted(answers):
        given = answers[method, task, seed, length]
        accuracy.setdefault(method, {}).setdefault(task, {}).setdefault(seed, {})[length] = mean(given)
        lengths = counts.setdefault(method, {}).setdefault(task, {})
        right, asked = lengths.get(length, (0, 0))
        lengths[length] = (right + sum(given), asked + len(given))
    ordered = {m: {t: dict(sorted(by.items())) for t, by in tasks.items()} for m, tasks in counts.items()}
    return Results(accuracy, ordered, sum(map(len, answers.values())), failed)


def summarise(results: Results, method: str, task: str, in_distribution: int) -> Summary:
    """The figures of ``method`` on ``task``; lengths up to ``in_distribution`` were seen in adaptation."""
    return _summary(results, method, [task], in_distribution)


def summarise_all(results: Results, method: str, in_distribution: int) -> Summary:
    """The figures of ``method``, means over its tasks."""
    return _summary(results, method, sorted(results.accuracy[method]), in_distribution)


def _summary(results: Results, method: str, tasks: list[str], in_distribution: int) -> Summary:
    parts: dict[str, Callable[[int], bool]] = {
        "in_distribution": lambda n: n <= in_distribution,
        "beyond": lambda n: n > in_distribution,
        "at_30": lambda n: n == 30,
    }
    means: dict[str, float | None] = {}
    intervals: dict[str, Interval | None] = {}
    for part, chosen in parts.items():
        cells = [[c for n, c in results.counts[method][task].items() if chosen(n)] for task in tasks]
        weighted = [(right, asked, 1 / len(lengths)) for lengths in cells for right, asked in lengths]
        means[part] = _mean(_mean(right / asked for right, asked in lengths) for lengths in cells)
        intervals[part] = mean_interval(weighted) if weighted else None
    curves = [results.accuracy[method][task] for task in tasks]

    def of_seed(seed: int) -> float | None:
        """The figure of one seed: as ``beyond``, the mean over tasks of the mean over lengths."""
        own = [curve.get(seed, {}) for curve in curves]
        return _mean(_mean(share for n, share in curve.items() if parts["beyond"](n)) for curve in own)

    seeds = [share for seed in sorted(set().union(*curves)) if (share := of_seed(seed)) is not None]
    return Summary(
        in_distribution=means["in_distribution"],
        beyond=means["beyond"],
        spread=(min(seeds), max(seeds)) if seeds else None,
        at_30=means["at_30"],
        longest_90=mean(mean(map(_longest_90, curve.values())) for curve in curves),
        intervals=intervals,
    )


def _longest_90(seed: ByLength) -> int:
    return max((length for length, value in seed.items() if value >= 0.9), default=0)


def _mean(values: Iterable[float | None]) -> float | None:
    """The mean of those values that there are; None where there is none."""
    there = [value for value in values if value is not None]
    return mean(there) if there else None
