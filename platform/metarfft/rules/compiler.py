"""Compiles a rule to a program that, when it runs, also says what it does.

The rule's AST becomes the source of Python functions: a plain one, and for each style a traced one that appends a step
``(site, text)`` for every line it follows. One format operation puts the values into a text.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from metarfft.rules import english, guards, marks
from metarfft.rules.analysis import changed_in_place, has_sets, pointers
from metarfft.rules.expressions import Expressions, Values
from metarfft.rules.language import BUILTINS, is_elif
from metarfft.rules.sites import Kind, Site
from metarfft.rules.styles import Style
from metarfft.rules.values import write

_RUNTIME: dict[str, Any] = {
    "_mul": guards.mul, "_power": guards.power, "_shift": guards.shift, "_modulo": guards.modulo, "_fit": guards.fit,
    "_range": guards.bounded_range, "_join": guards.join, "_replace": guards.replace, "_nest": guards.nest,
    "_items": guards.items, "_ordered": guards.ordered, "_no_return": guards.no_return,
    "_too_many_steps": guards.too_many_steps,
    "_repr": repr, "_write": write, "_walk": marks.walk, "_head": marks.head, "_tail": marks.tail, "_ends": marks.ends,
    "_full": marks.full,
    "_element": marks.element, "_past": marks.past, "_unset": object(),
    "_numbers": (int, float), "_isinstance": isinstance,
    "__builtins__": {name: __builtins__[name] for name in BUILTINS},  # type: ignore[index]
}  # fmt: skip


@dataclass(frozen=True)
class Program:
    """A compiled rule.

    Attributes:
        function: called with the arguments and, when traced, with ``_step`` (appends a step), ``_measure`` (stops a run
            that shows too much), ``_reads`` (joins reads) and ``_marked`` (marks a new sequence) before them.
        sites: what each step's first number refers to.
        lines: line of the rule for each line of the generated source, to place run-time errors.
    """

    function: Callable[..., Any]
    sites: tuple[Site, ...]
    lines: tuple[int, ...]


def compile_rule(function: ast.FunctionDef, text: list[str], style: Style | None) -> Program:
    """The program of a checked rule. ``text``: the rule's lines; ``style`` None: the untraced program."""
    compiler = _Compiler(function, text, style)
    source = compiler.program()
    namespace = dict(_RUNTIME)
    exec(compile(source, "<rule>", "exec"), namespace)
    return Program(namespace["_rule"], tuple(compiler.sites), tuple(compiler.linenos))


class _Compiler:
    def __init__(self, function: ast.FunctionDef, text: list[str], style: Style | None) -> None:
        self.function, self.text, self.style = function, text, style
        view = self.view = style.view if style else None
        self.pointers = pointers(function) if view == "indexed" else {}
        phrase = english.labels(function) if view == "english" else ast.unparse
        self.expressions = Expressions(view or "plain", self.pointers, phrase, has_sets(function))
        self.sites: list[Site] = []
        self.source: list[str] = []
        self.linenos: list[int] = [0]
        self.indent = 1
        self.line = function.lineno
        self.loops = 0

    # -- the generated source

    def program(self) -> str:
        parameters = [argument.arg for argument in self.function.args.args]
        hidden = ["_step", "_measure", "_reads", "_marked"] if self.view else []
        self.indent = 0
        self.write(f"def _rule({', '.join(hidden + parameters)}):")
        self.indent = 1
        self.write("_n = 0")
        if self.view:
            values = Values()
            reads = [(name, f"{{{values.add(self.expressions.show(name))}}}") for name in parameters]
            self.step("entry", values, changes=tuple(reads))
        self.block(self.function.body)
        self.write("_no_return()")
        return "\n".join(self.source)

    def write(self, code: str) -> None:
        self.source.append("    " * self.indent + code)
        self.linenos.append(self.line)

    def step(
        self,
        kind: Kind,
        values: Values,
        calculation: str | None = None,
        changes: tuple[tuple[str, str], ...] = (),
        keyword: str = "",
        line: int | None = None,
    ) -> None:
        """Adds a site and writes the code that appends its step."""
        lineno = line or self.line
        site = Site(kind, lineno, self.text[lineno - 1], tuple(values.reads), calculation, changes, keyword)
        self.sites.append(site)
        assert self.style is not None
        self.write(f"_step(({len(self.sites) - 1}, {values.text(self.style.template(site))}))")

    def preset(self, values: Values) -> None:
        if values.preset:
            self.write(" = ".join(values.preset) + " = _unset")

    def block(self, body: list[ast.stmt]) -> None:
        for statement in body:
            self.line = statement.lineno
            getattr(self, type(statement).__name__)(statement)

    # -- statements

    def Assign(self, node: ast.Assign) -> None:
        target = node.targets[0]
        values = Values() if self.view else None
        changed = frozenset(n.id for n in ast.walk(target) if isinstance(n, ast.Name))
        run, shown = self.expressions.translate(node.value, values, changed)
        code = ast.unparse(run)
        if self.view == "indexed" and isinstance(target, ast.Name) and target.id in self.pointers:
            code = f"_marked({code})"
        if values is None:
            self.store(target, code, node.value, None)
            return
        self.preset(values)
        changes = self.store(target, code, node.value, values)
        self.assigned(values, shown, target, changes)

    def AugAssign(self, node: ast.AugAssign) -> None:
        values = Values() if self.view else None
        target, operator = node.target, node.op
        if isinstance(target, ast.Name) and isinstance(operator, ast.Add):
            read = ast.Name(target.id, ast.Load())
            _, shown_old = self.expressions.translate(read, values, frozenset([target.id]))
            run, shown = self.expressions.translate(node.value, values, frozenset([target.id]))
            if values is None:
                self.write(f"{target.id} += {ast.unparse(run)}")
                self.write(f"_fit({target.id})")
                return
            self.preset(values)
            self.write(f"_old = {self.expressions.show(target.id, target.id)}")  # a list changes in place
            values.code[0] = "_old"
            self.write(f"{target.id} += {ast.unparse(run)}")
            values.adds = True
            after = values.add(self.expressions.show(target.id, target.id))
            shown = ast.BinOp(shown_old, operator, shown)
            self.assigned(values, shown, target, ((target.id, f"{{{after}}}"),))
            return
        whole = ast.BinOp(_load(target), operator, node.value)
        self.Assign(ast.copy_location(ast.Assign([target], whole), node))

    def assigned(self, values: Values, shown: ast.expr, target: ast.expr, changes: tuple[tuple[str, str], ...]) -> None:
        """The step of an assignment. A sum is worked out in the text for numbers; a longer string is just shown."""
        calculation = self.calculation(shown, values, target)
        changes += self.mutations(values)
        if values.adds and isinstance(target, ast.Name):
            self.write(f"_fit({target.id})")
        if calculation and values.adds and isinstance(target, ast.Name):
            self.write(f"if _isinstance({target.id}, _numbers):")
            self.indent += 1
            self.step("assign", values, calculation, changes)
            self.indent -= 1
            self.write("else:")
            self.indent += 1
            self.step("assign", values, None, changes)
            self.indent -= 1
        else:
            self.step("assign", values, calculation, changes)

    def calculation(self, shown: ast.expr, values: Values, target: ast.expr) -> str | None:
        if isinstance(shown, (ast.Constant, ast.List, ast.Dict, ast.Set, ast.Tuple)) or isinstance(target, ast.Tuple):
            return None
        text = self.expressions.text(shown)
        if isinstance(shown, ast.Name):  # one value: say where it was read, when its place has a number
            label = next((read.label for read in values.reads if read.value == text), None)
            return label if label and "{" in label else None
        return text

    def mutations(self, values: Values) -> tuple[tuple[str, str], ...]:
        """Variables that the step's expression changed. In a loop they are stated at the next loop test."""
        if self.view != "indexed" and self.loops:
            return ()
        names = dict.fromkeys(values.mutated)
        return tuple((name, f"{{{values.add(self.expressions.show(name, name))}}}") for name in names)

    def store(self, target: ast.expr, code: str, value: ast.expr, values: Values | None) -> tuple[tuple[str, str], ...]:
        """Writes the assignment of ``code`` to ``target``; returns the changes it makes."""
        targets = target.elts if isinstance(target, ast.Tuple) else [target]
        if all(isinstance(t, ast.Name) for t in targets):
            self.write(f"{ast.unparse(target)} = {code}")
        else:
            self.write(f"_value = {code}")
        changes, places = [], []
        for item in targets:
            if isinstance(item, ast.Name):
                places.append(item.id)
                shown, label = self.expressions.show(item.id, item.id), item.id
            else:
                assert isinstance(item, ast.Subscript)
                base, _ = self.expressions.quietly(item.value, values, frozenset())
                index, shown_index = self.expressions.quietly(item.slice, values, frozenset())
                name = f"_i{self.expressions.captures}"
                self.expressions.captures += 1
                self.write(f"{name} = {ast.unparse(index)}")
                place = f"{ast.unparse(base)}[{name}]"
                places.append(place)
                shown = (
                    f"_element({ast.unparse(base)}, {name})" if self.view == "indexed" else self.expressions.show(place)
                )
                label = self.expressions.text(ast.Subscript(item.value, shown_index, ast.Load()))
                if not isinstance(value, ast.Constant) and len(targets) == 1:
                    self.write(f"_nest({ast.unparse(base)}, _value)")
            changes.append((label, shown))
        if any(not isinstance(t, ast.Name) for t in targets):
            self.write(f"{', '.join(places)} = _value")
        if values is None:
            return ()
        return tuple((label, f"{{{values.add(shown)}}}") for label, shown in changes)

    def Expr(self, node: ast.Expr) -> None:
        values = Values() if self.view else None
        call = node.value
        assert isinstance(call, ast.Call)
        assert isinstance(call.func, ast.Attribute)
        run, shown = self.expressions.change(call, values)
        if values is not None:
            self.preset(values)
        self.write(ast.unparse(run))
        receiver = call.func.value
        if call.func.attr in ("extend", "update"):
            self.write(f"_fit({ast.unparse(receiver)})")
        if values is not None:
            values.mutated += [receiver.id] if isinstance(receiver, ast.Name) else []
            self.step("mutate", values, self.expressions.text(shown), self.mutations(values))

    def While(self, node: ast.While) -> None:
        if self.view is None:
            run, _ = self.expressions.translate(node.test, None)
            self.write(f"while {ast.unparse(run)}:")
            self.loop_body(node.body)
            return
        self.write("while True:")
        self.indent += 1
        values = Values()
        run, _ = self.expressions.translate(node.test, values)
        state = self.state(node, values)
        self.preset(values)
        self.write(f"if not ({ast.unparse(run)}):")
        self.indent += 1
        self.step("loop_out", values, changes=state, keyword="while")
        self.write("break")
        self.indent -= 1
        self.step("loop_in", values, changes=state, keyword="while")
        self.indent -= 1
        self.loop_body(node.body)

    def For(self, node: ast.For) -> None:
        if self.view is None:
            run, _ = self.expressions.translate(node.iter, None)
            self.write(f"for {ast.unparse(node.target)} in _ordered({ast.unparse(run)}):")
            self.loop_body(node.body)
            return
        line = self.line
        values = Values()
        run, shown = self.expressions.translate(node.iter, values)
        self.preset(values)
        self.write(f"_iter{line} = _ordered({ast.unparse(run)})")
        if self.view != "indexed" or not isinstance(node.iter, ast.Name):
            self.step("loop_start", values, self.expressions.text(shown), keyword="for")
        values = Values()
        if self.view == "indexed" and isinstance(node.target, ast.Name):
            self.write(f"for {node.target.id}, _text in _walk(_iter{line}):")
            items = [(node.target.id, f"{{{values.add('_text')}}}")]
        else:
            self.write(f"for {ast.unparse(node.target)} in _iter{line}:")
            names = [n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)]
            items = [(name, f"{{{values.add(self.expressions.show(name, name))}}}") for name in names]
        self.indent += 1
        self.step("loop_in", values, changes=(*items, *self.state(node, values)), keyword="for")
        self.indent -= 1
        self.loop_body(node.body)
        self.line = line
        self.write("else:")
        self.indent += 1
        values = Values()
        state = self.state(node, values)
        if self.view == "indexed" and isinstance(node.target, ast.Name):
            state = ((node.target.id, f"{{{values.add(f'_past(_iter{line})')}}}"),)
        self.step("loop_out", values, changes=state, keyword="for")
        self.indent -= 1

    def loop_body(self, body: list[ast.stmt]) -> None:
        self.indent += 1
        self.loops += 1
        self.write("_n += 1")
        if self.view:  # now and then, since measuring takes longer than a step
            self.write("if not _n & 63: _measure(_n)")
        else:
            self.write(f"if _n > {guards.MAX_STEPS}: _too_many_steps()")
        self.block(body)
        self.loops -= 1
        self.indent -= 1

    def state(self, node: ast.While | ast.For, values: Values) -> tuple[tuple[str, str], ...]:
        """Containers that this loop's own body changes in place: their state is stated at each test."""
        if self.view == "indexed":
            return ()
        shown = {read.label for read in values.reads}
        names = [name for name in changed_in_place(node.body) if name not in shown]
        return tuple((name, f"{{{values.add(self.expressions.show(name, name))}}}") for name in names)

    def If(self, node: ast.If, keyword: str = "if") -> None:
        values = Values() if self.view else None
        run, _ = self.expressions.translate(node.test, values)
        if values is not None:
            self.preset(values)
        self.write(f"if {ast.unparse(run)}:")
        self.indent += 1
        if values is not None:
            self.step("branch_in", values, keyword=keyword)
        self.block(node.body)
        self.indent -= 1
        if values is None and not node.orelse:
            return
        self.write("else:")
        self.indent += 1
        if values is not None:
            self.step("branch_out", values, keyword=keyword, line=node.lineno)
        if node.orelse:
            if is_elif(node):
                self.line = node.orelse[0].lineno
                self.If(node.orelse[0], "elif")  # type: ignore[arg-type]
            else:
                if values is not None:
                    self.step("else", Values(), line=(node.body[-1].end_lineno or 0) + 1)
                self.block(node.orelse)
        self.indent -= 1

    def Break(self, node: ast.Break) -> None:
        self.leave("break")

    def Continue(self, node: ast.Continue) -> None:
        self.leave("continue")

    def Pass(self, node: ast.Pass) -> None:
        self.leave("pass")

    def leave(self, word: Kind) -> None:
        if self.view:
            self.step(word, Values())
        self.write(word)

    def Return(self, node: ast.Return) -> None:
        assert node.value is not None
        values = Values() if self.view else None
        run, shown = self.expressions.translate(node.value, values)
        if values is None:
            self.write(f"return {ast.unparse(run)}")
            return
        self.preset(values)
        self.write(f"_result = {ast.unparse(run)}")
        calculation = None if isinstance(shown, (ast.Name, ast.Constant)) else self.expressions.text(shown)
        result = values.add("_full(_result)" if self.view == "indexed" else self.expressions.show("_result"))
        self.step("return", values, calculation, (("return", f"{{{result}}}"),))
        self.write("return _result")


def _load(target: ast.expr) -> ast.expr:
    if isinstance(target, ast.Name):
        return ast.Name(target.id, ast.Load())
    assert isinstance(target, ast.Subscript)
    return ast.Subscript(target.value, target.slice, ast.Load())
