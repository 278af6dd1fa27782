"""General data from a model's own answers: questions with known answers are asked, right answers are kept.

Every answer is written to a log as it comes, which is what a later run with the same settings goes on from.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from metarfft.serve.ask import EndpointError, check_url

INSTRUCTION = "Think step by step, and end with the line: So the answer is <answer>"
_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
_SAID = re.compile(r"(?:answer is|####)[\s:]*", re.IGNORECASE)


@dataclass(frozen=True)
class Question:
    """A question and its reference answer, of which what follows the last ``####`` counts (as in GSM8K)."""

    text: str
    answer: str


@dataclass(frozen=True)
class Settings:
    """How the questions are asked."""

    endpoint: str
    model: str
    samples: int = 1
    temperature: float = 0.7
    max_tokens: int = 1024
    concurrency: int = 64
    seed: int = 0


def read_questions(path: Path) -> list[Question]:
    """The questions of a JSONL or Parquet file with the columns ``question`` and ``answer``.

    Raises:
        ValueError: the file is of another kind or lacks a column.
    """
    rows: list[Any]
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        rows = pq.read_table(path).to_pylist()
    elif path.suffix == ".jsonl":
        try:
            rows = [json.loads(line) for line in path.read_text().split("\n") if line.strip()]
        except json.JSONDecodeError as error:
            raise ValueError(f"{path} is not JSON lines: {error}") from None
    else:
        raise ValueError(f"{path}: give a .jsonl or .parquet file with the columns question and answer")
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict) or row.get("question") is None or row.get("answer") is None:
            raise ValueError(f"{path}, row {number}: no question or no answer")
    return [Question(str(row["question"]), str(row["answer"])) for row in rows]


def right(response: str, reference: str) -> bool:
    """Whether ``response`` ends with the reference: behind its last "answer is", or as its last line's last number."""
    wanted = _plain(reference.rpartition("####")[2])
    *before, last = _SAID.split(response)
    said = last.strip().split("\n")[0 if before else -1]
    if _number(wanted) is None:
        return bool(before) and _plain(said) == wanted
    numbers = _NUMBER.findall(said)
    return bool(numbers) and _number(numbers[0 if before else -1]) == _number(wanted)


def _plain(text: str) -> str:
    return re.sub(r"\\boxed\{(.*)\}", r"\1", text.strip()).strip(" .*$`\"'()").casefold()


def _number(text: str) -> float | None:
    match = _NUMBER.fullmatch(text)
    return float(match[0].replace(",", "")) if match else None


def distill(questions: list[Question], out: Path, settings: Settings) -> tuple[int, int]:
    """Asks what has not been answered yet and writes the right answers to ``out`` as chats (JSON lines).

    The log of all answers lies beside it, in ``<out>.log``. Answers that were cut off at ``max_tokens`` count as wrong,
    and the same answer to a question is kept once.

    Returns:
        The number of answers, and of those kept.

    Raises:
        EndpointError: the endpoint cannot be reached or does not know the model; the log keeps what came before.
    """
    check_url(settings.endpoint)
    log = out.with_name(f"{out.name}.log")
    out.parent.mkdir(parents=True, exist_ok=True)
    answers = dict(_read_log(log))
    wanted = {_key(question, index, settings): question for question in questions for index in range(settings.samples)}
    missing = [(key, wanted[key]) for key in wanted if key not in answers]
    if missing:
        with log.open("a") as file:
            answers |= asyncio.run(_ask_all(missing, file, settings, len(wanted)))
    kept = {(q.text, text): None for key, q in wanted.items() if (text := answers[key]) and right(text, q.answer)}
    part = out.with_name(f".{out.name}")
    with part.open("w") as file:
        for text, response in kept:
            turns = [{"role": "user", "content": _prompt(text)}, {"role": "assistant", "content": response}]
            file.write(json.dumps({"messages": turns}, ensure_ascii=False) + "\n")
    part.replace(out)
    return len(wanted), len(kept)


async def _ask_all(
    missing: list[tuple[str, Question]], log: TextIO, settings: Settings, total: int
) -> dict[str, str | None]:
    import openai
    from tqdm import tqdm

    answers: dict[str, str | None] = {}
    coming = iter(missing)
    key = os.environ.get("OPENAI_API_KEY", "none")
    with tqdm(total=total, initial=total - len(missing), unit="answer") as bar:

        async def ask(client: openai.AsyncOpenAI) -> None:
            for name, question in coming:  # shared: each takes the next one
                try:
                    answers[name] = await _ask(client, question, name, settings)
                except openai.BadRequestError as error:  # this question only, too long for example
                    tqdm.write(f"{question.text[:60]!r} is refused: {' '.join(str(error).split())[:200]}")
                    answers[name] = None
                log.write(json.dumps([name, answers[name]], ensure_ascii=False) + "\n")
                log.flush()
                bar.update()

        try:
            async with (
                openai.AsyncOpenAI(base_url=settings.endpoint, api_key=key) as client,
                asyncio.TaskGroup() as all_,
            ):
                for _ in range(min(settings.concurrency, len(missing))):
                    all_.create_task(ask(client))
        except* openai.NotFoundError:
            raise EndpointError(f"{settings.endpoint} does not serve {settings.model}") from None
        except* openai.OpenAIError as errors:
            raise EndpointError(f"{settings.endpoint}: {errors.exceptions[0]}") from None
    return answers


async def _ask(client: Any, question: Question, name: str, settings: Settings) -> str | None:
    """One answer; None when it was cut off."""
    done = await client.chat.completions.create(
        model=settings.model,
        messages=[{"role": "user", "content": _prompt(question.text)}],
        temperature=settings.temperature,
        top_p=1.0,  # said, or a server takes the model's own
        max_tokens=settings.max_tokens,
        seed=int(name[:7], 16),
    )
    choice = done.choices[0]
    return choice.message.content if choice.finish_reason == "stop" else None


def _prompt(question: str) -> str:
    return f"{question}\n{INSTRUCTION}"


def _key(question: Question, index: int, settings: Settings) -> str:
    """What an answer depends on, as a digest: the name under which the log keeps it."""
    what = [question.text, index, settings.model, settings.temperature, settings.max_tokens, settings.seed, INSTRUCTION]
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()[:16]


def _read_log(log: Path) -> Iterator[tuple[str, str | None]]:
    """The answers of earlier runs. A last line that a kill cut off is taken away, or the next would be joined to it."""
    if not log.exists():
        return
    data = log.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    if whole != data:
        os.truncate(log, len(whole))
    for line in whole.decode().split("\n")[:-1]:  # splitlines would cut at characters that JSON leaves as they are
        key, answer = json.loads(line)
        yield key, answer
