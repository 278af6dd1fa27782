"""Statements written as core statements; their expressions are left as they are."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import NoReturn

from metarfft.rules import core
from metarfft.rules.errors import refuse
from metarfft.rules.front.expressions.build import Block, assign, const, load, negate, settle, when
from metarfft.rules.front.expressions.variables import blocks
from metarfft.rules.front.names import Names, Notes
from metarfft.rules.front.statements import attempts, targets
from metarfft.rules.front.statements.flow import breaks, ends
from metarfft.rules.front.text.scopes import own

REFUSED = {
    ast.With: "a rule has no with; it may not open files or locks",
    ast.AsyncFor: "a rule has no async; write a plain loop",
    ast.AsyncWith: "a rule has no async; write plain statements",
    ast.AsyncFunctionDef: "a rule has no async; write def",
    ast.ClassDef: "a class inside a function is not possible; use lists, tuples or dictionaries",
    ast.TryStar: "except* is not possible; write except",
    ast.Import: "import at the beginning of the text",
    ast.ImportFrom: "import at the beginning of the text",
    ast.Global: "global is not possible here; give the value as an argument and return it",
}


LEAVING = (ast.Return, ast.Raise, ast.Break, ast.Continue)


class Statements:
    """Lowers the statements of the functions of one text."""

    def __init__(self, names: Names, notes: Notes, user_functions: set[str]) -> None:
        self.names, self.notes, self.user_functions = names, notes, user_functions
        self.function: ast.FunctionDef | None = None
        self.messages: dict[int, list[str]] = {}  # for each function: variables for the texts of errors
        self.kinds: dict[type[ast.stmt], Callable[..., Block]] = {
            ast.FunctionDef: self.definition, ast.Assign: self.assign, ast.AugAssign: self.augmented,
            ast.Delete: self.delete, ast.For: self.loop, ast.While: self.loop, ast.If: self.condition,
            ast.Return: self.give_back, ast.Raise: self.fail, ast.Assert: self.check, ast.Expr: self.alone,
            ast.Match: self.match, ast.Try: self.attempt, ast.Pass: lambda node: [], ast.Break: lambda node: [node],
            ast.Continue: lambda node: [node], ast.Nonlocal: lambda node: [node],
        }  # fmt: skip

    def definition(self, node: ast.FunctionDef) -> Block:
        outer, self.function = self.function, node
        for part in own(node):
            if isinstance(part, (ast.Yield, ast.YieldFrom)):
                refuse(part, f"{node.name} yields values one by one; collect them in a list and return the list")
            if isinstance(part, ast.Await):
                refuse(part, "a rule has no await; write plain statements")
        body = self.block(node.body)
        declared = [part for part in body if isinstance(part, ast.Nonlocal)]
        if declared:
            names = list(dict.fromkeys(name for part in declared for name in part.names))
            first = ast.copy_location(ast.Nonlocal(names), declared[0])
            body = [first, *(part for part in body if part not in declared)]
        if not ends(body):
            back = ast.Return(ast.Constant(None))
            settle(back, node.body[-1])
            body.append(back)
        node.body = body
        self.function = outer
        return [node]

    def block(self, body: Block) -> Block:
        new: Block = []
        for statement in body:
            lower = self.kinds.get(type(statement))
            if lower is None:
                refuse(statement, REFUSED.get(type(statement), f"{type(statement).__name__} is not possible in a rule"))
            made = lower(statement)
            for part in made:
                settle(part, statement)
            new += made
            if made and isinstance(made[-1], LEAVING):
                break  # nothing runs after it
        return new

    def inner(self, body: Block) -> Block:
        """A block that must not be empty."""
        return self.block(body) or [ast.copy_location(ast.Pass(), body[0])]

    def assign(self, node: ast.Assign) -> Block:
        return targets.assignment(node, self.names)

    def augmented(self, node: ast.AugAssign) -> Block:
        if isinstance(node.target, ast.Attribute):
            self._attribute(node.target)
        return [node]

    def _attribute(self, node: ast.Attribute) -> NoReturn:
        refuse(node, f"{ast.unparse(node)} is an attribute of an object; use a variable, a list or a dictionary")

    def delete(self, node: ast.Delete) -> Block:
        new: Block = []
        todo = list(node.targets)
        while todo:
            target = todo.pop(0)
            if isinstance(target, (ast.Tuple, ast.List)):
                todo = [*target.elts, *todo]
            elif isinstance(target, ast.Name):
                self._forget(target)
            elif isinstance(target, ast.Attribute):
                self._attribute(target)
            else:
                new.append(ast.copy_location(ast.Delete([target]), target))
        return new

    def _forget(self, target: ast.Name) -> None:
        """``del name`` goes where nothing reads the name later."""
        assert self.function is not None
        nodes = list(ast.walk(self.function))
        looped = any(isinstance(node, (ast.For, ast.While)) and _holds(node, target) for node in nodes)
        for node in nodes:
            later = looped or getattr(node, "lineno", 0) >= target.lineno
            if later and isinstance(node, ast.Name) and node.id == target.id and isinstance(node.ctx, ast.Load):
                refuse(target, f"del {target.id} is not possible here; leave it out or assign another value")

    def loop(self, node: ast.For | ast.While) -> Block:
        begin: Block = []
        if isinstance(node, ast.For):
            node.target, begin = targets.loop_target(node.target, node.iter, self.names)
        for part in begin:
            settle(part, node)
        orelse, node.orelse = node.orelse, []
        node.body = [*begin, *self.block(node.body)] or [ast.copy_location(ast.Pass(), node.body[0])]
        if not orelse:
            return [node]
        after = self.block(orelse)
        if not after or not breaks(node.body):
            return [node, *after]
        flag = self.names.fresh("stopped", "left_early")
        _mark(node.body, flag)
        self.notes.add(orelse[0], f"the else of the loop is written with a variable, {flag}")
        test = ast.UnaryOp(ast.Not(), load(flag))
        new: Block = [assign(flag, const(False)), node, when(test, after)]
        settle(new[0], node)
        settle(new[2], orelse[0])
        return new

    def condition(self, node: ast.If) -> Block:
        node.body = self.inner(node.body)
        node.orelse = self.block(node.orelse)
        return [node]

    def attempt(self, node: ast.Try) -> Block:
        assert self.function is not None
        used = self.messages.setdefault(id(self.function), [])
        return attempts.lower(node, self.function, self.block, self.names, self.notes, used)

    def give_back(self, node: ast.Return) -> Block:
        if node.value is None:
            node.value = ast.copy_location(ast.Constant(None), node)
        return [node]

    def fail(self, node: ast.Raise) -> Block:
        error = node.exc
        if error is None:
            return [node]  # core knows whether one was caught
        node.cause = None
        name = error.func if isinstance(error, ast.Call) else error
        if not (isinstance(name, ast.Name) and name.id in core.ERRORS):
            refuse(error, f"raise one of Python's own errors: raise ValueError(...) instead of {ast.unparse(name)}")
        if not isinstance(error, ast.Call):
            node.exc = ast.copy_location(ast.Call(error, [], []), error)
        elif len(error.args) > 1 or error.keywords or any(isinstance(part, ast.Starred) for part in error.args):
            refuse(error, f"give {ast.unparse(name)} one text that says what is wrong")
        return [node]

    def check(self, node: ast.Assert) -> Block:
        arguments = [node.msg] if node.msg is not None else []
        error = ast.Raise(ast.Call(load("AssertionError"), arguments, []), None)
        return [when(negate(node.test), [error])]

    def match(self, node: ast.Match) -> Block:
        """``match`` on plain values as if, elif, else."""
        new: Block = []
        subject: ast.expr = node.subject
        if not isinstance(subject, ast.Name):
            name = self.names.fresh("subject", "matched")
            new.append(assign(name, subject))
            subject = load(name)
        assert isinstance(subject, ast.Name)
        chain: Block = []
        for case in reversed(node.cases):
            test = _pattern(case.pattern, subject.id)
            body = self.block(case.body) if test is None and case.guard is None else self.inner(case.body)
            if case.guard is not None:
                test = case.guard if test is None else ast.BoolOp(ast.And(), [test, case.guard])
            chain = body if test is None else [when(test, body, chain)]
            for part in chain:
                settle(part, case.pattern)
        return new + chain

    def alone(self, node: ast.Expr) -> Block:
        """An expression on a line of its own: kept where it may change something or fail."""
        value = node.value
        if isinstance(value, (ast.Constant, ast.Name, ast.Lambda)):
            return []
        if isinstance(value, (ast.Tuple, ast.List)):
            return self.block([ast.copy_location(ast.Expr(part), part) for part in value.elts])
        if isinstance(value, ast.IfExp):
            one, other = (ast.copy_location(ast.Expr(part), part) for part in (value.body, value.orelse))
            return self.block([when(value.test, [one], [] if _idle(value.orelse) else [other])])
        if isinstance(value, ast.BoolOp) and len(value.values) == 2:
            test = negate(value.values[0]) if isinstance(value.op, ast.Or) else value.values[0]
            return self.block([when(test, [ast.copy_location(ast.Expr(value.values[1]), value.values[1])])])
        if isinstance(value, ast.NamedExpr):
            return self.block([ast.Assign([value.target], value.value)])
        if isinstance(value, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
            if isinstance(value, ast.GeneratorExp):
                return []
            return [assign(self.names.fresh("unused"), value)]
        if isinstance(value, ast.Call):
            return self._call(node, value)
        return [assign(self.names.fresh("unused"), value)]

    def _call(self, node: ast.Expr, value: ast.Call) -> Block:
        name = ast.unparse(value.func)
        if name in ("print", "pprint", "pprint.pprint"):
            self.notes.add(node, "print is left out; a rule answers with what it returns")
            given = [*value.args, *(keyword.value for keyword in value.keywords)]
            parts = [part.value if isinstance(part, ast.Starred) else part for part in given]
            return self.block([ast.copy_location(ast.Expr(part), part) for part in parts if self._acts(part)])
        if name == "sys.setrecursionlimit":
            self.notes.add(node, f"{name} is left out; it changes no answer")
            return []
        if isinstance(value.func, ast.Attribute) and value.func.attr in core.CHANGING_METHODS:
            return [node]
        if name in core.CHANGING_CALLS or name in self.user_functions:
            return [node]
        return [assign(self.names.fresh("unused"), value)]

    def _acts(self, node: ast.expr) -> bool:
        """Whether working the expression out may change something."""
        for part in ast.walk(node):
            if isinstance(part, (ast.NamedExpr, ast.Await, ast.Yield)):
                return True
            if isinstance(part, ast.Call):
                name = ast.unparse(part.func)
                method = part.func.attr if isinstance(part.func, ast.Attribute) else ""
                if name in self.user_functions or name in core.CHANGING_CALLS or method in core.CHANGING_METHODS:
                    return True
        return False


def _idle(node: ast.expr) -> bool:
    return isinstance(node, (ast.Constant, ast.Name))


def _holds(tree: ast.AST, node: ast.AST) -> bool:
    return any(part is node for part in ast.walk(tree))


def _mark(body: Block, flag: str) -> None:
    """Sets the flag before each break of this loop."""
    for index in reversed(range(len(body))):
        statement = body[index]
        if isinstance(statement, ast.Break):
            mark = assign(flag, const(True))
            settle(mark, statement)
            body.insert(index, mark)
        elif isinstance(statement, (ast.If, ast.Try)):
            for part in blocks(statement):
                _mark(part, flag)


def _pattern(pattern: ast.pattern, subject: str) -> ast.expr | None:
    """The test that a pattern of plain values makes; None where it takes everything."""
    if isinstance(pattern, ast.MatchValue):
        return ast.Compare(load(subject), [ast.Eq()], [pattern.value])
    if isinstance(pattern, ast.MatchSingleton):
        return ast.Compare(load(subject), [ast.Is()], [ast.Constant(pattern.value)])
    if isinstance(pattern, ast.MatchOr):
        tests = [_pattern(part, subject) for part in pattern.patterns]
        if all(isinstance(part, ast.MatchValue) for part in pattern.patterns):
            values: list[ast.expr] = [part.value for part in pattern.patterns if isinstance(part, ast.MatchValue)]
            return ast.BoolOp(ast.Or(), [ast.Compare(load(subject), [ast.Eq()], [value]) for value in values])
        if None not in tests:
            return ast.BoolOp(ast.Or(), [test for test in tests if test is not None])
    if isinstance(pattern, ast.MatchAs) and pattern.pattern is None and pattern.name is None:
        return None
    refuse(pattern, "match is possible on plain values only; use if and elif")


def lower(functions: list[ast.FunctionDef], names: Names, notes: Notes) -> None:
    """Writes the bodies of the functions as core statements, in place."""
    every = {node.name for function in functions for node in ast.walk(function) if isinstance(node, ast.FunctionDef)}
    statements = Statements(names, notes, every)
    entry = functions[-1]
    _refuse_printing(entry)
    for function in functions:
        statements.definition(function)


def _refuse_printing(entry: ast.FunctionDef) -> None:
    """Refuses a rule that prints its answer and returns nothing."""
    parts = list(own(entry))
    if any(isinstance(part, ast.Return) and part.value is not None for part in parts):
        return
    for part in parts:
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id == "print":
            refuse(part, "the rule prints its result; a rule answers with what it returns: return it instead")
