"""Evaluation as one stage: serve what is to be asked, sweep, report, and put it all on record."""

from __future__ import annotations

import json
from pathlib import Path

from transformers import AutoTokenizer

from metarfft.config import Config
from metarfft.evaluate import metrics, sweep
from metarfft.evaluate.report import write_report
from metarfft.serve.models import adapted_models
from metarfft.tracking import Run, stage_run


def evaluate(config: Config) -> Path:
    """Ask the adapted models what has not been asked yet; writes the report and returns its HTML file.

    Raises:
        FileNotFoundError: there is no adapted model or no evaluation data.
        RuntimeError: the models cannot be served or asked.
    """
    models = adapted_models(config)
    questions = sweep.pending(config, models)
    if questions:
        params = {"evaluate": config.evaluate.model_dump(), "serve": config.serve.model_dump()}
        with stage_run(config, "evaluate", params) as run:
            failed = _ask(config, questions)
            report = write_report(config)
            _record(config, run)
        if failed:
            print(f"{failed} requests failed and are in no figure; the same command asks them again")
        return report
    return write_report(config)


def _ask(config: Config, questions: list[sweep.Question]) -> int:
    tokenizers = {base: AutoTokenizer.from_pretrained(base) for base in {q.model.base for q in questions}}
    if config.evaluate.endpoint:
        return sweep.ask(config, config.evaluate.endpoint, questions, tokenizers)
    from metarfft.serve.app import serving  # Ray and vLLM, which a given endpoint does not need here

    models = {question.model.name: question.model for question in questions}
    with serving(config, list(models.values())) as url:
        return sweep.ask(config, url, questions, tokenizers)


def _record(config: Config, run: Run) -> None:
    """Accuracy by length (the step), how many answers left their rule by which kind of error, the report's files."""
    results = metrics.read(sweep.results_file(config), config.adapt.methods, config.adapt.seeds)
    run.log_metrics({"answers": results.asked, "failed": results.failed})
    for method, tasks in results.accuracy.items():
        for task in tasks:
            for length, value in results.by_length(method, task).items():
                run.log_metrics({f"accuracy.{method}.{task}": value}, step=length)
    figures = json.loads((config.root / "report" / "metrics.json").read_text())
    for method, errors in figures["errors"].items():
        for counts in (errors["outcomes"], errors["kinds"]):
            run.log_metrics({f"process.{method}.{name}": count for name, count in counts.items()})
    for file in sorted((config.root / "report").iterdir()):
        run.log_file(file, "report")
