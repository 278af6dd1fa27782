"""Stages under real Ray Train: what dies costs no finished stage and not a step before the last checkpoint."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch
from test_train import base, data, make_stage  # noqa: F401

from metarfft.config import Config
from metarfft.train import stage as training
from metarfft.train.plan import Stage

# What the driver's process runs; its arguments are the stage's settings, as the test has them.
DRIVER = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_train import make_stage
from metarfft.config import Config
from metarfft.train.ray import train
config = Config.model_validate_json({config!r})
train(config, [make_stage(Path({base!r}), Path({data!r}), config.root / "models" / "killed", **{values!r})])
"""


def script(config: Config, base: Path, data: Path, values: dict[str, Any]) -> str:  # noqa: F811
    tests = str(Path(__file__).parent)
    return DRIVER.format(tests=tests, config=config.model_dump_json(), base=str(base), data=str(data), values=values)


def _read(file: Path) -> str | None:
    with suppress(OSError):  # Ray may be deleting the checkpoint
        return file.read_text()
    return None


def once_saved(stage: Stage, storage: Path, act: Callable[[], None]) -> threading.Thread:
    """A thread that acts as soon as the stage has a checkpoint."""

    def watch() -> None:
        for _ in range(1800):
            if any(_read(file) == stage.digest for file in storage.rglob("stage")):
                act()
                return
            time.sleep(0.1)

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


def workers(of: psutil.Process) -> list[psutil.Process]:
    found = []
    for process in of.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if process.name().startswith("ray::RayTrainWo"):
                found.append(process)
    return found


def config_in(folder: Path, name: str) -> tuple[Config, Path]:
    kept = folder / "kept"
    places = {"output": str(folder), "checkpoints": kept.as_uri()}
    return Config.model_validate({"name": name, "model": {"tiny": {}}, **places}), kept


def losses_of(stage: Stage) -> list[tuple[int, float]]:
    result = stage.result()
    assert result
    return [(step, loss) for step, loss in result["losses"]]


def uninterrupted(base, data, folder: Path, values) -> list[tuple[int, float]]:  # noqa: F811
    """The losses of the same stage, here and in one go."""
    torch.set_num_threads(1)  # as the worker has it
    straight = make_stage(base, data, folder / "straight", **values)
    training.run(straight)
    return losses_of(straight)


VALUES = {"checkpoint_every": 2, "validate_every": 1000, "batch_size": 3}


@pytest.mark.timeout(600)
def test_a_killed_worker_goes_on_where_it_was(ray_cluster, base, data, tmp_path):  # noqa: F811
    from metarfft.train.ray import train

    config, kept = config_in(tmp_path, "killed")
    stages = [
        make_stage(base, data, config.root / "models" / name, **{**VALUES, "steps": steps})
        for name, steps in (("first", 4), ("second", 40), ("third", 6))
    ]
    killed: list[float] = []

    def kill() -> None:
        for process in workers(psutil.Process()):
            killed.append(time.time())
            process.send_signal(signal.SIGKILL)

    killer = once_saved(stages[1], kept, kill)
    train(config, stages)
    killer.join()

    assert len(killed) == 1
    results = [stage.result() for stage in stages]
    assert [result and result["steps"] for result in results] == [4, 40, 6]
    assert (stages[0].out / "result.json").stat().st_mtime < killed[0]
    assert losses_of(stages[1]) == uninterrupted(base, data, tmp_path, {**VALUES, "steps": 40})
    assert not list(kept.iterdir())  # no checkpoints are left
    train(config, stages)  # nothing to do


@pytest.mark.timeout(600)
def test_a_killed_driver_is_started_again(ray_cluster, base, data, tmp_path):  # noqa: F811
    from metarfft.train.ray import train

    config, kept = config_in(tmp_path, "driver")
    values = {**VALUES, "steps": 60}
    stage = make_stage(base, data, config.root / "models" / "killed", **values)
    driver = subprocess.Popen([sys.executable, "-c", script(config, base, data, values)], start_new_session=True)
    once_saved(stage, kept, driver.kill).join()
    assert driver.wait(timeout=180) == -signal.SIGKILL
    assert stage.result() is None
    train(config, [stage])
    assert losses_of(stage) == uninterrupted(base, data, tmp_path, values)


@pytest.mark.timeout(600)
@pytest.mark.skipif(sys.platform != "linux", reason="limits of another process")
def test_a_full_disk_leaves_the_last_good_checkpoint(ray_cluster, base, data, tmp_path):  # noqa: F811
    """Files of over 100 kB cannot be written any more after the first checkpoint: as a full disk would have it."""
    from metarfft.train.ray import train

    config, kept = config_in(tmp_path, "full")
    stage = make_stage(base, data, config.root / "models" / "full", **{**VALUES, "steps": 30})
    over = threading.Event()

    def fill() -> None:
        while not over.is_set():
            for process in workers(psutil.Process()):
                with suppress(psutil.NoSuchProcess):
                    process.rlimit(psutil.RLIMIT_FSIZE, (100_000, psutil.RLIM_INFINITY))
            time.sleep(0.05)

    filler = once_saved(stage, kept, fill)
    with pytest.raises(RuntimeError, match=r"the checkpoint of step \d+ could not be written; the last good one"):
        train(config, [stage])
    over.set()
    filler.join()
    assert any(_read(file) == stage.digest for file in kept.rglob("stage"))
    train(config, [stage])
    assert losses_of(stage) == uninterrupted(base, data, tmp_path, {**VALUES, "steps": 30})


@pytest.mark.timeout(600)
def test_a_run_that_cannot_go_on_says_why(ray_cluster, base, data, tmp_path):  # noqa: F811
    from metarfft.train.ray import train

    config = Config.model_validate({"name": "bad", "output": str(tmp_path), "model": {"tiny": {}}})
    bad = make_stage(base, data, config.root / "models" / "bad", steps=8, learning_rate=1e30, warmup_steps=0)
    with pytest.raises(RuntimeError, match=r"^test: the loss is nan at step \d, on (any/9/\d+, )*any/9/\d+: lower"):
        train(config, [bad])
    values = {"context_length": 40, "too_long": "refuse", "workers": (1, 2)}
    refusing = make_stage(base, data, config.root / "models" / "long", **values)
    with pytest.raises(RuntimeError, match=r"^test: any/9/\d+ has \d\d+ tokens, context_length is 40"):
        train(config, [refusing])
