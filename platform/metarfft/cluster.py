"""Starting Ray, or joining the cluster that a job was submitted to."""

from __future__ import annotations

import logging
import os
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import ray

import metarfft
import tasks

# Ray counts logical CPUs. A served model takes two (vLLM and the HTTP ingress) and waits for ever, without an error,
# for one that does not exist: a laptop with two cores declares more than it has. They are shared by time, as always.
LEAST_CPUS = 6
FORWARDED = (
    "METARFFT_", "MLFLOW_", "HF_", "TRANSFORMERS_", "TOKENIZERS_", "OMP_", "MKL_", "VLLM_", "CUDA_LAUNCH_", "NCCL_",
    "DS_",
)  # fmt: skip

_own_cpus: int | None = None  # logical CPUs of the private cluster that this process has started


def worker_environment() -> dict[str, str]:
    """The environment variables that every worker needs, this checkout's place on the module path among them."""
    environment = {key: value for key, value in os.environ.items() if key.startswith(FORWARDED)}
    roots = [str(Path(package.__path__[0]).resolve().parent) for package in (metarfft, tasks)]
    roots += os.environ.get("PYTHONPATH", "").split(os.pathsep)
    environment["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(filter(None, roots)))
    return environment


def connect(cpus: int | None = None) -> None:
    """Connect this process to Ray, if it is not connected already.

    With RAY_ADDRESS set (``ray job submit`` sets it) that cluster is joined; else a private one is started, which ends
    with this process. A private one with too few CPUs is started anew: between stages nothing runs on it.

    Args:
        cpus: logical CPUs that a private cluster must have, beside the cores this process may use and `LEAST_CPUS`.
    """
    global _own_cpus
    wanted = max(_cores(), LEAST_CPUS, cpus or 0)
    if ray.is_initialized():
        if _own_cpus is None or _own_cpus >= (cpus or 0):
            return
        ray.shutdown()
    _quiet()
    os.environ["RAY_OVERRIDE_JOB_RUNTIME_ENV"] = "1"  # add to the submitted job's environment instead of refusing
    environment = {"env_vars": worker_environment(), "worker_process_setup_hook": "metarfft.cluster.quiet_worker"}
    options: dict[str, Any] = {"runtime_env": environment, "logging_level": logging.WARNING}
    if os.environ.get("RAY_ADDRESS"):
        ray.init(address=os.environ["RAY_ADDRESS"], **options)
        _own_cpus = None
    else:
        _start(num_cpus=wanted, include_dashboard=False, **options)
        _own_cpus = wanted


def busy_tasks() -> int | None:
    """How many tasks at a time keep a private cluster's cores busy; None on a joined one, where Ray's count is true."""
    return None if _own_cpus is None else _cores()


def quiet_worker() -> None:
    """What every worker process runs first: keep off the terminal what Ray Train says each second and at each
    checkpoint, and what the libraries warn of that is meant here."""
    # or Ray Train's helpers look for the machine's only cluster, and fail loudly where a second experiment runs
    os.environ.setdefault("RAY_ADDRESS", ray.get_runtime_context().gcs_address)
    named_by_file = str(Path(ray.__file__).parent / "train/v2/_internal/execution/context.py")
    for talkative in ("ray.train.v2._internal.execution.controller.placement_group_cleaner", named_by_file):
        logging.getLogger(talkative).setLevel(logging.ERROR)
    for meant in ("PiSSA changes the base", "Setting `save_embedding_layers`", "`is_gradient_checkpointing` is dep"):
        warnings.filterwarnings("ignore", meant)


def _quiet() -> None:
    """Keep Ray's notes on what goes well off the terminal."""
    os.environ.setdefault("RAY_DATA_LOG_LEVEL", "WARNING")  # for when ray.data is not imported yet
    logging.getLogger("ray.data").setLevel(logging.WARNING)
    for talkative in ("ray.data._internal.progress", "ray._private.authentication.authentication_token_setup"):
        logging.getLogger(talkative).setLevel(logging.ERROR)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _start(attempts: int = 3, **options: Any) -> None:
    """Start a private cluster. Ray gives its own start 30 seconds, which a busy laptop can miss: then try again.

    Raises:
        RuntimeError: it missed them every time.
    """
    this = psutil.Process()
    for _ in range(attempts):
        others = this.children(recursive=True)
        try:
            ray.init(address="local", **options)
            return
        except Exception as error:
            ray.shutdown()
            if "timed out during startup" not in str(error):
                raise
            for left in set(this.children(recursive=True)) - set(others):  # shutdown knows nothing of a half-made start
                with suppress(psutil.NoSuchProcess):
                    left.kill()
    raise RuntimeError(f"Ray did not start in 30 seconds, {attempts} times: too much else is running on this machine")
