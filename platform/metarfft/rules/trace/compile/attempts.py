"""``try``, ``except`` and ``raise`` of a core rule.

The program has a real ``try``, so that what is caught is what Python catches. Handlers stand behind it, in an ``if`` on
which of them took the error: there a program can go on from a loop test inside one.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, NoReturn

from metarfft.rules import core
from metarfft.rules.styles import marks
from metarfft.rules.trace import guards
from metarfft.rules.trace.analysis import changed_in_place
from metarfft.rules.trace.compile.statements import Statements
from metarfft.rules.trace.compile.writer import Values
from metarfft.rules.trace.sites import Step

_LEAVING = (ast.Return, ast.Raise, ast.Break, ast.Continue)


class Attempts(Statements):
    """Compiles what errors have to do with."""

    within = 0  # bodies of ``try`` around
    caught = ""  # variable of the error that the handler around has taken

    def Try(self, node: ast.Try) -> None:
        line, resumed = node.lineno, self.on_way(node)
        taken, error = f"__taken{line}", f"__error{line}"
        blocks = [node.orelse, *(handler.body for handler in node.handlers)]
        begun = next((at for at, body in enumerate(blocks) if any(map(self.on_way, body))), None)
        before = set(self.bound)
        self.writer.write(f"{taken} = {begun} if __on_way else 0" if begun else f"{taken} = 0")
        with self.not_on_way(begun is not None):
            if self.style:
                with self.not_on_way(resumed and begun is None):
                    self.step("try", self.values())
            if self.context.has_calls:
                depth = f"{self.frame} if __on_way else __d" if self.frame is not None else "__d"
                self.writer.write(f"__depth{line} = {depth}")
            with self.writer.block("try:"):
                self.within += 1
                self.block(node.body)
                self.within -= 1
            self.writer.line = line
            with self.writer.block("except __x_stop:"):
                self.writer.write("raise")
            with self.writer.block("except __x_Exception as __caught:"):
                self.writer.write(f"{error} = __caught")
                self.failed(node)
                self.choose(node, 0)
        ends = [] if isinstance(node.body[-1], _LEAVING) else [self.bound]
        outer = self.caught
        for at, handler in enumerate(node.handlers, 1):
            self.bound, self.caught, self.writer.line = set(before), error, handler.lineno
            with self.writer.block(f"{'el' if at > 1 else ''}if {taken} == {at}:"):
                self.handle(node, handler, begun == at)
            ends += [] if isinstance(handler.body[-1], _LEAVING) else [self.bound]
        self.caught = outer
        if node.orelse:
            self.bound = ends.pop(0) if not isinstance(node.body[-1], _LEAVING) else before
            with self.writer.block("else:"):
                self.writer.line = line
                if self.style:
                    with self.not_on_way(begun == 0):
                        self.step("else", self.values(), line=(node.handlers[-1].body[-1].end_lineno or 0) + 1)
                self.block(node.orelse)
            ends += [] if isinstance(node.orelse[-1], _LEAVING) else [self.bound]
        self.bound = set.intersection(*ends) if ends else before

    def failed(self, node: ast.Try) -> None:
        """What was under way is left, and the line that failed is told."""
        if self.frame is not None:
            self.writer.write("__on_way = False")
        if self.context.has_calls:
            self.writer.write(f"__d = __depth{node.lineno}")
            if self.context.full_state:
                self.writer.write("del __stack[__d:]")
        if self.style:
            self.writer.write("__failed(__step, __caught)")

    def choose(self, node: ast.Try, at: int) -> None:
        """Finds the first handler that takes the error."""
        if at == len(node.handlers):
            self.writer.write("raise")
            return
        handler = node.handlers[at]
        names = core.caught(handler)
        took = f"__taken{node.lineno} = {at + 1}"
        if "Exception" in names:
            self.writer.write(took)
            return
        self.writer.line = handler.lineno
        with self.writer.block(f"if __isinstance(__caught, ({''.join(f'__x_{name}, ' for name in names)})):"):
            self.writer.write(took)
        with self.writer.block("else:"):
            if self.style:
                self.step("except_out", self.values())
            self.choose(node, at + 1)

    def handle(self, node: ast.Try, handler: ast.ExceptHandler, begun: bool) -> None:
        first = core.message_of(handler) if handler.name else None
        with self.not_on_way(begun):
            values = self.values()
            if self.style:
                self.step("except_in", values, changes=self.left(node, values), depth=self.back(node, values))
            if isinstance(first, ast.Assign):
                self.writer.line = first.lineno
                text = self.writer.name()
                self.writer.write(f"{text} = __message({self.caught})")
                values = self.values()
                changed = self.store(first.targets[0], text, values, is_new=True)
                if self.style:
                    self.step("assign", values, changes=changed)
        self.block(handler.body[1:] if first else handler.body)

    def left(self, node: ast.Try, values: Values) -> tuple[tuple[str, str], ...]:
        """Containers that the body may have changed when it failed without a word of it, and that are read again."""
        assert self.style is not None
        names = [name for name in _half_done(node.body, self.style.states_changes) if name in self.bound]
        names = [name for name in names if name in self.facts.liveness.loops[node] | self.captured]
        return tuple((name, f"{{{values.after(self.expressions.show(name, name))}}}") for name in names)

    def back(self, node: ast.Try, values: Values) -> str:
        """The depth that an error may bring the rule back to."""
        calls = any(self.is_own(part) for part in ast.walk(node) if isinstance(part, ast.expr))
        return f"depth {{{values.after('__string(__d)')}}}" if calls else ""

    def Raise(self, node: ast.Raise) -> None:
        values = self.values()
        if node.exc is None:
            if self.style:
                slot = values.after(f"__x_type({self.caught}).__name__")
                self.step("fail", values, f"{{{slot}}}")
            self.writer.write(f"raise {self.caught}")
            return
        assert isinstance(node.exc, ast.Call)
        assert isinstance(node.exc.func, ast.Name)
        name = node.exc.func.id
        codes = [self.expressions.translate(argument, values).code for argument in node.exc.args]
        if self.style:
            may_be_caught = self.within or (self.context.has_attempts and not self.context.is_outermost(self.node))
            self.step("fail" if may_be_caught else "raise", values, name)
        self.writer.write(f"__raise({', '.join([repr(name), *codes])})")


def _half_done(body: list[ast.stmt], in_loops: bool) -> list[str]:
    """Variables whose containers a statement may change before it fails itself.

    Args:
        in_loops: what a loop changes is stated at its next test only.
    """
    names: dict[str, None] = {}
    for statement in body:
        is_loop = isinstance(statement, (ast.While, ast.For))
        if is_loop and in_loops:
            names.update(dict.fromkeys(changed_in_place([statement], inner=True)))
            continue
        parts = [part for part in ast.iter_child_nodes(statement) if isinstance(part, ast.expr)]
        last = getattr(statement, "value", None)  # a call that changes something when all else is done
        if isinstance(statement, ast.Assign) and not isinstance(statement.targets[0], ast.Name):
            last = None
        for part in (part for one in parts for part in ast.walk(one)):
            if isinstance(part, ast.Call) and part is not last:
                names.update(dict.fromkeys(changed_in_place([ast.Expr(part)])))
        if not isinstance(statement, ast.FunctionDef):
            handlers = [handler.body for handler in getattr(statement, "handlers", [])]
            for block in (getattr(statement, "body", []), *handlers, getattr(statement, "orelse", [])):
                names.update(dict.fromkeys(_half_done(block, in_loops)))
    return list(names)


def throw(error: str, *text: Any) -> NoReturn:
    """Raises a rule's own error; ``failure`` tells it from Python's, ``told`` that its step is written."""
    raised = getattr(__import__("builtins"), error)(*text)
    raised.failure = (error, guards.text(text[0]) if text else "")
    raised.told = True
    raise raised


def message(error: Exception) -> str:
    """The text of an error, without the types of marked values."""
    text = str(error)
    for kind, plain in zip(marks.Marked, (list, str), strict=True):
        text = text.replace(kind.__name__, plain.__name__)
    return text


def failing_line(error: BaseException, lines: tuple[int, ...] | list[int]) -> int | None:
    """The line of the core rule in which an error arose; ``lines`` are those of the program's lines."""
    line, traceback = None, error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == "<rule>":
            line = lines[traceback.tb_lineno]
        traceback = traceback.tb_next
    return line


def teller(sites: dict[int, Step], lines: list[int]) -> Callable[[Callable[[Step], None], Exception], None]:
    """What writes the step of a line that has failed, once; its site and its text are found by the line."""

    def failed(step: Callable[[Step], None], error: Any) -> None:
        line = None if hasattr(error, "told") else failing_line(error, lines)
        if line is not None:
            error.told = True
            site, text = sites[line]
            step((site, text.format(type(error).__name__)))

    return failed


def may_fail(module: ast.Module) -> list[int]:
    """The lines of statements that an ``except`` may be met from: in bodies of ``try``, and in functions called."""
    called = {n.func.id for n in ast.walk(module) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    roots: list[ast.stmt] = [s for node in ast.walk(module) if isinstance(node, ast.Try) for s in node.body]
    roots += [s for function in core.functions(module) if function.name in called for s in function.body]
    return sorted({node.lineno for root in roots for node in ast.walk(root) if isinstance(node, ast.stmt)})
