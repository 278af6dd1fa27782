"""What answers the questions of a sweep: served adapted models, chat models behind any API, or transformers alone."""

from __future__ import annotations

import asyncio
import logging
import math
import os
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Protocol

import openai

from metarfft.config import Chat, Config
from metarfft.data.tokens import encode_prompt
from metarfft.evaluate.answers import final_answer, kind_of, same_final_answer
from metarfft.hardware import fast_bf16
from metarfft.rules import parse_answer, same_answer
from metarfft.serve.models import Model

for _talkative in ("httpx", "httpx2"):  # openai's client: a line for each request
    logging.getLogger(_talkative).setLevel(logging.WARNING)
RETRIES = 6  # of a request that the endpoint was too busy for, or failed, or cut off: with growing pauses
# The samples are not to blame: asking the others would fail the same way.
_HOPELESS = (openai.AuthenticationError, openai.PermissionDeniedError, openai.NotFoundError)
_UNREADABLE = (openai.OpenAIError, ValueError, IndexError, TypeError, AttributeError)  # no answer, or no completion
_ENDINGS = ("stop", "length")  # of an answer; what a filter, an error or a shutdown cut off is none


@dataclass(frozen=True)
class Question:
    """A sample (a row of evaluation data) that a model is to be asked; ``digest`` tells the two from other versions."""

    model: Model
    row: dict[str, Any]
    digest: str


class Engine(Protocol):
    """Answers questions, ``places`` at a time."""

    places: int

    async def check(self, names: set[str]) -> None:
        """Sees that models of these names can be asked.

        Raises:
            RuntimeError: they cannot.
        """

    async def reply(self, question: Question) -> dict[str, Any]:
        """What a result row says of the answer: ``got``, ``correct``, ``finish_reason``, ``text`` and token counts.
        Where none could be had ``correct`` is None, and ``error`` says why.

        Raises:
            RuntimeError: no question can be answered.
        """

    async def close(self) -> None:
        """Ends it."""


def failed(reason: object) -> dict[str, Any]:
    """A reply without an answer: not a wrong one, and asked again by the next sweep."""
    return {"got": None, "correct": None, "error": " ".join(str(reason).split())[:500]}


def prompt_and_limit(config: Config, tokenizer: Any, row: dict[str, Any]) -> tuple[list[int], int]:
    """The prompt's ids, and how many tokens the answer may have: the true one's and head-room, so that a runaway loop
    is cut off.

    Raises:
        ValueError: prompt and true answer do not fit the context.
    """
    prompt = encode_prompt(tokenizer, row["prompt"])
    truth = len(tokenizer(row["response"], add_special_tokens=False)["input_ids"]) + 1  # and the end of text
    room = config.serve.max_model_len - len(prompt)
    if truth > room:
        raise ValueError(f"{len(prompt)} + {truth} tokens do not fit serve.max_model_len {config.serve.max_model_len}")
    return prompt, min(math.ceil(truth * config.evaluate.head_room), room)


def _client(endpoint: str, key: str, timeout: float) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(
        base_url=endpoint, api_key=os.environ.get(key, "none"), max_retries=RETRIES, timeout=timeout
    )


async def _served(client: openai.AsyncOpenAI) -> set[str]:
    try:
        return {model.id async for model in client.with_options(max_retries=1).models.list()}
    except (openai.OpenAIError, ValueError, TypeError) as error:
        raise RuntimeError(f"{client.base_url}models cannot be read: {error}") from None


class Completions:
    """Adapted models at an OpenAI-compatible API. It is sent token ids: the very ones that training saw."""

    def __init__(self, endpoint: str, config: Config, tokenizer: Any) -> None:
        self.places = config.evaluate.concurrency
        self._config, self._tokenizer = config, tokenizer
        self._client = _client(endpoint, "OPENAI_API_KEY", config.evaluate.timeout)

    async def check(self, names: set[str]) -> None:
        served = await _served(self._client)
        if missing := sorted(names - served):
            raise RuntimeError(
                f"{self._client.base_url} does not serve {', '.join(missing)}; it serves {', '.join(sorted(served))}"
            )

    async def reply(self, question: Question) -> dict[str, Any]:
        row = question.row
        try:
            prompt, most = prompt_and_limit(self._config, self._tokenizer, row)
            done = await self._client.completions.create(
                model=question.model.name,
                prompt=prompt,
                max_tokens=most,
                temperature=0.0,  # these are said, or a server takes the model's own
                top_p=1.0,
                seed=0,
                extra_body={"repetition_penalty": 1.0, "spaces_between_special_tokens": False},
            )
            choice, usage = done.choices[0], done.usage
            scored = _strictly(row["answer"], choice.text, choice.finish_reason)
        except _HOPELESS as error:
            raise RuntimeError(f"{self._client.base_url}: {error}") from None
        except _UNREADABLE as error:
            return failed(f"{type(error).__name__}: {error}")
        return {**scored, "output_tokens": usage.completion_tokens if usage else None}

    async def close(self) -> None:
        await self._client.close()


def _strictly(answer: str, text: str, finish_reason: str) -> dict[str, Any]:
    """How trained models are scored: on what they say behind their last "So the answer is", and if they end there."""
    if finish_reason not in _ENDINGS:
        return failed(f"the answer ended by {finish_reason!r}")
    got = parse_answer(text)
    correct = finish_reason == "stop" and same_answer(answer, got)
    return {"got": got, "correct": correct, "finish_reason": finish_reason, "text": text}


class Conversation:
    """A chat model behind an API: asked in words, its final answer read by the rules in `answers`."""

    def __init__(self, chat: Chat, timeout: float) -> None:
        self.places = chat.concurrency
        self._chat = chat
        self._client = _client(chat.endpoint, chat.key, timeout)
        self._gap = 60 / chat.requests_per_minute if chat.requests_per_minute else 0.0
        self._next = 0.0

    async def check(self, names: set[str]) -> None:
        try:
            served = await _served(self._client)
        except RuntimeError as error:
            if isinstance(error.__context__, openai.APIConnectionError):
                raise
            return  # not every API lists its models: the first question tells
        if self._chat.model not in served:
            raise RuntimeError(f"{self._chat.endpoint} does not serve {self._chat.model}")

    async def reply(self, question: Question) -> dict[str, Any]:
        row, chat = question.row, self._chat
        options: dict[str, Any] = {} if chat.temperature is None else {"temperature": chat.temperature}
        options |= {} if chat.max_tokens is None else {"max_tokens": chat.max_tokens}
        await self._in_turn()
        try:
            done = await self._client.chat.completions.create(
                model=chat.model,
                messages=[{"role": "user", "content": row["prompt"].removesuffix("A:\n")}],
                extra_body=chat.extra,
                **options,
            )
            choice, usage = done.choices[0], done.usage
            text = choice.message.content or ""
        except _HOPELESS as error:
            raise RuntimeError(f"{chat.endpoint}, {chat.model}: {error}") from None
        except _UNREADABLE as error:
            return failed(f"{type(error).__name__}: {error}")
        if choice.finish_reason not in _ENDINGS:
            return failed(f"the answer ended by {choice.finish_reason!r}")
        return {
            "got": final_answer(text, kind_of(row["answer"])),
            "correct": choice.finish_reason == "stop" and same_final_answer(row["answer"], text),
            "finish_reason": choice.finish_reason,
            "input_tokens": usage.prompt_tokens if usage else None,
            "output_tokens": usage.completion_tokens if usage else None,
            "text": text,
        }

    async def _in_turn(self) -> None:
        """Waits until the next request may be sent."""
        now = asyncio.get_running_loop().time()
        self._next = max(now, self._next) + self._gap
        await asyncio.sleep(self._next - self._gap - now)

    async def close(self) -> None:
        await self._client.close()


class Local:
    """Models of one base, adapted or not, by transformers in this process, one question at a time: slow, no server."""

    places = 1

    def __init__(self, base: str, models: list[Model], config: Config, tokenizer: Any) -> None:
        import torch
        from peft import PeftModel
        from transformers import AutoModelForCausalLM

        self._config, self._tokenizer = config, tokenizer
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        dtype: str = config.serve.dtype
        if dtype == "auto" and self._device == "cpu":  # as the Serve application chooses
            dtype = "bfloat16" if fast_bf16() else "float32"
        self._net: Any = AutoModelForCausalLM.from_pretrained(base, dtype=dtype).to(self._device).eval()
        for model in models:
            place, name = str(model.adapter), _key(model.name)
            if model.adapter and isinstance(self._net, PeftModel):
                self._net.load_adapter(place, adapter_name=name)
            elif model.adapter:
                self._net = PeftModel.from_pretrained(self._net, place, adapter_name=name)

    async def check(self, names: set[str]) -> None:
        pass  # they were loaded from files

    async def reply(self, question: Question) -> dict[str, Any]:
        return await asyncio.to_thread(self._generate, question)

    def _generate(self, question: Question) -> dict[str, Any]:
        import torch

        row = question.row
        try:
            prompt, most = prompt_and_limit(self._config, self._tokenizer, row)
        except ValueError as error:
            return failed(error)
        bare: AbstractContextManager[Any] = nullcontext()
        if question.model.adapter:
            self._net.set_adapter(_key(question.model.name))
        elif hasattr(self._net, "disable_adapter"):
            bare = self._net.disable_adapter()
        given = torch.tensor([prompt], device=self._device)
        options: dict[str, Any] = {"max_new_tokens": most, "do_sample": False, "pad_token_id": 0}
        options["repetition_penalty"] = 1.0  # else the model's own, greedy or not
        with torch.inference_mode(), bare:
            ids = self._net.generate(input_ids=given, attention_mask=torch.ones_like(given), **options)
        said = ids[0, len(prompt) :].tolist()
        ended = bool(said) and said[-1] in self._ends()
        text = self._tokenizer.decode(said[:-1] if ended else said)
        return {**_strictly(row["answer"], text, "stop" if ended else "length"), "output_tokens": len(said)}

    def _ends(self) -> list[int]:
        ends = self._net.generation_config.eos_token_id
        return ends if isinstance(ends, list) else [ends]

    async def close(self) -> None:
        pass


def _key(name: str) -> str:
    """A model's name as one that PEFT takes for an adapter."""
    return name.replace(".", "_").replace("/", "__")
