"""The training loop: PyTorch under DeepSpeed, one process or many, knowing nothing of what started it."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import deepspeed
import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor

from metarfft.config import Train
from metarfft.data.packing import Batch, Tokens, collate, empty, pack
from metarfft.data.rows import DataError
from metarfft.data.stream import Stream, deal
from metarfft.hardware import fast_bf16
from metarfft.train import checkpoint
from metarfft.train.budget import BUCKET
from metarfft.train.checkpoint import State
from metarfft.train.optimizer import optimizer, schedule

# Gloo and NCCL reduce the gradients. DeepSpeed's own CPU reduction would be compiled at its first use: a minute of g++,
# and a lock file that stops every later process for ever when this one is killed meanwhile.
deepspeed.ops.__compatible_ops__ = {}


Metrics = Callable[[State, dict[str, float]], None]
Checkpoint = Callable[[State, Callable[[Path], None]], None]


def train(
    model: torch.nn.Module,
    stream: Stream,
    settings: Train,
    *,
    validation: Sequence[Tokens] = (),
    resume_from: Path | None = None,
    on_metrics: Metrics | None = None,
    on_checkpoint: Checkpoint | None = None,
) -> tuple[Any, State]:
    """Trains ``model`` in place, up to ``settings.steps`` steps.

    Args:
        model: a transformers causal language model, or PEFT's wrapper around one.
        stream: the samples of each step.
        validation: samples whose loss is watched; without any there is no validation and no early stopping.
        resume_from: a folder that the ``save`` of an earlier ``on_checkpoint`` call wrote.
        on_metrics: called on every rank with the state and the figures that are new (losses in nats a token).
        on_checkpoint: called on every rank every ``settings.checkpoint_every`` steps with the state and a function that
            saves a checkpoint into a folder.

    Returns:
        DeepSpeed's engine around the trained model, and the final state.

    Raises:
        FloatingPointError: a loss is not a number; the message names the step and the samples.
        DataError: a sample is longer than the context and ``too_long`` is "refuse", or it cannot be read.
    """
    join()
    recut = resume_from is not None and checkpoint.needs_recut(resume_from, settings)
    engine = _engine(model, settings, universal=recut)
    state = checkpoint.restore(engine, resume_from, recut) if resume_from else State()
    rank, world = dist.get_rank(), dist.get_world_size()
    held_out = _rows(deal(list(validation), rank, world, lambda sample: len(sample.ids)), settings)
    report = on_metrics or (lambda state, figures: None)
    engine.train()
    with ThreadPoolExecutor(1) as ahead:  # makes the next step's rows while this step's are trained on

        def make(step: int) -> tuple[list[Batch], int, str]:
            try:
                share = stream.step(step, rank, world)
            except DataError as error:
                return [], 0, str(error)
            return _rows(share.samples, settings), share.skipped, ""

        clock = _Clock(state)
        coming = ahead.submit(make, state.step)
        while state.step < settings.steps:
            rows, left_out, refused = coming.result()
            if state.step + 1 < settings.steps:
                coming = ahead.submit(make, state.step + 1)
            loss, targets, tokens, skipped = _step(engine, rows, left_out, refused, state.step + 1)
            state.step += 1
            state.tokens += int(tokens)
            state.skipped += int(skipped)
            state.window = [state.window[0] + loss, state.window[1] + targets]
            last = state.step == settings.steps
            if last or state.step % settings.log_every == 0:
                report(state, _log(engine, state, clock, settings))
            if validation and (last or state.step % settings.validate_every == 0):
                with clock.stopped():
                    _validate(engine, held_out, state)
                report(state, {"validation_loss": state.validations[-1][1]})
                if settings.patience and state.since_best >= settings.patience:
                    break
            if on_checkpoint and not last and state.step % settings.checkpoint_every == 0:
                clock.update(state)
                with clock.stopped():
                    on_checkpoint(state, lambda folder: checkpoint.save(engine, state, folder))
        clock.update(state)
    return engine, state


class _Clock:
    """Time spent on training steps, without validation and saving, and the speed since the last look."""

    def __init__(self, state: State) -> None:
        self._began = time.monotonic() - state.seconds
        self._last = (state.seconds, state.tokens, state.step)

    def update(self, state: State) -> None:
        state.seconds = time.monotonic() - self._began

    def speed(self, state: State) -> tuple[float, float, float]:
        """Tokens a second, seconds a step, and seconds, since the last call."""
        self.update(state)
        seconds, tokens, step = self._last
        self._last = (state.seconds, state.tokens, state.step)
        took = max(state.seconds - seconds, 1e-9)
        return (state.tokens - tokens) / took, took / max(state.step - step, 1), took

    @contextmanager
    def stopped(self) -> Iterator[None]:
        since = time.monotonic()
        yield
        self._began += time.monotonic() - since


def evaluate(engine: Any, rows: Sequence[Batch]) -> float:
    """The mean loss, in nats a target, over this and all other ranks' rows."""
    engine.eval()
    with torch.no_grad():
        losses = [float(_loss(engine, batch)) for batch in _padded(rows, engine)]
    engine.train()
    loss, targets = _sums([sum(losses), sum(batch.learnt for batch in rows)], engine)
    return loss / max(targets, 1)


def _step(engine: Any, rows: Sequence[Batch], skipped: int, refused: str, number: int) -> list[float]:
    """One optimiser step; returns the step's summed loss, targets, tokens and skipped samples over all ranks.

    The gradient is that of the mean loss over all targets of the step, whichever rank and row they are in: DeepSpeed
    averages over ranks, so a row's summed loss counts ranks / targets times.
    """
    counts = [sum(batch.learnt for batch in rows), sum(batch.tokens for batch in rows), skipped, bool(refused)]
    targets, tokens, all_skipped, any_refused = _sums(counts, engine)
    if any_refused:  # one rank's error ends all: the others would wait for it
        raise DataError("; ".join(_gathered([refused] if refused else [])))
    batches = _padded(rows, engine)
    losses = []
    for i, batch in enumerate(batches):
        engine.set_gradient_accumulation_boundary(i == len(batches) - 1)
        loss = _loss(engine, batch)
        engine.backward(loss * (dist.get_world_size() / max(targets, 1)))
        losses.append(loss.detach())
    (total,) = _sums([float(torch.stack(losses).sum())], engine)
    if not math.isfinite(total):  # before the step: the weights stay as they are
        bad = [name for loss, batch in zip(losses, batches, strict=True) if not loss.isfinite() for name in batch.names]
        bad = _gathered(bad)
        where = ", ".join(bad[:8]) + (f" and {len(bad) - 8} more" if len(bad) > 8 else "")
        raise FloatingPointError(f"the loss is {total} at step {number}, on {where}: lower the learning rate")
    engine.step()
    return [total, targets, tokens, all_skipped]


def _loss(engine: Any, batch: Batch) -> Tensor:
    """The summed loss of a row. The output head runs only where there is a target."""
    batch = batch.to(engine.device)
    logits = engine(**batch.inputs, use_cache=False).logits[0]
    return F.cross_entropy(logits.float(), batch.targets, reduction="sum")


def _validate(engine: Any, rows: Sequence[Batch], state: State) -> None:
    loss = evaluate(engine, rows)
    state.validations.append((state.step, loss))
    state.since_best = 0 if loss < state.best else state.since_best + 1
    state.best = min(state.best, loss)


def _log(engine: Any, state: State, clock: _Clock, settings: Train) -> dict[str, float]:
    summed, targets = state.window
    loss = summed / max(targets, 1)
    state.losses.append((state.step, loss))
    state.window = [0.0, 0.0]
    speed, seconds_per_step, took = clock.speed(state)
    return {
        "loss": loss,
        "learning_rate": engine.get_lr()[-1],
        "tokens": state.tokens,
        "tokens_per_second": speed,
        "targets_per_second": targets / took,
        "seconds_left": seconds_per_step * (settings.steps - state.step),
    }


def _rows(samples: Sequence[Tokens], settings: Train) -> list[Batch]:
    return [collate(row) for row in pack(samples, settings.micro_batch_tokens)]


def _padded(rows: Sequence[Batch], engine: Any) -> list[Batch]:
    """The rows, and empty ones up to the number of the rank that has most: ZeRO's collectives need every rank."""
    most = torch.tensor(max(len(rows), 1), device=engine.device)
    dist.all_reduce(most, op=dist.ReduceOp.MAX)
    return [*rows, *[empty()] * (int(most) - len(rows))]


def _gathered(own: list[str]) -> list[str]:
    """The texts of all ranks."""
    each: list[list[str]] = [[] for _ in range(dist.get_world_size())]
    dist.all_gather_object(each, own)
    return [text for some in each for text in some]


def _sums(values: Sequence[float], engine: Any) -> list[float]:
    """Each value summed over the ranks."""
    sums = torch.tensor(values, dtype=torch.float64, device=engine.device)
    dist.all_reduce(sums)
    return sums.tolist()


def bf16(settings: Train) -> bool:
    """Whether to compute in bfloat16: with ``precision: auto``, where the hardware does so at speed."""
    if settings.precision != "auto":
        return settings.precision == "bf16"
    if torch.cuda.is_available():
        return torch.cuda.is_bf16_supported()
    return fast_bf16()


def join() -> None:
    """Joins the process group that a launcher (Ray Train, torchrun) prepared, else makes one of this process alone."""
    if dist.is_initialized():
        return
    backend = "nccl" if torch.cuda.is_available() else "gloo"
    if "RANK" in os.environ:
        dist.init_process_group(backend)
    else:
        dist.init_process_group(backend, store=dist.HashStore(), rank=0, world_size=1)
        os.environ["LOCAL_RANK"] = "0"  # DeepSpeed insists


def deepspeed_config(settings: Train) -> dict[str, Any]:
    """DeepSpeed's configuration. Weights that train are float32; bfloat16 is for arithmetic alone (autocast)."""
    zero: dict[str, Any] = {"stage": settings.zero_stage, "reduce_bucket_size": BUCKET}
    host = {"device": "cpu", "pin_memory": settings.gpus_per_worker > 0}
    zero |= {"offload_optimizer": host} if settings.offload_optimizer else {}
    zero |= {"offload_param": host} if settings.offload_parameters else {}
    return {
        "train_micro_batch_size_per_gpu": 1,  # rows vary in samples; this loop itself counts targets
        "gradient_accumulation_steps": 1,
        "gradient_clipping": settings.clip,
        "zero_optimization": zero,
        "zero_allow_untested_optimizer": True,
        "zero_force_ds_cpu_optimizer": False,  # torch's own runs on the host too, and needs no compiler there
        "torch_autocast": {"enabled": bf16(settings), "dtype": "bfloat16"},
        "steps_per_print": 2**31,
    }


def _engine(model: torch.nn.Module, settings: Train, universal: bool = False) -> Any:
    chosen = optimizer(model, settings)
    rates = torch.optim.lr_scheduler.LambdaLR(chosen, lambda step: schedule(step, settings))
    engine, *_ = deepspeed.initialize(
        model=model,
        optimizer=chosen,
        lr_scheduler=rates,
        config=deepspeed_config(settings) | {"checkpoint": {"load_universal": universal}},
        dist_init_required=False,
    )
    return engine
