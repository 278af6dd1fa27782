"""What tests share: one Ray cluster for the session, and no tracking server of the user's."""

from __future__ import annotations

import os

import pytest

for _name in ("RAY_ADDRESS", "MLFLOW_TRACKING_URI"):
    os.environ.pop(_name, None)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--samples", type=int, default=1, metavar="N", help="samples of each task and length, tests/test_tasks.py"
    )


@pytest.fixture
def samples(request: pytest.FixtureRequest) -> int:
    """How many samples of every task and length are tried; a thorough look takes ``--samples 20``."""
    return request.config.getoption("--samples")


@pytest.fixture(scope="session")
def ray_cluster():
    """A private Ray cluster with 6 logical CPUs, whatever the machine has."""
    import ray

    from metarfft.cluster import connect

    connect(cpus=6)
    yield
    ray.shutdown()
