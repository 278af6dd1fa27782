"""Stages under real Ray Train: a worker that dies costs no finished stage and not a step before the last checkpoint."""

import os
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from test_train import base, data, make_stage  # noqa: F401

from metarfft.config import Config
from metarfft.train.plan import Stage


def _read(file: Path) -> str | None:
    with suppress(OSError):  # Ray may be deleting the checkpoint
        return file.read_text()
    return None


def kill_worker_in(stage: Stage, storage: Path, killed: list[float]) -> None:
    """Sends SIGKILL to the training worker once the stage has a checkpoint."""
    for _ in range(1200):
        if any(_read(file) == stage.digest for file in storage.rglob("stage")):
            for process in psutil.Process().children(recursive=True):
                if process.name().startswith("ray::RayTrainWo"):
                    killed.append(time.time())
                    os.kill(process.pid, signal.SIGKILL)
            return
        time.sleep(0.1)


@pytest.mark.timeout(600)
def test_a_killed_worker_goes_on_where_it_was(ray_cluster, base, data, tmp_path):  # noqa: F811
    from metarfft.train.ray import train

    kept = tmp_path / "kept"
    places = {"output": str(tmp_path), "checkpoints": kept.as_uri()}
    config = Config.model_validate({"name": "killed", "model": {"tiny": {}}, **places})
    values = {"checkpoint_every": 2, "validate_every": 1000, "batch_size": 3}
    stages = [
        make_stage(base, data, config.root / "models" / name, steps=steps, **values)
        for name, steps in (("first", 4), ("second", 40), ("third", 6))
    ]
    killed: list[float] = []
    killer = threading.Thread(target=kill_worker_in, args=(stages[1], kept, killed))
    killer.start()
    train(config, stages)
    killer.join()

    assert len(killed) == 1
    results = [stage.result() for stage in stages]
    assert [result and result["steps"] for result in results] == [4, 40, 6]
    assert (stages[0].out / "result.json").stat().st_mtime < killed[0]
    assert results[1]
    assert [step for step, _ in results[1]["losses"]] == list(range(1, 41))
    assert not list(kept.iterdir())  # no checkpoints are left
    train(config, stages)  # nothing to do


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
