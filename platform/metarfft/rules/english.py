"""A rule in English: one numbered sentence for each of its lines."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial

from metarfft.rules.language import is_elif
from metarfft.rules.phrases import TAKEN, Jotted, Phrases, holdings, join


def sentences(function: ast.FunctionDef, length: int) -> list[str]:
    """A sentence for each of the function's ``length`` lines: what is given, then the steps, numbered from 1."""
    return _Writer(function, length).lines


def labels(function: ast.FunctionDef) -> Callable[[ast.expr], str]:
    """The function that gives the phrase for an expression of the rule, as it is jotted down beside its value."""
    return Jotted(holdings(function)).noun


class _Writer(Phrases):
    """Writes the sentences, numbered 1, 2, 2.1, 2.2, ...; the first line names what is given."""

    def __init__(self, function: ast.FunctionDef, length: int) -> None:
        super().__init__(holdings(function))
        names = [argument.arg for argument in function.args.args]
        self.lines = [f"You are given {join(names)}." if names else "Nothing is given."] + [""] * (length - 1)
        self.number = ""
        self.block(function.body, "")

    def block(self, body: list[ast.stmt], prefix: str) -> None:
        step = 0
        for node in body:
            step += 1
            self.write(node.lineno, f"{prefix}{step}", partial(getattr(self, type(node).__name__), node))
            if isinstance(node, (ast.While, ast.For)):
                self.block(node.body, f"{prefix}{step}.")
            while isinstance(node, ast.If):
                self.block(node.body, f"{prefix}{step}.")
                others = node.orelse
                if not others:
                    break
                step += 1
                if isinstance(others[0], ast.If) and is_elif(node):
                    node = others[0]
                    self.write(node.lineno, f"{prefix}{step}", partial(self.elif_, node))
                    continue
                line = (node.body[-1].end_lineno or 0) + 1  # of the else
                self.write(line, f"{prefix}{step}", partial(self.else_, others))
                self.block(others, f"{prefix}{step}.")
                break

    def write(self, line: int, number: str, sentence: Callable[[], str]) -> None:
        self.number = number
        text = sentence()
        self.lines[line - 1] = f"{number}. {text[0].upper()}{text[1:]}"

    def steps(self, body: list[ast.stmt]) -> str:
        """The numbers of the steps of a block of the sentence that is being written."""
        count = sum(map(_numbers, body))
        if count == 1:
            return f"step {self.number}.1"
        return f"steps {self.number}.1 {'and' if count == 2 else 'to'} {self.number}.{count}"

    def elif_(self, node: ast.If) -> str:
        return f"otherwise, {self.If(node)}"

    def else_(self, body: list[ast.stmt]) -> str:
        return f"otherwise, do {self.steps(body)}."

    def If(self, node: ast.If) -> str:
        return f"if {self.condition(node.test)}, do {self.steps(node.body)}."

    def Assign(self, node: ast.Assign) -> str:
        target, value = node.targets[0], node.value
        if isinstance(target, ast.Tuple):
            names = [self.noun(item) for item in target.elts]
            if isinstance(value, ast.Tuple):
                values = [self.noun(item) for item in value.elts]
                if len(names) == 2 and values == names[::-1]:
                    return f"exchange {join(names)}."
                if all(_reads(value.elts[k]).isdisjoint(_reads(target, skip=k)) for k in range(len(names))):
                    parts = zip(target.elts, value.elts, strict=True)  # no part sees what another one changes
                    single = [self.Assign(ast.Assign([one], part)).removesuffix(".") for one, part in parts]
                    return f"{'; '.join(single)}."
                if any(", " in part for part in values):
                    parts_of = [f"{name} to {part}" for name, part in zip(names, values, strict=True)]
                    return f"set at once {'; '.join(parts_of)}."
                return f"set {join(names)} to {join(values)}, at once."
            return f"call the parts of {self.noun(value)} {join(names)}."
        name = self.noun(target)
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "pop":
            return f"take {self.noun(value).replace(TAKEN, ' off ', 1)} and call it {name}."
        if isinstance(value, (ast.List, ast.Dict)) or (isinstance(value, ast.Constant) and value.value == ""):
            return f"start with {self.noun(value)} as {name}."
        if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not) and self.noun(value.operand) == name:
            return f"turn {name} into its opposite."
        if isinstance(value, ast.Subscript) and ast.unparse(value) in (f"{name}[1:]", f"{name}[:-1]"):
            end = "first" if value.slice.lower else "last"  # type: ignore[attr-defined]
            return f"remove the {end} {self.item(value.value)} of {name}."
        if (
            isinstance(value, ast.BinOp)
            and isinstance(value.op, ast.Add)
            and self.kind(value) in ("text", "list", "sequence")
        ):
            if ast.unparse(value.right) == name:
                return f"put {self.noun(value.left)} in front of {name}."
            others: list[str] = []
            first: ast.expr = value
            while isinstance(first, ast.BinOp) and isinstance(first.op, ast.Add):  # a + b + c is (a + b) + c
                others.insert(0, self.noun(first.right))
                first = first.left
            if ast.unparse(first) == name:
                return f"put {' followed by '.join(others)} at the end of {name}."
        if isinstance(value, ast.Subscript) and isinstance(target, ast.Name) and not isinstance(value.slice, ast.Slice):
            return f"call {self.noun(value)} {name}."
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add) and isinstance(value.left, ast.Call):
            read = value.left.func
            if isinstance(read, ast.Attribute) and read.attr == "get" and self.noun(value.left).startswith(name):
                return f"add {self.noun(value.right)} to {self.noun(value.left)}."
        return f"set {name} to {self.noun(value)}."

    def AugAssign(self, node: ast.AugAssign) -> str:
        name, value = self.noun(node.target), self.noun(node.value)
        if isinstance(node.op, ast.Add):
            if self.kind(node.target) in ("text", "list", "sequence") or self.kind(node.value) == "text":
                return f"put {value} at the end of {name}."
            return f"add {value} to {name}."
        words = {
            ast.Sub: "subtract {1} from {0}.", ast.Mult: "multiply {0} by {1}.", ast.Div: "divide {0} by {1}.",
            ast.FloorDiv: "divide {0} by {1}, rounding down.",
            ast.Mod: "replace {0} by its remainder when divided by {1}.", ast.Pow: "raise {0} to the power of {1}.",
        }.get(type(node.op), f"set {{0}} to {ast.unparse(ast.BinOp(node.target, node.op, node.value))}.")  # fmt: skip
        return words.format(name, value)

    def Expr(self, node: ast.Expr) -> str:
        assert isinstance(node.value, ast.Call)
        return f"{self.change(node.value)}."

    def While(self, node: ast.While) -> str:
        if isinstance(node.test, ast.Constant) and node.test.value:
            return f"repeat {self.steps(node.body)}, until told to stop."
        return f"as long as {self.condition(node.test)}, repeat {self.steps(node.body)}."

    def For(self, node: ast.For) -> str:
        target, source = self.noun(node.target), node.iter
        call = source if isinstance(source, ast.Call) and isinstance(source.func, ast.Name) else None
        name = call.func.id if call and isinstance(call.func, ast.Name) else ""
        if call and name == "range":
            return f"for {target} {self.range(call.args)}, do {self.steps(node.body)}."
        if call and name == "enumerate" and isinstance(node.target, ast.Tuple):
            index, item = (self.noun(part) for part in node.target.elts)
            each = f"{self.item(call.args[0])} {item} of {self.noun(call.args[0])}"
            return f"for each {each}, with its index {index}, do {self.steps(node.body)}."
        return f"for each {self.item(source)} {target} of {self.noun(source)}, in order, do {self.steps(node.body)}."

    def range(self, ends: list[ast.expr]) -> str:
        words = [self.noun(end) for end in ends]
        if len(ends) == 1:
            return f"from 0 to just before {words[0]}"
        if len(ends) == 3:
            if words[2] == "-1":
                return f"from {words[0]} down to just before {words[1]}"
            return f"from {words[0]} to just before {words[1]} in steps of {words[2]}"
        return f"from {words[0]} to just before {words[1]}"

    def Return(self, node: ast.Return) -> str:
        assert node.value is not None
        negation = isinstance(node.value, ast.UnaryOp) and isinstance(node.value.op, ast.Not)
        if isinstance(node.value, (ast.Compare, ast.BoolOp)) or negation:
            return f"the answer is True if {self.condition(node.value)}, otherwise False."
        return f"the answer is {self.noun(node.value)}."

    def Break(self, node: ast.Break) -> str:
        return "leave the loop."

    def Continue(self, node: ast.Continue) -> str:
        return "go on with the next round of the loop."

    def Pass(self, node: ast.Pass) -> str:
        return "do nothing."


def _numbers(node: ast.stmt) -> int:
    """How many numbers a statement takes: one, and one for each of its elif and else."""
    count = 1
    while isinstance(node, ast.If) and node.orelse:
        count += 1
        if not is_elif(node):
            break
        node = node.orelse[0]
    return count


def _reads(node: ast.expr, skip: int = -1) -> set[str]:
    """Names in an expression, or in a tuple but for its part number ``skip``."""
    parts = [part for k, part in enumerate(node.elts) if k != skip] if isinstance(node, ast.Tuple) else [node]
    return {name.id for part in parts for name in ast.walk(part) if isinstance(name, ast.Name)}
