"""Running a training stage: from a model and a dataset to a model directory with a result. Knows nothing of Ray."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from transformers import AutoTokenizer
from transformers.utils.logging import disable_progress_bar

from metarfft.data.stream import SampleStream, Stream, read_all
from metarfft.train import loop, model
from metarfft.train.plan import RESULT, Stage
from metarfft.train.tokenizer import build_tokenizer
from metarfft.train.warmup import WarmupStream


def run(
    stage: Stage,
    *,
    resume_from: Path | None = None,
    on_metrics: loop.Metrics | None = None,
    on_checkpoint: loop.Checkpoint | None = None,
) -> dict[str, Any]:
    """Trains, saves and returns the stage's result. Every rank calls it; rank 0 writes.

    Args:
        resume_from, on_metrics, on_checkpoint: see `loop.train`.
    """
    loop.join()
    disable_progress_bar()
    settings = stage.settings
    torch.manual_seed(stage.seed)
    tokenizer, trained = _start(stage)
    validation = read_all(stage.validation, tokenizer, settings.context_length) if stage.validation else []
    engine, state = loop.train(
        trained,
        _stream(stage, tokenizer),
        settings,
        validation=validation,
        resume_from=resume_from,
        on_metrics=on_metrics,
        on_checkpoint=on_checkpoint,
    )
    model.save(engine, tokenizer, stage)
    result = {
        "stage": stage.name,
        "digest": stage.digest,
        "base": stage.start,
        "method": stage.method,
        "seed": stage.seed,
        "tasks": list(stage.tasks),
        "steps": state.step,
        "tokens": state.tokens,
        "skipped_samples": state.skipped,
        "seconds": round(state.seconds, 1),
        "workers": dist.get_world_size(),
        "losses": state.losses,
        "validation_losses": state.validations,
        "inputs": list(stage.inputs),
        "settings": settings.model_dump(mode="json"),
    }
    if dist.get_rank() == 0:
        part = stage.out / f".{RESULT}"
        part.write_text(json.dumps(result, indent=1))
        os.replace(part, stage.out / RESULT)
    dist.barrier()
    engine.destroy()
    return result


def _start(stage: Stage) -> tuple[Any, Any]:
    """The tokenizer and the model to train."""
    settings = stage.settings
    if stage.start is None:
        assert stage.tiny is not None
        tokenizer = build_tokenizer(stage.pieces)
        return tokenizer, model.build(stage.tiny, tokenizer, settings.context_length, stage.seed)
    with model.partitioned(settings):
        trained = model.load(stage.start, settings)
        if settings.update == "pissa":
            trained = model.add_pissa(trained, settings, stage.out / "pissa" / "initial")
    if settings.gradient_checkpointing:
        trained.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    return AutoTokenizer.from_pretrained(stage.start), trained


def _stream(stage: Stage, tokenizer: Any) -> Stream:
    settings = stage.settings
    if stage.data is None:
        return WarmupStream(tokenizer, batch_size=settings.batch_size, seed=stage.seed, positions=settings.positions)
    return SampleStream(
        stage.data,
        tokenizer,
        batch_size=settings.batch_size,
        seed=stage.seed,
        context_length=settings.context_length,
        positions=settings.positions,
        tasks=stage.tasks,
        mix=stage.mix,
        refuse_long=settings.too_long == "refuse",
    )
