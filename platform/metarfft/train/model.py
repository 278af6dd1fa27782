"""Models: building a small one, loading any other, PiSSA adapters, saving."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from deepspeed.runtime.zero import GatheredParameters
from peft import LoraConfig, PeftModel, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from peft.tuners.lora import LoraLayer
from safetensors.torch import load_file
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM
from transformers.integrations import HfDeepSpeedConfig
from transformers.utils import is_flash_attn_2_available

from metarfft.config import TinyModel, Train
from metarfft.train import attention, loop
from metarfft.train.plan import Stage

LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
WEIGHTS = "adapter_model.safetensors"
_LARGE = 2048  # hidden size from which PiSSA takes a randomised SVD: the full one takes minutes a matrix


def packed_attention() -> str:
    """The attention that keeps packed samples apart on this machine."""
    if torch.cuda.is_available() and is_flash_attn_2_available():
        return "flash_attention_2"
    return attention.NAME


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
        attn_implementation=packed_attention(),
    )
    model = LlamaForCausalLM(config)
    generator = torch.Generator().manual_seed(seed)
    for name, weight in model.named_parameters():
        if weight.dim() == 2:
            zero = any(part in name for part in ("lm_head", "o_proj", "down_proj"))
            std = 0.0 if zero else 1.0 if "embed_tokens" in name else weight.shape[1] ** -0.5
            torch.nn.init.normal_(weight, std=std, generator=generator)
    return model


@contextmanager
def partitioned(settings: Train) -> Iterator[None]:
    """With ZeRO-3, models loaded inside are cut up between the workers at once: none holds a whole large one."""
    # transformers only keeps a weak reference to this object, and takes the weights' type from it alone
    config = loop.deepspeed_config(settings) | {"bf16": {"enabled": _dtype(settings) == torch.bfloat16}}
    kept = HfDeepSpeedConfig(config) if settings.zero_stage == 3 else None
    yield
    del kept


def _dtype(settings: Train) -> torch.dtype:
    """Weights that train are float32, whatever the arithmetic; a frozen base is in bfloat16 where that is computed
    with."""
    return torch.bfloat16 if settings.update == "pissa" and loop.bf16(settings) else torch.float32


def load(path: str, settings: Train) -> Any:
    """The causal language model in a directory (or of that name), ready for packed samples."""
    return AutoModelForCausalLM.from_pretrained(path, dtype=_dtype(settings), attn_implementation=packed_attention())


def add_pissa(model: Any, settings: Train, initial: Path) -> PeftModel:
    """``model`` with PiSSA adapters on all linear projections, the principal parts moved out of its own weights.

    The adapter as initialised is kept in ``initial`` and is the one record of where training began: the randomised SVD
    never gives the same twice, so a resumed run and the conversion at the end go back to this file.
    """
    config = LoraConfig(
        r=settings.rank,
        lora_alpha=settings.rank,
        target_modules=[*LINEAR, "lm_head"] if settings.head else LINEAR,
        init_lora_weights="pissa" if model.config.hidden_size < _LARGE else "pissa_niter_16",
        task_type="CAUSAL_LM",
    )
    known = initial / WEIGHTS
    begun = known.exists()
    dist.barrier()  # all have looked before rank 0 writes
    if not begun:
        adapted = get_peft_model(model, config)  # every rank: ZeRO-3 gathers. Rank 0's result is what all train from
        if dist.get_rank() == 0:
            adapted.save_pretrained(initial, save_embedding_layers=False)
        return adapted
    config.init_lora_weights = False
    adapted = get_peft_model(model, config)
    set_peft_model_state_dict(adapted, load_file(known))
    for layer in adapted.modules():
        if isinstance(layer, LoraLayer):
            weight = layer.get_base_layer().weight
            with torch.no_grad(), GatheredParameters([weight], modifier_rank=0):
                weight -= layer.get_delta_weight("default").to(weight)
    return adapted


def save(engine: Any, tokenizer: Any, stage: Stage) -> None:
    """Saves what ``stage`` trained: the model directory, and with PiSSA the adapter in its three forms.

    ``pissa/initial`` and ``pissa/trained`` are the adapter before and after training; ``adapter`` is the same change as
    a plain LoRA adapter on the unchanged base, of twice the rank, which is what vLLM serves rightly.

    Raises:
        RuntimeError: the trained adapter is empty or zero.
    """
    trained = engine.module
    if isinstance(trained, PeftModel):
        assert stage.start is not None
        with GatheredParameters([p for p in trained.parameters() if p.requires_grad]):
            if dist.get_rank() == 0:
                _save_adapter(trained, stage.out)
        if dist.get_rank() == 0 and stage.model:
            merge(stage.start, stage.out / "adapter", stage.model)
    else:
        weights = {}
        for name, weight in trained.state_dict(keep_vars=True).items():
            with GatheredParameters([weight]):  # one at a time: a whole model need not fit the accelerator
                if dist.get_rank() == 0:
                    weights[name] = weight.detach().to("cpu", _stored_dtype(stage), copy=True)
        if dist.get_rank() == 0 and stage.model:
            trained.save_pretrained(stage.model, state_dict=weights)
    if dist.get_rank() == 0 and stage.model:
        tokenizer.save_pretrained(stage.model)
    dist.barrier()


def _stored_dtype(stage: Stage) -> torch.dtype:
    """Models are saved with the precision of the one they started from."""
    return (AutoConfig.from_pretrained(stage.start).dtype if stage.start else None) or torch.float32


def _save_adapter(trained: PeftModel, out: Path) -> None:
    adapter_only = {"save_embedding_layers": False}  # PEFT would add the whole head to an adapter on it
    if not _any_change(get_peft_model_state_dict(trained, **adapter_only)):
        raise RuntimeError("the trained adapter is empty or zero: nothing was saved")
    trained.save_pretrained(out / "pissa" / "trained", **adapter_only)
    initial = str(out / "pissa" / "initial")
    trained.save_pretrained(out / "adapter", path_initial_model_for_weight_conversion=initial, **adapter_only)
    if not _any_change(load_file(out / "adapter" / WEIGHTS)):
        raise RuntimeError("the converted adapter is empty or zero")


def _any_change(weights: dict[str, torch.Tensor]) -> bool:
    return bool(weights) and all(w.numel() and bool(w.abs().max() > 0) for w in weights.values())


def merge(base: str | Path, adapter: str | Path, out: str | Path) -> None:
    """Writes to ``out`` the model ``base`` with a LoRA ``adapter`` (a converted one, where it was PiSSA) merged in."""
    model = AutoModelForCausalLM.from_pretrained(base, dtype="auto")
    PeftModel.from_pretrained(model, str(adapter)).merge_and_unload().save_pretrained(out)
    AutoTokenizer.from_pretrained(base).save_pretrained(out)


def export(path: str | Path, out: str | Path, dtype: torch.dtype) -> None:
    """Copies the model directory ``path``, tokenizer included, to ``out`` with weights of ``dtype``."""
    AutoModelForCausalLM.from_pretrained(path, dtype=dtype).save_pretrained(out)
    AutoTokenizer.from_pretrained(path).save_pretrained(out)
