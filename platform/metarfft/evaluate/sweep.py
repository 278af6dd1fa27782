"""The length sweep: asks served models the evaluation samples through the OpenAI-compatible API, many at a time.

Results are appended to ``evaluate/results.jsonl`` as they come, one line for each sample and model. A sample that stands
there is never asked again, so an interrupted sweep goes on where it stopped.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
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

RETRIES, BACKOFF = 5, 1.0  # tries after the first, and seconds before the first of them (doubling)
_COLUMNS = ["task", "length", "index", "prompt", "response", "answer"]


@dataclass(frozen=True)
class Candidate:
    """A model to evaluate: its name at the endpoint, and which evaluation data it is asked."""

    name: str
    method: str
    seed: int
    tasks: tuple[str, ...] = ()  # of a model adapted to some tasks only


def sweep(config: Config, endpoint: str, candidates: list[Candidate], tokenizer: Any) -> Path:
    """Ask every candidate its samples; returns the file of results.

    Args:
        endpoint: base URL of an OpenAI-compatible API, ending in ``/v1``.
        tokenizer: that of the models, so that they get the very ids that they were trained on.

    Raises:
        RuntimeError: the endpoint does not know a model, or no request succeeds.
    """
    path = config.root / "evaluate" / "results.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    done = {_key(row) for row in _answered(path)}
    asked = [(c, row) for c in candidates for row in _rows(config, c) if (c.name, row["task"], row["length"], row["index"]) not in done]
    if asked:
        asyncio.run(_ask_all(config, endpoint, asked, len(done), path, tokenizer))
    return path


def _key(row: dict[str, Any]) -> tuple[str, str, int, int]:
    return row["model"], row["task"], row["length"], row["index"]


def _answered(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a results file that hold an answer; a line cut off by a kill, and failures, are dropped from the file."""
    if not path.exists():
        return
    kept = []
    for line in path.read_text().splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if row["correct"] is not None:
            kept.append(line)
            yield row
    part = path.with_suffix(".part")
    part.write_text("".join(f"{line}\n" for line in kept))
    part.replace(path)


def _rows(config: Config, candidate: Candidate) -> list[dict[str, Any]]:
    """The evaluation samples of a candidate, short ones first."""
    folder = config.root / "data" / f"evaluate-{data_method(candidate.method)}"  # type: ignore[arg-type]
    files = sorted(folder.glob("*.parquet"))
    if not files:
        raise FileNotFoundError(f"{folder} is no dataset yet: run jobs/generate.py first")
    rows = [row for file in files for row in pq.read_table(file, columns=_COLUMNS).to_pylist()]
    chosen = [row for row in rows if not candidate.tasks or row["task"] in candidate.tasks]
    return sorted(chosen, key=lambda row: (row["length"], row["task"], row["index"]))


async def _ask_all(
    config: Config,
    endpoint: str,
    asked: list[tuple[Candidate, dict[str, Any]]],
    done: int,
    path: Path,
    tokenizer: Any,
) -> None:
    settings = config.evaluate
    limits = httpx.Limits(max_connections=settings.concurrency, max_keepalive_connections=settings.concurrency)
    places = asyncio.Semaphore(settings.concurrency)
    failed = 0
    # Longest first keeps the engine full to the end: no few long answers are left over when all else is done.
    asked = sorted(asked, key=lambda item: -item[1]["length"])
    async with httpx.AsyncClient(base_url=endpoint, timeout=settings.timeout, limits=limits) as client:
        await _check_models(client, {candidate.name for candidate, _ in asked})
        with path.open("a") as out, tqdm(total=done + len(asked), initial=done, desc="evaluate", unit="sample") as bar:

            async def one(candidate: Candidate, row: dict[str, Any]) -> None:
                nonlocal failed
                async with places:
                    result = await _ask(client, config, candidate, row, tokenizer)
                out.write(json.dumps(result, ensure_ascii=False) + "\n")
                out.flush()
                failed += result["correct"] is None
                bar.update()

            await asyncio.gather(*(one(candidate, row) for candidate, row in asked))
    if failed == len(asked):
        raise RuntimeError(f"none of {failed} requests to {endpoint} succeeded; the errors are in {path}")
    if failed:
        print(f"{failed} of {len(asked)} requests failed and are in no figure; the same command asks them again")


async def _check_models(client: httpx.AsyncClient, names: set[str]) -> None:
    served = {model["id"] for model in (await client.get("models")).raise_for_status().json()["data"]}
    if missing := sorted(names - served):
        raise RuntimeError(f"{client.base_url} does not serve {', '.join(missing)}; it serves {', '.join(sorted(served))}")


async def _ask(
    client: httpx.AsyncClient, config: Config, candidate: Candidate, row: dict[str, Any], tokenizer: Any
) -> dict[str, Any]:
    """One result row; ``correct`` is None, and ``error`` says why, when no answer could be had."""
    result = {
        "model": candidate.name, "method": candidate.method, "seed": candidate.seed,
        "task": row["task"], "length": row["length"], "index": row["index"], "answer": row["answer"],
    }  # fmt: skip
    prompt = encode_prompt(tokenizer, row["prompt"])
    truth = len(tokenizer(row["response"], add_special_tokens=False)["input_ids"])
    body = {
        "model": candidate.name,
        "prompt": prompt,
        "max_tokens": min(int(truth * config.evaluate.head_room) + 16, config.serve.max_model_len - len(prompt)),
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
