"""A whole experiment: datasets, base model, RF-pretraining, adaptation by every method, evaluation, report."""

from __future__ import annotations

from pathlib import Path

from metarfft.config import Config
from metarfft.data.generate import generate
from metarfft.data.plan import needed_splits
from metarfft.evaluate.job import evaluate
from metarfft.train.plan import adapt_stages, base_stage, pretrain_stage
from metarfft.train.ray import train


def run(config: Config) -> Path:
    """Runs what is not finished of an experiment whose inputs were checked (`check_inputs`); returns the report's HTML.

    Raises:
        SampleError, DataError: a dataset cannot be made or trained on.
        FileNotFoundError: a model, or data to be mixed in, cannot be had.
        RuntimeError: training or serving failed.
    """
    generate(config, needed_splits(config))
    if base := base_stage(config):
        train(config, [base])
    if pretrain := pretrain_stage(config):
        train(config, [pretrain])
    train(config, adapt_stages(config), config.adapt.concurrent)
    return evaluate(config)
