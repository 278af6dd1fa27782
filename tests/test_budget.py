"""Budgets: parameters against transformers, states against DeepSpeed and real engines, activations against autograd."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from deepspeed.runtime.zero.stage3 import estimate_zero3_model_states_mem_needs
from deepspeed.runtime.zero.stage_1_and_2 import estimate_zero2_model_states_mem_needs
from peft import LoraConfig, get_peft_model
from torch.utils.flop_counter import FlopCounterMode
from transformers import AutoModelForCausalLM, LlamaConfig, MistralConfig, Qwen2Config, Qwen3Config

from metarfft.cli import main
from metarfft.config import Train
from metarfft.train import attention, budget
from metarfft.train.budget import GIB, GPUS
from metarfft.train.model import LINEAR
from metarfft.train.shapes import PUBLISHED, Shape, ShapeError, find_shape

CONFIGS = Path(__file__).resolve().parents[1] / "jobs" / "configs"
QWEN_7B = PUBLISHED["Qwen/Qwen2.5-7B-Instruct"]
SMALL = Shape(500, 96, 2, 6, 2, 16, 320)


def build(shape, dtype=torch.float32, kind=LlamaConfig, rank=0, **values):
    """A model of ``shape`` with random weights and, with a rank, LoRA adapters."""
    config = kind(
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden,
        intermediate_size=shape.intermediate,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.kv_heads,
        head_dim=shape.head_size,
        tie_word_embeddings=shape.tied,
        attn_implementation=attention.NAME,
        **values,
    )
    model = AutoModelForCausalLM.from_config(config, dtype=dtype)
    if rank:
        model = get_peft_model(model, LoraConfig(r=rank, target_modules=LINEAR, task_type="CAUSAL_LM"))
    return model


@pytest.mark.parametrize(
    ("name", "billions"),
    [
        ("Qwen/Qwen2.5-7B-Instruct", 7.62),
        ("Qwen/Qwen2.5-32B-Instruct", 32.8),
        ("meta-llama/Llama-3.1-8B-Instruct", 8.03),
        ("HuggingFaceTB/SmolLM2-135M-Instruct", 0.1345),
    ],
)
def test_published_shapes_have_the_published_parameters(name, billions):
    shape = PUBLISHED[name]
    assert shape.parameters / 1e9 == pytest.approx(billions, rel=2e-3)
    with torch.device("meta"):
        model = build(shape, kind=Qwen2Config if "Qwen" in name else LlamaConfig)
        assert sum(p.numel() for p in model.parameters()) == shape.parameters
        adapted = get_peft_model(model, LoraConfig(r=8, target_modules=LINEAR, task_type="CAUSAL_LM"))
        assert sum(p.numel() for p in adapted.parameters() if p.requires_grad) == shape.adapter(8)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (LlamaConfig, {"tie_word_embeddings": True, "attention_bias": True, "mlp_bias": True}),
        (MistralConfig, {"head_dim": 32}),
        (Qwen2Config, {"tie_word_embeddings": True}),
        (Qwen3Config, {"head_dim": 32}),
        (Qwen3Config, {"head_dim": 32, "attention_bias": True}),
    ],
)
def test_a_model_directory_tells_its_shape(kind, values, tmp_path):
    sizes = {"vocab_size": 300, "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 3}
    config = kind(**sizes, num_attention_heads=4, num_key_value_heads=2, **values)
    config.save_pretrained(tmp_path)
    shape, source = find_shape(str(tmp_path))
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)
    assert shape.parameters == sum(p.numel() for p in model.parameters())
    assert source == str(tmp_path / "config.json")


def test_directories_that_are_no_model_are_refused(tmp_path):
    with pytest.raises(ShapeError, match=r"no config\.json"):
        find_shape(str(tmp_path))
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(ShapeError, match="'bert' cannot be planned; these can: llama"):
        find_shape(str(tmp_path))


@pytest.mark.parametrize("workers", [1, 8, 32])
def test_states_differ_from_deepspeeds_estimates_by_what_is_stored(workers):
    """Theirs: weights and gradients in 16 bits beside 32-bit ones. Ours: all in 32 bits, once but for the weights."""
    p = QWEN_7B.parameters
    ours = sum(budget.states(QWEN_7B, Train(zero_stage=2, workers=workers), bf16=True))
    _, theirs = estimate_zero2_model_states_mem_needs(p, num_gpus_per_node=workers, cpu_offload=False)
    assert ours == pytest.approx(theirs + 2 * p - 2 * p / workers, rel=1e-9)  # 4 + 16/N against 2 + 18/N

    ours = sum(budget.states(QWEN_7B, Train(zero_stage=3, workers=workers), bf16=True))
    options = {"cpu_offload": False, "cpu_offload_params": False}
    largest = QWEN_7B.embedding
    _, theirs, gathered = estimate_zero3_model_states_mem_needs(p, largest, num_gpus_per_node=workers, **options)
    assert gathered == 4 * largest  # which are among Memory.copies here
    assert ours == pytest.approx(theirs - gathered + 2 * p / workers, rel=1e-9)  # 20/N against 18/N


HELD = """
import gc, json, os, sys
os.environ["DS_ACCELERATOR"] = "cpu"
import numpy as np, torch
from metarfft.config import Train
from metarfft.data.packing import Tokens, collate
from metarfft.train import loop, model
import torch.distributed as dist
torch.set_num_threads(1)
folder, *cases = sys.argv[1:]
loop.join()


def held():
    gc.collect()
    tensors = [o for o in gc.get_objects() if issubclass(type(o), torch.Tensor)]  # isinstance would wake lazy modules
    tensors += [t.grad for t in tensors if t.is_leaf and t.grad is not None]
    sizes = {t.untyped_storage().data_ptr(): t.untyped_storage().nbytes() for t in tensors}
    return sum(size for size in sizes.values() if size < 10**8)  # without the buckets


for case in cases:
    stage, update = case.split(",")
    settings = Train(zero_stage=int(stage), update=update, rank=8, precision="bf16", workers=dist.get_world_size())
    before = held()
    with model.partitioned(settings):
        trained = model.load(folder, settings)
        if update == "pissa":
            trained = model.add_pissa(trained, settings, model.Path(folder) / f"initial-{stage}")
    engine = loop._engine(trained, settings)
    ids = np.arange(40)
    for _ in range(2):
        loop._step(engine, [collate([Tokens(ids, ids, ids)])], 0, "", 1)
    if dist.get_rank() == 0:
        print(json.dumps([case, held() - before]), flush=True)
    engine.destroy()
    del engine, trained
    gc.collect()
"""


@pytest.mark.timeout(600)
def test_the_engine_holds_the_states_that_are_counted(tmp_path):
    """Weights, moments and, with ZeRO-3, gradients of real engines between two steps, on one worker of two."""
    workers = 2
    shape = Shape(1000, 512, 2, 8, 8, 64, 1024)
    build(shape).to(torch.bfloat16).save_pretrained(tmp_path)
    cases = ["0,full", "1,full", "2,full", "3,full", "2,pissa", "3,pissa"]
    line = [sys.executable, "-c", HELD, str(tmp_path), *cases]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    common = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": str(workers), "OMP_NUM_THREADS": "1"}
    ranks = [
        subprocess.Popen(
            line,
            env={**os.environ, **common, "RANK": str(rank), "LOCAL_RANK": str(rank)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(workers)
    ]
    outputs = [process.communicate() for process in ranks]
    assert not any(process.returncode for process in ranks), outputs[0][1][-2000:]
    found = dict(json.loads(text) for text in outputs[0][0].splitlines() if text.startswith("["))
    assert list(found) == cases
    for case, size in found.items():
        stage, update = case.split(",")
        settings = Train(zero_stage=int(stage), update=update, rank=8, workers=workers)
        weights, gradients, optimizer = budget.states(shape, settings, bf16=True)
        counted = weights + optimizer + (gradients if stage == "3" else 0)
        # Not in the plan: small matrices (adapters) that ZeRO-3 keeps whole beside its parts of them
        counted += 4 * budget.trainable(shape, settings) if case == "3,pissa" else 0
        assert size == pytest.approx(counted, rel=0.05), case


@pytest.mark.parametrize("case", ["full, bf16", "full, fp32", "pissa, bf16", "pissa, fp32"])
@pytest.mark.parametrize("checkpointing", [False, True])
def test_activations_are_what_autograd_keeps(case, checkpointing):
    """Bytes a token of a layer that real models keep for the backward pass, with the loop's own attention."""
    rank, bf16, frozen = 4 if "pissa" in case else 0, "fp32" not in case, case == "pissa, bf16"
    settings = Train(
        update="pissa" if rank else "full",
        rank=max(rank, 1),
        gradient_checkpointing=checkpointing,
        micro_batch_tokens=1,
        context_length=1,
    )

    def kept(layers, tokens):
        shape = replace(SMALL, layers=layers, kv_heads=6)  # a key for each query: none is repeated
        model = build(shape, torch.bfloat16 if frozen else torch.float32, rank=rank).train()
        if checkpointing:
            model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        own = {p.untyped_storage().data_ptr() for p in model.parameters()}
        sizes = {}

        def pack(tensor):
            storage = tensor.untyped_storage()
            if storage.data_ptr() not in own:
                sizes[storage.data_ptr()] = (storage.nbytes(), tensor)  # held, or its place would be used again
            return tensor

        ids = torch.arange(tokens)[None]
        inputs = {"input_ids": ids % 500, "position_ids": ids, "logits_to_keep": torch.zeros(1, dtype=torch.long)}
        hooks = torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor)
        with hooks, torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            model(**inputs, use_cache=False)
        return sum(size for size, _ in sizes.values())

    few, many = 2100, 2300  # past the lengths at which attention on CPU keeps its probabilities
    more = [(kept(layers, many) - kept(layers, few)) / (many - few) for layers in (1, 3)]
    real = (more[1] - more[0]) / 2
    if checkpointing:
        counted = budget.memory(SMALL, settings, bf16).activations - budget.activations(SMALL, settings, bf16)
        assert real == counted / SMALL.layers
    else:
        assert real == pytest.approx(budget.activations(SMALL, settings, bf16), rel=0.02)


@pytest.mark.parametrize("update", ["full", "pissa"])
def test_operations_are_those_that_torch_counts(update):
    """A forward and backward pass of a real model under PyTorch's counter, which takes attention without the mask."""
    tokens, targets, rank = 256, 100, 4
    shape = replace(SMALL, layers=6)
    model = build(shape, rank=rank if update == "pissa" else 0).train()
    model.set_attn_implementation("eager")
    ids = torch.arange(tokens)[None]
    with FlopCounterMode(display=False) as counter:
        logits = model(input_ids=ids, position_ids=ids, logits_to_keep=torch.arange(targets), use_cache=False).logits
        logits.sum().backward()
    settings = Train(update=update, rank=rank)
    unmasked = 3 * 2 * tokens * shape.attention * shape.layers * tokens  # the half that causality masks
    counted = budget.flops(shape, settings, tokens, tokens, targets / tokens) + unmasked
    assert counter.get_total_flops() == pytest.approx(counted, rel=0.03)
    again = budget.flops(shape, settings.model_copy(update={"gradient_checkpointing": True}), tokens, tokens, 0)
    once = budget.flops(shape, settings, tokens, tokens, 0)
    assert again / once == pytest.approx(4 / 3 if update == "full" else 3 / 2, rel=0.05)


def test_the_papers_stages_fit_its_accelerators():
    for update, stage, workers, shape in (
        ("full", 3, 8, QWEN_7B),
        ("pissa", 3, 32, PUBLISHED["Qwen/Qwen2.5-32B-Instruct"]),
    ):
        settings = Train(update=update, zero_stage=stage, workers=workers, gradient_checkpointing=True)
        assert budget.fits(budget.memory(shape, settings, bf16=True), GPUS["H800-80GB"])


def test_what_does_not_fit_is_told_what_would():
    gpu = GPUS["H800-80GB"]
    settings = Train(zero_stage=0, workers=8, gradient_checkpointing=True)
    assert not budget.fits(budget.memory(QWEN_7B, settings, bf16=True), gpu)
    found = budget.remedies(QWEN_7B, settings, True, 1.0, gpu)
    assert {"zero_stage": 3} in found
    assert {"update": "pissa"} in found
    assert all("workers" not in change for change in found)  # ZeRO-0 cuts nothing up
    for change in found:
        assert budget.fits(budget.memory(QWEN_7B, settings.model_copy(update=change), bf16=True), gpu)

    settings = Train(zero_stage=0, workers=4)  # no change alone is enough
    (together, workers) = budget.remedies(PUBLISHED["Qwen/Qwen2.5-32B-Instruct"], settings, True, 1.0, gpu)
    assert together == {"gradient_checkpointing": True, "zero_stage": 3, "update": "pissa"}
    assert workers == {"gradient_checkpointing": True, "zero_stage": 3, "workers": 16}


def test_plan_prints_every_stage(capsys):
    assert main(["plan", "--config", str(CONFIGS / "qwen2.5-7b.yaml"), "pretrain.workers=1", "--gpu", "H800-80GB"]) == 0
    text = capsys.readouterr().out
    assert "7.62B parameters (shape from the built-in table of published shapes)" in text
    assert "800 steps x 256 = 204,800 samples" in text
    assert "1 x H800-80GB, ZeRO 3, bf16, gradient checkpointing" in text
    (need,) = [line for line in text.splitlines() if "DOES NOT FIT" in line]
    p = QWEN_7B.parameters
    assert int(need.split()[3]) >= 20 * p / GIB
    assert "pretrain.workers=4" in text
    for method in ("direct", "scratchpad", "rfft", "meta-rfft"):
        assert f"adapt/{method} (12 runs of this kind): PiSSA rank 8, 20.19M parameters train" in text


def test_plan_names_the_key_that_counts(capsys):
    """Where a method has a value of its own, only changing that one helps."""
    line = ["plan", "--config", str(CONFIGS / "qwen2.5-7b.yaml"), "--gpu", "H800-80GB", "adapt.workers=8"]
    line += ["adapt.methods=[rfft]", "adapt.overrides={rfft: {update: full, zero_stage: 0}}"]
    assert main(line) == 0
    advice = capsys.readouterr().out.partition("What would fit:")[2]
    assert "adapt.overrides.rfft.zero_stage=3" in advice
    assert main([*line, "adapt.overrides.rfft.zero_stage=3"]) == 0
    assert "DOES NOT FIT" not in capsys.readouterr().out.partition("adapt/rfft")[2]


def test_plan_of_a_given_model_counts_with_its_tokenizer(capsys):
    assert main(["plan", "--config", str(CONFIGS / "tiny.yaml")]) == 0
    text = capsys.readouterr().out
    assert "config.json" in text
    assert "counted with the base's tokenizer" in text
    assert "pretrain: not run" in text
    assert "4 x" not in text
    assert " h at " not in text  # of a CPU no speed is known


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (["--gpu", "H900"], "--gpu H900: known are A100-80GB"),
        (["--mfu", "40"], "--mfu 40"),
        (["pretrain.zero=3"], "unknown key pretrain.zero"),
        (["model.base=docs"], "docs has no config.json"),
    ],
)
def test_plan_refuses_bad_input_in_one_line(given, reason, capsys, monkeypatch):
    monkeypatch.chdir(CONFIGS.parents[1])
    assert main(["plan", "--config", str(CONFIGS / "qwen2.5-7b.yaml"), *given]) == 2
    error = capsys.readouterr().err
    assert reason in error
    assert error.count("\n") == 1


def test_utilisation_is_of_the_peak_and_leaves_out_what_is_computed_twice():
    """Six FLOPs a parameter and token: at 1,000 tokens a second a 7B model needs some 43 TFLOP/s."""
    settings = Train(gradient_checkpointing=True)
    gpu = budget.gpu_called("NVIDIA H200")
    assert gpu is budget.GPUS["H200-141GB"]
    assert budget.gpu_called("NVIDIA GeForce RTX 4090") is budget.GPUS["RTX-4090-24GB"]
    assert budget.gpu_called("Tesla T4") is budget.gpu_called("NVIDIA H100 PCIe") is None
    share = budget.utilisation(QWEN_7B, settings, 1000, 500, 1.0, gpu.tflops * 1e12)
    least = 6 * (QWEN_7B.matrices + QWEN_7B.embedding) * 1000 / (gpu.tflops * 1e12)
    assert least < share < 1.1 * least
    assert share == budget.utilisation(QWEN_7B, Train(), 1000, 500, 1.0, gpu.tflops * 1e12)


def test_what_is_offloaded_is_not_on_the_accelerator():
    settings = Train(zero_stage=3, gradient_checkpointing=True)
    whole = budget.memory(QWEN_7B, settings, bf16=True)
    states_off = budget.memory(QWEN_7B, settings.model_copy(update={"offload_optimizer": True}), bf16=True)
    assert whole.total - states_off.total >= 12 * QWEN_7B.parameters
    both = {"offload_optimizer": True, "offload_parameters": True}
    assert budget.memory(QWEN_7B, settings.model_copy(update=both), bf16=True).weights == 0


def test_advice_never_makes_a_row_longer():
    for given in (
        {"micro_batch_tokens": 65536, "context_length": 2048},
        {"micro_batch_tokens": 2048, "context_length": 32768},
    ):
        settings = Train(zero_stage=3, gradient_checkpointing=True, workers=8, **given)
        for change in budget.remedies(QWEN_7B, settings, True, 1.0, GPUS["RTX-4090-24GB"]):
            assert all(change.get(key, 0) <= size for key, size in given.items())
