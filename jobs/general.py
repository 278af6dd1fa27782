"""Run lm-evaluation-harness against the base, the RF-pretrained and the adapted models: what did training forget?

    python jobs/general.py --config jobs/configs/qwen2.5-7b.yaml [evaluate.general.tasks=[gsm8k,ifeval] ...]

Models that have been run are not run again. The harness is the package's extra `general`, and `make install` has it.
"""

import sys

import checkout  # noqa: F401
from metarfft.config import from_command_line


def main() -> None:
    config = from_command_line("Run lm-evaluation-harness against an experiment's models.")

    from metarfft.evaluate.general import general, table

    try:
        print(f"\n{table(general(config))}")
    except RuntimeError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
