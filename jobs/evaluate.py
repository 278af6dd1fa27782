"""Ask models samples of every length and report how accurate they are, under <output>/<name>/report.

    python jobs/evaluate.py --config jobs/configs/tiny.yaml [section.key=value ...]
    python jobs/evaluate.py --config jobs/configs/tiny.yaml --endpoint https://api.openai.com/v1 --model NAME

Serves the adapted models first, unless evaluate.endpoint names an API that has them or evaluate.engine is transformers.
The second line asks a chat model too, with the key in OPENAI_API_KEY. Samples that have been answered are not asked
again.
"""

import sys

import checkout  # noqa: F401
from metarfft.config import from_command_line


def main() -> None:
    config = from_command_line("Evaluate models over lengths and write the report.", chat=True)

    from metarfft.evaluate.job import evaluate
    from metarfft.evaluate.report import table

    try:
        report = evaluate(config)
    except (FileNotFoundError, RuntimeError) as error:
        sys.exit(str(error))
    print(f"\n{table(config)}\n\nreport: {report}")


if __name__ == "__main__":
    main()
