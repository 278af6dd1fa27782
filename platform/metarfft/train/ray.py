"""Training stages under Ray Train: workers, checkpoints, resume after a kill, figures to MLflow."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.fs
import ray.train
from ray.train import Checkpoint, CheckpointConfig, FailureConfig, LoggingConfig, RunConfig, ScalingConfig
from ray.train.torch import TorchConfig, TorchTrainer

from metarfft.cluster import connect
from metarfft.config import Config
from metarfft.data.rows import DataError
from metarfft.tracking import Run, stage_run
from metarfft.train import budget
from metarfft.train.plan import Stage
from metarfft.train.shapes import ShapeError, find_shape

if TYPE_CHECKING:  # the driver itself needs no torch
    from metarfft.train.loop import State

_RETRIES = 3  # of a stage whose worker or node died
_FAILED = "failed"  # file in a stage's folder: why it cannot go on
_DIGEST = "stage"  # file in a checkpoint: the stage that it belongs to


def train(config: Config, stages: Sequence[Stage], concurrent: int = 1) -> None:
    """Runs those of the stages that are not finished, ``concurrent`` at a time, and records each in MLflow.

    Stages that come one after the other share their workers, since to start Python and its libraries can take longer
    than a small adaptation. Interrupted, the same call goes on from the last checkpoint.

    Raises:
        RuntimeError: a stage failed more often than it is tried again, or in a way that trying again cannot help.
    """
    for stage in stages:
        if stage.result() is not None:
            print(f"{stage.name}: finished before, in {stage.out}")
    # The groups do not depend on what is finished: a group finds its checkpoints by its name.
    alike: dict[tuple[Any, ...], list[Stage]] = {}
    for stage in stages:
        settings = stage.settings
        resources = (settings.workers, settings.cpus_per_worker, settings.gpus_per_worker)
        alike.setdefault(resources, []).append(stage)
    for members in alike.values():
        groups = [members[k::concurrent] for k in range(min(concurrent, len(members)))]
        groups = [group for group in groups if any(stage.result() is None for stage in group)]
        if groups:
            connect()
            with ThreadPoolExecutor(len(groups)) as pool:
                for done in [pool.submit(_fit, config, group) for group in groups]:
                    done.result()


def _fit(config: Config, stages: list[Stage]) -> None:
    settings = stages[0].settings
    name = hashlib.sha256(" ".join(stage.digest for stage in stages).encode()).hexdigest()[:16]
    storage = config.checkpoints or str(config.root / "train")
    storage = storage if "://" in storage else str(Path(storage).resolve())
    todo = [stage for stage in stages if stage.result() is None]
    with ExitStack() as runs:
        tracked = [runs.enter_context(stage_run(config, stage.name, _told(stage))) for stage in todo]
        trainer = TorchTrainer(
            _work,
            train_loop_config={"stages": todo, "runs": tracked},
            torch_config=TorchConfig(backend="nccl" if settings.gpus_per_worker else "gloo"),
            scaling_config=ScalingConfig(
                num_workers=settings.workers,
                use_gpu=settings.gpus_per_worker > 0,
                resources_per_worker={"CPU": settings.cpus_per_worker, "GPU": settings.gpus_per_worker},
            ),
            run_config=RunConfig(
                name=name,
                storage_path=storage,
                failure_config=FailureConfig(max_failures=_RETRIES),
                checkpoint_config=CheckpointConfig(num_to_keep=2),
                logging_config=LoggingConfig(log_level="WARNING"),
            ),
        )
        for stage in todo:
            (stage.out / _FAILED).unlink(missing_ok=True)
        try:
            trainer.fit()
        except ray.train.TrainingFailedError as error:
            stage = next(stage for stage in todo if stage.result() is None)
            raise RuntimeError(f"{stage.name}: {_cause(error)}") from error
        for stage, run in zip(todo, tracked, strict=True):
            if (stage.out / _FAILED).exists():
                raise RuntimeError(f"{stage.name}: {(stage.out / _FAILED).read_text()}")
            run.log_model(stage.name, stage.model or stage.out / "adapter")
    _remove(f"{storage}/{name}")  # its checkpoints are of no more use


def _remove(folder: str) -> None:
    filesystem, path = pyarrow.fs.FileSystem.from_uri(folder)
    if filesystem.get_file_info(path).type == pyarrow.fs.FileType.Directory:
        filesystem.delete_dir(path)


def _cause(error: ray.train.TrainingFailedError) -> str:
    """The first worker's own error, in one line."""
    failures = getattr(error, "worker_failures", {})
    cause = next(iter(failures.values()), error)
    cause = getattr(cause, "cause", None) or cause
    lines = [line for line in str(cause).strip().splitlines() if line.strip()]
    return f"{type(cause).__name__}: {lines[-1].strip()}" if lines else type(cause).__name__


def _told(stage: Stage) -> dict[str, Any]:
    told = ("digest", "seed", "start", "data", "inputs")
    return {**{key: getattr(stage, key) for key in told}, "settings": stage.settings.model_dump(mode="json")}


def _work(what: dict[str, Any]) -> None:
    """What every worker runs: the group's stages, one after the other, from the last checkpoint on."""
    # Said here, DeepSpeed does not warn about what it found
    os.environ.setdefault("DS_ACCELERATOR", "cuda" if what["stages"][0].settings.gpus_per_worker else "cpu")
    import torch

    from metarfft.train import stage as training

    first = ray.train.get_context().get_world_rank() == 0
    checkpoint = ray.train.get_checkpoint()
    for stage, run in zip(what["stages"], what["runs"], strict=True):
        if stage.result() is not None:  # before a worker died and this began anew
            continue
        torch.set_num_threads(stage.settings.cpus_per_worker)
        with ExitStack() as opened:
            folder = Path(opened.enter_context(checkpoint.as_directory())) if checkpoint else None
            if folder and (folder / _DIGEST).read_text() != stage.digest:
                folder = None
            on_metrics = opened.enter_context(_reporter(stage, run)) if first else None
            try:
                training.run(stage, resume_from=folder, on_metrics=on_metrics, on_checkpoint=_saver(stage))
            except (FloatingPointError, DataError) as error:  # of all ranks; it would come again: no reason to retry
                if first:
                    stage.out.mkdir(parents=True, exist_ok=True)
                    (stage.out / _FAILED).write_text(str(error))
                return
        checkpoint = None  # the next stage begins at its beginning; by now Ray may have deleted this folder


def _saver(stage: Stage) -> Callable[[State, Callable[[Path], None]], None]:
    def save(state: State, write: Callable[[Path], None]) -> None:
        try:
            with tempfile.TemporaryDirectory() as folder:
                write(Path(folder))
                (Path(folder) / _DIGEST).write_text(stage.digest)
                ray.train.report({"step": state.step}, checkpoint=Checkpoint.from_directory(folder))
        except (OSError, RuntimeError) as error:  # torch raises the latter on a full disk
            raise RuntimeError(
                f"the checkpoint of step {state.step} could not be written; the last good one is kept: {error}"
            ) from error

    return save


@contextmanager
def _reporter(stage: Stage, run: Run) -> Iterator[Callable[[State, dict[str, float]], None]]:
    """Gives a function that prints a stage's figures and sends them to MLflow: from a thread, so that training waits
    for no store. One that cannot be written to for a while costs nothing either: the next time has all."""
    utilisation = _utilisation(stage)
    unsent: deque[tuple[dict[str, float], int]] = deque()

    def send() -> None:
        try:
            while unsent:
                run.log_metrics(*unsent[0])
                unsent.popleft()
        except Exception as error:  # every kind of store has its own
            _say(f"{stage.name}: MLflow takes no figures at step {unsent[0][1]}: {str(error).splitlines()[0]}")

    with ThreadPoolExecutor(1) as sender:
        sender.submit(run.open)

        def report(state: State, figures: dict[str, float]) -> None:
            if utilisation and "loss" in figures:
                figures = {**figures, "mfu": utilisation(state, figures)}
            unsent.append((figures, state.step))
            sender.submit(send)
            line = f"{stage.name}: step {state.step:,}/{stage.settings.steps:,}"
            if "validation_loss" in figures:
                line += f", validation loss {figures['validation_loss']:.4f} (best {state.best:.4f})"
            else:
                minutes, seconds = divmod(int(figures["seconds_left"]), 60)
                line += f", loss {figures['loss']:.4f}, {figures['tokens_per_second']:,.0f} tokens/s"
                line += f", MFU {figures['mfu']:.0%}" if "mfu" in figures else ""
                line += f", {minutes} min {seconds:02d} s left"
            _say(line)

        yield report


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")  # Ray Train shows what is printed twice
    sys.stdout.flush()


def _utilisation(stage: Stage) -> Callable[[State, dict[str, float]], float] | None:
    """The share of the accelerators' peak that a stage reaches; None where the peak or the model's shape is unknown."""
    import torch

    place = stage.start or stage.model
    gpu = budget.gpu_called(torch.cuda.get_device_name()) if stage.settings.gpus_per_worker else None
    if gpu is None or place is None:
        return None
    try:
        shape, _ = find_shape(str(place))
    except ShapeError:
        return None
    peak = gpu.tflops * 1e12 * ray.train.get_context().get_world_size()

    def utilisation(state: State, figures: dict[str, float]) -> float:
        speed = figures["tokens_per_second"]
        mean = state.tokens / max(state.step * stage.settings.batch_size - state.skipped, 1)
        learnt = figures["targets_per_second"] / speed
        return budget.utilisation(shape, stage.settings, speed, mean, learnt, peak)

    return utilisation
