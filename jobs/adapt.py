"""Adapt to the downstream tasks, once for each method and seed, under <output>/<name>/models/adapt.

    python jobs/adapt.py --config jobs/configs/tiny.yaml [section.key=value ...]

Finished adaptations are not run again; an interrupted one goes on from its last checkpoint.
"""

import sys

import checkout  # noqa: F401
from metarfft.config import from_command_line


def main() -> None:
    config = from_command_line("Adapt models to the downstream tasks.")

    from metarfft.data.rows import DataError
    from metarfft.train.plan import adapt_stages, check_inputs
    from metarfft.train.ray import train

    try:
        check_inputs(config)
        stages = adapt_stages(config)
        train(config, stages, config.adapt.concurrent)
    except (FileNotFoundError, DataError, RuntimeError) as error:
        sys.exit(str(error))
    for stage in stages:
        result = stage.result() or {}
        print(f"{stage.name}: loss {result['losses'][-1][1]:.4f} after {result['steps']} steps, {stage.out}")


if __name__ == "__main__":
    main()
