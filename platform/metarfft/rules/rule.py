"""A rule: parsed and checked once, run plain or traced, its trace written in any style."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from metarfft.rules import english, marks
from metarfft.rules.compiler import Program, compile_rule, sequences
from metarfft.rules.guards import BudgetError, fit, nest
from metarfft.rules.language import RuleError, parse
from metarfft.rules.sites import Step, View
from metarfft.rules.styles import ANSWER, SCRATCHPADS, STYLES, Style, compile_template

MAX_OUTPUT = 4_000_000  # characters of values in one trace


@dataclass(frozen=True)
class Trace:
    """The steps of one run of a rule.

    Attributes:
        steps: ``(site index, values)`` for every step, in order.
        value: what the rule returned.
        answer: that value as it is written after "So the answer is ", with marks where the view has them.
    """

    steps: list[Step]
    value: Any
    answer: str


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
        self._programs: dict[View | None, Program] = {}
        self._templates: dict[tuple[str, str], list[Callable[[tuple[str, ...]], str]]] = {}

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

    def program(self, view: View | None) -> Program:
        """The compiled rule: for a view, or (None) without tracing."""
        if view not in self._programs:
            self._programs[view] = compile_rule(self.function, self.text(view), view)
        return self._programs[view]

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

    def trace(self, inputs: Mapping[str, Any], view: View = "plain", base: int = 0) -> Trace:
        """The steps that the rule takes on ``inputs``. ``base``: first mark of the view ``indexed``.

        Raises:
            RuleError: as for `run`.
        """
        program = self.program(view)
        steps: list[Step] = []
        left = MAX_OUTPUT

        def show(value: Any) -> str:
            nonlocal left
            if type(value) is int:
                return repr(value)
            text = marks.head(value) if view == "indexed" else write(value)
            left -= len(text)
            if left < 0:
                raise BudgetError(f"the trace has more than {MAX_OUTPUT:,} characters of values")
            return text

        def reads(*parts: str | None) -> str:
            return (" " if view == "indexed" else ", ").join(part for part in parts if part)

        marker = marks.Marker(base)
        arguments = self._arguments(inputs)
        if view == "indexed":
            arguments = list(self.mark(dict(zip(self.params, arguments, strict=True)), marker).values())
        value = self._guarded(program, lambda: program.function(steps.append, show, reads, marker, *arguments))
        return Trace(steps, value, steps[-1][1][-1] if view == "indexed" else format_answer(value))

    def render(self, trace: Trace, style: Style) -> list[str]:
        """The text of every step; the last one ends with the answer."""
        key = (style.name, style.view)
        templates = self._templates.get(key)
        if templates is None:
            templates = [compile_template(style.template(site)) for site in self.program(style.view).sites]
            self._templates[key] = templates
        texts = [templates[site](values) for site, values in trace.steps]
        texts[-1] += trace.answer
        return texts

    def trajectory(self, inputs: Mapping[str, Any], style: str = "code", base: int = 0) -> str:
        """The rule followed on ``inputs``, as text."""
        chosen = STYLES[style]
        return "".join(self.render(self.trace(inputs, chosen.view, base), chosen))

    def scratchpad(self, trace: Trace, style: str) -> str:
        """The values of a trace without the rule: the scratchpad baseline, with the plain answer."""
        texts = self.render(trace, SCRATCHPADS[style])
        texts[-1] = ANSWER + format_answer(trace.value)
        return "".join(texts)

    def _arguments(self, inputs: Mapping[str, Any]) -> list[Any]:
        if set(inputs) != set(self.params):
            expected, got = ", ".join(self.params), ", ".join(inputs)
            raise RuleError(f"the arguments of {self.name} are {expected}; the input has {got}")
        for value in inputs.values():
            nest(None, fit(value))
        return [copy.deepcopy(inputs[name]) for name in self.params]  # the rule may change its lists

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


def write(value: Any) -> str:
    """A value as Python writes it; sets in sorted order, so that it is the same in every process."""
    if isinstance(value, (set, frozenset)):
        return "{" + ", ".join(sorted(map(repr, value))) + "}" if value else "set()"
    return repr(value)


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
