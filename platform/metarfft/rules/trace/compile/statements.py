"""Branches, turns and returns: with the statements of the other files, all of the core's."""

from __future__ import annotations

import ast

from metarfft.rules.core import is_elif
from metarfft.rules.trace.compile.loops import Loops
from metarfft.rules.trace.sites import Kind, Read


class Statements(Loops):
    """Compiles statements; expressions are `Expressions`'."""

    def If(self, node: ast.If, keyword: str = "if") -> None:
        resumed = self.on_way(node)
        line = node.lineno
        test_code = self.writer.name() if resumed else ""
        with self.not_on_way(resumed):
            values = self.values(node.test)
            test = self.expressions.translate(node.test, values)
            if resumed:
                self.writer.write(f"{test_code} = {test.code}")
        if resumed:
            in_body = any(self.on_way(statement) for statement in node.body)
            with self.writer.block("else:"):
                self.writer.write(f"{test_code} = {in_body}")
        before = set(self.bound)
        with self.writer.block(f"if {test_code or test.code}:"):
            if self.style:
                with self.not_on_way(resumed):
                    self.step("branch_in", values, keyword=keyword)
            self.block(node.body)
        taken, self.bound = self.bound, before
        if self.style is None and not node.orelse:
            return
        with self.writer.block("else:"):
            self.writer.line = line
            if self.style:
                with self.not_on_way(resumed):
                    self.step("branch_out", values, keyword=keyword, line=line)
            if node.orelse and is_elif(node):
                self.writer.line = node.orelse[0].lineno
                self.If(node.orelse[0], "elif")  # type: ignore[arg-type]
            elif node.orelse:
                if self.style:
                    with self.not_on_way(resumed):
                        self.step("else", self.values(), line=(node.body[-1].end_lineno or 0) + 1)
                self.block(node.orelse)
        self.bound &= taken

    def Break(self, node: ast.Break) -> None:
        self.turn("break")

    def Continue(self, node: ast.Continue) -> None:
        self.turn("continue")

    def Pass(self, node: ast.Pass) -> None:
        self.turn("pass")

    def turn(self, word: Kind) -> None:
        if self.style:
            self.step(word, self.values())
        self.writer.write(word)

    def Return(self, node: ast.Return) -> None:
        assert node.value is not None
        if self.is_own(node.value):
            assert isinstance(node.value, ast.Call)
            result, values = self.call(node, node.value), self.values()
            if self.style:
                values.reads.append(Read(None, f"the call gave {{{values.add(self.expressions.show(result))}}}"))
        else:
            values = self.values(node.value)
            result = self.expressions.translate(node.value, values).code
        if self.style:
            written = values.after(self.expressions.whole(result))
            if self.is_entry:
                simple = isinstance(node.value, (ast.Name, ast.Constant))
                self.step("return", values, None if simple else "{}", (("return", f"{{{written}}}"),))
            else:
                self.step(
                    "hand_back", values, f"depth {{{values.after('__string(__d)')}}}", (("return", f"{{{written}}}"),)
                )
        self.writer.write(f"return {result}")

    def FunctionDef(self, node: ast.FunctionDef) -> None:
        if self.style:
            with self.not_on_way(self.frame is not None):
                self.step("define", self.values(), keyword=node.name)
        self.define(node, self.owned)

    def Nonlocal(self, node: ast.Nonlocal) -> None:
        """Written at the function's beginning."""
