"""The length sweep: asks models the evaluation samples, many at a time, whatever engine answers.

Results are appended to ``evaluate/results.jsonl`` as they come, one line for each sample and model. What is there is
not asked again, so an interrupted sweep goes on where it stopped; where the model or the data has changed since, it is.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import defaultdict, deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from tqdm import tqdm

from metarfft.config import Config
from metarfft.data.plan import data_method
from metarfft.evaluate.engines import Engine, Question
from metarfft.evaluate.results import results_file
from metarfft.serve.models import Model

_COLUMNS = ["task", "length", "index", "prompt", "response", "answer"]


def pending(config: Config, models: list[Model]) -> list[Question]:
    """What is still to be asked of ``models``. Results that a changed model or dataset has made stale are removed.

    Raises:
        FileNotFoundError: the evaluation data has not been made.
    """
    data = {method: _read(config, method) for method in {_data(model) for model in models}}
    current = {model.name: _digest(config, model, data[_data(model)][1]) for model in models}
    done = {
        (row["model"], row["task"], row["length"], row["index"])
        for row in _keep_answered(results_file(config), current)
    }
    return [
        Question(model, row, current[model.name])
        for model in models
        for row in data[_data(model)][0]
        if (not model.tasks or row["task"] in model.tasks)
        and (model.name, row["task"], row["length"], row["index"]) not in done
    ]


def ask(config: Config, engines: Mapping[str, Engine], questions: list[Question]) -> int:
    """Ask the questions and append the results; returns how many of them could not be asked.

    Args:
        engines: for each of the models' bases, what answers for it.

    Raises:
        RuntimeError: an engine cannot be reached or does not know a model, or no question was ever answered.
    """
    return asyncio.run(_ask_all(config, engines, questions))


def _data(model: Model) -> str:
    """The method whose samples a model is asked."""
    return model.prompts or data_method(model.method or "rfft")  # type: ignore[arg-type]


def _read(config: Config, method: str) -> tuple[list[dict[str, Any]], str]:
    """The evaluation samples of a method and their content hash."""
    folder = config.root / "data" / f"evaluate-{method}"
    try:
        manifest = json.loads((folder / "manifest.json").read_text())
    except FileNotFoundError:
        raise FileNotFoundError(f"{folder} is no dataset yet: run jobs/generate.py first") from None
    files = sorted(folder.glob("part-*.parquet"))
    return [row for file in files for row in pq.read_table(file, columns=_COLUMNS).to_pylist()], manifest[
        "content_hash"
    ]


def _digest(config: Config, model: Model, data: str) -> str:
    chat = model.method in {chat.name for chat in config.evaluate.chat}  # whose settings are in its own digest
    limits = [] if chat else [config.evaluate.head_room, config.serve.max_model_len, config.serve.dtype]
    told = [model.digest, data, *limits]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def _keep_answered(path: Path, current: dict[str, str]) -> list[dict[str, Any]]:
    """The answered rows of a results file. The others are dropped from it: failures, a line cut off by a kill, and rows
    of a model in ``current`` with another digest than there."""
    if not path.exists():
        return []
    kept = []
    for line in path.read_text().split("\n"):  # splitlines would cut at characters that JSON leaves as they are
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if row["correct"] is not None and current.get(row["model"], row.get("digest")) == row.get("digest"):
            kept.append(row)
    part = path.with_suffix(".part")
    part.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in kept))
    part.replace(path)
    return kept


async def _ask_all(config: Config, engines: Mapping[str, Engine], questions: list[Question]) -> int:
    path = results_file(config)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    with path.open() as answered:
        done = sum(1 for _ in answered)
    # Each base is an engine of its own and gets its own share of requests. Longest first keeps the engines full to the
    # end; model by model within a length, so that few adapters meet in a batch.
    queues: dict[str, deque[Question]] = defaultdict(deque)
    for question in sorted(questions, key=lambda q: -q.row["length"]):
        queues[question.model.base].append(question)
    failures = 0
    try:
        for base, queue in queues.items():
            await engines[base].check({question.model.name for question in queue})
        bar = tqdm(total=done + len(questions), initial=done, desc="evaluate", unit="answer", smoothing=0)
        with path.open("a") as out, bar:

            async def work(base: str) -> None:
                nonlocal failures
                while queues[base]:
                    question = queues[base].popleft()
                    result = {**_about(question), **await engines[base].reply(question)}
                    out.write(json.dumps(result, ensure_ascii=False) + "\n")
                    out.flush()
                    failures += result["correct"] is None
                    bar.update()

            async with asyncio.TaskGroup() as workers:
                for base, queue in queues.items():
                    for _ in range(min(engines[base].places, len(queue))):
                        workers.create_task(work(base))
    except* RuntimeError as errors:  # one is enough: the others are the same or follow from it
        raise errors.exceptions[0] from None
    finally:
        for engine in engines.values():
            await engine.close()
    if failures == len(questions) and not done:
        raise RuntimeError(f"none of {failures} questions was answered; the errors are in {path}")
    return failures


def _about(question: Question) -> dict[str, Any]:
    model, row = question.model, question.row
    return {
        "model": model.name, "method": model.method, "seed": model.seed, "digest": question.digest,
        "task": row["task"], "length": row["length"], "index": row["index"], "answer": row["answer"],
    }  # fmt: skip
