"""Process scoring: whether an answer followed its rule, where it first left it, and what kind of error that was.

The kinds, of the first step that differs:

- ``loop_left_early``: the loop is left where it should be entered again (or in the middle of a round);
- ``loop_not_left``: the loop is entered once more than it should be;
- ``wrong_branch``: an ``if`` is decided wrongly, or another branch is followed than the one decided on, or a second;
- ``wrong_call``: a function is not followed where it is called, is called where it is not, or is left for another place
  than the one that called it;
- ``wrong_read``: a value that was there already is stated wrongly, or that of another variable: what a test or
  calculation reads, an argument, what a line copies or moves (a constant, an element, ``pop``, ``append``, a slice),
  leaves or gets back from a function;
- ``wrong_computed``: the values read are right and what the line makes of them is not, in the end or on the way
  (``3 * 2 = 6``, ``len(words) = 3``; a new sequence's mark included); see `fields`;
- ``copy``: the recited line is none of the rule's, has another number, or is not the one that comes next;
- ``format``: the text stops, goes on after the answer, or is no step at all.

The outcome of a loop test or a branch goes before its values: a loop that is left early because its state was misread
is ``loop_left_early``, and ``misread`` tells so. The paper's finding (Meta-RFFT, arXiv 2502.11525) is that most errors
are of loop maintenance, which it measures by iteration counts; see `Process.iterations`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import takewhile
from typing import Any, Literal

from metarfft.evaluate.fields import RETURNED, Template, is_worked_out, match
from metarfft.evaluate.shape import Kind, Shape, other_line
from metarfft.rules import Rule, parse_answer, same_answer
from metarfft.rules.styles import ANSWER, Style
from metarfft.rules.trace.sites import Site
from metarfft.rules.verify import Divergence, Reading, judge, lines, read

Outcome = Literal["right", "right_answer", "wrong", "runaway"]
KINDS: dict[Kind, str] = {
    "loop_left_early": "loop left too early",
    "loop_not_left": "loop not left",
    "wrong_branch": "wrong branch",
    "wrong_call": "wrong call or return",
    "wrong_read": "wrong value read",
    "wrong_computed": "wrong value computed",
    "copy": "rule line copied wrongly",
    "format": "format",
}
OUTCOMES: dict[Outcome, str] = {
    "right": "right",
    "right_answer": "right answer, wrong process",
    "wrong": "wrong",
    "runaway": "runaway (cut off at its token limit)",
}
_TURNED: dict[tuple[str, str], Kind] = {
    ("loop_in", "loop_out"): "loop_left_early",
    ("loop_out", "loop_in"): "loop_not_left",
    ("branch_in", "branch_out"): "wrong_branch",
    ("branch_out", "branch_in"): "wrong_branch",
}
_TURNS = {kind for turn in _TURNED for kind in turn}
_CALLS = frozenset("call enter hand_back back assign return define".split())  # what calls make of one line
_NAMES = re.compile(r"[^\s;=,]+")
_NUMBERED = re.compile(r"L\d+:|[A-Z]*\d+(\.\d+)*\. ")  # how a line of an indexed or English rule begins
_FIELDS = re.compile(r"\{[^{}]*\}")
_FIRST = re.compile(r"^\{\d+\}")


@dataclass(frozen=True)
class Process:
    """What process scoring found in one answer.

    Attributes:
        outcome: ``right``: process and answer are; ``right_answer``: the answer only; ``runaway``: generation was
            stopped at the token limit, whatever the text says; ``wrong``: anything else.
        kind: of the first divergence; None when there is none.
        misread: the values of the diverging loop test or branch differ too.
        divergence: the first step that differs, the rule's line, the expected and the given text.
        steps: steps of the true trajectory.
        loops: for each loop, by the number of its line: how often it is entered, truly and in the text.
    """

    outcome: Outcome
    kind: Kind | None
    misread: bool
    divergence: Divergence | None
    steps: int
    loops: dict[int, dict[str, int]]

    @property
    def iterations(self) -> tuple[int, int]:
        """Iterations of all loops together: the true number, and the text's."""
        counts = self.loops.values()
        return sum(count["expected"] for count in counts), sum(count["got"] for count in counts)

    @property
    def iteration_error(self) -> float:
        """Relative error of the iteration count: (the text's - true) / true, over all loops together; below 0 when
        loops were left early. Where no loop should be entered, the text's count itself."""
        true, got = self.iterations
        return (got - true) / max(true, 1)


def score(
    rule: Rule,
    inputs: Mapping[str, Any],
    text: str,
    style: str,
    finish_reason: str = "stop",
    base: int | None = None,
) -> Process:
    """Score the process that ``text`` shows.

    Args:
        text: the answer of a rule-following method, as it came.
        style: how it is written: ``code``, ``indexed`` or ``natural``.
        finish_reason: why generation ended, as the endpoint says; ``length`` makes a runaway.
        base: first mark of the style ``indexed``; None: taken from the text.

    Raises:
        RuleError: the rule cannot run on the inputs.
    """
    reading = read(rule, inputs, text, style, base)
    verdict = judge(rule, reading, text)
    kind, misread = (None, False) if reading.step is None else _kind(rule, reading)
    outcome: Outcome = "right" if verdict.correct else "wrong"
    if finish_reason == "length":
        outcome = "runaway"
    elif not verdict.correct and same_answer(verdict.expected, verdict.answer):
        outcome = "right_answer"
    return Process(outcome, kind, misread, verdict.divergence, len(reading.steps), verdict.loop_iterations)


def _kind(rule: Rule, reading: Reading) -> tuple[Kind, bool]:
    """The kind of the first divergence, and whether a turn was misread."""
    assert reading.step is not None
    got = reading.got[reading.at :]
    if reading.step == len(reading.steps) or not any(got):
        return "format", False
    expected = "\n".join(lines(reading.steps[reading.step]))
    if expected.startswith("\n".join(got)) and not got[-1].startswith(ANSWER):  # it stops inside the step
        return "format", False
    sites = rule.program(reading.style).sites
    headers: dict[str, list[Site]] = {}
    for site in sites:
        headers.setdefault(lines(reading.style.header(site))[0], []).append(site)
    site = sites[reading.trace.steps[reading.step][0]]
    header = lines(reading.style.header(site))[0]
    if got[0] == header:
        return _same_line(rule, reading, site, headers, got)
    if got[0] in headers:
        before = sites[reading.trace.steps[reading.step - 1][0]] if reading.step else None
        return other_line(Shape(rule), before, site, {other.lineno for other in headers[got[0]]}), False
    recites = _recites(got[0], reading.style, sites, headers)
    return ("copy" if recites else "format"), False


def _same_line(
    rule: Rule, reading: Reading, site: Site, headers: dict[str, list[Site]], got: list[str]
) -> tuple[Kind, bool]:
    """The right line is recited; what is said of it differs."""
    assert reading.step is not None
    style = reading.style
    others = [other for other in headers[got[0]] if other.kind != site.kind and len(_lines(style, other)) > 1]
    sites = sorted([site, *others], key=lambda one: -len(_FIELDS.sub("", style.template(one))))  # the strictest first
    template = Template(style, site)
    expected = template.values(lines(reading.steps[reading.step])) or []
    for other in sites:
        found = (template if other is site else Template(style, other)).values(got)
        if found is None:
            continue
        different = [at for at, (true, given) in enumerate(zip(expected, found, strict=False)) if true[1] != given[1]]
        if other.kind != site.kind:
            turned = _turned(site, other)
            if turned:
                return turned, turned != "wrong_call" and bool(different) and site.keyword != "for"
        elif different:
            (name, true), given = expected[different[0]], found[different[0]][1]
            if name == RETURNED and same_answer(true, parse_answer(ANSWER + given)):
                return "format", False  # the right answer, written otherwise
            computed = is_worked_out(rule, template, expected, different[0], given)
            return ("wrong_computed" if computed else "wrong_read"), False
    said = list(takewhile(lambda line: line not in headers, got[1:]))
    return _told(style, [site, *others], lines(reading.steps[reading.step]), said)


def _turned(site: Site, other: Site) -> Kind | None:
    """What it means that ``other`` is said of a line instead of ``site``."""
    if site.kind in _CALLS and other.kind in _CALLS:
        return "wrong_call"
    return _TURNED.get((site.kind, other.kind))


def _lines(style: Style, site: Site) -> list[str]:
    return style.template(site).strip("\n").split("\n")


def _told(style: Style, sites: list[Site], expected: list[str], said: list[str]) -> tuple[Kind, bool]:
    """The kind where the first of ``sites`` is recited and what is ``said`` of it fits no template.

    A loop test or a branch is told by its last words: where they are right, its values are wrong. So they are in a step
    that has the shape of the expected one and names another variable.
    """
    told: list[tuple[str, Kind, bool]] = []
    for other in sites:
        turned = _TURNED.get((sites[0].kind, other.kind))
        if turned or (other.kind == sites[0].kind and sites[0].kind in _TURNS):
            last = _lines(style, other)[-1]
            words = last.rpartition("}")[2]
            if words and any(line == last or ("}" in last and line.endswith(words)) for line in said):
                told.append((words, turned or "wrong_read", turned is not None))
    if told:
        _, kind, misread = max(told, key=lambda one: len(one[0]))  # "do not enter the loop" ends as "enter the loop"
        return kind, misread
    shapes = [[_NAMES.sub("x", line) for line in part] for part in (expected[1:], said)]
    return ("wrong_read" if said and shapes[0] == shapes[1][: len(shapes[0])] else "format"), False


def _recites(line: str, style: Style, sites: Iterable[Site], headers: Iterable[str]) -> bool:
    """Whether a line that is none of the rule's is meant to be one, and not what a step says."""
    for site in sites:
        said = [_FIRST.sub("", pattern).rstrip() for pattern in _lines(style, site)[1:]]
        if any(pattern and match(pattern, line) is not None for pattern in said):
            return False
    known = {header.strip() for header in headers}
    return bool(
        _NUMBERED.match(line) or line.startswith(" ") or get_close_matches(line.strip(), known, n=1, cutoff=0.75)
    )
