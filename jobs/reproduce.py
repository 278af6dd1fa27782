"""Run a whole experiment: datasets, base model, RF-pretraining, adaptation by every method, evaluation, report.

    python jobs/reproduce.py --config jobs/configs/tiny.yaml [section.key=value ...]

What is finished is not done again: after an interruption the same line goes on where it stopped.
"""

import sys
import time

import checkout  # noqa: F401
from metarfft.config import from_command_line


def main() -> None:
    config = from_command_line("Run all stages of an experiment for all methods.")
    started = time.monotonic()

    from metarfft.data.generate import generate
    from metarfft.data.plan import needed_splits
    from metarfft.data.rows import DataError
    from metarfft.evaluate.job import evaluate
    from metarfft.evaluate.report import table
    from metarfft.samples import SampleError
    from metarfft.tracking import tracking_uri
    from metarfft.train.plan import adapt_stages, base_stage, check_models, pretrain_stage
    from metarfft.train.ray import train

    try:
        check_models(config)
        generate(config, needed_splits(config))
        if base := base_stage(config):
            train(config, [base])
        if pretrain := pretrain_stage(config):
            train(config, [pretrain])
        train(config, adapt_stages(config), config.adapt.concurrent)
        report = evaluate(config)
    except (SampleError, DataError, FileNotFoundError, RuntimeError) as error:
        sys.exit(str(error))
    print(f"\n{table(config)}\n\nreport: {report}\nruns: mlflow ui --backend-store-uri {tracking_uri(config)}")
    print(f"{(time.monotonic() - started) / 60:.1f} minutes")


if __name__ == "__main__":
    main()
