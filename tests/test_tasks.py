"""Every task: its rule against an independent oracle, its sampler, its questions and its entry in the table."""

from __future__ import annotations

import copy
import csv
from pathlib import Path
from random import Random
from string import Formatter
from typing import Any

import pytest
from oracles import ORACLES
from qwen import count

from metarfft.rules import STYLES, Rule, format_answer
from metarfft.rules.verify import verify
from metarfft.samples import make_sample
from metarfft.tasks import Task, all_tasks

LENGTHS = range(1, 32)
TABLE = {row["id"]: row for row in csv.DictReader((Path(__file__).parent / "data" / "tasks.csv").open())}
TASKS = [pytest.param(task, id=task_id) for task_id, task in all_tasks().items()]


def draw(task: Task, length: int, seed: int) -> dict[str, Any]:
    return task.sample(length, Random(f"{task.id} {length} {seed}"))


def lengths(task: Task) -> list[int]:
    return [length for length in LENGTHS if task.has_length(length)]


def is_plain(value: object) -> bool:
    return all(map(is_plain, value)) if isinstance(value, list) else type(value) in (int, str, bool)


@pytest.mark.parametrize("task", TASKS)
def test_rule_equals_oracle(task: Task, samples: int) -> None:
    for length in lengths(task):
        for seed in range(8 * samples):
            arguments = draw(task, length, seed)
            answer = task.rule(**copy.deepcopy(arguments))
            expected = ORACLES[task.id](**copy.deepcopy(arguments))
            assert (answer, type(answer)) == (expected, type(expected)), arguments
            assert is_plain(answer)
            assert all(map(is_plain, arguments.values()))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("task", TASKS)
def test_every_sample_follows_its_rule(task: Task, style: str, samples: int) -> None:
    for length in lengths(task):
        for seed in range(samples):
            sample = make_sample(task.id, length, seed, style=style)
            verdict = verify(Rule(sample["rule"]), sample["input"], sample["response"], style)
            assert verdict.correct, (length, seed, verdict.divergence)
            assert verdict.expected == format_answer(ORACLES[task.id](**copy.deepcopy(sample["input"]))), (length, seed)


@pytest.mark.parametrize("task", TASKS)
def test_sampler_depends_on_its_generator_only(task: Task) -> None:
    for length in lengths(task):
        arguments = draw(task, length, seed=0)
        task.rule(**copy.deepcopy(arguments))
        assert draw(task, length, seed=0) == arguments
    length = 8  # every task has it
    assert len({repr(draw(task, length, seed)) for seed in range(100)}) > 5


@pytest.mark.parametrize("task", TASKS)
def test_yes_and_no_are_balanced(task: Task) -> None:
    for length in (4, 8, 15, 30):  # shorter words, say, can always be made equally frequent
        if not task.has_length(length):
            continue
        answers = [task.rule(**draw(task, length, seed)) for seed in range(200)]
        if isinstance(answers[0], bool):
            assert 0.2 <= sum(answers) / len(answers) <= 0.8, f"length {length}"


@pytest.mark.parametrize("task", TASKS)
def test_questions_name_every_argument_once(task: Task) -> None:
    arguments = draw(task, 8, seed=0)
    assert len(set(task.questions)) >= 2
    for question in task.questions:
        names = [name for _, name, _, _ in Formatter().parse(question) if name is not None]
        assert sorted(names) == sorted(arguments), question
        assert len(question.split()) <= 20, question


@pytest.mark.parametrize("task", TASKS)
def test_samples_fit_a_models_context(task: Task, samples: int) -> None:
    """In tokens of Qwen2.5: lengths 1-15 in 8,192, and of a downstream task length 30 too, in 4,096 when indexed."""
    limits = {(length, "code"): 8192 for length in (13, 14, 15)}  # tokens grow with the length
    if task.split == "downstream" and task.source != "practical":
        limits |= {(30, "code"): 8192, (30, "indexed"): 4096}
    for (length, style), limit in limits.items():
        for index in range(3 * samples if task.has_length(length) else 0):
            sample = make_sample(task.id, length, seed=1, index=index, style=style)
            assert count(sample["prompt"] + sample["response"]) <= limit, (length, style)


@pytest.mark.parametrize("task", TASKS)
def test_task_is_the_one_of_the_table(task: Task) -> None:
    if task.source == "practical":
        assert task.id not in TABLE
        assert task.background
        return
    row = TABLE[task.id]
    assert (task.source, task.split, task.length_is) == (row["source"], row["split"], row["length_is"])


def test_all_tasks_of_the_table_are_there() -> None:
    assert {task_id for task_id, task in all_tasks().items() if task.source != "practical"} == set(TABLE)
