"""A rule: lowered and checked once, run plain or traced, its trace written in any style."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Any

from metarfft.rules import core, front
from metarfft.rules.answers import Failure
from metarfft.rules.errors import BudgetError, RuleError
from metarfft.rules.styles import SCRATCHPADS, STYLES, Style, marks
from metarfft.rules.trace import guards, state
from metarfft.rules.trace.analysis import Facts, has_special, sequences
from metarfft.rules.trace.compile.attempts import failing_line
from metarfft.rules.trace.program import Program, compile_rule
from metarfft.rules.trace.sites import Step

_TEXT = itemgetter(1)  # of a step
_TRUNC = re.compile(r"type (\w+) doesn't define __trunc__ method")  # what "%d" % text comes to
_SHORT = 60  # characters of an answer that a message quotes
MAX_OUTPUT = 10_000_000  # characters of one trace


@dataclass(frozen=True)
class Trace:
    """One run of a rule, written in a style.

    Attributes:
        steps: ``(site index, text)`` for every step, in order; the last text ends before the answer.
        value: what the rule returned; a `Failure` where it ended in an error that it raises.
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
    """A rule, from the text of a plain Python function as people write and paste it.

    Args:
        text: the function, with its helpers, class, imports, constants.
        entry: name of the function that is the rule; without it the text decides.
        unroll: write lines that hide a loop (``sorted``, ``sum``, ``x in items``) as loops.
        is_core: the text is a core rule already, as in a data row: it is not lowered, which saves most of the time.

    Attributes:
        source: the core rule: what models read. ``Rule(rule.source)`` is the same rule.
        lines: its lines.
        function: the entry; ``module``: all functions.
        params: the entry's arguments.
        origin: for each line of ``source``, from 1, the line of ``text`` that it comes from.
        notes: what the front end changed, one line each.
        special: whether there may be sets or values of collections, made by the rule or given to it.

    Raises:
        RuleError: the text is not Python or uses something outside the rule language.
    """

    def __init__(self, text: str, entry: str | None = None, unroll: bool = False, is_core: bool = False) -> None:
        lowered = front.taken(text) if is_core else front.lower(text, entry)
        if unroll:
            from metarfft.rules.unroll.rewriting import rewrite  # many tables: only for those who ask

            lowered = rewrite(text, lowered)
        core.check(lowered.module)
        self.source, self.module = lowered.source, lowered.module
        self.origin, self.notes = lowered.origin, lowered.notes
        function = self.module.body[-1]
        assert isinstance(function, ast.FunctionDef)
        self.function = function
        self.lines = self.source.split("\n")
        self.name = function.name
        self.params = core.parameters(function)
        defaults = function.args.defaults
        self.defaults = dict(
            zip(self.params[len(self.params) - len(defaults) :], map(ast.literal_eval, defaults), strict=True)
        )
        self._named = set(self.params)
        self._text = text.split("\n")
        self._programs: dict[tuple[str | None, bool], Program] = {}
        self.special = has_special(self.module)
        self._facts: dict[ast.FunctionDef, Facts] = {}
        self._resumed: dict[tuple[str, state.Place], Program] = {}

    @cached_property
    def sequences(self) -> set[str]:
        """Variables whose elements the rule reads one by one."""
        return sequences(self.function)

    def mark(self, inputs: Mapping[str, Any], marker: marks.Marker) -> dict[str, Any]:
        """The arguments as marked styles have them: lists, and strings read one by one, with marks."""
        given = {**self.defaults, **inputs}
        return {
            name: marker(given[name]) if isinstance(given[name], list) or name in self.sequences else given[name]
            for name in self.params
        }

    def program(self, style: Style | None, full_state: bool = False) -> Program:
        """The compiled rule: for a style, or (None) without tracing."""
        key = (f"{style.name} {style.marked} {id(style)}" if style else None, full_state)
        if key not in self._programs:
            recited = self.text(style) if style else self.lines
            self._programs[key] = compile_rule(self.module, recited, style, self._facts, self.special, full_state)
        return self._programs[key]

    def text(self, style: Style | str) -> list[str]:
        """The rule's lines as a style recites them (``english`` is what the style ``natural`` recites).

        Raises:
            RuleError: the style has no words for one of them.
        """
        if isinstance(style, str):
            style = STYLES["natural" if style == "english" else style]
        try:
            return style.lines(self.module, self.lines)
        except RuleError as error:
            raise self._placed(error, getattr(error, "line", None)) from None

    def run(self, inputs: Mapping[str, Any]) -> Any:
        """What the rule returns, without a trace; a `Failure` where it ends in an error that it raises itself.

        Raises:
            RuleError: wrong arguments, a budget exceeded, an error of Python's with its line, or an answer that depends
                on the order of a set of texts.
        """
        arguments = self._arguments(inputs)
        program = self.program(None)
        orders = guards.SetOrders()
        value = self._guarded(program, lambda: program.function(*arguments))
        for _ in orders.others():
            other = self._guarded(program, lambda: program.function(*self._arguments(inputs)))
            if other != value:
                answers = f" ({value!r} or {other!r})" if len(repr(value)) <= _SHORT else ""
                reason = f"the answer{answers} depends on the order of this set of texts, which Python leaves open"
                line = program.lines[orders.line] if orders.line is not None else None
                raise self._placed(RuleError(f"{reason}; go over sorted(...) of it"), line)
        return value

    def trace(
        self, inputs: Mapping[str, Any], style: Style = STYLES["code"], base: int = 0, full_state: bool = False
    ) -> Trace:
        """The steps that the rule takes on ``inputs``.

        Args:
            base: first mark of a marked style.
            full_state: loop tests state all that later steps may read.

        Raises:
            RuleError: as for `run`.
        """
        arguments = self._arguments(inputs)
        program = self.program(style, full_state)
        marker = marks.Marker(base)
        if style.marked:
            arguments = list(self.mark(dict(zip(self.params, arguments, strict=True)), marker).values())
        orders = guards.SetOrders()
        trace = self._follow(program, style, marker, arguments)
        if orders.mattered:
            self.run(inputs)
        return trace

    def go_on(self, line: int, text: str, style: Style = STYLES["code"]) -> Trace:
        """The steps from the test of the loop at ``line`` of the core rule, from what is stated there alone.

        Args:
            text: the line ``state: ...`` of a trace with ``full_state``.

        Raises:
            RuleError: the text is no state of that loop, or as for `run`.
        """
        frames, mark = state.read(text)
        calls = [frame.call or 0 for frame in frames[:-1]]
        place = tuple(zip(core.called_at(self.module, calls), [*calls, line], strict=True))
        key = (style.name, place)
        if key not in self._resumed:
            self._resumed[key] = compile_rule(
                self.module, self.text(style), style, self._facts, self.special, True, place
            )
        marker = marks.Marker()
        marker.next = mark or 0
        guards.SetOrders()
        return self._follow(self._resumed[key], style, marker, [frames])

    def _follow(self, program: Program, style: Style, marker: marks.Marker, arguments: list[Any]) -> Trace:
        steps: list[Step] = []
        measured, size = 0, 0

        def measure() -> None:
            nonlocal measured, size
            size += sum(map(len, map(_TEXT, steps[measured:] if measured else steps)))
            measured = len(steps)
            if size > MAX_OUTPUT:
                raise BudgetError(f"the trace has more than {MAX_OUTPUT:,} characters; does its loop end?")

        hidden = (steps.append, measure, marker, state.States(marker if style.marked else None))
        value = self._guarded(program, lambda: program.function(*hidden, *arguments))
        if isinstance(value, Failure) and program.uncaught and program.sites[steps[-1][0]].kind != "raise":
            steps.append(program.uncaught)
        measure()
        return Trace(steps, value, style.answer(value))

    def trajectory(self, inputs: Mapping[str, Any], style: str = "code", base: int = 0, state: str = "short") -> str:
        """The rule followed on ``inputs``, as text. ``state``: ``full``, or ``short`` for what changed only."""
        trace = self.trace(inputs, STYLES[style], base, state == "full")
        return "".join(map(_TEXT, trace.steps)) + trace.answer

    def scratchpad(self, inputs: Mapping[str, Any], style: str = "code", base: int = 0) -> str:
        """The values of a run without the rule: the scratchpad baseline, with the plain answer."""
        trace = self.trace(inputs, SCRATCHPADS[style], base)
        return "".join(map(_TEXT, trace.steps)) + STYLES["code"].answer(trace.value)

    def _arguments(self, inputs: Mapping[str, Any]) -> list[Any]:
        given = {**self.defaults, **inputs}
        if given.keys() != self._named:
            expected, got = ", ".join(self.params), ", ".join(inputs)
            raise RuleError(f"the arguments of {self.name} are {expected}; the input has {got}")
        if not self.special and any(map(guards.is_special, given.values())):
            self.special = True  # for all inputs from now on
            self._programs.clear()
            self._resumed.clear()
        return [self._given(name, given[name]) for name in self.params]

    def _given(self, name: str, value: Any) -> Any:
        try:
            return guards.given(value)
        except BudgetError as error:
            raise BudgetError(f"the argument {name}: {error}") from None

    def _guarded(self, program: Program, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except RecursionError:
            raise BudgetError("the rule or its values are nested too deeply") from None
        except Exception as error:
            if hasattr(error, "failure"):  # the rule raised it itself
                return Failure(*error.failure)
            line = failing_line(error, program.lines)
            if line is None and not isinstance(error, RuleError):
                raise
            raise self._placed(error, line) from None

    def _placed(self, error: Exception, line: int | None) -> RuleError:
        """The error of a run, with the line of the user's text where it happened."""
        reason = str(error) or type(error).__name__
        if isinstance(error, KeyError):
            reason = f"there is no key {reason}"
        reason = _TRUNC.sub(r"a real number is required, not \1", reason)
        kind = type(error) if isinstance(error, RuleError) else RuleError
        if line is None:
            return kind(reason)
        origin = self.origin[line] or line
        written = self._text[origin - 1].strip() if origin <= len(self._text) else self.lines[line - 1].strip()
        return kind(f"line {origin} ({written}): {reason}")
