"""Run a whole experiment: datasets, base model, RF-pretraining, adaptation by every method, evaluation, report.

    python jobs/reproduce.py --config jobs/configs/tiny.yaml [section.key=value ...]
    python jobs/reproduce.py --config jobs/configs/tiny.yaml --ablations [replay,one-shot]

With --ablations the variants that the file names are run too, or only those given, each an experiment of its own, and
all are compared. What is finished is not done again: after an interruption the same line goes on where it stopped.
"""

import sys
import time

import checkout  # noqa: F401
from metarfft.config import from_command_line, variants


def main() -> None:
    config = from_command_line("Run all stages of an experiment for all methods.", ablations=True)
    started = time.monotonic()

    from metarfft import experiment
    from metarfft.data.rows import DataError
    from metarfft.evaluate.compare import compare
    from metarfft.evaluate.report import table
    from metarfft.samples import SampleError
    from metarfft.tracking import tracking_uri

    everything = [config, *variants(config)]
    try:
        for one in everything:
            report = experiment.run(one)
            print(f"\n{one.name}\n{table(one)}\n\nreport: {report}", flush=True)
        asked = config.data.evaluate
        alike = [
            str(one.root)
            for one in everything
            if (one.data.evaluate.tasks, one.data.evaluate.lengths) == (asked.tasks, asked.lengths)
        ]
        if len(alike) > 1:
            folder = config.root.parent / f"{config.name}-ablations"
            compare(alike, folder, config.evaluate.in_distribution)
            print(f"all beside each other: {folder / 'compare.md'}")
    except (SampleError, DataError, FileNotFoundError, RuntimeError, ValueError) as error:
        sys.exit(str(error))
    print(f"runs: mlflow ui --backend-store-uri {tracking_uri(config)}")
    print(f"{(time.monotonic() - started) / 60:.1f} minutes")


if __name__ == "__main__":
    main()
