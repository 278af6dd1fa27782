"""Which variables a later step may read: the state of a rule at its loop tests.

A backward data-flow analysis over the statements of one function (Aho, Sethi, Ullman: Compilers, chapter on live
variables), with a fixed point for each loop.
"""

from __future__ import annotations

import ast

from metarfft.rules.core import assigned, own_nodes

Loop = ast.While | ast.For
Test = Loop | ast.Try
_NONE: frozenset[str] = frozenset()


def captured(function: ast.FunctionDef) -> frozenset[str]:
    """Variables of the function that its inner functions read or assign."""
    inner = [node for node in own_nodes(function) if isinstance(node, ast.FunctionDef)]
    return frozenset(set().union(*map(_free, inner)) & assigned(function))


def _free(function: ast.FunctionDef) -> set[str]:
    """Names in a function that are not its own variables."""
    nodes = list(own_nodes(function))
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    names.update(*(_free(node) for node in nodes if isinstance(node, ast.FunctionDef)))
    return names - assigned(function)


class Liveness:
    """The live variables of a function.

    Attributes:
        loops: for each loop, the variables that may be read after its test is met, before they are assigned; the test's
            own reads are among them. What a ``for`` loop goes over is not: it is evaluated once, before.
        after: for each statement, the variables that may be read after it.
    """

    def __init__(self, function: ast.FunctionDef) -> None:
        self.always = captured(function)
        self.variables = assigned(function)
        self.loops: dict[Test, frozenset[str]] = {}
        self.after: dict[ast.stmt, frozenset[str]] = {}
        self.block(function.body, _NONE, _NONE, _NONE)

    def reads(self, *nodes: ast.AST | None) -> frozenset[str]:
        names = {n.id for node in nodes if node for n in ast.walk(node) if isinstance(n, ast.Name)}
        return frozenset(names & self.variables)

    def block(
        self, body: list[ast.stmt], after: frozenset[str], leave: frozenset[str], go_on: frozenset[str]
    ) -> frozenset[str]:
        for statement in reversed(body):
            self.after[statement] = after | self.always
            after = self.statement(statement, after, leave, go_on)
        return after | self.always

    def statement(
        self, node: ast.stmt, after: frozenset[str], leave: frozenset[str], go_on: frozenset[str]
    ) -> frozenset[str]:
        match node:
            case ast.Assign():
                targets = node.targets[0].elts if isinstance(node.targets[0], ast.Tuple) else node.targets
                names = {target.id for target in targets if isinstance(target, ast.Name)}
                places = [target for target in targets if not isinstance(target, ast.Name)]
                return (after - names) | self.reads(node.value, *places)
            case ast.If():
                taken = self.block(node.body, after, leave, go_on)
                return taken | self.block(node.orelse, after, leave, go_on) | self.reads(node.test)
            case ast.Try():
                return self.attempt(node, after, leave, go_on)
            case ast.While():
                return self.loop(node, after, self.reads(node.test), _NONE)
            case ast.For():
                return self.loop(node, after, _NONE, self.reads(node.target)) | self.reads(node.iter)
            case ast.Break():
                return leave
            case ast.Continue():
                return go_on
            case ast.Return() | ast.Raise():
                return self.reads(node)
            case ast.FunctionDef() | ast.Nonlocal() | ast.Pass():
                return after
        return after | self.reads(node)

    def attempt(
        self, node: ast.Try, after: frozenset[str], leave: frozenset[str], go_on: frozenset[str]
    ) -> frozenset[str]:
        handled = [self.block(handler.body, after, leave, go_on) - {handler.name} for handler in node.handlers]
        failed = frozenset[str]().union(*handled) | self.always
        done = self.block(node.orelse, after, leave, go_on)
        outer, self.always = self.always, failed  # an error may come from anywhere in the body
        begin = self.block(node.body, done, leave, go_on)
        self.always = outer
        self.loops[node] = failed
        return begin

    def loop(self, node: Loop, after: frozenset[str], test: frozenset[str], targets: frozenset[str]) -> frozenset[str]:
        head = after | test
        while True:
            known = head
            head = known | (self.block(node.body, known, after, known) - targets)
            if head == known:
                break
        self.loops[node] = head | self.always
        return head
