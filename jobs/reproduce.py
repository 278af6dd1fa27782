"""Run a whole experiment: datasets, base model, RF-pretraining, adaptation by every method, evaluation, report.

    python jobs/reproduce.py --config jobs/configs/tiny.yaml [section.key=value ...]
    python jobs/reproduce.py --config jobs/configs/tiny.yaml --ablations [replay,one-shot]

With --ablations the variants that the file names are run too, or only those given, each an experiment of its own, and
all are compared. What is finished is not done again: after an interruption the same line goes on where it stopped. A
variant that fails is reported and does not stop the others.
"""

import sys
import time

import checkout  # noqa: F401
from metarfft.config import Config, from_command_line, variants


def main() -> None:
    config = from_command_line("Run all stages of an experiment for all methods.", ablations=True)
    started = time.monotonic()

    from metarfft import experiment
    from metarfft.data.rows import DataError
    from metarfft.evaluate.compare import compare
    from metarfft.evaluate.report import table
    from metarfft.samples import SampleError
    from metarfft.tracking import tracking_uri
    from metarfft.train.plan import check_inputs

    known = (SampleError, DataError, FileNotFoundError, RuntimeError, ValueError)
    everything = [config, *variants(config)]
    done: list[Config] = []
    failed: list[str] = []
    try:
        for one in everything:
            check_inputs(one)
    except FileNotFoundError as error:
        sys.exit(f"{one.name}: {error}")
    for one in everything:
        try:
            report = experiment.run(one)
        except known as error:  # a night's other variants go on
            failed.append(f"{one.name}: {error}")
            print(failed[-1], file=sys.stderr, flush=True)
            if one is config:
                break
            continue
        done.append(one)
        print(f"\n{one.name}\n{table(one)}\n\nreport: {report}", flush=True)
    alike = [str(one.root) for one in done if _asked(one) == _asked(config)]
    if len(alike) > 1:
        folder = config.root.parent / f"{config.name}-ablations"
        compare(alike, folder, config.evaluate.in_distribution)
        print(f"all beside each other: {folder / 'compare.html'}")
    print(f"runs: mlflow ui --backend-store-uri {tracking_uri(config)}")
    print(f"{(time.monotonic() - started) / 60:.1f} minutes")
    if failed:
        sys.exit("\n".join(["not finished; the same line goes on:", *failed]))


def _asked(config: Config) -> tuple[object, object]:
    """What an experiment's models are asked; only those that were asked the same are compared."""
    return config.data.evaluate.tasks, config.data.evaluate.lengths


if __name__ == "__main__":
    main()
