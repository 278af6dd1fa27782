"""From text to tokens: the one place where a prompt becomes token ids, for training and for evaluation."""

from __future__ import annotations

from typing import Any

import numpy as np

from metarfft.data.packing import IGNORED


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
