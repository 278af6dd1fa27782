"""From text to tokens: the one place where a prompt becomes token ids, for training and for evaluation."""

from __future__ import annotations

from typing import Any

import numpy as np

from metarfft.data.packing import IGNORED
from metarfft.data.rows import DataError


def encode_prompt(tokenizer: Any, prompt: str) -> list[int]:
    """The ids that a model is given for ``prompt``: a user turn if the tokenizer has a chat template, else as is."""
    if tokenizer.chat_template:
        turn = [{"role": "user", "content": prompt}]
        prompt = tokenizer.apply_chat_template(turn, add_generation_prompt=True, tokenize=False)
    return tokenizer(prompt, add_special_tokens=False)["input_ids"]


def encode_sample(tokenizer: Any, prompt: str, response: str) -> tuple[np.ndarray, np.ndarray]:
    """Ids and labels of prompt + response + end of text; only the response and the end carry labels."""
    given = encode_prompt(tokenizer, prompt)
    said = [*tokenizer(response, add_special_tokens=False)["input_ids"], tokenizer.eos_token_id]
    ids = np.array(given + said, dtype=np.int64)
    labels = ids.copy()
    labels[: len(given)] = IGNORED
    return ids, labels


def encode_row(tokenizer: Any, row: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Ids and labels of a row of `rows.Rows`: a sample, or a chat of which the assistant's turns carry labels.

    Raises:
        DataError: the chat does not fit the tokenizer's template, or has no answer.
    """
    if "messages" not in row:
        return encode_sample(tokenizer, row["prompt"], row["response"])
    ids: list[int] = []
    labels: list[int] = []
    for text, learnt in _turns(tokenizer, row):
        some = tokenizer(text, add_special_tokens=False)["input_ids"]
        ids += some
        labels += some if learnt else [IGNORED] * len(some)
    return np.array(ids, dtype=np.int64), np.array(labels, dtype=np.int64)


def _turns(tokenizer: Any, row: dict[str, Any]) -> list[tuple[str, bool]]:
    """The chat's text in parts: what the model is given, and (True) what it says, its end mark included."""
    messages = row["messages"]
    parts: list[tuple[str, bool]] = []
    done = ""
    for count, turn in enumerate(messages):
        if turn["role"] != "assistant":
            continue
        given, whole = _text(tokenizer, messages[:count], True), _text(tokenizer, messages[: count + 1], False)
        if not (given.startswith(done) and whole.startswith(given)):
            raise DataError(f"{row['name']}: the chat template rewrites earlier turns; give chats of one answer each")
        parts += [(given[len(done) :], False), (whole[len(given) :], True)]
        done = whole
    if not parts:
        raise DataError(f"{row['name']}: no message has the role assistant")
    return parts


def _text(tokenizer: Any, messages: list[dict[str, str]], answering: bool) -> str:
    if tokenizer.chat_template:
        return tokenizer.apply_chat_template(messages, add_generation_prompt=answering, tokenize=False)
    ends = {"assistant": tokenizer.eos_token}  # a base without roles: questions as lines, answers as samples end
    return "".join(turn["content"] + ends.get(turn["role"], "\n") for turn in messages)
