"""Why models fail: the processes of a whole sweep scored, counted, and sampled for reading."""

from __future__ import annotations

import json
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from statistics import mean
from typing import Any

import pyarrow.parquet as pq
from joblib import Parallel, delayed

from metarfft.config import UNADAPTED, Config
from metarfft.data.plan import data_method
from metarfft.evaluate.process import KINDS, OUTCOMES, Kind, Outcome, Process, score
from metarfft.evaluate.results import compared, results_file
from metarfft.rules import STYLES, Rule
from metarfft.rules.styles.marks import plain
from metarfft.rules.verify import first_mark

BEFORE, AFTER = 8, 16  # lines shown around a divergence
LARGE = 2**24  # bytes of results from which all cores score them: about 2,000 answers, ten seconds


@dataclass(frozen=True)
class Scored:
    """An answer of a rule-following method (a row of results), its sample (a row of data) and its process.

    Most texts are dropped, as those of a large sweep together would fill the memory: see `score_sweep`.
    """

    answer: dict[str, Any]
    sample: dict[str, Any]
    process: Process


@dataclass(frozen=True)
class Errors:
    """The errors of one method.

    Attributes:
        outcomes: how many answers ended how.
        kinds: of the answers whose process is not right, how many first left the rule by which kind of error.
        wrong_count: share of the answers with a wrong result in which some loop's iteration count is wrong, the paper's
            measure of loop maintenance; None when no result is wrong. A runaway counts as a wrong result.
        too_few, too_many: the shares with fewer and with more iterations, all loops together.
        count_error: mean of the absolute relative error of the iteration count over these answers.
    """

    outcomes: dict[Outcome, int]
    kinds: dict[Kind, int]
    wrong_count: float | None
    too_few: float | None
    too_many: float | None
    count_error: float | None

    @property
    def answers(self) -> int:
        return sum(self.outcomes.values())

    @property
    def diverged(self) -> int:
        return sum(self.kinds.values())


def score_sweep(config: Config) -> list[Scored]:
    """The processes of all answers of the rule-following methods that results and data are there for.

    An answer to a sample that the data does not hold any more (it was generated anew) is left out. ``text`` is kept of
    at most ``evaluate.trajectories`` wrong processes of a method, task, length and kind, and None in all others.
    """
    kept: Counter[tuple[str, str, int, Kind | None]] = Counter()
    samples: dict[tuple[str, int, int], dict[str, Any]] = {}
    for file in sorted((config.root / "data" / "evaluate-rfft").glob("part-*.parquet")):
        for row in pq.read_table(file).to_pylist():
            samples[row["task"], row["length"], row["index"]] = row
    following = {method for method in config.adapt.methods if data_method(method) == "rfft"} | set(UNADAPTED)

    waiting: deque[tuple[dict[str, Any], dict[str, Any]]] = deque()

    def calls() -> Iterator[Any]:
        for answer in compared(config):
            if answer["method"] not in following or answer.get("text") is None:
                continue
            sample = samples.get((answer["task"], answer["length"], answer["index"]))
            if sample and sample["answer"] == answer["answer"]:
                waiting.append((answer, sample))
                yield delayed(_score)(answer, sample)

    scored = []
    many = results_file(config).stat().st_size >= LARGE
    parallel = Parallel(n_jobs=-1 if many else 1, return_as="generator", batch_size=64 if many else 1)
    for process in parallel(calls()):
        answer, sample = waiting.popleft()
        key = (answer["method"], answer["task"], answer["length"], process.kind)
        kept[key] += 1
        if process.kind is None or kept[key] > config.evaluate.trajectories:
            answer["text"] = None
        scored.append(Scored(answer, sample, process))
    return scored


def _score(answer: dict[str, Any], sample: dict[str, Any]) -> Process:
    rule, inputs, style = _rule(sample["rule"]), json.loads(sample["input"]), sample["style"]
    base = first_mark(rule.trajectory(inputs, style), sample["response"]) if STYLES[style].marked else None
    return score(rule, inputs, answer["text"], style, answer["finish_reason"], base)


@lru_cache(maxsize=512)
def _rule(source: str) -> Rule:
    return Rule(source)


def summarise(processes: Iterable[tuple[str, Process]]) -> dict[str, Errors]:
    """The errors of each method, from pairs of a method and the process of one of its answers."""
    methods: dict[str, list[Process]] = defaultdict(list)
    for method, process in processes:
        methods[method].append(process)
    return {method: _errors(found) for method, found in methods.items()}


def kept(process: Process) -> dict[str, Any]:
    """What a report's answers.jsonl keeps of a process: enough to count it."""
    return {
        "outcome": process.outcome, "kind": process.kind, "iterations": process.iterations, "loops": process.loops,
    }  # fmt: skip


def restored(row: Mapping[str, Any]) -> Process | None:
    """The process that a row of answers.jsonl keeps, as far as `summarise` counts it; None where none was scored."""
    if "loops" not in row:
        return None
    return Process(row["outcome"], row["kind"], misread=False, divergence=None, steps=0, loops=row["loops"])


def _errors(processes: list[Process]) -> Errors:
    outcomes = Counter(process.outcome for process in processes)
    kinds = Counter(process.kind for process in processes if process.kind)
    wrong = [process for process in processes if process.outcome in ("wrong", "runaway")]
    counts = [process.iterations for process in wrong]

    def share(hits: Iterable[bool]) -> float | None:
        return mean(hits) if wrong else None

    return Errors(
        outcomes={outcome: outcomes[outcome] for outcome in OUTCOMES},
        kinds={kind: kinds[kind] for kind in KINDS},
        wrong_count=share([any(n["got"] != n["expected"] for n in process.loops.values()) for process in wrong]),
        too_few=share([got < true for true, got in counts]),
        too_many=share([got > true for true, got in counts]),
        count_error=mean(abs(process.iteration_error) for process in wrong) if wrong else None,
    )


def to_read(scored: Iterable[Scored], each: int) -> list[dict[str, Any]]:
    """Wrong processes for a person to read: at most ``each`` of a method and length, of as many kinds as there are, out
    of those that have their text.

    Returns:
        for each: what it is of, its kind, and lines ``(expected, got)`` around the divergence, ``at`` being the first
        that differs.
    """
    groups: dict[tuple[str, int], list[Scored]] = defaultdict(list)
    for one in scored:
        if one.answer["text"] is not None:
            groups[one.answer["method"], one.answer["length"]].append(one)
    chosen = []
    for _, group in sorted(groups.items()):
        seen: Counter[tuple[Kind | None, str]] = Counter()
        ranked: list[tuple[int, int, Scored]] = []
        for one in sorted(group, key=lambda o: (o.answer["task"], o.answer["index"], o.answer["seed"])):
            key = (one.process.kind, one.answer["task"])
            ranked.append((seen[key], len(ranked), one))
            seen[key] += 1
        chosen += [_shown(one) for _, _, one in sorted(ranked, key=lambda r: r[:2])[:each]]
    return chosen


def _shown(one: Scored) -> dict[str, Any]:
    process, divergence = one.process, one.process.divergence
    assert divergence is not None
    true = [line.rstrip() for line in one.sample["response"].strip("\n").split("\n")]
    got = [line.rstrip() for line in one.answer["text"].strip("\n").split("\n")]
    at = next((n for n, (a, b) in enumerate(zip(true, got, strict=False)) if a != b), min(len(true), len(got)))
    start, end = max(0, at - BEFORE), at + AFTER
    rows = [(true[n] if n < len(true) else None, got[n] if n < len(got) else None) for n in range(start, end)]
    expected, count = process.iterations
    return {
        **{key: one.answer[key] for key in ("method", "model", "task", "length", "index")},
        "question": one.sample["prompt"].rpartition("Q: ")[2].removesuffix("A:\n").strip(),
        "rule": one.sample["rule"],
        "outcome": process.outcome,
        "kind": process.kind,
        "misread": process.misread,
        "step": divergence.step,
        "line": divergence.line,
        "steps": process.steps,
        "iterations": (expected, count),
        "answers": (plain(one.sample["answer"]), one.answer["got"]),
        "start": start,
        "at": at,
        "rows": [row for row in rows if row != (None, None)],
        "more": (max(0, len(true) - end), max(0, len(got) - end)),
    }
