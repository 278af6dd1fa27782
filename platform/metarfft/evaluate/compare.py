"""Runs compared: figures and tables on what all were asked, and paired tests on the samples that two share.

A run is an experiment's output folder or the id of an MLflow run: of an evaluation, or of a whole experiment, whose
last evaluation counts. Every method of a run is a line of its own.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import TypeAdapter

from metarfft.evaluate import metrics, plots
from metarfft.evaluate.errors import restored, summarise
from metarfft.evaluate.pages import environment, inline
from metarfft.evaluate.process import OUTCOMES
from metarfft.evaluate.report import PAPER
from metarfft.evaluate.statistics import Paired, paired
from metarfft.rules import same_answer

# What a run is read from, in its output folder or among the artifacts of its MLflow run.
ANSWERS, FIGURES = "report/answers.jsonl", "report/metrics.json"
Losses = dict[str, list[tuple[int, float]]]
_LOSSES = TypeAdapter(Losses)
_KEYS = {"method": str, "seed": int, "task": str, "length": int, "index": int, "answer": str, "correct": bool}
STORE = "sqlite:///outputs/mlflow.db"


@dataclass(frozen=True)
class Series:
    """One method of one run.

    Attributes:
        name: what figures and tables call it.
        rows: its answers, as in answers.jsonl.
        losses: (step, loss) pairs of its training, by stage: its adaptations and, for Meta-RFFT, RF-pretraining.
    """

    name: str
    run: str
    method: str
    rows: list[dict[str, Any]]
    losses: Losses


@dataclass(frozen=True)
class Pair:
    """A paired comparison of two series.

    Attributes:
        all: on all shared samples; ``beyond``: on those of lengths beyond adaptation's; None when there is none.
        other: tasks left out, since the two were asked different samples of them.
    """

    first: str
    second: str
    all: Paired | None
    beyond: Paired | None
    other: list[str]

    @property
    def note(self) -> str | None:
        """What kept the two from being paired, in part or wholly; None where nothing did."""
        if self.all and not self.other:
            return None
        told = "answered no sample with the same seed"
        if self.other:
            told = f"were asked different samples of {', '.join(self.other)}"
        left = ", which their test leaves out" if self.all else ": no test"
        return f"{self.first} and {self.second} {told}{left}."


def compare(runs: list[str], output: Path, in_distribution: int = 5, store: str | None = None) -> str:
    """Compare runs; writes compare.html, compare.md, compare.json and the figures (SVG and PNG) to ``output``.

    Args:
        runs: output folders or MLflow run ids, two or more.
        in_distribution: longest length seen in adaptation.
        store: MLflow's tracking URI; default: MLFLOW_TRACKING_URI, else the SQLite store under ``outputs``.

    Returns:
        The text of compare.md.

    Raises:
        ValueError: a run does not exist or holds no results, or the runs were asked nothing in common.
    """
    if in_distribution < 1:
        raise ValueError(f"the longest length seen in adaptation must be 1 or more, not {in_distribution}")
    series = load(runs, store)
    results = metrics.collect({**row, "method": one.name} for one in series for row in one.rows)
    names = [one.name for one in series if one.name in results.counts]
    cells = [{(task, n) for task, by in results.counts[name].items() for n in by} for name in names]
    if not names or not (common := set.intersection(*cells)):
        raise ValueError("; ".join(["the runs share no task and length that all were asked", *_asked(series)]))
    rows = [{**row, "method": one.name} for one in series for row in one.rows if (row["task"], row["length"]) in common]
    shared = metrics.collect(rows)
    failures = summarise((row["method"], process) for row in rows if (process := restored(row)))
    summaries = {name: metrics.summarise_all(shared, name, in_distribution) for name in names}
    pairs = pair_up([one for one in series if one.name in names], in_distribution)

    output.mkdir(parents=True, exist_ok=True)
    trained = {one.name: one.losses for one in series if one.losses}
    figures = ["overview", "accuracy", *(["failures"] if failures else []), *(["losses"] if trained else [])]
    files = {figure: [output / f"{figure}.svg", output / f"{figure}.png"] for figure in figures}
    plots.overview(summaries, in_distribution, files["overview"])
    titles = {task: task for task in results.tasks()}
    plots.accuracy_by_length(results, titles, in_distribution, files["accuracy"], plots.looks(names))
    if failures:
        plots.failures(failures, files["failures"])
    if trained:
        plots.losses_compared(trained, files["losses"])
    context = {
        "methods": {one.name: one.method for one in series},
        "summaries": summaries,
        "errors": failures,
        "names": {name: name for name in names},
        "outcomes": OUTCOMES,
        "pairs": [pair for pair in pairs if pair.all],
        "notes": [pair.note for pair in pairs if pair.note],
        "paper": PAPER,
        "seen": in_distribution,
        "tasks": sorted({task for task, _ in common}),
        "lengths": sorted({length for _, length in common}),
        "left_out": max(map(len, cells)) > len(common),
        "answers": Counter(row["method"] for row in rows),
        "svg": {figure: inline(drawn[0]) for figure, drawn in files.items()},
    }
    templates = environment()
    text = templates.get_template("compare.md").render(context)
    (output / "compare.md").write_text(text)
    (output / "compare.html").write_text(templates.get_template("compare.html").render(context))
    told = {
        "summary": {name: asdict(summary) for name, summary in summaries.items()},
        "errors": {name: asdict(found) for name, found in failures.items()},
        "paired": [asdict(pair) for pair in pairs],
    }
    (output / "compare.json").write_text(json.dumps(told, indent=1, allow_nan=False) + "\n")
    return text


def load(runs: list[str], store: str | None = None) -> list[Series]:
    """The methods of all runs, in the order of the runs and of `plots.METHODS`.

    Raises:
        ValueError: a run does not exist or holds no results, or is named twice.
    """
    places = {Path(run).resolve() for run in runs}  # a run's id stays what it is, in whatever folder
    if len(places) < max(2, len(runs)):
        raise ValueError(f"give two or more different runs to compare, not {', '.join(runs) or 'none'}")
    found = {run: _run(run, store) for run in runs}
    labels = _labels({run: label for run, (label, *_) in found.items()})
    series = []
    for run, (_, rows, losses) in found.items():
        methods = sorted({row["method"] for row in rows}, key=lambda m: ([*plots.METHODS, m].index(m), m))
        for method in methods:
            known = plots.METHODS.get(method, (method,))[0]
            chosen = [row for row in rows if row["method"] == method]
            stages = (f"adapt/{method}/", *(["pretrain"] if method == "meta-rfft" else []))
            own = {stage: points for stage, points in losses.items() if stage.startswith(stages)}
            series.append(Series(f"{labels[run]}: {known}", labels[run], method, chosen, own))
    return series


def pair_up(series: list[Series], in_distribution: int) -> list[Pair]:
    """The paired comparisons: of two runs the same method, or, where they have no method in common, any two."""
    pairs = []
    for first, second in combinations(series, 2):
        common = {s.method for s in series if s.run == first.run} & {s.method for s in series if s.run == second.run}
        if first.run == second.run or (common and first.method != second.method):
            continue
        shared, other = _shared(first, second)
        beyond = [outcome for (_, _, length, _), outcome in shared.items() if length > in_distribution]
        every, longer = (paired(outcomes) if outcomes else None for outcomes in (shared.values(), beyond))
        pairs.append(Pair(first.name, second.name, every, longer, other))
    return pairs


def _asked(series: list[Series]) -> list[str]:
    """For each run, what it was asked."""
    runs: dict[str, list[dict[str, Any]]] = {}
    for one in series:
        runs.setdefault(one.run, []).extend(one.rows)
    told = []
    for run, rows in runs.items():
        tasks, lengths = ({row[key] for row in rows} for key in ("task", "length"))
        told.append(f"{run}: {', '.join(sorted(tasks))}, lengths {min(lengths)}-{max(lengths)}")
    return told


def _shared(first: Series, second: Series) -> tuple[dict[tuple[int, str, int, int], tuple[bool, bool]], list[str]]:
    """What two series answered, by (seed, task, length, index), and the tasks they were asked different samples of."""
    keyed = [
        {(row["seed"], row["task"], row["length"], row["index"]): row for row in one.rows if row["correct"] is not None}
        for one in (first, second)
    ]
    both = keyed[0].keys() & keyed[1].keys()
    other = {key[1] for key in both if not same_answer(keyed[0][key]["answer"], keyed[1][key]["answer"])}
    shared = {key: (keyed[0][key]["correct"], keyed[1][key]["correct"]) for key in sorted(both) if key[1] not in other}
    return shared, sorted(other)


def _labels(names: Mapping[str, str]) -> dict[str, str]:
    """Labels that tell runs apart: names as far as they differ, else with a part of the run's own, else that whole."""
    values = list(names.values())
    labels = {
        run: name if values.count(name) == 1 else f"{name} ({Path(run).parent.name if os.sep in run else run[:8]})"
        for run, name in names.items()
    }
    given = list(labels.values())
    return {run: label if given.count(label) == 1 else run for run, label in labels.items()}


def _run(run: str, store: str | None) -> tuple[str, list[dict[str, Any]], Losses]:
    """A run's name, its answers and its training losses."""
    folder = Path(run)
    if folder.is_dir():
        if not (folder / ANSWERS).exists():
            raise ValueError(f"{run} holds no results: there is no {ANSWERS} (jobs/evaluate.py makes it)")
        return folder.resolve().name, _read(run, folder / ANSWERS), _losses(run, folder / FIGURES)
    return _from_mlflow(run, store or os.environ.get("MLFLOW_TRACKING_URI") or STORE)


def _from_mlflow(run: str, store: str) -> tuple[str, list[dict[str, Any]], Losses]:
    file = Path(store.removeprefix("sqlite:///"))
    if store.startswith("sqlite:") and not file.exists():  # a client would make one
        raise ValueError(f"no folder is called {run}, and there is no MLflow store {file} (--store names another)")
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    client = MlflowClient(tracking_uri=store)
    try:
        info = client.get_run(run)
        name = client.get_experiment(info.info.experiment_id).name
        if info.data.tags.get("stage") == "experiment":
            query = f"tags.`mlflow.parentRunId` = '{run}' and tags.stage = 'evaluate'"
            newest = ["attributes.start_time DESC"]
            children = client.search_runs([info.info.experiment_id], query, order_by=newest, max_results=1)
            info = children[0] if children else info
    except MlflowException as error:
        if error.error_code not in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            raise ValueError(f"the MLflow store {store} cannot be read: {' '.join(str(error).split())}") from None
        raise ValueError(f"no folder and no MLflow run in {store} is called {run}") from None
    with TemporaryDirectory() as place:
        try:
            answers, figures = (client.download_artifacts(info.info.run_id, name, place) for name in (ANSWERS, FIGURES))
        except (MlflowException, OSError):
            stage = info.data.tags.get("stage", "no stage of metarfft")
            raise ValueError(
                f"run {run} ({stage}) holds no results: it has no {ANSWERS} or no {FIGURES}; jobs/evaluate.py logs both"
            ) from None
        return name, _read(run, Path(answers)), _losses(run, Path(figures))


def _losses(run: str, path: Path) -> Losses:
    """Those that a report has kept; older ones have none."""
    try:
        return _LOSSES.validate_python(json.loads(path.read_text()).get("losses", {})) if path.exists() else {}
    except (ValueError, AttributeError):
        raise ValueError(f"{run}: {path.name} is not a report's file of figures") from None


def _read(run: str, path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    try:
        rows = [json.loads(line) for line in path.read_text().split("\n") if line]
        rows = [row for row in rows if row["correct"] is not None and row["method"] is not None]
        complete = all(isinstance(row.get(key), kind) for row in rows for key, kind in _KEYS.items())
    except (ValueError, KeyError, TypeError):
        complete = False
    if not complete:
        raise ValueError(f"{run}: {path.name} is not a file of result rows")
    if not rows:
        raise ValueError(f"{run} holds no results: {path.name} has no answer")
    return rows
