"""General data from a model's own right answers, to be mixed into training: chats as JSON lines.

    python jobs/distill.py questions.jsonl outputs/general.jsonl --endpoint http://127.0.0.1:8000/v1 --model base \
        --samples 10

The questions (JSONL or Parquet, columns question and answer) are asked through an OpenAI-compatible API, as of
jobs/serve.py; answers whose end equals the reference are kept. The same line again asks only what is missing.
"""

import argparse
import sys
from pathlib import Path

import checkout  # noqa: F401
from metarfft.serve.ask import EndpointError
from metarfft.serve.distill import Settings, distill, read_questions


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Ask a model questions and keep its right answers as training data.")
    parser.add_argument("questions", type=Path, help="JSONL or Parquet with the columns question and answer")
    parser.add_argument("out", type=Path, help="JSON lines to write; the log of all answers goes beside it")
    parser.add_argument("--endpoint", required=True, metavar="URL", help="as in http://127.0.0.1:8000/v1")
    parser.add_argument("--model", required=True, metavar="NAME", help="as the endpoint calls it")
    parser.add_argument("--samples", type=int, default=1, metavar="N", help="answers to each question; 1")
    parser.add_argument("--temperature", type=float, default=0.7, metavar="T", help="0.7")
    parser.add_argument("--max-tokens", type=int, default=1024, metavar="N", help="of an answer; 1024")
    parser.add_argument("--concurrency", type=int, default=64, metavar="N", help="requests in flight; 64")
    parser.add_argument("--seed", type=int, default=0, metavar="S")
    arguments = vars(parser.parse_args(argv))
    source, out = arguments.pop("questions"), arguments.pop("out")
    if min(arguments["samples"], arguments["max_tokens"], arguments["concurrency"]) < 1 or arguments["temperature"] < 0:
        parser.exit(2, "--samples, --max-tokens and --concurrency must be at least 1, --temperature at least 0\n")
    try:
        questions = read_questions(source)
    except (ValueError, OSError) as error:
        parser.exit(2, f"{error}\n")
    try:
        asked, kept = distill(questions, out, Settings(**arguments))
    except EndpointError as error:
        sys.exit(str(error))
    print(f"{out}: {asked} asked, {kept} kept ({100 * kept / max(asked, 1):.1f}%)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
