"""Calls of the rule's own functions: the trace follows them."""

from __future__ import annotations

import ast

from metarfft.rules.trace.compile.base import Base
from metarfft.rules.trace.compile.terms import Value
from metarfft.rules.trace.compile.writer import Values, slot_name


class OwnCalls(Base):
    """Compiles calls of the rule's own functions."""

    def call(self, statement: ast.stmt, node: ast.Call) -> str:
        """Writes a call; returns the variable of its result."""
        assert isinstance(node.func, ast.Name)
        result = self.writer.name()
        resumed = self.on_way(statement)
        with self.not_on_way(resumed):
            values = self.values(*node.args)
            arguments = [self.expressions.operand(argument, values) for argument in node.args]
            if self.style:
                given = [
                    self.given(argument, value, values) for argument, value in zip(node.args, arguments, strict=True)
                ]
                call = self.expressions.text(ast.Call(node.func, given, []))
                self.step("call", values, f"{call}, {self.depth(values)}", keyword=node.func.id)
            self.enter(statement)
            self.writer.write(f"{result} = __call_{node.func.id}({', '.join(a.code for a in arguments)})")
        if resumed:
            assert self.frame is not None
            with self.writer.block("else:"):
                if self.context.full_state:
                    self.push(statement)
                self.writer.write(f"{result} = __resumed_{self.frame + 1}()")
                self.writer.write("__on_way = False")
        self.writer.write("__d -= 1")
        if self.context.full_state:
            self.writer.write("__stack.pop()")
        return result

    def given(self, node: ast.expr, value: Value, values: Values) -> ast.expr:
        """An argument as the call shows it: a container that has a name by that, since the function states it next."""
        if isinstance(node, ast.Name):
            return slot_name(values.after(f"__brief({value.code}, {node.id!r})"))
        return value.shown

    def enter(self, statement: ast.stmt) -> None:
        self.writer.write("__d += 1")
        self.writer.write("if __d > __max_calls: __too_many_calls()")
        self.count(round_of_loop=True)
        if self.context.full_state:
            self.push(statement)

    def depth(self, values: Values, after: bool = False) -> str:
        """How a call is named, so that its end can be matched with it: the call's depth, from 1."""
        return f"depth {{{values.after('__string(__d + 1)')}}}"
