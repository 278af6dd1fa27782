"""RF-pretraining under <output>/<name>/models: the base model where one has to be built, then the RF-pretrained model.

    python jobs/pretrain.py --config jobs/configs/tiny.yaml [section.key=value ...]

Finished stages are not run again; an interrupted one goes on from its last checkpoint.
"""

import sys

import checkout  # noqa: F401
from metarfft.config import from_command_line


def main() -> None:
    config = from_command_line("Build the base model and RF-pretrain it.")

    from metarfft.data.rows import DataError
    from metarfft.train.plan import base_stage, check_inputs, pretrain_stage, pretrained
    from metarfft.train.ray import train

    try:
        check_inputs(config)
        if base := base_stage(config):
            train(config, [base])
        if stage := pretrain_stage(config):
            train(config, [stage])
    except (FileNotFoundError, DataError, RuntimeError) as error:
        sys.exit(str(error))
    print(f"RF-pretrained model: {pretrained(config)}")


if __name__ == "__main__":
    main()
