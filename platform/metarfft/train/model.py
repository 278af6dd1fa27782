"""Models: building a small one, loading any other, PiSSA adapters, saving."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from deepspeed.runtime.zero import GatheredParameters
from peft import LoraConfig, PeftModel, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from peft.tuners.lora import LoraLayer
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM
from transformers.utils import is_flash_attn_2_available

from metarfft.config import TinyModel, Train
from metarfft.train import attention, loop
from metarfft.train.plan import Stage

LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
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


def load(path: str | Path, settings: Train) -> Any:
    """The causal language model in a directory (or of that name), ready for packed samples.

    Weights that train are float32, whatever the arithmetic; a frozen base is in bfloat16 where that is computed with.
    """
    frozen = settings.update == "pissa" and loop.bf16(settings)
    dtype = torch.bfloat16 if frozen else torch.float32
    return AutoModelForCausalLM.from_pretrained(path, dtype=dtype, attn_implementation=packed_attention())


def add_pissa(model: Any, settings: Train, initial: Path) -> PeftModel:
    """``model`` with PiSSA adapters on all linear projections, the principal parts moved out of its own weights.

    The adapter as initialised is kept in ``initial`` and is the one record of where training began: the randomised SVD
    never gives the same twice, so a resumed run and the conversion at the end go back to this file.
    """
    lora = {"r": settings.rank, "lora_alpha": settings.rank, "target_modules": LINEAR, "task_type": "CAUSAL_LM"}
    resumed = (initial / "adapter_model.safetensors").exists()
    dist.barrier()
    if dist.get_rank() == 0 and not resumed:
        kind = "pissa" if model.config.hidden_size < _LARGE else "pissa_niter_16"
        adapted = get_peft_model(model, LoraConfig(init_lora_weights=kind, **lora))
        adapted.save_pretrained(initial)
        dist.barrier()
        return adapted
    if not resumed:
        dist.barrier()  # rank 0 makes it
    adapted = get_peft_model(model, LoraConfig(init_lora_weights=False, **lora))
    set_peft_model_state_dict(adapted, load_file(initial / "adapter_model.safetensors"))
    with torch.no_grad():
        for layer in adapted.modules():
            if isinstance(layer, LoraLayer):
                layer.get_base_layer().weight -= layer.get_delta_weight("default").to(layer.get_base_layer().weight.dtype)
    return adapted


def save(engine: Any, tokenizer: Any, stage: Stage) -> None:
    """Saves the trained model of ``stage``: the model directory, and with PiSSA the adapter in its three forms.

    ``pissa/initial`` and ``pissa/trained`` are the adapter before and after training; ``adapter`` is the same change as a
    plain LoRA adapter on the unchanged base, of twice the rank, which is what vLLM serves rightly.

    Raises:
        RuntimeError: the trained adapter is empty or zero.
    """
    trained = engine.module
    parameters = [p for p in trained.parameters() if hasattr(p, "ds_id")]  # those that ZeRO-3 has cut up
    with GatheredParameters(parameters):
        if dist.get_rank() == 0:
            stage.out.mkdir(parents=True, exist_ok=True)
            if isinstance(trained, PeftModel):
                _save_adapter(trained, stage.out)
                if stage.model:
                    trained = trained.merge_and_unload()
            if stage.model:
                trained.save_pretrained(stage.model)
                tokenizer.save_pretrained(stage.model)
    dist.barrier()


def _save_adapter(trained: PeftModel, out: Path) -> None:
    weights = get_peft_model_state_dict(trained)
    if not weights or not all(w.numel() and w.abs().max() > 0 for w in weights.values()):
        raise RuntimeError("the trained adapter is empty or zero: nothing was saved")
    trained.save_pretrained(out / "pissa" / "trained")
    trained.save_pretrained(out / "adapter", path_initial_model_for_weight_conversion=str(out / "pissa" / "initial"))
    converted = load_file(out / "adapter" / "adapter_model.safetensors")
    if not converted or not all(w.abs().max() > 0 for w in converted.values()):
        raise RuntimeError("the converted adapter is empty or zero")


def export(path: str | Path, out: str | Path, dtype: torch.dtype) -> None:
    """Copies the model directory ``path``, tokenizer included, to ``out`` with weights of ``dtype``."""
    AutoModelForCausalLM.from_pretrained(path, dtype=dtype).save_pretrained(out)
    AutoTokenizer.from_pretrained(path).save_pretrained(out)
