"""Shapes of language models and the parameters that follow from them, without loading a model. Imports no torch."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from metarfft.config import TinyModel

TYPES = ("llama", "mistral", "qwen2", "qwen3")


class ShapeError(ValueError):
    """The shape of a model is not to be had; the message is one line."""


@dataclass(frozen=True)
class Shape:
    """A decoder of the Llama family: gated feed-forward layers, grouped-query attention, RMS norms.

    Attributes:
        tied: the output head is the embedding matrix.
        qkv_bias, out_bias, mlp_bias: which projections add a bias.
        qk_norm: queries and keys are normed (Qwen3).
    """

    vocabulary: int
    hidden: int
    layers: int
    heads: int
    kv_heads: int
    head_size: int
    intermediate: int
    tied: bool = False
    qkv_bias: bool = False
    out_bias: bool = False
    mlp_bias: bool = False
    qk_norm: bool = False

    @property
    def attention(self) -> int:
        """Width of all query heads together."""
        return self.heads * self.head_size

    @cached_property
    def projections(self) -> dict[str, tuple[int, int]]:
        """(inputs, outputs) of the matrices of a layer."""
        h, q, kv, m = self.hidden, self.attention, self.kv_heads * self.head_size, self.intermediate
        return {
            "q_proj": (h, q), "k_proj": (h, kv), "v_proj": (h, kv), "o_proj": (q, h),
            "gate_proj": (h, m), "up_proj": (h, m), "down_proj": (m, h),
        }  # fmt: skip

    @property
    def matrices(self) -> int:
        """Parameters of the layers' matrices."""
        return self.layers * sum(inputs * outputs for inputs, outputs in self.projections.values())

    @property
    def embedding(self) -> int:
        """Parameters of the embedding, and of the output head."""
        return self.vocabulary * self.hidden

    @property
    def vectors(self) -> int:
        """Parameters of norms and biases."""
        out = {name: outputs for name, (_, outputs) in self.projections.items()}
        layer = 2 * self.hidden
        layer += self.qkv_bias * (out["q_proj"] + out["k_proj"] + out["v_proj"]) + self.out_bias * out["o_proj"]
        layer += self.mlp_bias * (out["gate_proj"] + out["up_proj"] + out["down_proj"])
        layer += self.qk_norm * 2 * self.head_size
        return self.layers * layer + self.hidden

    @property
    def parameters(self) -> int:
        """All parameters; a tied head counts once."""
        return self.matrices + self.vectors + self.embedding * (1 if self.tied else 2)

    def adapter(self, rank: int, head: bool = False) -> int:
        """Parameters of LoRA or PiSSA adapters on all matrices of the layers and, with ``head``, on the output head."""
        widths = self.layers * sum(inputs + outputs for inputs, outputs in self.projections.values())
        return rank * (widths + head * (self.hidden + self.vocabulary))


# As published in the models' config.json.
PUBLISHED = {
    "Qwen/Qwen2.5-7B-Instruct": Shape(152_064, 3584, 28, 28, 4, 128, 18_944, qkv_bias=True),
    "Qwen/Qwen2.5-32B-Instruct": Shape(152_064, 5120, 64, 40, 8, 128, 27_648, qkv_bias=True),
    "meta-llama/Llama-3.1-8B-Instruct": Shape(128_256, 4096, 32, 32, 8, 128, 14_336),
    "HuggingFaceTB/SmolLM2-135M-Instruct": Shape(49_152, 576, 30, 9, 3, 64, 1536, tied=True),
}


def find_shape(model: str) -> tuple[Shape, str]:
    """The shape of a model directory or a model on the hub, and where it was found.

    Sources, in order: the directory's config.json, the local cache of the hub, `PUBLISHED`, the hub itself.

    Raises:
        ShapeError: there is no such model, the hub cannot be reached, or the model is of another kind.
    """
    if model in PUBLISHED and not Path(model).is_dir() and not _cached(model):
        return PUBLISHED[model], "the built-in table of published shapes"
    try:
        file = config_file(model)
    except FileNotFoundError as error:
        raise ShapeError(f"{error}; known: {', '.join(PUBLISHED)}") from None
    return _read(file), str(file) if Path(model).is_dir() else "its config.json on the hub"


def config_file(model: str) -> Path:
    """The config.json of a model directory, or of a model on the hub (or in its local cache).

    Raises:
        FileNotFoundError: there is no such model, or the hub cannot be reached.
    """
    if Path(model).is_dir():
        if not (file := Path(model) / "config.json").exists():
            raise FileNotFoundError(f"{model} has no config.json: it is no model directory")
        return file
    if (cached := _cached(model)) is not None:
        return cached
    from huggingface_hub import hf_hub_download

    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)  # it would tell of each of its retries
    try:
        return Path(hf_hub_download(model, "config.json"))
    except (OSError, ValueError) as error:
        reason = str(error).split("\n")[0][:120]
        raise FileNotFoundError(f"{model}: neither a directory nor to be had from the hub ({reason})") from None


def _cached(model: str) -> Path | None:
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        found = try_to_load_from_cache(model, "config.json")
    except HFValidationError:  # a path, mistyped
        return None
    return Path(found) if isinstance(found, str) else None


def tiny_shape(tiny: TinyModel, vocabulary: int) -> Shape:
    """The shape of a small model that is built here; see `metarfft.train.model.build`."""
    size = tiny.hidden_size // tiny.heads
    return Shape(vocabulary, tiny.hidden_size, tiny.layers, tiny.heads, tiny.heads, size, tiny.intermediate_size)


def _read(file: Path) -> Shape:
    try:
        config: dict[str, Any] = json.loads(file.read_text())
        kind = config.get("model_type")
        if kind not in TYPES:
            raise ShapeError(f"{file}: model type {kind!r} cannot be planned; these can: {', '.join(TYPES)}")
        heads = config["num_attention_heads"]
        bias = kind == "qwen2" or config.get("attention_bias", False)
        return Shape(
            vocabulary=config["vocab_size"],
            hidden=config["hidden_size"],
            layers=config["num_hidden_layers"],
            heads=heads,
            kv_heads=config.get("num_key_value_heads") or heads,
            head_size=config.get("head_dim") or config["hidden_size"] // heads,
            intermediate=config["intermediate_size"],
            tied=config.get("tie_word_embeddings", False),
            qkv_bias=bias,
            out_bias=bias and kind != "qwen2",
            mlp_bias=config.get("mlp_bias", False),
            qk_norm=kind == "qwen3",
        )
    except json.JSONDecodeError:
        raise ShapeError(f"{file} is not JSON") from None
    except KeyError as missing:
        raise ShapeError(f"{file} has no {missing}") from None
