"""Models: building a small one, loading any other, PiSSA adapters, saving."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM
from transformers.utils import is_flash_attn_2_available

from metarfft.config import TinyModel
from metarfft.train import attention as attention_  # registers "varlen"


def attention() -> str:
    """The attention that keeps packed samples apart on this machine."""
    if torch.cuda.is_available() and is_flash_attn_2_available():
        return "flash_attention_2"
    return attention_.NAME


def build(shape: TinyModel, tokenizer: Any, context_length: int, seed: int) -> LlamaForCausalLM:
    """A small Llama with random weights.

    Embeddings are untied with standard deviation 1; the head and what writes to the residual stream start at zero, the
    other matrices at 1 / sqrt(inputs).
    """
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=shape.hidden_size,
        intermediate_size=shape.intermediate_size,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.heads,
        max_position_embeddings=context_length,
        rope_parameters={"rope_type": "default", "rope_theta": shape.rope_theta},
        rms_norm_eps=1e-6,
        tie_word_embeddings=False,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        attn_implementation=attention(),
    )
    model = LlamaForCausalLM(config)
    generator = torch.Generator().manual_seed(seed)
    for name, weight in model.named_parameters():
        if weight.dim() == 2:
            zero = any(part in name for part in ("lm_head", "o_proj", "down_proj"))
            std = 0.0 if zero else 1.0 if "embed_tokens" in name else weight.shape[1] ** -0.5
            torch.nn.init.normal_(weight, std=std, generator=generator)
    return model


def load(path: str | Path, dtype: torch.dtype = torch.float32) -> Any:
    """The causal language model in a Hugging Face directory (or of that name), with attention for packed samples."""
    return AutoModelForCausalLM.from_pretrained(path, dtype=dtype, attn_implementation=attention())


def export(path: str | Path, out: str | Path, dtype: torch.dtype) -> None:
    """Copies the model directory ``path``, tokenizer included, to ``out`` with weights of ``dtype``."""
    from transformers import AutoTokenizer

    AutoModelForCausalLM.from_pretrained(path, dtype=dtype).save_pretrained(out)
    AutoTokenizer.from_pretrained(path).save_pretrained(out)
