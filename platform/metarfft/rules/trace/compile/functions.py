"""The functions of a core rule, compiled to functions that say what they do."""

from __future__ import annotations

import ast

from metarfft.rules.core import assigned, own_nodes, parameters
from metarfft.rules.trace.compile.attempts import Attempts
from metarfft.rules.trace.sites import Kind


class Function(Attempts):
    """One function of a rule: the entry, a function that is called, or one that goes on from a place."""

    def entry(self, hidden: tuple[str, ...]) -> None:
        """Writes the rule's program: its other functions inside the entry, so that they share its counters."""
        self.is_entry = True
        names = parameters(self.node)
        self.writer.line = self.node.lineno
        given = ["__saved"] if self.frame is not None else names
        with self.writer.block(f"def __rule({', '.join([*hidden, *given])}):"):
            self.writer.write("__n = 0")
            if self.context.has_calls:
                self.writer.write(f"__d = {len(self.context.place[1:])}")
                if self.context.full_state:
                    self.writer.write("__stack = []")
                for top in self.context.tops:
                    if top is not self.node or self.context.is_called(top):
                        self.define(top, self.owned)
            self.body("entry")

    def define(self, node: ast.FunctionDef, owned: frozenset[str]) -> None:
        """Writes a function that is called, and those of its frames that the program begins in."""
        line = self.writer.line
        Function(self.context, node, self.writer, self.sites, owned).called(f"__call_{node.name}", parameters(node))
        for frame, (lineno, _) in enumerate(self.context.place):
            if frame and lineno == node.lineno:
                function = Function(self.context, node, self.writer, self.sites, owned, frame)
                function.called(f"__resumed_{frame}", [])
        self.writer.line = line

    def called(self, name: str, given: list[str]) -> None:
        self.writer.line = self.node.lineno
        with self.writer.block(f"def {name}({', '.join(given)}):"):
            self.writer.write("nonlocal __n, __d")
            self.body("enter")

    def body(self, kind: Kind) -> None:
        outer = [name for n in own_nodes(self.node) if isinstance(n, ast.Nonlocal) for name in n.names]
        if outer:
            self.writer.write(f"nonlocal {', '.join(dict.fromkeys(outer))}")
        if self.frame is not None:
            self.writer.write("__on_way = True")
            for name in sorted(
                assigned(self.node) - {n.name for n in own_nodes(self.node) if isinstance(n, ast.FunctionDef)}
            ):
                with self.writer.block(f"if {name!r} in __saved[{self.frame}].values:"):
                    self.writer.write(f"{name} = __saved[{self.frame}].values[{name!r}]")
                self.bound.add(name)
        elif self.style:
            values = self.values()
            names = parameters(self.node)
            shown = [(name, f"{{{values.add(self.expressions.show(name, name))}}}") for name in names]
            self.step(kind, values, changes=tuple(shown))
        self.block(self.node.body)
