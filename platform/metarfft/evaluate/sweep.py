"""The length sweep: asks served models the evaluation samples through the OpenAI-compatible API, many at a time.

Results are appended to ``evaluate/results.jsonl`` as they come, one line for each sample and model. What is there is
not asked again, so an interrupted sweep goes on where it stopped; where the model or the data has changed since, it is.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import math
from collections import defaultdict, deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
from tqdm import tqdm

from metarfft.config import Config
from metarfft.data.plan import data_method
from metarfft.data.tokens import encode_prompt
from metarfft.rules import parse_answer, same_answer
from metarfft.serve.models import Model

RETRIES, BACKOFF = 5, 1.0  # tries after the first, and seconds before the first of them (doubling)
_COLUMNS = ["task", "length", "index", "prompt", "response", "answer"]


@dataclass(frozen=True)
class Question:
    """A sample (a row of evaluation data) that a model is to be asked; ``digest`` tells the two from other versions."""

    model: Model
    row: dict[str, Any]
    digest: str


def results_file(config: Config) -> Path:
    """Where the results of an experiment's sweep are."""
    return config.root / "evaluate" / "results.jsonl"


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


def ask(config: Config, endpoint: str, questions: list[Question], tokenizers: dict[str, Any]) -> int:
    """Ask the questions and append the results; returns how many of them could not be asked.

    Args:
        endpoint: base URL of an OpenAI-compatible API, ending in ``/v1``.
        tokenizers: for each of the models' bases, so that a model gets the very ids that it was trained on.

    Raises:
        RuntimeError: the endpoint cannot be reached or does not know a model, or no request succeeds.
    """
    return asyncio.run(_ask_all(config, endpoint, questions, tokenizers))


def _data(model: Model) -> str:
    return data_method(model.method or "rfft")  # type: ignore[arg-type]


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
    told = [model.digest, data, config.evaluate.head_room, config.serve.max_model_len]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def _keep_answered(path: Path, current: dict[str, str]) -> list[dict[str, Any]]:
    """The answered rows of a results file. The others are dropped from it: failures, a line cut off by a kill, and rows
    of a model in ``current`` with another digest than there."""
    if not path.exists():
        return []
    kept = []
    for line in path.read_text().splitlines():
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


async def _ask_all(config: Config, endpoint: str, questions: list[Question], tokenizers: dict[str, Any]) -> int:
    path = results_file(config)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    with path.open() as answered:
        done = sum(1 for _ in answered)
    # Each set of weights is an engine of its own and gets its own share of requests. Longest first keeps the engines
    # full to the end; model by model within a length, so that few adapters meet in a batch.
    queues: dict[str, deque[Question]] = defaultdict(deque)
    for question in sorted(questions, key=lambda q: -q.row["length"]):
        queues[question.model.base].append(question)
    places = config.evaluate.concurrency * len(queues)
    limits = httpx.Limits(max_connections=places, max_keepalive_connections=places)
    failed = 0
    async with httpx.AsyncClient(base_url=endpoint, timeout=config.evaluate.timeout, limits=limits) as client:
        await _check_models(client, {question.model.name for question in questions})
        first = questions[0]
        ids = encode_prompt(tokenizers[first.model.base], first.row["prompt"])
        print(f"first prompt: {len(ids)} token ids to {first.model.name}, {ids[:12]} ... {ids[-12:]}")
        bar = tqdm(total=done + len(questions), initial=done, desc="evaluate", unit="answer", smoothing=0)
        with path.open("a") as out, bar:

            async def work(queue: deque[Question], tokenizer: Any) -> None:
                nonlocal failed
                while queue:
                    result = await _ask(client, config, queue.popleft(), tokenizer)
                    out.write(json.dumps(result, ensure_ascii=False) + "\n")
                    out.flush()
                    failed += result["correct"] is None
                    bar.update()

            workers = [
                work(queue, tokenizers[base])
                for base, queue in queues.items()
                for _ in range(config.evaluate.concurrency)
            ]
            await asyncio.gather(*workers)
    if failed == len(questions):
        raise RuntimeError(f"none of {failed} requests to {endpoint} succeeded; the errors are in {path}")
    return failed


async def _check_models(client: httpx.AsyncClient, names: set[str]) -> None:
    try:
        listed = (await client.get("models")).raise_for_status().json()["data"]
    except (httpx.HTTPError, ValueError, KeyError) as error:
        raise RuntimeError(f"{client.base_url}models cannot be read: {error}") from None
    served = {model["id"] for model in listed}
    if missing := sorted(names - served):
        raise RuntimeError(
            f"{client.base_url} does not serve {', '.join(missing)}; it serves {', '.join(sorted(served))}"
        )


async def _ask(client: httpx.AsyncClient, config: Config, question: Question, tokenizer: Any) -> dict[str, Any]:
    """One result row; ``correct`` is None, and ``error`` says why, when no answer could be had."""
    model, row = question.model, question.row
    result = {
        "model": model.name, "method": model.method, "seed": model.seed, "digest": question.digest,
        "task": row["task"], "length": row["length"], "index": row["index"], "answer": row["answer"],
    }  # fmt: skip
    prompt = encode_prompt(tokenizer, row["prompt"])
    truth = len(tokenizer(row["response"], add_special_tokens=False)["input_ids"]) + 1  # and the end of text
    if len(prompt) + truth > config.serve.max_model_len:
        error = f"{len(prompt)} + {truth} tokens do not fit serve.max_model_len {config.serve.max_model_len}"
        return {**result, "got": None, "correct": None, "error": error}
    body = {
        "model": model.name,
        "prompt": prompt,
        "max_tokens": min(math.ceil(truth * config.evaluate.head_room), config.serve.max_model_len - len(prompt)),
        "temperature": 0.0,
        "top_p": 1.0,
        "seed": 0,
        "spaces_between_special_tokens": False,
    }
    try:
        answer = await _post(client, body)
    except (httpx.HTTPError, ValueError, KeyError) as error:
        return {**result, "got": None, "correct": None, "error": f"{type(error).__name__}: {error}"[:500]}
    choice = answer["choices"][0]
    got = parse_answer(choice["text"])
    return {
        **result,
        "got": got,
        "correct": choice["finish_reason"] == "stop" and same_answer(row["answer"], got),
        "finish_reason": choice["finish_reason"],
        "output_tokens": answer["usage"]["completion_tokens"],
        "text": choice["text"],
    }


async def _post(client: httpx.AsyncClient, body: dict[str, Any]) -> dict[str, Any]:
    """The endpoint's answer; overload and errors of the server or the network are tried again."""
    for attempt in range(RETRIES + 1):
        try:
            response = await client.post("completions", json=body)
            if response.status_code != 429 and response.status_code < 500:
                return response.raise_for_status().json()
            if attempt == RETRIES:
                response.raise_for_status()
        except httpx.TransportError:
            if attempt == RETRIES:
                raise
        await asyncio.sleep(BACKOFF * 2**attempt)
    raise AssertionError("unreachable")
