"""Samples: prompt, response and answer for one input of a task, in any method and style.

A sample is a function of (seed, split, task, length, index) and of nothing else, so it does not depend on how work was
divided. Every response is checked against the untraced rule before it is returned.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache, lru_cache
from random import Random
from typing import Any, Literal

from metarfft import tasks
from metarfft.rules import (
    ANSWER,
    STYLES,
    Rule,
    RuleError,
    compose,
    format_answer,
    parse_answer,
    rename,
    same_answer,
)
from metarfft.rules.styles import Style, marks
from metarfft.rules.values import write

Method = Literal["rfft", "scratchpad", "direct"]
SYNTHETIC = "synthetic"
PLACE = re.compile(r"\{(\w+)\}")  # of an argument in a question
RENAMINGS = 32  # sets of names that a task's variables get in a split; compiling a rule costs more than running it
FIRST_MARK = 0  # of a question to a live endpoint
INSTRUCTION = "Follow the given rule to solve the question."


class SampleError(ValueError):
    """A sample that cannot be made: one line that says which and why."""


def make_sample(
    task: str,
    length: int,
    seed: int = 0,
    index: int = 0,
    method: Method = "rfft",
    style: str = "code",
    shots: int = 0,
    renamed: bool = False,
    split: str = "sample",
    kinds: Sequence[str] = tuple(compose.KINDS),
    unroll: bool = False,
) -> dict[str, Any]:
    """One data row.

    Args:
        task: a task's id, or ``synthetic`` for a randomly composed rule.
        length: length of the input, in the task's own unit.
        seed, split, index: which of the samples of this task and length; splits never share a generator.
        method: what the response shows: the rule being followed, the values only, or the answer only.
        style: how rules and values are written.
        shots: worked examples in the prompt, 0 or 1; an example has at most 4 steps of the length and another input.
        renamed: give the rule's variables random names.
        kinds: what a composed rule may be, see `compose.KINDS`.
        unroll: write the rule's lines that hide a loop as loops; a task may ask for it too.

    Raises:
        SampleError: the task has no input of this length, or the response is not what the rule returns.
        UnknownTaskError: there is no such task.
    """
    key = f"{seed}|{split}|{task}|{length}|{index}"
    example: dict[str, Any] | None
    if task == SYNTHETIC:
        rule, inputs, question, example = _synthetic(length, key, STYLES[style], kinds, unroll)
        source, task_split, background = SYNTHETIC, "pretrain", ""
    else:
        known = tasks.get(task)
        if not known.has_length(length):
            raise SampleError(f"{task} has no inputs of length {length} (its length is the {known.length_is})")
        unroll = unroll or known.unroll
        rule = _rule(task, unroll)
        inputs = known.sample(length, Random(f"{key}|input"))
        question = Random(f"{key}|question").choice(known.questions)
        example = _example(known, length, inputs, key) if shots else None
        source, task_split, background = known.source, known.split, known.background
        if renamed:
            rule, names = _renamed(task, f"{seed}|{split}|names {index % RENAMINGS}", unroll)
            question = rename.rename_fields(question, names)
            inputs = {names[name]: value for name, value in inputs.items()}
            example = {names[name]: value for name, value in example.items()} if example else None
    prompt, response = _write(rule, inputs, question, method, style, Random(f"{key}|marks"))
    if shots:
        assert example is not None
        prompt = _after(_write(rule, example, question, method, style, Random(f"{key}|example marks")), prompt)
    if background and method != "rfft":
        prompt = f"{background}\n{prompt}"
    expected = format_answer(rule.run(inputs))
    if not same_answer(expected, parse_answer(response)):
        which = f"{task}, length {length}, seed {seed}, index {index}"
        raise SampleError(f"{which}: the response ends {response[-80:]!r}, not {expected!r}")
    return {
        "task": task, "source": source, "split": task_split, "length": length, "seed": seed, "index": index,
        "method": method, "style": style, "shots": shots, "input": inputs, "rule": rule.source,
        "prompt": prompt, "response": response, "answer": response.rpartition(ANSWER)[2],
    }  # fmt: skip


def one_shot(rule: Rule, example: dict[str, Any], inputs: dict[str, Any], question: str, style: str) -> str:
    """The prompt that shows a model ``rule`` followed on ``example`` and asks it to follow it on ``inputs``.

    Args:
        question: its text, with ``{name}`` for the value of an argument.

    Raises:
        RuleError: the rule cannot run on one of the two.
    """
    prompt = _rfft_prompt(rule, inputs, question, style, FIRST_MARK)
    base = FIRST_MARK + marks.MARKS // 2  # the two do not share marks
    return _after((_rfft_prompt(rule, example, question, style, base), rule.trajectory(example, style, base)), prompt)


def _after(example: tuple[str, str], prompt: str) -> str:
    """The prompt behind a worked example (a prompt and its response) of the same rule, which is listed once."""
    shown, worked = example
    return f"{shown}{worked}\n\n{prompt[prompt.rindex('Q: ') :]}"


def _rfft_prompt(rule: Rule, inputs: dict[str, Any], question: str, style: str, base: int) -> str:
    listing = STYLES[style].listing(rule.text(STYLES[style]))
    return f"{INSTRUCTION}\nrule:\n{listing}\nQ: {_ask(rule, inputs, question, style, base)}\nA:\n"


def _ask(rule: Rule, inputs: dict[str, Any], question: str, style: str, base: int) -> str:
    """The question's text with the values in their places, as the style writes them."""
    given = {name: write(value) for name, value in inputs.items()}
    if STYLES[style].marked:
        marked = rule.mark(inputs, marks.Marker(base))
        given = {name: f"{name}={marks.full(value)}" for name, value in marked.items()}
    return PLACE.sub(lambda match: given.get(match[1], match[0]), question)


def _write(
    rule: Rule, inputs: dict[str, Any], question: str, method: Method, style: str, rng: Random
) -> tuple[str, str]:
    base = first_mark(rule, inputs, rng)
    if method == "rfft":
        return _rfft_prompt(rule, inputs, question, style, base), rule.trajectory(inputs, style, base)
    prompt = f"Q: {_ask(rule, inputs, question, style, base)}\nA:\n"
    if method == "direct":
        return prompt, ANSWER + format_answer(rule.run(inputs))
    return prompt, rule.scratchpad(inputs, style, base)


def first_mark(rule: Rule, inputs: dict[str, Any], rng: Random) -> int:
    """A random first mark; low enough that those of a short input have tokens of their own."""
    taken = marks.room(rule.mark(inputs, marks.Marker()).values())
    return rng.randrange(max(1, marks.MARKS - taken))


def _example(task: tasks.Task, length: int, inputs: dict[str, Any], key: str) -> dict[str, Any]:
    """An input of fewer than 5 steps of the task's length, other than ``inputs``."""
    rng = Random(f"{key}|example")
    lengths = [n for n in range(1, 5) if task.has_length(n)] or [task.min_length]
    example: dict[str, Any] = inputs
    for _ in range(50):
        example = task.sample(rng.choice(lengths), rng)
        if example != inputs:
            return example
    return example  # a task with a single input of this length


def _synthetic(
    length: int, key: str, style: Style, kinds: Sequence[str], unroll: bool
) -> tuple[Rule, dict[str, Any], str, dict[str, Any]]:
    for attempt in range(100):
        rng = Random(f"{key}|rule {attempt}")
        composed = compose.compose(rng, kinds)
        rule = Rule(composed.source, unroll=unroll, is_core=True)
        inputs, example = composed.sample(length, rng), composed.sample(rng.randint(1, 4), rng)
        try:
            if computes_downstream(rule):
                continue
            usable = all(compose.is_usable(rule.trace(values, style)) for values in (inputs, example))
        except RuleError:  # it adds a word to a number, say
            continue
        if usable:
            return rule, inputs, composed.question, example
    raise SampleError(f"no composed rule fits length {length} ({key})")


def computes_downstream(rule: Rule) -> bool:
    """Whether the rule gives a downstream task's answers: such a rule must not be seen in RF-pretraining."""
    return any(compose.agrees(rule, probes) for probes in _downstream_probes(len(rule.params)))


@lru_cache
def _downstream_probes(parameters: int) -> list[list[tuple[list[Any], Any]]]:
    """For every downstream task with this many parameters: inputs, as lists of values, and their answers."""
    probes = []
    for task in tasks.select("downstream"):
        rule = _rule(task.id)
        if len(rule.params) == parameters:
            inputs = [task.sample(length, Random(f"probe {length}")) for length in (2, 3, 5, 8, 9)]
            probes.append([([values[name] for name in rule.params], rule.run(values)) for values in inputs])
    return probes


@lru_cache(maxsize=4096)
def _renamed(task_id: str, key: str, unroll: bool) -> tuple[Rule, dict[str, str]]:
    rule = _rule(task_id, unroll)
    names = rename.draw_names(rule.module, Random(f"{task_id}|{key}"))
    return Rule(rename.rename(rule.source, names), is_core=True), names


@cache
def _rule(task_id: str, unroll: bool = False) -> Rule:
    return Rule(tasks.get(task_id).rule_source, unroll=unroll)


def to_row(sample: dict[str, Any]) -> dict[str, Any]:
    """The sample as a Parquet row: ``input`` as JSON text, so that all tasks share one schema."""
    return {**sample, "input": json.dumps(sample["input"], ensure_ascii=False, sort_keys=True)}
