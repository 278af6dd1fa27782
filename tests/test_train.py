"""The training loop, its attention and optimisers, PiSSA; two DeepSpeed processes at ZeRO 0 to 3."""

import json
import os
import random
import socket
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
import torch.nn.functional as F
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

from metarfft.config import Adapt, Positions, TinyModel, Train
from metarfft.data.packing import IGNORED, Tokens, collate, jump_positions
from metarfft.data.stream import SampleStream
from metarfft.train import loop, model, stage
from metarfft.train.optimizer import MuonAdamW, optimizer, schedule
from metarfft.train.pieces import default_pieces
from metarfft.train.plan import Stage
from metarfft.train.tokenizer import build_tokenizer

SHAPE = TinyModel(hidden_size=32, layers=2, heads=2, intermediate_size=48)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A small model directory whose weights are all random, so that every part has a gradient."""
    folder = tmp_path_factory.mktemp("models") / "base"
    tokenizer = build_tokenizer(default_pieces())
    built = model.build(SHAPE, tokenizer, 512, seed=0)
    torch.manual_seed(0)
    with torch.no_grad():
        for p in built.parameters():
            p.add_(torch.randn_like(p) * 0.05)
    built.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    rng = random.Random(0)
    prompts = [f"Q: {rng.randrange(10**6)}\nA:\n" for _ in range(40)]
    responses = ["".join(rng.choices("0123456789<>", k=rng.randint(5, 90))) for _ in prompts]
    names = {"task": ["any"] * 40, "length": [9] * 40, "index": range(40)}
    table = pa.table({"prompt": prompts, "response": responses, **names})
    pq.write_table(table, folder / "part-00000.parquet")
    return folder


def settings(**values):
    defaults = {
        "steps": 3, "batch_size": 6, "micro_batch_tokens": 128, "context_length": 256, "learning_rate": 1e-3,
        "warmup_steps": 1, "log_every": 1, "clip": 0.5, "weight_decay": 0.1, "precision": "fp32",
        "positions": Positions(share=0.5, span=3),
    }  # fmt: skip
    return Train(**{**defaults, **values})


def make_stage(base, data, out, **values):
    chosen = settings(**values)
    whole = out if chosen.update == "full" else None
    return Stage("test", out, whole, chosen, seed=1, start=str(base), data=data, validation=data)


def logits(net, sample):
    inputs = collate([sample]).inputs
    return net(input_ids=inputs["input_ids"], position_ids=inputs["position_ids"], use_cache=False).logits[0]


def random_sample(rng, length, vocabulary):
    ids = np.array([rng.randrange(3, vocabulary) for _ in range(length)])
    labels = np.where(np.arange(length) < length // 3, IGNORED, ids)
    return Tokens(ids, labels, jump_positions(length, Positions(share=0.7, span=4), rng))


@pytest.mark.parametrize("key_heads", [4, 2])
def test_packed_equals_unpacked(key_heads):
    """Logits and gradients of a packed row, position jumps included, against each sample alone and PyTorch's kernel."""
    torch.manual_seed(0)
    tokenizer = build_tokenizer([])
    net = model.build(TinyModel(hidden_size=64, layers=2, heads=4, intermediate_size=64), tokenizer, 4096, seed=0)
    net.config.num_key_value_heads = key_heads
    net = type(net)(net.config)
    rng = random.Random(0)
    samples = [random_sample(rng, n, len(tokenizer)) for n in (1, 300, 128, 17, 129)]
    batch = collate(samples)
    packed = net(**batch.inputs, use_cache=False).logits[0]
    F.cross_entropy(packed, batch.targets, reduction="sum").backward()
    gradients = {name: p.grad.clone() for name, p in net.named_parameters()}

    net.zero_grad()
    net.set_attn_implementation("sdpa")
    expected = []
    for sample in samples:
        mask = torch.ones(1, len(sample.ids), dtype=torch.long)  # else jumps would be read as packed samples
        one = collate([sample])
        ids, positions = one.inputs["input_ids"], one.inputs["position_ids"]
        alone = net(input_ids=ids, position_ids=positions, attention_mask=mask, use_cache=False).logits[0]
        kept = alone[one.inputs["logits_to_keep"]]
        expected.append(kept)
        F.cross_entropy(kept, one.targets, reduction="sum").backward()
    torch.testing.assert_close(packed, torch.cat(expected), atol=2e-5, rtol=1e-4)
    for name, p in net.named_parameters():
        torch.testing.assert_close(gradients[name], p.grad, atol=2e-4, rtol=1e-3)


def test_long_samples_use_the_other_kernel():
    torch.manual_seed(0)
    query, key, value = (torch.randn(1, 2, 2100, 8, requires_grad=True) for _ in range(3))
    bounds = torch.tensor([0, 2060, 2100])
    from metarfft.train.attention import varlen

    out, _ = varlen(torch.nn.Identity(), query, key, value, None, scaling=8**-0.5, cu_seq_lens_q=bounds)
    for a, b in ((0, 2060), (2060, 2100)):
        parts = (x[:, :, a:b] for x in (query, key, value))
        torch.testing.assert_close(
            out[:, a:b].transpose(1, 2), F.scaled_dot_product_attention(*parts, is_causal=True), atol=1e-5, rtol=1e-4
        )


def test_optimizer_equals_torch():
    torch.manual_seed(0)
    shapes = [(16, 8), (16, 8), (8, 24)]
    ours = [torch.nn.Parameter(torch.randn(s)) for s in shapes] + [torch.nn.Parameter(torch.randn(5))]
    theirs = [torch.nn.Parameter(p.detach().clone()) for p in ours]
    groups = [{"params": ours[:3], "lr": 0.02, "muon": True, "weight_decay": 0.1}, {"params": ours[3:]}]
    one = MuonAdamW(groups, lr=0.01)
    muon = torch.optim.Muon(theirs[:3], lr=0.02, weight_decay=0.1, momentum=0.95, adjust_lr_fn="original")
    adamw = torch.optim.AdamW(theirs[3:], lr=0.01, betas=(0.9, 0.95), weight_decay=0.0)
    for _ in range(4):
        for p, q in zip(ours, theirs, strict=True):
            p.grad = torch.randn_like(p)
            q.grad = p.grad.clone()
        for each in (one, muon, adamw):
            each.step()
    for p, q in zip(ours[:3], theirs[:3], strict=True):
        torch.testing.assert_close(p, q, atol=2e-2, rtol=0)  # torch.optim.Muon iterates in bfloat16
    torch.testing.assert_close(ours[3], theirs[3])


def test_schedule():
    constant = Train(schedule="constant", warmup_steps=4, steps=10)
    assert [schedule(k, constant) for k in (0, 3, 9)] == [0.25, 1, 1]
    late = Train(schedule="linear", warmup_steps=0, steps=100, decay_share=0.4)
    assert [schedule(k, late) for k in (0, 59, 60, 80)] == [1, 1, 1, 0.5]
    assert schedule(99, late) == pytest.approx(0.025)
    cosine = Train(schedule="cosine", warmup_steps=10, steps=110)
    assert schedule(60, cosine) == pytest.approx(0.5)
    assert schedule(109, cosine) < 0.001


def plain_training(base, data, chosen):
    """The same training in a few lines of PyTorch: no DeepSpeed, no packing."""
    from transformers import AutoTokenizer

    net = AutoModelForCausalLM.from_pretrained(base, attn_implementation="sdpa")
    tokenizer = AutoTokenizer.from_pretrained(base)
    stream = SampleStream(data, tokenizer, batch_size=6, seed=1, context_length=256, positions=chosen.positions)
    steps = optimizer(net, chosen)
    rates = torch.optim.lr_scheduler.LambdaLR(steps, lambda k: schedule(k, chosen))
    losses = []
    for step in range(chosen.steps):
        samples = stream.step(step).samples
        count = sum(int((s.labels != IGNORED).sum()) for s in samples)
        total = 0.0
        for s in samples:
            mask = torch.ones(1, len(s.ids), dtype=torch.long)
            out = net(torch.tensor(s.ids)[None], position_ids=torch.tensor(s.positions)[None], attention_mask=mask)
            loss = F.cross_entropy(out.logits[0, :-1], torch.tensor(s.labels[1:]), reduction="sum") / count
            loss.backward()
            total += loss.item()
        torch.nn.utils.clip_grad_norm_(net.parameters(), chosen.clip)
        steps.step()
        steps.zero_grad()
        rates.step()
        losses.append(total)
    return losses, net.state_dict()


def _worker(rank, port, stages, checkpoint):
    os.environ.update(RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE="2")
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    torch.set_num_threads(1)
    for each in stages:
        stage.run(each, on_checkpoint=(lambda state, save: save(checkpoint)) if checkpoint else None)


def two_processes(stages, checkpoint=None):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    torch.multiprocessing.spawn(_worker, args=(port, stages, checkpoint), nprocs=2)
    return [json.loads((each.out / "result.json").read_text()) for each in stages]


WAYS = {
    **{f"zero-{z}": {"zero_stage": z} for z in (0, 1, 2, 3)},
    **{f"zero-{z}-unpacked": {"zero_stage": z, "micro_batch_tokens": 1} for z in (0, 1, 2, 3)},
    "offload": {"zero_stage": 3, "offload_optimizer": True, "offload_parameters": True},
    "muon": {"optimizer": "muon"},
}
PISSA = {f"pissa-{z}": {"update": "pissa", "rank": 4, "zero_stage": z, "learning_rate": 1e-2} for z in (0, 3)}


@pytest.fixture(scope="module")
def trained(base, data, tmp_path_factory):
    """What one and two processes train: at ZeRO 0-3, packed and not, offloaded, with Muon, and PiSSA at ZeRO 0 and 3.
    Stages and results by name and number of processes."""
    out = tmp_path_factory.mktemp("trained")

    def stages(workers):
        every = {**WAYS, **PISSA}
        return {name: make_stage(base, data, out / f"{name}-{workers}", **values) for name, values in every.items()}

    found = {(name, 1): (each, stage.run(each)) for name, each in stages(1).items()}
    both = stages(2)
    for (name, each), result in zip(both.items(), two_processes(list(both.values())), strict=True):
        found[name, 2] = (each, result)
    return found


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("name", list(WAYS))
def test_losses_and_weights_equal_plain_pytorch(trained, base, data, name, workers):
    """Losses within 1e-5, weights within 1e-4 of a plain loop that runs one sample at a time."""
    done, result = trained[name, workers]
    losses, weights = plain_training(base, data, done.settings)
    assert [loss for _, loss in result["losses"]] == pytest.approx(losses, abs=1e-5)
    assert (result["steps"], result["workers"]) == (3, workers)
    saved = load_file(done.out / "model.safetensors")
    assert saved.keys() == weights.keys()
    for key, value in weights.items():
        torch.testing.assert_close(saved[key], value, atol=1e-4, rtol=1e-3)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("name", list(PISSA))
def test_converted_adapter_equals_the_trained_model(trained, base, name, workers):
    """Base + converted LoRA adapter = base - initial adapter + trained adapter, which is what was trained."""
    done, result = trained[name, workers]
    assert result["losses"][-1][1] < result["losses"][0][1]
    sample = random_sample(random.Random(2), 60, 100)

    def fresh():
        return AutoModelForCausalLM.from_pretrained(base, attn_implementation="sdpa").eval()

    with torch.no_grad():
        converted = logits(PeftModel.from_pretrained(fresh(), done.out / "adapter").eval(), sample)
        untrained = logits(fresh(), sample)
        shifted = fresh()
        initial, final = (load_file(done.out / "pissa" / which / model.WEIGHTS) for which in ("initial", "trained"))
        for adapter, sign in ((initial, -1), (final, 1)):
            for key in [k for k in adapter if "lora_A" in k]:
                target = shifted.get_submodule(key.removeprefix("base_model.model.").removesuffix(".lora_A.weight"))
                target.weight += sign * adapter[key.replace("lora_A", "lora_B")] @ adapter[key]
        expected = logits(shifted, sample)
    torch.testing.assert_close(converted, expected, atol=1e-4, rtol=1e-3)
    assert (converted - untrained).abs().max() > 1e-3


def test_resume_is_exact(base, data, tmp_path):
    """Stopped after step 2 of 5 and resumed from the checkpoint: the same losses and weights, bit for bit."""
    kept = {}

    class Killed(Exception):
        pass

    def keep_and_die(state, save):
        save(tmp_path / "checkpoint")
        kept["step"] = state.step
        raise Killed

    values = {"steps": 5, "optimizer": "muon", "checkpoint_every": 2, "log_every": 3, "validate_every": 2}
    straight = make_stage(base, data, tmp_path / "straight", **values)
    broken = make_stage(base, data, tmp_path / "broken", **values)
    expected = stage.run(straight)
    with pytest.raises(Killed):
        stage.run(broken, on_checkpoint=keep_and_die)
    assert kept["step"] == 2
    assert broken.result() is None
    result = stage.run(broken, resume_from=tmp_path / "checkpoint")
    for key in ("losses", "validation_losses", "tokens", "steps"):
        assert result[key] == expected[key]
    assert broken.result() is not None
    one, other = (load_file(s.out / "model.safetensors") for s in (straight, broken))
    assert all(torch.equal(one[key], other[key]) for key in one)


@pytest.mark.parametrize("zero", [2, 3])
def test_resume_on_another_number_of_workers(base, data, tmp_path, zero):
    """Two workers saved a checkpoint cut up between them; one goes on with the same losses."""
    values = {"zero_stage": zero, "steps": 4, "checkpoint_every": 2}
    begun = make_stage(base, data, tmp_path / "model", **values)
    (expected,) = two_processes([begun], tmp_path / "checkpoint")
    (begun.out / "result.json").unlink()
    result = stage.run(begun, resume_from=tmp_path / "checkpoint")
    assert (expected["workers"], result["workers"]) == (2, 1)
    assert [loss for _, loss in result["losses"]] == pytest.approx([loss for _, loss in expected["losses"]], abs=1e-5)


def test_resumed_pissa_goes_back_to_the_first_initialisation(base, data, tmp_path):
    values = {"steps": 3, "update": "pissa", "rank": 4, "checkpoint_every": 1}
    broken = make_stage(base, data, tmp_path / "broken", **values)
    expected = stage.run(make_stage(base, data, tmp_path / "straight", **values))
    saves = []

    def once(state, save):
        if not saves:
            save(tmp_path / "checkpoint")
        saves.append(state.step)

    stage.run(broken, on_checkpoint=once)
    (broken.out / "result.json").unlink()
    again = stage.run(broken, resume_from=tmp_path / "checkpoint")
    assert [loss for _, loss in again["losses"]] == pytest.approx([loss for _, loss in expected["losses"]], abs=1e-6)


@pytest.mark.parametrize("zero", [0, 3])
def test_a_frozen_base_is_kept_in_bfloat16(base, zero, tmp_path):
    chosen = settings(update="pissa", zero_stage=zero, precision="bf16")
    loop.join()
    with model.partitioned(chosen):
        adapted = model.add_pissa(model.load(str(base), chosen), chosen, tmp_path / "initial")
    kinds = {(weight.requires_grad, weight.dtype) for weight in adapted.parameters()}
    assert kinds == {(False, torch.bfloat16), (True, torch.float32)}


def test_early_stopping(base, data, tmp_path):
    values = {"steps": 50, "learning_rate": 1e-9, "validate_every": 1, "patience": 2, "warmup_steps": 0}
    result = stage.run(make_stage(base, data, tmp_path / "s", **values))
    assert 3 <= result["steps"] < 50


def test_a_loss_that_is_no_number_stops_the_run(base, data, tmp_path):
    with pytest.raises(FloatingPointError, match=r"the loss is nan at step \d, on (any/9/\d+, )*any/9/\d+: lower the"):
        stage.run(make_stage(base, data, tmp_path / "s", steps=8, learning_rate=1e30, warmup_steps=0))


def test_export_halves_the_size(base, tmp_path):
    model.export(base, tmp_path / "half", torch.bfloat16)
    weights = load_file(tmp_path / "half" / "model.safetensors")
    assert {w.dtype for w in weights.values()} == {torch.bfloat16}
    assert (tmp_path / "half" / "tokenizer.json").exists()


def test_digest_tells_what_matters(base, data, tmp_path):
    one = make_stage(base, data, tmp_path / "a", workers=1)
    assert one.digest == make_stage(base, data, tmp_path / "b", workers=4, log_every=7).digest
    assert one.digest != make_stage(base, data, tmp_path / "a", learning_rate=2e-3).digest
    assert Path(one.out) == tmp_path / "a"


def test_another_seed_or_method_does_not_train_the_finished_ones_again(tmp_path):
    def digest(**values):
        return Stage("adapt/rfft/seed-0", tmp_path, None, Adapt(**values).of("rfft"), 0, method="rfft").digest

    finished = digest(seeds=[0], methods=["rfft"])
    more = {"seeds": [0, 1, 2], "methods": ["direct", "rfft"], "concurrent": 3, "overrides": {"direct": {"steps": 3}}}
    assert digest(**more) == finished
    assert digest(overrides={"rfft": {"steps": 3}}) != finished
