"""Process scoring: whether an answer followed its rule, where it first left it, and what kind of error that was.

The kinds, of the first step that differs:

- ``loop_left_early``: the loop is left where it should be entered again (or in the middle of a round);
- ``loop_not_left``: the loop is entered once more than it should be;
- ``wrong_branch``: an ``if`` is decided wrongly, or another branch is followed than the one decided on, or a second;
- ``wrong_read``: a value that was there already is stated wrongly, or that of another variable: what a test or
  calculation reads, what a line copies or moves (a constant, an element, ``pop``, ``append``, a slice) and leaves. A
  length or another call's result is read where the step states it (``len(words) = 3``) before what it makes of it;
- ``wrong_computed``: the values read are right and what the line makes of them is not (a new sequence's mark included);
- ``copy``: the recited line is none of the rule's, has another number, or is not the one that comes next;
- ``format``: the text stops, goes on after the answer, or is no step at all.

The outcome of a loop test or a branch goes before its values: a loop that is left early because its state was misread
is ``loop_left_early``, and ``misread`` tells so. The paper's finding (Meta-RFFT, arXiv 2502.11525) is that most errors
are of loop maintenance, which it measures by iteration counts; see `Process.iterations`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import takewhile
from string import Formatter
from typing import Any, Literal

from metarfft.evaluate.shape import Kind, Shape, other_line
from metarfft.rules import Rule, parse_answer, same_answer
from metarfft.rules.trace.sites import Site
from metarfft.rules.styles import ANSWER, Style
from metarfft.rules.verify import Divergence, Reading, judge, lines, read

Outcome = Literal["right", "right_answer", "wrong", "runaway"]
KINDS: dict[Kind, str] = {
    "loop_left_early": "loop left too early",
    "loop_not_left": "loop not left",
    "wrong_branch": "wrong branch",
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
# Methods that give back or move what is there already; every other call makes a new value.
_MOVING = frozenset("add append clear copy discard extend get insert pop remove setdefault update".split())
_TURNED: dict[tuple[str, str], Kind] = {
    ("loop_in", "loop_out"): "loop_left_early",
    ("loop_out", "loop_in"): "loop_not_left",
    ("branch_in", "branch_out"): "wrong_branch",
    ("branch_out", "branch_in"): "wrong_branch",
}
_TURNS = {kind for turn in _TURNED for kind in turn}
_NAMES = re.compile(r"[^\s;=,]+")
_NUMBERED = re.compile(r"L\d+:|\d+(\.\d+)*\. ")  # how a line of an indexed or English rule begins
_RETURNED = "answer"  # field of the text that follows a template of a return


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
    recites = _recites(got[0], reading.style.template, sites, headers)
    return ("copy" if recites else "format"), False


def _same_line(
    rule: Rule, reading: Reading, site: Site, headers: dict[str, list[Site]], got: list[str]
) -> tuple[Kind, bool]:
    """The right line is recited; what is said of it differs."""
    assert reading.step is not None
    sites = [site, *(other for other in headers[got[0]] if other != site)]
    template = reading.style.template
    expected = _values(site, template(site), lines(reading.steps[reading.step])) or []
    for other in sites:
        values = _values(other, template(other), got)
        if values is None:
            continue
        different = [at for at, (true, given) in enumerate(zip(expected, values, strict=False)) if true[1] != given[1]]
        if turned := _TURNED.get((site.kind, other.kind)):
            return turned, bool(different) and site.keyword != "for"
        if site.kind != other.kind or not different:
            continue
        field, true = expected[different[0]]
        if field == _RETURNED and same_answer(true, parse_answer(ANSWER + values[different[0]][1])):
            return "format", False  # the right answer, written otherwise
        return ("wrong_computed" if _is_computed(rule, reading.style, site, field) else "wrong_read"), False
    said = list(takewhile(lambda line: line not in headers, got[1:]))
    return _told(template, sites, lines(reading.steps[reading.step]), said)


def _told(
    template: Callable[[Site], str], sites: list[Site], expected: list[str], said: list[str]
) -> tuple[Kind, bool]:
    """The kind where the first of ``sites`` is recited and what is ``said`` of it fits no template.

    A loop test or a branch is told by its last words: where they are right, its values are wrong. So they are in a step
    that has the shape of the expected one and names another variable.
    """
    for other in sites:
        turned = _TURNED.get((sites[0].kind, other.kind))
        if turned or (other.kind == sites[0].kind and sites[0].kind in _TURNS):
            last = template(other).strip("\n").split("\n")[-1]
            words = last.rpartition("}")[2]
            if words and any(line == last or ("}" in last and line.endswith(words)) for line in said):
                return turned or "wrong_read", turned is not None
    shapes = [[_NAMES.sub("x", line) for line in part] for part in (expected[1:], said)]
    return ("wrong_read" if said and shapes[0] == shapes[1][: len(shapes[0])] else "format"), False


def _values(site: Site, template: str, got: list[str]) -> list[tuple[str, str]] | None:
    """The fields of a step's template and what stands in their places at the beginning of ``got``; None: no match."""
    if site.kind == "return":
        template += f"{{{_RETURNED}}}"
    wanted = template.strip("\n").split("\n")
    if len(got) < len(wanted):
        return None
    values: list[tuple[str, str]] = []
    for pattern, line in zip(wanted, got, strict=False):
        found = _match(pattern, line)
        if found is None:  # with the blank that its end has lost, before an empty value
            found = _match(pattern, line + " ")
        if found is None:
            return None
        values += found
    return values


def _match(pattern: str, line: str) -> list[tuple[str, str]] | None:
    """What stands in the fields of a one-line template, each as short as can be; linear in the line's length."""
    literals, fields = [""], []
    for literal, field, _, _ in Formatter().parse(pattern.rstrip()):
        literals[-1] += literal
        if field is not None:
            fields.append(field)
            literals.append("")
    if not line.startswith(literals[0]):
        return None
    at, values = len(literals[0]), []
    for number, (field, literal) in enumerate(zip(fields, literals[1:], strict=True), 1):
        last = number == len(fields)
        end = len(line) - len(literal) if last and line.endswith(literal) else line.find(literal, at)
        if end < at:
            return None
        values.append((field, line[at:end]))
        at = end + len(literal)
    return values if at == len(line) else None


def _is_computed(rule: Rule, style: Style, site: Site, field: str) -> bool:
    """Whether a field of a step is made by its line, and not read, copied or moved."""
    if site.kind not in ("assign", "mutate", "return"):
        return False
    read_first = "".join(value.label or "" for value in site.reads) + "".join(value.value for value in site.reads)
    if f"{{{field}}}" in read_first + (site.calculation or ""):
        return False
    statement = next(
        node for node in ast.walk(rule.function) if isinstance(node, ast.stmt) and node.lineno == site.lineno
    )
    if isinstance(statement, ast.Assign):
        target = statement.targets[0]
        assigned = len(target.elts) if isinstance(target, ast.Tuple) else 1
        if any(f"{{{field}}}" in value for _, value in site.changes[assigned:]):
            return False  # what is left of a sequence that an element was taken from
        empty = isinstance(statement.value, (ast.List, ast.Constant)) and not _elements(statement.value)
        if empty and style.marked:
            return True  # the mark of a new sequence is worked out
    return isinstance(statement, ast.AugAssign) or any(map(_makes, _nodes(statement)))


def _elements(node: ast.List | ast.Constant) -> bool:
    return bool(node.elts) if isinstance(node, ast.List) else node.value != ""


def _nodes(node: ast.AST) -> Iterator[ast.AST]:
    """A statement's nodes, without those that only say which element is meant."""
    yield node
    for name, value in ast.iter_fields(node):
        if not (isinstance(node, ast.Subscript) and name == "slice"):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from _nodes(child)


def _makes(node: ast.AST) -> bool:
    """Whether an expression makes a new value."""
    if isinstance(node, ast.Call):
        return not (isinstance(node.func, ast.Attribute) and node.func.attr in _MOVING)
    if isinstance(node, ast.UnaryOp):
        return not isinstance(node.operand, ast.Constant)
    return isinstance(node, (ast.BinOp, ast.Compare, ast.BoolOp))


def _recites(line: str, template: Callable[[Site], str], sites: Iterable[Site], headers: Iterable[str]) -> bool:
    """Whether a line that is none of the rule's is meant to be one, and not what a step says."""
    for site in sites:
        said = template(site).strip("\n").split("\n")[1:]
        if any(not pattern.startswith("{") and _match(pattern, line) is not None for pattern in said):
            return False
    known = {header.strip() for header in headers}
    return bool(
        _NUMBERED.match(line) or line.startswith(" ") or get_close_matches(line.strip(), known, n=1, cutoff=0.75)
    )
