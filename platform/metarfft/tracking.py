"""MLflow runs: one experiment for each configuration, one parent run, a nested run for each stage.

The store is the one that MLFLOW_TRACKING_URI names, else an SQLite file beside the experiments' output. A `Run` can be
pickled: hand it to a Ray worker and log from there, from rank 0 only.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException
from mlflow.utils.time import get_current_time_millis

from metarfft.config import Config

_VALUE_LIMIT, _BATCH = 6000, 100  # MLflow's limits; the whole configuration is an artifact besides


@cache
def _client(uri: str) -> MlflowClient:
    """A client of the store. The driver's first call creates it: SQLite migrations race when workers start."""
    logging.getLogger("mlflow.store.db.utils").setLevel(logging.WARNING)
    path = uri.removeprefix("sqlite:///")
    if path != uri:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    return MlflowClient(tracking_uri=uri)


@dataclass(frozen=True)
class Run:
    """A run in a store."""

    uri: str
    id: str

    def open(self) -> None:
        """Connect to the store now: in a new process that takes a second, which the first figures would wait for."""
        _client(self.uri)

    def log_metrics(self, metrics: Mapping[str, float], step: int = 0) -> None:
        """Log values by step (an optimiser step, a length, ...)."""
        now = get_current_time_millis()
        values = [Metric(key, float(value), now, step) for key, value in metrics.items()]
        for start in range(0, len(values), _BATCH):
            _client(self.uri).log_batch(self.id, metrics=values[start : start + _BATCH])

    def tag(self, **tags: Any) -> None:
        """Set tags, for example ``data_hash=...``."""
        _client(self.uri).log_batch(self.id, tags=[RunTag(key, str(value)) for key, value in tags.items()])

    def log_model(self, name: str, path: str | Path) -> None:
        """Record a model by reference: where it is and, as a small artifact, what is in it."""
        files = {str(p.relative_to(path)): p.stat().st_size for p in sorted(Path(path).rglob("*")) if p.is_file()}
        self.tag(**{f"model.{name}": Path(path).resolve()})
        _client(self.uri).log_dict(self.id, {"path": str(Path(path).resolve()), "files": files}, f"models/{name}.json")

    def log_file(self, path: str | Path, folder: str | None = None) -> None:
        """Copy a small file (a plot, a report) to the run's artifacts."""
        _client(self.uri).log_artifact(self.id, str(path), folder)


def tracking_uri(config: Config) -> str:
    """MLFLOW_TRACKING_URI, or the SQLite store under the output directory (absolute, so that it means the same in every
    process)."""
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{config.root.parent / 'mlflow.db'}"


def open_store(config: Config) -> None:
    """Create the store, if it is not there: some seconds, for a new one."""
    _client(tracking_uri(config))


@contextmanager
def stage_run(config: Config, stage: str, params: Mapping[str, Any] | None = None) -> Iterator[Run]:
    """The run of a stage, nested under the configuration's own. It ends as FINISHED, or as FAILED on an exception.

    A run of the same stage with the same parameters that did not finish is continued.

    Args:
        stage: its name, for example ``adapt/rfft/seed-0``.
        params: values to log, nested mappings flattened to ``section.key``.
    """
    uri = tracking_uri(config)
    client = _client(uri)
    experiment = _experiment(client, config, uri)
    parent = _find(client, experiment, "tags.stage = 'experiment'")
    if parent is None:
        parent = client.create_run(experiment, run_name=config.name, tags={"stage": "experiment"}).info.run_id
    client.update_run(parent, status="RUNNING")
    client.log_dict(parent, config.model_dump(mode="json"), "config.json")

    values = _flatten(params or {})
    digest = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]
    unfinished = f"tags.stage = '{stage}' and tags.params_digest = '{digest}' and attributes.status != 'FINISHED'"
    found = _find(client, experiment, unfinished)
    if found is None:
        tags = {"mlflow.parentRunId": parent, "stage": stage, "params_digest": digest, **_code_version()}
        found = client.create_run(experiment, run_name=stage, tags=tags).info.run_id
        entries = [Param(key, value[:_VALUE_LIMIT]) for key, value in values.items()]
        for start in range(0, len(entries), _BATCH):
            client.log_batch(found, params=entries[start : start + _BATCH])
        client.log_dict(found, config.model_dump(mode="json"), "config.json")
    client.update_run(found, status="RUNNING")
    status = "FAILED"
    try:
        yield Run(uri, found)
        status = "FINISHED"
    finally:
        client.set_terminated(found, status)
        client.set_terminated(parent, status)


def _experiment(client: MlflowClient, config: Config, uri: str) -> str:
    name = config.tracking.experiment or config.name
    if (known := client.get_experiment_by_name(name)) is not None:
        return known.experiment_id
    artifacts = (config.root.parent / "mlflow-artifacts").as_uri() if uri.startswith("sqlite:") else None
    with suppress(MlflowException):  # another process was quicker
        return client.create_experiment(name, artifact_location=artifacts)
    return client.get_experiment_by_name(name).experiment_id


def _find(client: MlflowClient, experiment: str, query: str) -> str | None:
    runs = client.search_runs([experiment], query, order_by=["attributes.start_time DESC"], max_results=1)
    return runs[0].info.run_id if runs else None


def _flatten(values: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in values.items():
        name = f"{prefix}{key}"
        flat.update(_flatten(value, f"{name}.") if isinstance(value, Mapping) else {name: str(value)})
    return flat


def _code_version() -> dict[str, str]:
    """Tag of the checkout's git commit; empty outside a checkout."""
    folder = Path(__file__).parent
    with suppress(OSError, subprocess.CalledProcessError):
        command = ["git", "-C", str(folder), "describe", "--always", "--dirty", "--abbrev=40"]
        commit = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
        return {"mlflow.source.git.commit": commit}
    return {}
