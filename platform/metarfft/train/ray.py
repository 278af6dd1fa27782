"""Training stages under Ray Train: workers, checkpoints, resume after a kill, figures to MLflow."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import ray.train
from ray.train import Checkpoint, CheckpointConfig, FailureConfig, RunConfig, ScalingConfig
from ray.train.torch import TorchConfig, TorchTrainer

from metarfft.cluster import connect
from metarfft.config import Config
from metarfft.tracking import Run, stage_run
from metarfft.train.plan import Stage

_STAGE = "stage.json"  # in a checkpoint: which stage it belongs to


def train(config: Config, stages: Sequence[Stage], concurrent: int = 1) -> None:
    """Runs the stages that are not finished, ``concurrent`` at a time.

    Stages that follow each other share their workers, since starting Python and its libraries can take longer than a
    small adaptation. Interrupted, the same call goes on from the last checkpoint.

    Raises:
        ray.train.TrainingFailedError: a stage failed more often than is tried again.
    """
    todo = [stage for stage in stages if stage.result() is None]
    for stage in stages:
        if stage not in todo:
            print(f"{stage.name}: finished before, in {stage.out}")
    if not todo:
        return
    connect()
    groups = [group for k in range(concurrent) if (group := todo[k::concurrent])]
    with ThreadPoolExecutor(len(groups)) as pool:
        for done in [pool.submit(_fit, config, group) for group in groups]:
            done.result()
