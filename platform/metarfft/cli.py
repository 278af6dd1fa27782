"""The command ``metarfft``: tasks, samples, traces, checks, questions, plans, comparisons, exports.

No Ray, no torch: a moment to start.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from metarfft import sandbox, tasks
from metarfft.rules import STYLES, Rule, RuleError

FORMATS: dict[str, Callable[[str, str], dict[str, Any]]] = {
    "messages": lambda prompt, response: {
        "messages": [{"role": "user", "content": prompt}, {"role": "assistant", "content": response}]
    },
    "completions": lambda prompt, response: {"prompt": prompt, "completion": response},
}


def main(argv: list[str] | None = None) -> int:
    """Runs one command; returns the exit status: 0 done, 1 a check failed, 2 bad input."""
    parser = _parser()
    arguments, rest = parser.parse_known_args(argv)
    if len(rest) == 1 and not rest[0].startswith("-") and getattr(arguments, "file", rest) is None:
        arguments.file = Path(rest[0])  # argparse drops an optional argument that stands behind an option
    elif rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    try:
        return arguments.command(arguments)
    except BrokenPipeError:  # of `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (RuleError, ValueError, OSError) as error:
        message = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) and error.filename else str(error)
        print(f"metarfft: {' '.join(message.split())}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="metarfft", description="Rule-following data: tasks, samples, traces, checks; questions to a model."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("tasks", help="list the tasks")
    command.add_argument("--json", action="store_true", help="one JSON array")
    command.add_argument("--tasks", type=_task_folder, metavar="DIR", help="a folder of your own task files")
    command.set_defaults(command=list_tasks)

    command = commands.add_parser("sample", help="print samples of a task as JSON lines")
    command.add_argument("task", help="a task's id, or synthetic")
    command.add_argument("--tasks", type=_task_folder, metavar="DIR", help="a folder of your own task files")
    command.add_argument("--length", type=int, required=True, metavar="N")
    command.add_argument("--count", type=int, default=1, metavar="K")
    command.add_argument("--seed", type=int, default=0, metavar="S")
    command.add_argument("--method", choices=["rfft", "scratchpad", "direct"], default="rfft")
    command.add_argument("--style", choices=list(STYLES), default="code")
    command.add_argument("--shots", type=int, choices=[0, 1], default=0)
    command.set_defaults(command=print_samples)

    for name, function, text in (
        ("trace", print_trace, "follow a rule on an input"),
        ("check", check, "check a text against a rule"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("rule", type=Path, help="a file with a Python function, as it was written or pasted")
        command.add_argument(
            "--input", required=True, metavar="JSON", help='arguments, as in \'{"a": 1, "b": [2, 3]}\''
        )
        command.add_argument("--style", choices=list(STYLES), default="code" if name == "trace" else None)
        command.add_argument("--function", metavar="NAME", help="which of the file's functions is the rule")
        command.add_argument("--unroll", action="store_true", help="write lines that hide a loop as loops")
        command.add_argument("--state", choices=["short", "full"], default="short", help="what loop tests state")
        if name == "check":
            command.add_argument("file", nargs="?", type=Path, help="the text; default: standard input")
        else:
            command.add_argument("--explain", action="store_true", help="say what was made of it and what it hides")
        command.set_defaults(command=function)

    command = commands.add_parser("ask", help="ask a live endpoint to follow a rule, after one worked example")
    command.add_argument("rule", type=Path, help="a file with one Python function")
    command.add_argument("--input", required=True, metavar="JSON", help="arguments")
    command.add_argument("--example", metavar="JSON", help="arguments of the example; default: the input, shortened")
    command.add_argument("--endpoint", required=True, metavar="URL", help="as in http://127.0.0.1:8000/v1")
    command.add_argument("--model", required=True, metavar="NAME", help="as the endpoint calls it")
    command.add_argument("--style", choices=list(STYLES), default="code")
    command.add_argument("--max-tokens", type=int, metavar="N", help="default: what an answer can need")
    command.set_defaults(command=ask)

    command = commands.add_parser("compare", help="compare evaluated runs: figures, tables, paired tests")
    command.add_argument(
        "runs", nargs="+", metavar="RUN", help="an output folder, as in outputs/tiny, or an MLflow run"
    )
    command.add_argument("--output", type=Path, default=Path("comparison"), metavar="DIR", help="default: comparison")
    command.add_argument(
        "--in-distribution", type=int, default=5, metavar="N", help="longest length seen in adaptation"
    )
    command.add_argument("--store", metavar="URI", help="default: MLFLOW_TRACKING_URI, else outputs/mlflow.db")
    command.set_defaults(command=compare)

    command = commands.add_parser("plan", help="say what an experiment's training needs: memory, tokens, hours")
    command.add_argument("--config", required=True, metavar="FILE", help="YAML file of the experiment")
    command.add_argument("overrides", nargs="*", metavar="section.key=value", help="values that replace the file's")
    command.add_argument("--gpu", metavar="NAME", help="accelerator, as in H200-141GB; default: H100-80GB")
    command.add_argument("--mfu", type=float, default=0.4, metavar="SHARE", help="of its peak that is reached; 0.4")
    command.set_defaults(command=plan)

    command = commands.add_parser("export", help="write a generated dataset as JSON lines for other trainers")
    command.add_argument("dataset", type=Path, help="its folder, as in outputs/tiny/data/pretrain")
    command.add_argument("--format", choices=list(FORMATS), default="messages")
    command.set_defaults(command=export)
    return parser


def _task_folder(folder: str) -> str:
    """Sets the variable that `tasks.all_tasks` reads, as jobs do in their environment."""
    os.environ[tasks.OWN_TASKS] = folder
    return folder


def list_tasks(arguments: argparse.Namespace) -> int:
    rows = [
        {
            "id": task.id,
            "source": task.source,
            "split": task.split,
            "length_is": task.length_is,
            "description": task.description,
        }
        for task in tasks.all_tasks().values()
    ]
    if arguments.json:
        print(json.dumps(rows, indent=1))
        return 0
    for row in rows:
        print(f"{row['id']:20} {row['source']:9} {row['split']:11} {row['description']}")
    return 0


def print_samples(arguments: argparse.Namespace) -> int:
    from metarfft.samples import make_sample

    if arguments.length < 1 or arguments.count < 0:
        raise ValueError("--length must be at least 1 and --count at least 0")
    for index in range(arguments.count):
        sample = make_sample(
            arguments.task, arguments.length, arguments.seed, index, arguments.method, arguments.style, arguments.shots
        )
        print(json.dumps(sample, ensure_ascii=False))
    return 0


def print_trace(arguments: argparse.Namespace) -> int:
    source, inputs = _read(arguments)

    def work() -> dict[str, Any]:
        rule = Rule(source, arguments.function, arguments.unroll)
        explained = _explained(rule) if arguments.explain else []
        return {"text": rule.trajectory(inputs, arguments.style, state=arguments.state), "explained": explained}

    done = sandbox.run(work)
    for line in done["explained"]:
        print(line, file=sys.stderr)
    print(done["text"])
    return 0


def _explained(rule: Rule) -> list[str]:
    """What the front end made of a rule, and the lines that hide a loop, by the lines of the user's file."""
    from metarfft.rules.unroll.hidden import hidden

    loops = [f"line {rule.origin[one.line]} hides a loop: {one}" for one in hidden(rule.module)]
    return [*rule.notes, *loops, "the rule as models read it:", *(f"    {line}".rstrip() for line in rule.lines)]


def check(arguments: argparse.Namespace) -> int:
    from metarfft.rules.verify import verify

    source, inputs = _read(arguments)
    text = _text(arguments.file) if arguments.file else sys.stdin.read()

    def work() -> dict[str, Any]:
        rule = Rule(source, arguments.function, arguments.unroll)
        full_state = arguments.state == "full"
        return verify(rule, inputs, text, arguments.style, full_state=full_state).to_json()

    verdict: dict[str, Any] = sandbox.run(work)
    print(json.dumps(verdict, indent=1, ensure_ascii=False))
    return 0 if verdict["correct"] else 1


def export(arguments: argparse.Namespace) -> int:
    import pyarrow.parquet as pq

    shards = sorted(arguments.dataset.glob("part-*.parquet"))
    if not shards:
        raise ValueError(f"{arguments.dataset} holds no dataset: jobs/generate.py makes them")
    write = FORMATS[arguments.format]
    for shard in shards:
        for row in pq.read_table(shard, columns=["prompt", "response"]).to_pylist():
            print(json.dumps(write(row["prompt"], row["response"]), ensure_ascii=False))
    return 0


def compare(arguments: argparse.Namespace) -> int:
    from metarfft.evaluate.compare import compare as compare_runs

    text = compare_runs(arguments.runs, arguments.output, arguments.in_distribution, arguments.store)
    print(re.sub(r"!\[.*\)\n\n", "", text[text.index("On the tasks") :]).strip())
    print(f"\npage: {arguments.output / 'compare.html'}")
    return 0


def plan(arguments: argparse.Namespace) -> int:
    from metarfft.config import load
    from metarfft.train.forecast import plan as lines

    for line in lines(load(arguments.config, arguments.overrides), arguments.gpu, arguments.mfu):
        print(line)
    return 0


def ask(arguments: argparse.Namespace) -> int:
    from metarfft.rules.verify import verify
    from metarfft.samples import FIRST_MARK
    from metarfft.serve.ask import prompt, stream

    source, inputs = _read(arguments)
    example = _arguments("--example", arguments.example) if arguments.example else None
    asked, enough = prompt(source, inputs, example, arguments.style)
    text = ""
    try:
        for piece in stream(arguments.endpoint, arguments.model, asked, enough, arguments.max_tokens):
            text += piece
            print(piece, end="", flush=True)
    finally:
        print()
    verdict = sandbox.run(lambda: verify(Rule(source), inputs, text, arguments.style, base=FIRST_MARK).to_json())
    print(_summary(verdict), file=sys.stderr)
    return 0 if verdict["correct"] else 1


def _summary(verdict: dict[str, Any]) -> str:
    if verdict["correct"]:
        return f"correct: every step follows the rule, and the answer is {verdict['expected']}"
    told = f"the answer is {verdict['answer']}" if verdict["answer"] is not None else "there is no answer"
    right = f"the right one is {verdict['expected']}"
    if not (divergence := verdict["divergence"]):
        return f"wrong: {told}; {right}"
    place = f"step {divergence['step']} (line {divergence['line']} of the rule)"
    return f"wrong: {place} is {divergence['got']!r}, not {divergence['expected']!r}; {told}, {right}"


def _read(arguments: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    return _text(arguments.rule), _arguments("--input", arguments.input)


def _text(file: Path) -> str:
    try:
        return file.read_text()
    except UnicodeDecodeError:
        raise ValueError(f"{file} is not a text file") from None


def _arguments(option: str, text: str) -> dict[str, Any]:
    try:
        inputs = json.loads(text)
    except ValueError as error:
        raise ValueError(f"{option} is not JSON: {error}") from None
    if not isinstance(inputs, dict):
        raise ValueError(f'{option} must be an object of argument names and values, as in {{"a": 1}}')
    return inputs


if __name__ == "__main__":
    sys.exit(main())
