"""Sentences for single statements."""

from __future__ import annotations

import ast

from metarfft.rules import core
from metarfft.rules.styles.natural.assignments import Assignments
from metarfft.rules.styles.natural.tables import CHANGES
from metarfft.rules.styles.natural.wording import INNER, Form, Phrase, fill, put, unsayable


class Statements(Assignments):
    """Sentences for returns, changes and the rest that has no block."""

    def Expr(self, node: ast.Expr) -> str:
        assert isinstance(node.value, ast.Call)
        if self.own_call(node.value):
            return f"do {self.call(node.value)}."
        return f"{self.change(node.value)}."

    def change(self, call: ast.Call) -> str:
        """The order to do what a call does to a value."""
        words = [self.phrase(argument) for argument in call.args]
        dotted = core.dotted(call.func)
        if dotted:
            key = f"{dotted} {len(words)}"
        else:
            assert isinstance(call.func, ast.Attribute)
            method, of = call.func.attr, self.phrase(call.func.value)
            if method in ("pop", "popleft", "popitem"):
                return self._removal(call, call.func, words)
            if method == "insert" and words[0].text == "0":
                return fill("put {1~} at the front of {0}", of, words[1]).text
            if method == "sort":
                return self._sort(call, of)
            if method in ("append", "appendleft") and words[0].form is Form.CHOICE and ", otherwise " in words[0].text:
                place = "end" if method == "append" else "front"
                return f"put {words[0].text}, at the {place} of {put(of, INNER)}"
            if method == "add" and words[0].form is Form.CHOICE:
                return fill("add {1~} to {0}", of, words[0]).text
            if method == "move_to_end" and (call.keywords or len(words) > 1):
                last = self.is_true(call.keywords[0].value if call.keywords else call.args[1], call)
                return fill(f"move the entry for {{1}} to the {'end' if last else 'front'} of {{0}}", of, words[0]).text
            if method == "remove" and self.kind(call.func.value).name == "set":
                return fill("remove {1} from {0}", of, words[0]).text
            if method == "update" and self.kind(call.func.value).name == "set":
                return fill("put the items of {1} into {0}", of, words[0]).text
            if method == "update" and self.kind(call.func.value).name == "counter":
                return fill("count the items of {1} in {0}", of, words[0]).text
            key, words = f"{method} {len(words)}", [of, *words]
        if key not in CHANGES or call.keywords:
            unsayable(call, f"`{ast.unparse(call)}`")
        return fill(CHANGES[key], *words).text

    def _removal(self, call: ast.Call, function: ast.Attribute, words: list[Phrase]) -> str:
        text = f"remove {self.taken(call, function, words, ' of ').text}"
        return text.removesuffix(")").rpartition(" (")[0] + " if it has one" if len(words) == 2 else text

    def _sort(self, call: ast.Call, of: Phrase) -> str:
        if call.args:
            unsayable(call, f"`{ast.unparse(call)}`")
        reverse = [keyword.value for keyword in call.keywords]
        if not reverse:
            return fill("sort {0} in ascending order", of).text
        order = ast.unparse(reverse[0])
        if order in ("True", "False"):
            return fill(f"sort {{0}} in {'descending' if order == 'True' else 'ascending'} order", of).text
        name = put(of, INNER)
        return f"sort {name} in descending order if {self.clause(reverse[0])}, otherwise in ascending order"

    def Return(self, node: ast.Return) -> str:
        assert node.value is not None
        what = "answer" if self.scope == self.kinds.scopes.entry else "result"
        if self.own_call(node.value):
            assert isinstance(node.value, ast.Call)
            return f"do {self.call(node.value)}; what it gives is the {what}."
        negation = isinstance(node.value, ast.UnaryOp) and isinstance(node.value.op, ast.Not)
        is_condition = negation or isinstance(node.value, (ast.Compare, ast.BoolOp))
        if is_condition and self.kind(node.value).name == "yes-no":
            return f"the {what} is True if {self.clause(node.value)}, otherwise False."
        return f"the {what} is {self.whole(node.value)}."

    def Delete(self, node: ast.Delete) -> str:
        (target,) = node.targets
        assert isinstance(target, ast.Subscript)
        if not isinstance(target.slice, ast.Slice):
            return f"remove {self.whole(target)}."
        return f"remove {self.stretch(target)}."

    def Raise(self, node: ast.Raise) -> str:
        error = node.exc
        if error is None:
            return "stop with that error again."
        if isinstance(error, ast.Name):
            return f"stop with the error {error.id}."
        if not isinstance(error, ast.Call) or not isinstance(error.func, ast.Name):
            unsayable(node, f"`{ast.unparse(node)}`")
        if not error.args:
            return f"stop with the error {error.func.id}."
        return f"stop with the error {error.func.id} and the message {self.whole(error.args[0])}."

    def Break(self, node: ast.Break) -> str:
        return "leave the loop."

    def Continue(self, node: ast.Continue) -> str:
        return "go on with the next round of the loop."

    def Pass(self, node: ast.Pass) -> str:
        return "do nothing."
