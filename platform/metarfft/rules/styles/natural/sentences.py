"""Sentences for the lines of a rule, with their numbers."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from functools import partial

from metarfft.rules import core
from metarfft.rules.styles.natural.statements import Statements
from metarfft.rules.styles.natural.wording import join, unsayable


class Writer(Statements):
    """Writes the sentences, numbered 1, 2, 2.1, 2.2, ...; those of helper functions A1, A2, A2.1, ..., B1, ..."""

    def write_module(self, module: ast.Module, length: int) -> list[str]:
        self.lines = [""] * length
        *helpers, entry = [node for node in module.body if isinstance(node, ast.FunctionDef)]
        for place, helper in enumerate(helpers):
            prefix = _letters(place)
            self.number = prefix
            steps = self.steps(helper.body, prefix)
            self.lines[helper.lineno - 1] = f"To do {self.call_of(helper)}, follow {steps}."
            self.function(helper, prefix)
        names = [self._given(argument, default) for argument, default in _with_defaults(entry)]
        self.lines[entry.lineno - 1] = f"You are given {join(names)}." if names else "Nothing is given."
        if self.kinds.scopes.is_recursive:
            steps = self.steps(entry.body, "")
            self.lines[entry.lineno - 1] += f" To do {self.call_of(entry)}, follow {steps}."
        self.function(entry, "")
        return self.lines

    def _given(self, name: str, default: ast.expr | None) -> str:
        return f"{name} ({self.whole(default)} if it is not given)" if default is not None else name

    def call_of(self, function: ast.FunctionDef) -> str:
        names = core.parameters(function)
        return f"{function.name} with {join(names)}" if names else function.name

    def function(self, function: ast.FunctionDef, prefix: str) -> None:
        around, self.scope = self.scope, self.kinds.scopes.functions.index(function)
        self.block(function.body, prefix)
        self.scope = around

    def block(self, body: list[ast.stmt], prefix: str) -> None:
        step = 0
        for node in body:
            step += 1
            number = f"{prefix}{step}"
            self.write(node.lineno, number, partial(self.sentence, node))
            if isinstance(node, (ast.While, ast.For)):
                self.block(node.body, f"{number}.")
            if isinstance(node, ast.FunctionDef):
                self.function(node, f"{number}.")
            if isinstance(node, ast.Try):
                self.block(node.body, f"{number}.")
                for handler in node.handlers:
                    step += 1
                    number = f"{prefix}{step}"
                    self.write(handler.lineno, number, partial(self.except_, handler, handler is node.handlers[0]))
                    self.block(handler.body, f"{number}.")
                if node.orelse:
                    step += 1
                    number = f"{prefix}{step}"
                    line = (node.handlers[-1].body[-1].end_lineno or 0) + 1  # of the else
                    self.write(line, number, partial(self.no_error, node.orelse))
                    self.block(node.orelse, f"{number}.")
            while isinstance(node, ast.If):
                self.block(node.body, f"{prefix}{step}.")
                if not node.orelse:
                    break
                step += 1
                number = f"{prefix}{step}"
                other = node.orelse[0]
                if isinstance(other, ast.If) and core.is_elif(node):
                    node = other
                    self.write(node.lineno, number, partial(self.elif_, node))
                    continue
                line = (node.body[-1].end_lineno or 0) + 1  # of the else
                self.write(line, number, partial(self.else_, node.orelse))
                self.block(node.orelse, f"{number}.")
                break

    def write(self, line: int, number: str, sentence: Callable[[], str]) -> None:
        self.number = number
        text = sentence()
        self.lines[line - 1] = f"{number}. {text[0].upper()}{text[1:]}"

    def sentence(self, node: ast.stmt) -> str:
        method = getattr(self, type(node).__name__, None)
        try:
            return method(node) if method else unsayable(node, f"`{ast.unparse(node)}`")
        except (IndexError, KeyError, TypeError):  # fewer or other arguments than the words have room for
            unsayable(node, f"`{ast.unparse(node)}`")

    def steps(self, body: list[ast.stmt], prefix: str | None = None) -> str:
        """The numbers of the steps of a block, by default of the sentence that is being written."""
        prefix = f"{self.number}." if prefix is None else prefix
        count = sum(map(_numbers, body))
        if count == 1:
            return f"step {prefix}1"
        return f"steps {prefix}1 {'and' if count == 2 else 'to'} {prefix}{count}"

    def elif_(self, node: ast.If) -> str:
        return f"otherwise, {self.If(node)}"

    def else_(self, body: list[ast.stmt]) -> str:
        return f"otherwise, do {self.steps(body)}."

    def If(self, node: ast.If) -> str:
        return f"if {self.condition(node.test)}, do {self.steps(node.body)}."

    def Try(self, node: ast.Try) -> str:
        return f"try this: do {self.steps(node.body)}."

    def except_(self, handler: ast.ExceptHandler, is_first: bool) -> str:
        kinds = core.caught(handler)
        error = "any error" if kinds == ["Exception"] else " or ".join(kinds)
        name = f" (call it {handler.name})" if handler.name else ""
        begin = "" if is_first else "otherwise, "
        return f"{begin}if that fails with {error}{name}, do {self.steps(handler.body)}."

    def no_error(self, body: list[ast.stmt]) -> str:
        return f"if nothing failed, do {self.steps(body)}."

    def FunctionDef(self, node: ast.FunctionDef) -> str:
        return f"remember: to do {self.call_of(node)}, follow {self.steps(node.body)}."

    def Nonlocal(self, node: ast.Nonlocal) -> str:
        return f"use the {join(node.names)} from outside of these steps."

    def While(self, node: ast.While) -> str:
        if isinstance(node.test, ast.Constant) and node.test.value:
            return f"repeat {self.steps(node.body)}, until told to stop."
        return f"as long as {self.condition(node.test)}, repeat {self.steps(node.body)}."

    def For(self, node: ast.For) -> str:
        return f"for {self.each(node.target, node.iter)}, do {self.steps(node.body)}."


def _with_defaults(function: ast.FunctionDef) -> Iterable[tuple[str, ast.expr | None]]:
    names = core.parameters(function)
    defaults = function.args.defaults
    return zip(names, [*[None] * (len(names) - len(defaults)), *defaults], strict=True)


def _letters(place: int) -> str:
    """A, B, ..., Z, AA, AB, ..."""
    text = chr(ord("A") + place % 26)
    return _letters(place // 26 - 1) + text if place >= 26 else text


def _numbers(node: ast.stmt) -> int:
    """How many numbers a statement takes: one, and one for each of its elif, except and else."""
    if isinstance(node, ast.Try):
        return 1 + len(node.handlers) + bool(node.orelse)
    count = 1
    while isinstance(node, ast.If) and node.orelse:
        count += 1
        if not core.is_elif(node):
            break
        node = node.orelse[0]
    return count
