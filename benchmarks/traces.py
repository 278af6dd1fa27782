"""Trajectories a second of one core: the tracing compiler against other ways to follow the same rules.

    python benchmarks/traces.py [--style code] [--seconds 1.0] [--tasks lc_461 nupa_add ...] [--against CHECKOUT]

For every task, inputs of lengths 1-15 in turn. *compiled* is what makes a row: trace, text, and the check of the answer
against the untraced rule. *plain* is the task's function alone; *settrace* the same function under sys.settrace, with
each line and its variables written out, which is how a tracer without a compiler would work. With ``--against``,
*compiled* is measured in another checkout too, task by task in turn, and the ratio given. Where reasoning-gym is
installed, its generators of comparable tasks (question and answer, no steps) are timed too.
"""

from __future__ import annotations

import argparse
import copy
import linecache
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from metarfft import tasks
from metarfft.rules import STYLES, Rule, format_answer, parse_answer, same_answer

COMPARABLE = {  # reasoning-gym's datasets beside the tasks that they are closest to
    "chain_sum": "nupa_add", "word_sorting": "bbh_word_sorting", "spell_backward": "bbh_reverse_list",
    "isomorphic_strings": "lc_290", "ransom_note": "lc_383",
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--style", choices=list(STYLES), default="code")
    parser.add_argument("--seconds", type=float, default=0.2, help="for each task and way")
    parser.add_argument("--tasks", nargs="*", default=None, metavar="ID")
    parser.add_argument("--against", type=Path, metavar="CHECKOUT", help="another checkout of this project")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        work(arguments.style, arguments.seconds)
        return
    other = Other(arguments.against, arguments.style, arguments.seconds) if arguments.against else None
    ratios = []
    chosen = [tasks.get(name) for name in arguments.tasks] if arguments.tasks else list(tasks.all_tasks().values())
    print(f"{'task':22} {'compiled':>10} {'plain':>10} {'settrace':>10}   per second; style {arguments.style}")
    rates: list[tuple[float, float, float]] = []
    for task in chosen:
        inputs = inputs_of(task)
        ways = (compiled(task, arguments.style), plain(task), settrace(task))
        rates.append(tuple(rate(way, inputs, arguments.seconds) for way in ways))  # type: ignore[arg-type]
        told = ""
        if other:
            theirs = other.rate(task.id)
            ratios.append(rates[-1][0] / theirs)
            told = f"   against {theirs:10,.0f}: {ratios[-1]:.2f}"
        print(f"{task.id:22} {rates[-1][0]:10,.0f} {rates[-1][1]:10,.0f} {rates[-1][2]:10,.0f}{told}", flush=True)
    middle = [statistics.median(column) for column in zip(*rates, strict=True)]
    print(f"{'median':22} {middle[0]:10,.0f} {middle[1]:10,.0f} {middle[2]:10,.0f}")
    print(f"compiled / settrace {statistics.median(a / c for a, _, c in rates):.1f}; "
          f"plain / compiled {statistics.median(b / a for a, b, _ in rates):.1f}")  # fmt: skip
    if ratios:
        print(f"compiled here / compiled there: median {statistics.median(ratios):.2f}, least {min(ratios):.2f}")
    gym(arguments.seconds)


def inputs_of(task: tasks.Task) -> list[dict[str, Any]]:
    lengths = [length for length in range(1, 16) if task.has_length(length)]
    return [task.sample(length, random.Random(length)) for length in lengths]


class Other:
    """This benchmark in a process that imports the package of another checkout."""

    def __init__(self, checkout: Path, style: str, seconds: float) -> None:
        path = os.pathsep.join([str(checkout / "platform"), str(checkout)])
        line = [sys.executable, str(Path(__file__).resolve()), "--worker", "--style", style, "--seconds", str(seconds)]
        environment = {**os.environ, "PYTHONPATH": path}
        self.process = subprocess.Popen(
            line, env=environment, cwd=checkout, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def rate(self, task: str) -> float:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(task, file=self.process.stdin, flush=True)
        return float(self.process.stdout.readline())


def work(style: str, seconds: float) -> None:
    for line in sys.stdin:
        task = tasks.get(line.strip())
        print(rate(compiled(task, style), inputs_of(task), seconds), flush=True)


def compiled(task: tasks.Task, style: str) -> Callable[[dict[str, Any]], None]:
    rule = Rule(task.rule_source)

    def make(inputs: dict[str, Any]) -> None:
        text = rule.trajectory(inputs, style)
        if not same_answer(format_answer(rule.run(inputs)), parse_answer(text)):
            raise AssertionError(task.id)

    return make


def plain(task: tasks.Task) -> Callable[[dict[str, Any]], None]:
    return lambda inputs: task.rule(**copy.deepcopy(inputs))


def settrace(task: tasks.Task) -> Callable[[dict[str, Any]], None]:
    code = task.rule.__code__

    def make(inputs: dict[str, Any]) -> None:
        lines: list[str] = []

        def follow(frame: Any, event: str, value: Any) -> Any:
            if frame.f_code is not code:
                return None
            variables = ", ".join(f"{name} = {value!r}" for name, value in frame.f_locals.items())
            lines.append(f"{linecache.getline(code.co_filename, frame.f_lineno)}{variables}\n")
            return follow

        sys.settrace(follow)
        try:
            task.rule(**copy.deepcopy(inputs))
        finally:
            sys.settrace(None)
        "".join(lines)

    return make


def rate(way: Callable[[dict[str, Any]], None], inputs: list[dict[str, Any]], seconds: float) -> float:
    """Calls a second, over whole rounds of the inputs, in processor time."""
    for given in inputs:
        way(given)
    begin, done = time.process_time(), 0
    while (spent := time.process_time() - begin) < seconds:
        for given in inputs:
            way(given)
        done += len(inputs)
    return done / spent


def gym(seconds: float) -> None:
    try:
        import reasoning_gym
    except ImportError:
        print("reasoning-gym is not installed: not compared")
        return
    for name, task in COMPARABLE.items():
        dataset = reasoning_gym.create_dataset(name, size=1_000_000, seed=0)
        begin, done = time.process_time(), 0
        while (spent := time.process_time() - begin) < seconds:
            dataset[done]
            done += 1
        print(f"reasoning-gym {name:20} (beside {task}) {done / spent:10,.0f}")


if __name__ == "__main__":
    main()
