"""Evaluation as one stage: serve what is to be asked, sweep, report, and put it all on record."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path

from transformers import AutoTokenizer

from metarfft.config import Chat, Config
from metarfft.data.tokens import encode_prompt
from metarfft.evaluate import metrics, sweep
from metarfft.evaluate.engines import Completions, Conversation, Engine, Local, Question
from metarfft.evaluate.report import write_report
from metarfft.evaluate.results import compared, results_file
from metarfft.serve.models import Model, adapted_models, chat_models, unadapted_models
from metarfft.tracking import Run, stage_run
from metarfft.train.plan import RESULT, adapt_stages


def evaluate(config: Config) -> Path:
    """Ask the models what has not been asked yet; writes the report and returns its HTML file.

    Raises:
        FileNotFoundError: there is no model to ask or no evaluation data.
        RuntimeError: the models cannot be served or asked, or were trained with other settings.
    """
    models = _models(config)
    questions = sweep.pending(config, models)
    if questions or not _recorded(config):  # a kill may have come between the last answer and the record
        params = {"evaluate": config.evaluate.model_dump(), "serve": config.serve.model_dump()}
        with stage_run(config, "evaluate", params) as run:
            failed = _ask(config, questions) if questions else 0
            report = write_report(config)
            _record(config, run)
            for chat in config.evaluate.chat:
                run.log_metrics({f"{name}.{chat.name}": value for name, value in _spent(config, chat).items()})
            _mark(config).write_text(_digest(config))
        if failed:
            print(
                f"{failed} questions were not answered and are in no figure ({results_file(config)} says why); "
                "the same command asks them again"
            )
        return report
    return write_report(config)


def _mark(config: Config) -> Path:
    return config.root / "evaluate" / "recorded"


def _digest(config: Config) -> str:
    return hashlib.sha256(results_file(config).read_bytes()).hexdigest()


def _recorded(config: Config) -> bool:
    """Whether the results, as they are, are on record in MLflow."""
    return _mark(config).exists() and _mark(config).read_text() == _digest(config)


def _models(config: Config) -> list[Model]:
    _refuse_stale(config)
    others = chat_models(config) + (unadapted_models(config) if config.evaluate.unadapted else [])
    try:
        return adapted_models(config) + others
    except FileNotFoundError:
        if others:
            return others
        raise


def _refuse_stale(config: Config) -> None:
    """The report says what the configuration says: its models must have been trained with that."""
    with suppress(FileNotFoundError):  # of the data, where only the models are: nothing to hold them against
        stale = [stage for stage in adapt_stages(config) if (stage.out / RESULT).exists() and not stage.result()]
        if stale:
            raise RuntimeError(
                f"{', '.join(stage.name for stage in stale)}: trained with other settings or data than these; "
                "give those it was trained with, or run jobs/adapt.py with these"
            )


def _ask(config: Config, questions: list[Question]) -> int:
    chats = {model.base: chat for model, chat in zip(chat_models(config), config.evaluate.chat, strict=True)}
    asked = {question.model.base for question in questions}
    adapted = list({q.model.name: q.model for q in questions if q.model.base not in chats}.values())
    talking: dict[str, Engine] = {base: Conversation(chats[base], config.evaluate.timeout) for base in asked & {*chats}}
    tokenizers = {base: AutoTokenizer.from_pretrained(base) for base in asked - {*chats}}
    if not tokenizers:
        return sweep.ask(config, talking, questions)
    first = next(question for question in questions if question.model.base in tokenizers)
    ids = encode_prompt(tokenizers[first.model.base], first.row["prompt"])
    print(f"first prompt: {len(ids)} token ids to {first.model.name}, {ids[:12]} ... {ids[-12:]}")
    if config.evaluate.endpoint is None and config.evaluate.engine == "transformers":
        local = {
            base: Local(base, [m for m in adapted if m.base == base], config, tokenizer)
            for base, tokenizer in tokenizers.items()
        }
        return sweep.ask(config, {**talking, **local}, questions)

    def completions(url: str) -> dict[str, Engine]:
        return {base: Completions(url, config, tokenizer) for base, tokenizer in tokenizers.items()}

    if config.evaluate.endpoint:
        return sweep.ask(config, {**talking, **completions(config.evaluate.endpoint)}, questions)
    from metarfft.serve.app import serving  # Ray and vLLM, which the others do not need

    with serving(config, adapted) as url:
        return sweep.ask(config, {**talking, **completions(url)}, questions)


def _spent(config: Config, chat: Chat) -> dict[str, float]:
    """What a chat model's answers took, over all sweeps: tokens and, where a price is known, dollars; also printed."""
    rows = [row for row in compared(config) if row["method"] == chat.name]
    given, said = (sum(row.get(kind) or 0 for row in rows) for kind in ("input_tokens", "output_tokens"))
    spent: dict[str, float] = {"input_tokens": given, "output_tokens": said}
    if chat.price:
        spent["dollars"] = (given * chat.price[0] + said * chat.price[1]) / 1e6
    cost = f", ${spent['dollars']:.2f}" if chat.price else ""
    print(f"{chat.name}: {len(rows):,} answers, {given:,} input and {said:,} output tokens{cost}")
    return spent


def _record(config: Config, run: Run) -> None:
    """Accuracy by length (the step), how many answers left their rule by which kind of error, the report's files."""
    results = metrics.collect(compared(config))
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
