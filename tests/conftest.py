"""What tests share: one Ray cluster for the session, and no tracking server of the user's."""

from __future__ import annotations

import os

import pytest

for _name in ("RAY_ADDRESS", "MLFLOW_TRACKING_URI"):
    os.environ.pop(_name, None)


@pytest.fixture(scope="session")
def ray_cluster():
    """A private Ray cluster with 6 logical CPUs, whatever the machine has."""
    import ray

    from metarfft.cluster import connect

    connect(cpus=6)
    yield
    ray.shutdown()
