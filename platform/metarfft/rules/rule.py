"""A rule: parsed and checked once, run plain or traced, its trace written in any style."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from metarfft.rules import english, marks
from metarfft.rules.analysis import sequences
from metarfft.rules.compiler import Program, compile_rule
from metarfft.rules.guards import MAX_STEPS, BudgetError, fit, nest, too_many_steps
from metarfft.rules.language import RuleError, parse
from metarfft.rules.sites import Step, View
from metarfft.rules.styles import ANSWER, SCRATCHPADS, STYLES, Style
from metarfft.rules.values import copied, write

MAX_OUTPUT = 10_000_000  # characters of one trace


@dataclass(frozen=True)
class Trace:
    """One run of a rule, written in a style.

    Attributes:
        steps: ``(site index, text)`` for every step, in order; the last text ends before the answer.
        value: what the rule returned.
        answer: that value as the style writes it.
    """

    steps: list[Step]
    value: Any
    answer: str

    @property
    def texts(self) -> list[str]:
        """The text of every step; the last one ends with the answer."""
        texts = [text for _, text in self.steps]
        texts[-1] += self.answer
        return texts


class Rule:
    """A rule in the rule language.

    Args:
        source: text of one Python function.

    Raises:
        RuleError: the text is not Python or uses something outside the rule language.
    """

    def __init__(self, source: str) -> None:
        self.source = ast.unparse(parse(source))  # checked as it was given, so that errors point into that text
        (function,) = ast.parse(self.source).body
        assert isinstance(function, ast.FunctionDef)
        self.function = function
        self.lines = self.source.split("\n")
        self.name = self.function.name
        self.params = [argument.arg for argument in self.function.args.args]
        self._programs: dict[tuple[str, View] | None, Program] = {}

    @cached_property
    def sequences(self) -> set[str]:
        """Variables whose elements the rule reads one by one."""
        return sequences(self.function)

    def mark(self, inputs: Mapping[str, Any], marker: marks.Marker) -> dict[str, Any]:
        """The arguments as the view ``indexed`` has them: lists, and strings read one by one, with marks."""
        return {
            name: marker(inputs[name]) if isinstance(inputs[name], list) or name in self.sequences else inputs[name]
            for name in self.params
        }

    def program(self, style: Style | None) -> Program:
        """The compiled rule: for a style, or (None) without tracing."""
        key = (style.name, style.view) if style else None
        if key not in self._programs:
            self._programs[key] = compile_rule(self.function, self.text(style.view if style else None), style)
        return self._programs[key]

    def text(self, view: View | None) -> list[str]:
        """The rule's lines as a view recites them: English sentences for ``english``, else its code."""
        return english.sentences(self.function, len(self.lines)) if view == "english" else self.lines

    def run(self, inputs: Mapping[str, Any]) -> Any:
        """What the rule returns, without a trace.

        Raises:
            RuleError: wrong arguments, a budget exceeded, or an error of the rule itself with its line.
        """
        program = self.program(None)
        return self._guarded(program, lambda: program.function(*self._arguments(inputs)))

    def trace(self, inputs: Mapping[str, Any], style: Style = STYLES["code"], base: int = 0) -> Trace:
        """The steps that the rule takes on ``inputs``. ``base``: first mark of the view ``indexed``.

        Raises:
            RuleError: as for `run`.
        """
        program = self.program(style)
        indexed = style.view == "indexed"
        steps: list[Step] = []
        measured, size = 0, 0

        def measure(rounds: int) -> None:
            nonlocal measured, size
            if rounds > MAX_STEPS:
                too_many_steps()
            size += sum(len(text) for _, text in steps[measured:])
            measured = len(steps)
            if size > MAX_OUTPUT:
                raise BudgetError(f"the trace has more than {MAX_OUTPUT:,} characters; does its loop end?")

        def reads(*parts: str | None) -> str:
            return (" " if indexed else ", ").join(part for part in parts if part)

        marker = marks.Marker(base)
        arguments = self._arguments(inputs)
        if indexed:
            arguments = list(self.mark(dict(zip(self.params, arguments, strict=True)), marker).values())
        value = self._guarded(program, lambda: program.function(steps.append, measure, reads, marker, *arguments))
        return Trace(steps, value, marks.full(value) if indexed else format_answer(value))

    def trajectory(self, inputs: Mapping[str, Any], style: str = "code", base: int = 0) -> str:
        """The rule followed on ``inputs``, as text."""
        return "".join(self.trace(inputs, STYLES[style], base).texts)

    def scratchpad(self, inputs: Mapping[str, Any], style: str = "code", base: int = 0) -> str:
        """The values of a run without the rule: the scratchpad baseline, with the plain answer."""
        trace = self.trace(inputs, SCRATCHPADS[style], base)
        return "".join(text for _, text in trace.steps) + format_answer(trace.value)

    def _arguments(self, inputs: Mapping[str, Any]) -> list[Any]:
        if set(inputs) != set(self.params):
            expected, got = ", ".join(self.params), ", ".join(inputs)
            raise RuleError(f"the arguments of {self.name} are {expected}; the input has {got}")
        for value in inputs.values():
            nest(None, fit(value))
        return [copied(inputs[name]) for name in self.params]  # the rule may change its lists

    def _guarded(self, program: Program, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except Exception as error:
            place = ""
            traceback = error.__traceback__
            while traceback is not None:
                if traceback.tb_frame.f_code.co_filename == "<rule>":
                    lineno = program.lines[traceback.tb_lineno]
                    place = f"line {lineno} ({self.lines[lineno - 1].strip()}): "
                traceback = traceback.tb_next
            if isinstance(error, RuleError):
                raise type(error)(place + str(error)) from None
            if not place:
                raise
            reason = str(error) or type(error).__name__
            raise RuleError(f"{place}{reason}") from None


def format_answer(value: Any) -> str:
    """The text of an answer: strings bare, anything else as Python writes it."""
    return value if isinstance(value, str) else write(value)


def parse_answer(text: str) -> str | None:
    """What follows the last "So the answer is " in ``text``, without marks; None when nothing does."""
    _, found, answer = text.rpartition(ANSWER)
    return marks.plain(answer.split("\n")[0].strip()) if found else None


def same_answer(expected: str, got: str | None) -> bool:
    """Whether two answers are equal up to marks, quotes and spaces inside lists."""
    return got is not None and _normal(expected) == _normal(got)


def _normal(answer: str) -> str:
    answer = marks.plain(answer.strip())
    return answer.translate(str.maketrans("", "", "'\" ")) if answer.startswith(("[", "(", "{")) else answer
