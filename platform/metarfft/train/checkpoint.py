"""Checkpoints of the training loop: DeepSpeed's, with how far the run has come, for any number of workers."""

from __future__ import annotations

import copy
import io
import math
import os
import shutil
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, redirect_stdout
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import torch.distributed as dist
from deepspeed.checkpoint import ds_to_universal

from metarfft.config import Train

_SAVED, _RECUT = "state", "universal"  # parts of a checkpoint: as it was saved, and for any number of workers


@dataclass
class State:
    """How far a run has come; every checkpoint keeps it."""

    step: int = 0
    tokens: int = 0  # trained on
    skipped: int = 0  # samples longer than the context
    seconds: float = 0.0  # of training, over all restarts
    best: float = math.inf  # lowest validation loss, nats a token
    since_best: int = 0  # validations after it
    window: list[float] = field(default_factory=lambda: [0.0, 0.0])  # loss and targets since the last log
    losses: list[tuple[int, float]] = field(default_factory=list)  # (step, training loss) as logged
    validations: list[tuple[int, float]] = field(default_factory=list)  # (step, validation loss)


def save(engine: Any, state: State, folder: Path) -> None:
    """Writes a checkpoint into ``folder``; every rank calls it, and writes its part."""
    about = {"state": asdict(state)}
    engine.save_checkpoint(str(folder), tag=_SAVED, client_state=about, exclude_frozen_parameters=True)


def needs_recut(folder: Path, settings: Train) -> bool:
    """Whether the checkpoint in ``folder`` is cut up (ZeRO 1 and up) for another number of workers."""
    ranks = len(list((folder / _SAVED).glob("*zero_pp_rank_*optim_states.pt")))
    return settings.zero_stage > 0 and ranks != dist.get_world_size()


@contextmanager
def _universal(folder: Path) -> Iterator[Path]:
    """A folder with the checkpoint in DeepSpeed's universal form, which any number of workers can load. Each node makes
    its own, since ``folder`` may be a copy on this node alone; it is gone when all have loaded it."""
    name = [f"metarfft-{uuid4().hex}"]
    dist.broadcast_object_list(name)
    own = Path(tempfile.gettempdir()) / name[0]
    first = os.environ.get("LOCAL_RANK", "0") == "0"
    if first:
        options = {"num_extract_workers": 1, "num_merge_workers": 1, "keep_temp_folder": False, "strict": True}
        places = {"input_folder": str(folder / _SAVED), "output_folder": str(own / _RECUT)}
        with redirect_stdout(io.StringIO()):
            ds_to_universal.main(Namespace(**places, **options, inject_missing_state=True))
    dist.barrier()
    try:
        yield own
    finally:
        dist.barrier()
        if first:
            shutil.rmtree(own, ignore_errors=True)


def restore(engine: Any, folder: Path, recut: bool) -> State:
    """Loads the checkpoint in ``folder`` into the engine; with ``recut`` for another number of workers than saved it
    (then the engine was set up to load the universal form)."""
    groups = engine.optimizer.param_groups
    options = [{key: value for key, value in group.items() if key != "params"} for group in groups]
    with _universal(folder) if recut else nullcontext(folder) as place:
        tag = _RECUT if recut else _SAVED
        _, about = engine.load_checkpoint(str(place), tag=tag, load_module_strict=False)
    if recut:  # ZeRO-3 gave all groups the options of the first, and one counter of steps to share
        for group, own, rate in zip(groups, options, engine.lr_scheduler.get_last_lr(), strict=True):
            group.update(own, lr=rate)
        for kept in engine.optimizer.optimizer.state.values():
            kept["step"] = copy.deepcopy(kept["step"])
    return State(**about["state"])
