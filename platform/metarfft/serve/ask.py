"""One question to a live endpoint: a user's own rule, shown with one worked example, and the answer as it comes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import HttpUrl, ValidationError

from metarfft import sandbox
from metarfft.rules import Rule, RuleError
from metarfft.samples import one_shot

QUESTION = "What does the rule return for {}?"


class EndpointError(ConnectionError):
    """The endpoint cannot be asked; the message is one line."""


def check_url(endpoint: str) -> None:
    """Sees that an endpoint's address is one: clients fail on others in ways of their own.

    Raises:
        EndpointError: it is none.
    """
    try:
        HttpUrl(endpoint)
    except ValidationError as error:
        reason = error.errors()[0]["msg"]
        raise EndpointError(f"{endpoint} is no URL, as http://127.0.0.1:8000/v1 is: {reason}") from None


def prompt(source: str, inputs: dict[str, Any], example: dict[str, Any] | None, style: str) -> tuple[str, int]:
    """The 1-shot prompt for a rule, and how many tokens an answer has at most. The rule runs in a process with limits.

    Args:
        source: text of the rule, one Python function.
        example: arguments of the worked example; None: `shorter` ones than ``inputs``.

    Raises:
        RuleError: the rule is bad, cannot run on the arguments, or no shorter ones are found.
    """

    def write() -> tuple[str, int]:
        rule = Rule(source)
        longest = len(rule.trajectory(inputs, style))  # a token has a character or more
        question = QUESTION.format(" and ".join(f"{{{name}}}" for name in rule.params) or "no arguments")
        return one_shot(rule, example or shorter(rule, inputs), inputs, question, style), longest + 1

    return sandbox.run(write)


def shorter(rule: Rule, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of length 4 or less that ``rule`` can run on: lists, strings and the digits of numbers cut short.

    Raises:
        RuleError: there are none.
    """
    for length in (3, 4, 2, 1):
        example = {name: _cut(value, length) for name, value in inputs.items()}
        try:
            rule.run(example)
        except RuleError:
            continue
        if example != inputs:
            return example
    raise RuleError("no shorter input for the worked example was found; give one with --example")


def _cut(value: Any, length: int) -> Any:
    if isinstance(value, (list, str)):
        return value[:length]
    if isinstance(value, int) and not isinstance(value, bool):
        return int(str(value)[: length + (value < 0)])
    return value


def stream(endpoint: str, model: str, prompt: str, enough: int, max_tokens: int | None = None) -> Iterator[str]:
    """The model's greedy answer, in the pieces in which it comes. The key is taken from OPENAI_API_KEY.

    A model without a chat template, which refuses a chat, is asked for a completion of the prompt.

    Args:
        endpoint: base URL of an OpenAI-compatible API, as in ``http://127.0.0.1:8000/v1``.
        enough: tokens of a completion (whose own default is 16), where ``max_tokens`` does not say; chats need none.

    Raises:
        EndpointError: the endpoint cannot be reached, does not know the model, or breaks off.
    """
    check_url(endpoint)
    import openai  # a second: only for those who ask

    options: dict[str, Any] = {"model": model, "temperature": 0.0, "stream": True}
    if max_tokens:
        options["max_tokens"] = max_tokens
    try:
        with openai.OpenAI(base_url=endpoint, api_key=os.environ.get("OPENAI_API_KEY", "none")) as client:
            try:
                chat = client.chat.completions.create(messages=[{"role": "user", "content": prompt}], **options)
            except openai.BadRequestError as refused:
                if "chat template" not in str(refused):
                    raise
                extra = {"add_special_tokens": False, "spaces_between_special_tokens": False}
                options.setdefault("max_tokens", enough)
                text = client.completions.create(prompt=prompt, extra_body=extra, **options)
                yield from (choice.text or "" for chunk in text for choice in chunk.choices)
            else:
                yield from (choice.delta.content or "" for chunk in chat for choice in chunk.choices)
    except openai.NotFoundError:
        served = f"{endpoint.rstrip('/')}/models"
        raise EndpointError(f"{endpoint} does not serve {model}; {served} lists what it does") from None
    except openai.OpenAIError as error:
        raise EndpointError(f"{endpoint}: {error}") from None
