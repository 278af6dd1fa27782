"""A program in the rule engine against CPython, and a failing program made smaller."""

from __future__ import annotations

import ast
import copy
import re
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import FrameType
from typing import Any

import truth
from programs import Program

from metarfft.rules import STYLES, Rule, RuleError, format_answer, parse_answer, same_answer
from metarfft.rules.answers import Failure
from metarfft.rules.errors import BudgetError
from metarfft.rules.verify import verify

MAX_LINES, MAX_SIZE, MAX_BITS = 20_000, 2_000, 2_000  # of a run that is compared; larger ones are left out
FAILURES = frozenset("run answer verify inputs fixed crash unsaid false order".split())


@dataclass(frozen=True)
class Outcome:
    """What came of a program.

    Attributes:
        kind: "same", "error" (both fail), "refused", "large" (left out), "budget", or one of `FAILURES`: another value
            (run), another answer in a trajectory, a trajectory that does not verify, inputs changed, a source
            that is not
            its own lowering, another exception than RuleError (crash), an answer where CPython fails (unsaid), a false
            statement.
        refused: the styles that cannot write the rule.
    """

    kind: str
    detail: str = ""
    refused: tuple[str, ...] = ()


class TooLarge(Exception):
    """A run too long to compare, or with values too large."""


class Limit:
    """A tracing function that stops a run beyond the limits."""

    def __init__(self) -> None:
        self.lines = 0

    def __call__(self, frame: FrameType, event: str, _: Any) -> Limit:
        self.lines += 1
        if self.lines > MAX_LINES:
            raise TooLarge("lines")
        for value in frame.f_locals.values():
            if type(value) is int and value.bit_length() > MAX_BITS:
                raise TooLarge("numbers")
            if isinstance(value, (str, list, dict, set, tuple, deque)) and len(value) > MAX_SIZE:
                raise TooLarge("values")
        return self


def expected(program: Program) -> Any:
    """What CPython returns for the program as it was written.

    Raises:
        TooLarge: it is too long to compare.
        Exception: whatever the program raises.
    """
    space: dict[str, Any] = {"__name__": "program"}
    exec(compile(program.text, "<program>", "exec"), space)
    function = getattr(space["Solution"](), program.entry) if program.method else space[program.entry]
    inputs = copy.deepcopy(program.inputs)
    before = sys.gettrace(), signal.signal(signal.SIGVTALRM, _stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, 2, 0.1)  # an error in a trace function that is ignored ends the tracing
    sys.settrace(Limit())
    try:
        return function(**inputs)
    finally:
        sys.settrace(before[0])
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before[1])


def _stop(*_: Any) -> None:
    raise TooLarge("seconds")


def fails(program: Program) -> bool:
    """Whether the program fails in CPython, or is too large."""
    try:
        expected(program)
    except Exception:
        return True
    return False


def equal(a: Any, b: Any) -> bool:
    """Whether two values are the same in value, type and order."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return equal(list(a.items()), list(b.items()))
    if isinstance(a, (list, tuple)) or type(a).__name__ == "deque":
        return len(a) == len(b) and all(map(equal, a, b))
    return bool(a == b) or (a != a and b != b)


def compare(program: Program, styles: Mapping[str, Any] = STYLES) -> Outcome:
    """Run a program in CPython, as a rule, and in each style."""
    try:
        want = expected(program)
    except TooLarge as error:
        return Outcome("large", str(error))
    except RecursionError:
        return Outcome("large", "recursion")
    except Exception as error:
        return _both_fail(program, error, styles)
    try:
        rule = Rule(program.text)
    except RuleError as error:
        return Outcome("refused", str(error))
    except Exception as error:
        return Outcome("crash", f"Rule: {type(error).__name__}: {error}")
    stage = "run"
    refused: list[str] = []
    try:
        inputs = copy.deepcopy(program.inputs)
        got = rule.run(inputs)
        if not equal(want, got):
            return Outcome("run", f"{want!r} expected, {got!r} returned")
        if not equal(inputs, program.inputs):
            return Outcome("inputs", "run changes its inputs")
        stage = "source"
        if Rule(rule.source).source != rule.source:
            return Outcome("fixed", "the source lowered again is another")
        for stage in styles:
            try:
                text = rule.trajectory(inputs, stage)
            except BudgetError:
                raise
            except RuleError as error:
                if stage != "natural":
                    return Outcome("crash", f"{stage}: {error}")
                refused.append(stage)
                continue
            if not equal(inputs, program.inputs):
                return Outcome("inputs", f"{stage} changes its inputs")
            answer = parse_answer(text)
            if not same_answer(format_answer(want), answer):
                return Outcome("answer", f"{stage}: {format_answer(want)!r} expected, {answer!r} said")
            verdict = verify(rule, inputs, text, stage)
            if not verdict.correct:
                return Outcome("verify", f"{stage}: {verdict.divergence}")
            lies = truth.false_statements(rule, inputs, text, stage)
            if lies:
                return Outcome("false", f"{stage}: {lies[0]}")
    except BudgetError as error:
        return Outcome("budget", str(error))
    except Exception as error:
        return Outcome("crash", f"{stage}: {type(error).__name__}: {error}")
    return Outcome("same", refused=tuple(refused))


def _both_fail(program: Program, error: Exception, styles: Mapping[str, Any]) -> Outcome:
    reason = f"{type(error).__name__}: {error}"
    stage = "run"
    try:
        rule = Rule(program.text)
    except RuleError as refusal:
        return Outcome("refused", str(refusal))
    except Exception as other:
        return Outcome("crash", f"Rule: {type(other).__name__}: {other}")
    for stage in ["run", *styles]:
        inputs = copy.deepcopy(program.inputs)
        try:
            got = rule.run(inputs) if stage == "run" else parse_answer(rule.trajectory(inputs, stage))
        except RuleError:
            continue
        except Exception as other:
            return Outcome("crash", f"{stage}: {type(other).__name__}: {other}; CPython: {reason}")
        if not _says(got, error):
            return Outcome("unsaid", f"{stage}: {reason} expected, {str(got)[-200:]!r} returned")
    return Outcome("error", reason)


def _says(got: Any, error: Exception) -> bool:
    """Whether an answer is that the rule ends in this error, as one of its own does."""
    text = error.args[0] if isinstance(error, KeyError) and error.args else str(error)
    failure = Failure(type(error).__name__, str(text))
    return got == failure or (isinstance(got, str) and same_answer(format_answer(failure), got))


# A failing program made smaller


def smaller(program: Program, seconds: float = 15) -> Program:
    """The program with all statements dropped that it does not need to fail in the same way."""
    end, failure = time.time() + seconds, _way(compare(program))
    progress = True
    while progress and time.time() < end:
        progress = False
        for text in _candidates(program.text):
            if time.time() > end:
                break
            candidate = replace(program, text=text)
            try:
                if _way(compare(candidate)) == failure:
                    program, progress = candidate, True
                    break
            except Exception:
                continue
    return program


def _way(outcome: Outcome) -> tuple[str, str]:
    """How a program fails: what came of it, and the message without its places and values."""
    return outcome.kind, re.sub(r"line \d+|\(.*|\d|'[^']*'", "", outcome.detail)[:30]


def _candidates(text: str) -> Iterator[str]:
    tree = ast.parse(text)
    for number in range(sum(1 for _ in _bodies(tree))):
        for change in _changes(tree, number):
            shorter = copy.deepcopy(tree)
            change(list(_bodies(shorter))[number])
            yield ast.unparse(ast.fix_missing_locations(shorter))


def _bodies(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    for node in ast.walk(tree):
        for name in ("body", "orelse"):
            body = getattr(node, name, None)
            if isinstance(body, list) and body:
                yield body


def _changes(tree: ast.AST, number: int) -> Iterator[Callable[[list[ast.stmt]], None]]:
    body = list(_bodies(tree))[number]
    for at, statement in enumerate(body):
        if not isinstance(statement, ast.Return) or at < len(body) - 1:
            yield lambda body, at=at: body.__setitem__(slice(at, at + 1), [] if len(body) > 1 else [ast.Pass()])
        if isinstance(statement, (ast.If, ast.For, ast.While)):
            yield lambda body, at=at: body.__setitem__(slice(at, at + 1), body[at].body)  # type: ignore[attr-defined]
            if statement.orelse:
                yield lambda body, at=at: setattr(body[at], "orelse", [])
        for value in (
            getattr(statement, "value", None),
            getattr(statement, "test", None),
            getattr(statement, "iter", None),
        ):
            if isinstance(value, (ast.BinOp, ast.BoolOp, ast.IfExp, ast.List, ast.Call, ast.Compare, ast.Tuple)):
                field = next(name for name in ("value", "test", "iter") if getattr(statement, name, None) is value)
                for part in [child for child in ast.iter_child_nodes(value) if isinstance(child, ast.expr)][:4]:
                    yield lambda body, at=at, field=field, part=part: setattr(body[at], field, copy.deepcopy(part))


def show(program: Program) -> str:
    """A program with its inputs and what came of it."""
    outcome = compare(program)
    return f"{outcome.kind}: {outcome.detail}\n{program.text.strip()}\n# inputs: {program.inputs!r}\n"
