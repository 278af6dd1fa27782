"""Verification: does a text follow the rule, and if not, at which step does it leave it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from metarfft.rules.answers import format_answer, parse_answer, same_answer
from metarfft.rules.errors import BudgetError, RuleError
from metarfft.rules.rule import Rule, Trace
from metarfft.rules.styles import STYLES, Style


@dataclass(frozen=True)
class Divergence:
    """The first step that differs. ``step`` counts from 1; ``line`` is the line that the step should follow, in the
    rule's text as it was given."""

    step: int
    line: int
    expected: str
    got: str


@dataclass(frozen=True)
class Verdict:
    """What verification found.

    Attributes:
        correct: the whole text follows the rule and the answer is right.
        expected, answer: the right answer and the text's (None when it gives none).
        style: the style that the text was read in.
        divergence: the first step that differs, None when there is none.
        loop_iterations: for each loop, by the number of its line in the text as it was given: how often it is entered,
            truly and in the text.
    """

    correct: bool
    expected: str
    answer: str | None
    style: str
    divergence: Divergence | None
    loop_iterations: dict[int, dict[str, int]]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Reading:
    """A text held against the steps that it should show.

    Attributes:
        style: the style that the text was read in.
        trace, steps: the steps it should show, and their texts.
        got: the text's lines.
        full_state: loop tests state all that later steps may read.
        step: index of the first step that differs; ``len(steps)`` when only more text follows; None when nothing does.
        at: index of the line of ``got`` at which that step should begin.
    """

    style: Style
    trace: Trace
    steps: list[str]
    got: list[str]
    step: int | None
    at: int
    full_state: bool = False


def verify(
    rule: Rule,
    inputs: Mapping[str, Any],
    text: str,
    style: str | None = None,
    base: int | None = None,
    full_state: bool = False,
) -> Verdict:
    """Check ``text`` against what ``rule`` does on ``inputs``.

    Args:
        style: how the text is written; None: the style in which it agrees longest.
        base: first mark of the style ``indexed``, where it is known; None: taken from the text.
        full_state: loop tests state all that later steps may read.

    Raises:
        RuleError: the rule cannot run on the inputs.
    """
    return judge(rule, read(rule, inputs, text, style, base, full_state), text)


def read(
    rule: Rule,
    inputs: Mapping[str, Any],
    text: str,
    style: str | None = None,
    base: int | None = None,
    full_state: bool = False,
) -> Reading:
    """Where ``text`` leaves the rule; arguments and errors as for `verify`."""
    got = lines(text)
    best: tuple[int, Style, Trace, list[str]] | None = None
    rule.run(inputs)  # what is wrong with the rule or its inputs is wrong in every style
    for name in [style] if style else STYLES:
        chosen = STYLES[name]
        try:
            trace = rule.trace(inputs, chosen, base or 0, full_state)
        except BudgetError:
            raise
        except RuleError:
            if style or name == "code":
                raise
            continue  # it has no words for the rule
        steps = trace.texts
        if base is None and chosen.marked and (shift := first_mark("".join(steps), text)):
            trace = rule.trace(inputs, chosen, shift, full_state)
            steps = trace.texts
        agreed = _agreement(lines("".join(steps)), got)
        if best is None or agreed > best[0]:
            best = (agreed, chosen, trace, steps)
    assert best is not None
    _, chosen, trace, steps = best
    step, at = _first_difference(steps, got)
    return Reading(chosen, trace, steps, got, step, at, full_state)


def judge(rule: Rule, reading: Reading, text: str) -> Verdict:
    """The verdict on a text that has been read."""
    divergence = _divergence(rule, reading)
    answer = parse_answer(text)
    expected = format_answer(reading.trace.value)
    correct = divergence is None and same_answer(expected, answer)
    loops = _iterations(rule, reading, text)
    return Verdict(correct, expected, answer, reading.style.name, divergence, loops)


def lines(text: str) -> list[str]:
    """The lines of a text as they are compared: without blanks at their ends."""
    return [line.rstrip() for line in text.strip("\n").split("\n")]


def first_mark(from_zero: str, text: str) -> int:
    """The first mark that ``text`` was written with: all marks are those of ``from_zero``, shifted by it."""
    expected, got = re.search(r"<(-?\d+)>", from_zero), re.search(r"<(-?\d{1,6})>", text)
    return int(got[1]) - int(expected[1]) if expected and got else 0


def _agreement(expected: list[str], got: list[str]) -> int:
    """Number of leading lines that are equal, counted up to the first that differs."""
    count = 0
    for a, b in zip(expected, got, strict=False):
        if a != b:
            break
        count += 1
    return count


def _first_difference(steps: list[str], got: list[str]) -> tuple[int | None, int]:
    at = 0
    for index, text in enumerate(steps):
        if not text:
            continue
        expected = lines(text)
        if got[at : at + len(expected)] != expected:
            return index, at
        at += len(expected)
    return (len(steps) if any(got[at:]) else None), at


def _divergence(rule: Rule, reading: Reading) -> Divergence | None:
    if reading.step is None:
        return None
    ended = reading.step == len(reading.steps)
    expected = [] if ended else lines(reading.steps[reading.step])
    here = reading.got[reading.at :] if ended else reading.got[reading.at : reading.at + len(expected)]
    site = rule.program(reading.style, reading.full_state).sites[reading.trace.steps[-1 if ended else reading.step][0]]
    got = "\n".join(here).strip() if ended else "\n".join(here)
    return Divergence(reading.step + 1, rule.origin[site.lineno] or site.lineno, "\n".join(expected), got)


def _iterations(rule: Rule, reading: Reading, text: str) -> dict[int, dict[str, int]]:
    style, trace = reading.style, reading.trace
    loops: dict[
        int, tuple[str, set[int]]
    ] = {}  # line -> header and sites; a function has some for each way to enter it
    for number, site in enumerate(rule.program(style, reading.full_state).sites):
        if site.kind == "loop_in":
            loops.setdefault(site.lineno, (style.header(site), set()))[1].add(number)
    last = {header: line for line, (header, _) in sorted(loops.items())}
    left: dict[str, int] = {}  # entries in the text that no loop has been given yet, by what its line says
    counts: dict[int, dict[str, int]] = {}
    for line, (header, sites) in sorted(loops.items()):
        pattern = re.compile(f"^{re.escape(header)}\n{style.entered}", re.MULTILINE)
        expected = sum(number in sites for number, _ in trace.steps)
        found = left.get(header, len(pattern.findall(text)))
        # Loops that read the same get theirs in order, and the last of them the rest
        got = found if line == last[header] else min(found, expected)
        left[header] = found - got
        count = counts.setdefault(rule.origin[line] or line, {"expected": 0, "got": 0})
        count["expected"] += expected
        count["got"] += got
    return counts
