"""Phrases as they are jotted down beside values."""

from __future__ import annotations

import ast

from metarfft.rules.styles.natural.phrases import Phrases
from metarfft.rules.styles.natural.wording import Form, Phrase, enumerated


class Jotted(Phrases):
    """Phrases with sums and products as everybody writes them."""

    plus, minus, times = "+", "-", "*"

    def label(self, node: ast.expr) -> str:
        """The phrase of an expression; names like ``__v3__`` in it stand for values and come out as they are."""
        lines = (part.lineno for part in ast.walk(node) if hasattr(part, "lineno"))
        self.scope = self.kinds.scopes.at(next(lines, 0))
        return self.whole(node)

    def _Call(self, node: ast.Call) -> Phrase:
        if isinstance(node.func, ast.Name) and node.func.id in self.kinds.scopes.parameters:
            words = [self.phrase(argument) for argument in node.args]
            return Phrase(f"{node.func.id} with {enumerated(words)}" if words else node.func.id, Form.OPEN)
        return super()._Call(node)
