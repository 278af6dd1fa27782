"""The words for what a loop goes over."""

from __future__ import annotations

import ast

from metarfft.rules.styles.natural.phrases import Phrases
from metarfft.rules.styles.natural.wording import ATOMIC, INNER, Form, join, put

_SOURCE = INNER - {Form.SUM, Form.PRODUCT, Form.MINUS}


class Loops(Phrases):
    """What comes between "for" and the steps."""

    def each(self, target: ast.expr, source: ast.expr) -> str:
        names = self.names(target)
        match source:
            case ast.Call(func=ast.Name("range"), args=ends) if isinstance(target, ast.Name):
                return f"{target.id} {self.range(ends)}"
            case ast.Call(func=ast.Name("enumerate"), args=[whole, *start], keywords=more) if len(names) == 2:
                first = [*start, *(keyword.value for keyword in more)]
                each = f"each {self.member(whole)} {names[1]} of {self.source(whole)}"
                if not first or ast.unparse(first[0]) == "0":
                    return f"{each}, with its index {names[0]}"
                return f"{each}, with its number {names[0]} (counted from {self.whole(first[0])})"
            case ast.Call(func=ast.Name("zip"), args=wholes, keywords=more) if len(names) == len(wholes) > 1:
                parts = [
                    f"{self.member(whole)} {name} of {put(self.phrase(whole), ATOMIC | {Form.OF, Form.AFTER}, ' and ')}"
                    for name, whole in zip(names, wholes, strict=True)
                ]
                strict = any(self.is_true(keyword.value, source) for keyword in more)
                end = "which must be equally long" if strict else "up to the end of the shortest"
                return f"each {join(parts)} at the same place, {end}"
            case ast.Call(func=ast.Attribute(value=table, attr="items"), args=[]) if len(names) == 2:
                return f"each key {names[0]} of {self.source(table)} and its entry {names[1]}, in order"
            case ast.Call(func=ast.Name("reversed"), args=[whole]) if isinstance(target, ast.Name):
                return f"each {self.member(whole)} {names[0]} of {self.source(whole)}, from the last to the first"
        of = self.source(source)
        if len(names) > 1 or isinstance(target, ast.Tuple):
            return f"each {self.member(source)} of {of}, in order, with its parts called {join(names)}"
        sort = isinstance(source, ast.Call) and isinstance(source.func, ast.Name) and source.func.id == "sorted"
        order = "" if sort or self.kind(source).name == "set" else ", in order"
        return f"each {self.member(source)} {names[0]} of {of}{order}"

    def member(self, node: ast.expr) -> str:
        return {"table": "key", "counter": "key", "set": "item"}.get(self.kind(node).name) or self.item(node)

    def source(self, node: ast.expr) -> str:
        return put(self.phrase(node), _SOURCE)

    def names(self, target: ast.expr) -> list[str]:
        parts = target.elts if isinstance(target, ast.Tuple) else [target]
        return [put(self.phrase(part), INNER) for part in parts]
