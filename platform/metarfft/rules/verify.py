"""Verification: does a text follow the rule, and if not, at which step does it leave it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from metarfft.rules import marks
from metarfft.rules.rule import Rule, Trace, format_answer, parse_answer, same_answer
from metarfft.rules.styles import STYLES, Style


@dataclass(frozen=True)
class Divergence:
    """The first step that differs. ``step`` counts from 1; ``line`` is the rule's line that the step should follow."""

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
        loop_iterations: for each loop, by the number of its line: how often it is entered, truly and in the text.
    """

    correct: bool
    expected: str
    answer: str | None
    style: str
    divergence: Divergence | None
    loop_iterations: dict[int, dict[str, int]]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def verify(rule: Rule, inputs: Mapping[str, Any], text: str, style: str | None = None) -> Verdict:
    """Check ``text`` against what ``rule`` does on ``inputs``.

    Args:
        style: how the text is written; None: the style in which it agrees longest.

    Raises:
        RuleError: the rule cannot run on the inputs.
    """
    got = _lines(text)
    best: tuple[int, Style, Trace, list[str]] | None = None
    for name in [style] if style else STYLES:
        chosen = STYLES[name]
        trace = rule.trace(inputs, chosen)
        steps = trace.texts
        if chosen.view == "indexed" and (base := _base("".join(steps), text)):
            trace = rule.trace(inputs, chosen, base)
            steps = trace.texts
        agreed = _agreement(_lines("".join(steps)), got)
        if best is None or agreed > best[0]:
            best = (agreed, chosen, trace, steps)
    assert best is not None
    _, chosen, trace, steps = best
    divergence = _first_divergence(rule, trace, steps, got, chosen)
    answer = parse_answer(text)
    expected = format_answer(trace.value)
    correct = divergence is None and same_answer(expected, answer)
    return Verdict(correct, expected, answer, chosen.name, divergence, _iterations(rule, trace, chosen, text))


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip("\n").split("\n")]


def _base(from_zero: str, text: str) -> int:
    """The first mark that ``text`` was written with: all marks are those of ``from_zero``, shifted by it."""
    expected, got = re.search(r"<(\d+)>", from_zero), re.search(r"<(\d{1,3})>", text)
    return (int(got[1]) - int(expected[1])) % marks.MARKS if expected and got else 0


def _agreement(expected: list[str], got: list[str]) -> int:
    """Number of leading lines that are equal, counted up to the first that differs."""
    count = 0
    for a, b in zip(expected, got, strict=False):
        if a != b:
            break
        count += 1
    return count


def _first_divergence(rule: Rule, trace: Trace, steps: list[str], got: list[str], style: Style) -> Divergence | None:
    at = 0
    sites = rule.program(style).sites
    for number, (text, (site, _)) in enumerate(zip(steps, trace.steps, strict=True), 1):
        if not text:
            continue
        expected = _lines(text)
        here = got[at : at + len(expected)]
        if here != expected:
            return Divergence(number, sites[site].lineno, "\n".join(expected), "\n".join(here))
        at += len(expected)
    rest = "\n".join(got[at:]).strip()
    return Divergence(len(steps) + 1, sites[trace.steps[-1][0]].lineno, "", rest) if rest else None


def _iterations(rule: Rule, trace: Trace, style: Style, text: str) -> dict[int, dict[str, int]]:
    counts: dict[int, dict[str, int]] = {}
    for number, site in enumerate(rule.program(style).sites):
        if site.kind != "loop_in":
            continue
        entered = re.compile(f"^{re.escape(style.header(site))}\n{style.entered}", re.MULTILINE)
        expected = sum(s == number for s, _ in trace.steps)
        counts[site.lineno] = {"expected": expected, "got": len(entered.findall(text))}
    return counts
