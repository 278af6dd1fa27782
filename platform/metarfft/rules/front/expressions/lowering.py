"""The expression side of the front end: any Python expression written in core, by statements before it where needed.

What is lowered later may never run before what Python evaluates earlier: when an operand needs statements, the operands
before it are captured in variables first. Lazy parts (``and``, ``or``, ``if else``, chains) become statements that are
run only when Python evaluates the part.
"""

from __future__ import annotations

import ast
import builtins
import copy
import functools
import keyword
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from metarfft.rules import core
from metarfft.rules.errors import refuse
from metarfft.rules.front.expressions import (
    build,
    calls,
    comprehensions,
    dispatch,
    displays,
    each,
    iterators,
    kept,
    lambdas,
    naming,
    reductions,
    texts,
)
from metarfft.rules.front.expressions.build import Block
from metarfft.rules.front.expressions.variables import Scope, assigned_in, bound_in, mentions, names_in, statements_in
from metarfft.rules.front.names import Names, Notes
from metarfft.rules.front.statements import attempts

RESERVED = frozenset(dir(builtins)) | frozenset(keyword.kwlist) | core.BUILTINS | frozenset(core.DOTTED)
MODULES = frozenset(core.DOTTED) | frozenset("functools operator collections string copy".split())


@dataclass(frozen=True)
class Goal:
    """Where a value goes: the variable that may hold it while it is built, else names for what holds it."""

    target: str | None = None
    hints: tuple[str, ...] = ()
    truth: bool = False  # only whether it is true counts


ANY = Goal()
TRUTH = Goal(truth=True)


class Core(ast.expr):
    """An expression that is lowered already, as an operand of one that is not."""

    _fields = ("core",)
    core: ast.expr

    def __init__(self, core: ast.expr) -> None:
        super().__init__()
        self.core = core
        ast.copy_location(self, core)


def lower(module: ast.Module, names: Names, notes: Notes) -> ast.Module:
    """The module with every expression in core; its statements are core statements already.

    Raises:
        RuleError: an expression has no exact form in core.
    """
    module = copy.deepcopy(module)
    for statement in module.body:
        if not isinstance(statement, ast.FunctionDef):
            refuse(statement, "a rule is made of functions: def name(arguments): ...")
    lambdas.name_lambdas(module, notes)
    functions = {statement.name: statement for statement in module.body if isinstance(statement, ast.FunctionDef)}
    reserved = RESERVED | set(functions)
    entry = module.body[-1] if module.body else None
    body: Block = []
    for function in functions.values():
        local = Names(reserved | names_in(function))
        body.append(Lowering(local, notes, functions, Scope(function)).function(function, function is entry))
        names.taken |= local.taken
    lowered = ast.Module(body, [])
    for statement in lowered.body:
        build.settle(statement, statement)
    return ast.fix_missing_locations(lowered)


class Lowering:
    """Lowers the statements of one function; ``out`` is the block that is being written."""

    def __init__(self, names: Names, notes: Notes, functions: dict[str, ast.FunctionDef], scope: Scope) -> None:
        self.names, self.notes, self.functions, self.scope = names, notes, functions, scope
        self.out: Block = []
        self.env: dict[str, ast.expr] = {}  # what the variables of comprehensions and lambdas stand for
        own = names_in(scope.function)
        self.free = own - scope.bound - scope.used - scope.shared - RESERVED - set(functions)  # may be used anew
        self.lent: list[str] = []  # of these, those that hold something now
        self.quiet_functions: dict[str, bool] = {}
        self.avoided: set[str] = set()  # what statements assign that are made already, but run later
        self.looping: set[str] = set()  # the variables of the loops of the user that are being written
        self.active: set[str] = set()  # the variables of the comprehensions that are being written
        self.taken: set[str] = set()  # the variables that hold what is left of an iterator
        self._needs: dict[int, tuple[ast.AST, bool]] = {}

    # Blocks

    @contextmanager
    def apart(self) -> Iterator[Block]:
        """A block of its own for what is lowered within."""
        outer, self.out = self.out, []
        try:
            yield self.out
        finally:
            self.out = outer

    @contextmanager
    def within(self, env: dict[str, ast.expr], active: Iterable[str] = ()) -> Iterator[None]:
        """Other meanings for names, as in a comprehension or lambda."""
        outer = self.env, self.active
        self.env, self.active = env, self.active | set(active)
        try:
            yield
        finally:
            self.env, self.active = outer

    def emit(self, statement: ast.stmt, at: ast.AST) -> None:
        build.settle(statement, at)
        self.out.append(statement)

    def needs(self, node: ast.expr) -> bool:
        """Whether ``node`` needs statements before it; nothing is written."""
        known = self._needs.get(id(node))
        if known is None:
            state = set(self.names.taken), dict(self.notes._lines), set(self.free), list(self.lent)
            with self.apart() as block:
                self.value(node)
            self.names.taken, self.notes._lines, self.free, self.lent = state
            known = self._needs[id(node)] = (node, bool(block))
        return known[1]

    # Names

    def fresh(self, *hints: str) -> str:
        """A variable that holds nothing yet; it is free again when the statement or loop that it is made for ends."""
        for hint in hints:
            if hint in self.free and hint not in self.active | self.avoided:
                return self.lend(hint)
            if hint not in self.names.taken:
                break
        return self.lend(self.names.fresh(*(hints or ("value",))))

    def lend(self, name: str) -> str:
        self.free.discard(name)
        self.lent.append(name)
        return name

    @contextmanager
    def before(self, block: Sequence[ast.stmt]) -> Iterator[None]:
        """Variables made within hold their values while ``block`` runs."""
        outer, self.avoided = self.avoided, self.avoided | assigned_in(block)
        yield
        self.avoided = outer

    @contextmanager
    def lending(self) -> Iterator[None]:
        """Variables made within hold nothing that is read after it."""
        mark = len(self.lent)
        yield
        self.free.update(self.lent[mark:])
        del self.lent[mark:]

    def place(self, goal: Goal, *hints: str) -> str:
        """The variable that a value is built in."""
        return goal.target or self.fresh(*(goal.hints or hints))

    def capture(self, node: ast.expr, *hints: str) -> ast.expr:
        """``node``, which is core, in a variable of its own."""
        name = self.fresh(*(hints or naming.holds(node)))
        self.emit(build.assign(name, node), node)
        return ast.copy_location(build.load(name), node)

    def steady(self, node: ast.expr, *hints: str) -> ast.expr:
        """``node``, which is core, in a form that may be written twice."""
        return node if isinstance(node, (ast.Name, ast.Constant)) else self.capture(node, *hints)

    def stable(self, node: ast.expr, block: Sequence[ast.stmt]) -> bool:
        """Whether ``node``, which is core, has the same value after ``block`` as before it, and cannot fail."""
        match node:
            case ast.Constant():
                return True
            case ast.Name(id=name):
                if name in self.scope.rebound and self.calls_own(block):
                    return False
                return name not in assigned_in(block)
            case ast.List(elts=elts) | ast.Tuple(elts=elts):
                return all(self.stable(element, block) for element in elts)
            case ast.UnaryOp(operand=ast.Constant(value=int() | float())):
                return True
            case ast.Call(func=ast.Name(id="zip" | "enumerate" | "reversed" | "range"), args=arguments, keywords=[]):
                return all(self.stable(argument, block) for argument in arguments)  # lazy: nothing is read yet
            case ast.Slice(lower=lower, upper=upper, step=step):
                return all(part is None or self.stable(part, block) for part in (lower, upper, step))
        return False

    def own(self, name: str) -> ast.FunctionDef | None:
        """The user's function of that name."""
        return None if name in self.env else self.scope.function_named(name, self.functions)

    def is_builtin(self, name: str) -> bool:
        """Whether ``name`` means what Python means by it."""
        return name not in self.env and not self.scope.is_variable(name) and name not in self.functions

    def is_module(self, name: str) -> bool:
        """Whether ``name`` is one of the modules whose functions a rule may call."""
        return name in MODULES and self.is_builtin(name)

    def lasting(self, node: ast.expr) -> bool:
        """Whether ``node``, a name or constant, stays what it is while a loop runs."""
        return isinstance(node, ast.Constant) or (
            isinstance(node, ast.Name) and node.id not in self.scope.rebound and self.scope.bindings(node.id) <= 1
        )

    def lazy(self, node: ast.expr) -> bool:
        return iterators.is_lazy(self, node)

    def variable(self, *hints: str) -> str:
        """A variable for the items of a loop: the first hint, unless it means something else there."""
        for hint in hints:
            if hint in self.free and hint not in self.active:
                return self.lend(hint)
            if hint in self.scope.loop_only and hint not in self.active | self.looping and hint not in self.lent:
                return hint
        return self.fresh(*hints)

    @contextmanager
    def filling(self, name: str, empty: ast.expr, at: ast.AST) -> Iterator[None]:
        """Statements that fill ``name``, which starts as ``empty`` right before the first of them that names it."""
        with self.apart() as block:
            yield
        first = next((k for k, statement in enumerate(block) if mentions(statement, name)), len(block))
        self.out.extend(block[:first])
        self.emit(build.assign(name, empty), at)
        self.out.extend(block[first:])

    def become(self, name: str, value: ast.expr, at: ast.AST) -> None:
        """Writes ``name = value`` for a value that is core."""
        if not (isinstance(value, ast.Name) and value.id == name):
            self.emit(build.assign(name, value), at)

    def disturbs(self, node: ast.expr) -> bool:
        """Whether the evaluation of ``node``, which is core, changes a value that is there already."""
        return any(isinstance(part, ast.Call) and core.changes(part) for part in ast.walk(node))

    def defaults(self, function: ast.FunctionDef) -> list[ast.expr]:
        """The defaults of a function's last arguments; they are constants."""
        return list(function.args.defaults)

    def calls_own(self, block: Sequence[ast.stmt]) -> bool:
        return any(
            isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and self.own(node.func.id) is not None
            for node in statements_in(block)
        )

    # Functions and statements

    def function(self, function: ast.FunctionDef, is_entry: bool) -> ast.FunctionDef:
        self.taken, changed = kept.settle(self)
        if changed:
            self.scope = Scope(function, self.scope.outer)
        body = self.block(function.body)
        arguments = copy.copy(function.args)
        if not is_entry:
            arguments.defaults = []  # every call gives all arguments
        return ast.copy_location(
            ast.FunctionDef(function.name, arguments, body, [], None, lineno=function.lineno), function
        )

    def block(self, statements: Iterable[ast.stmt]) -> Block:
        with self.apart() as block:
            for statement in statements:
                self.statement(statement)
            if not block:
                block.append(ast.Pass())
        return block

    def statement(self, node: ast.stmt) -> None:
        with self.lending():
            self._statement(node)

    def _statement(self, node: ast.stmt) -> None:
        match node:
            case ast.FunctionDef():
                inner = Lowering(self.names, self.notes, self.functions, Scope(node, self.scope))
                self.emit(inner.function(node, False), node)
            case ast.Assign(targets=[target], value=value):
                self.assign(node, target, value)
            case ast.AugAssign(target=target, op=operator, value=value):
                self.augment(node, target, operator, value)
            case ast.Delete(targets=[ast.Subscript(value=container, slice=index)]):
                container, index = self.operands([container, index])
                self.emit(ast.Delete([ast.Subscript(container, index, ast.Del())]), node)
            case ast.While():
                self.while_loop(node)
            case ast.For():
                self.for_loop(node)
            case ast.If():
                self.if_else(node)
            case ast.Try():
                attempts.attempt(self, node)
            case ast.Return(value=value):
                reductions.give(self, value or ast.copy_location(ast.Constant(None), node), node)
            case ast.Raise(exc=ast.Call(func=function, args=arguments)):
                self.emit(ast.Raise(ast.Call(function, self.operands(arguments), []), None), node)
            case ast.Expr(value=value):
                self.alone(value)
            case _:
                self.emit(node, node)

    def assign(self, node: ast.Assign, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            if dispatch.assigned(self, node):
                return
            self.store(target.id, value, node)
            return
        hints = ("value",)
        if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Slice):
            hints = ("items",)
        elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            hints = (naming.singular(target.value.id) or "value",)
        whole = self.iterable(value) if isinstance(target, ast.Tuple) else self.value(value, Goal(None, hints), True)
        if isinstance(target, ast.Tuple) and iterators.is_iterator(whole):
            whole = build.call("list", whole)
        with self.apart() as block:
            lowered = self.target(target)
        if not block:
            self.emit(ast.Assign([lowered], whole), node)
        elif isinstance(target, ast.Tuple):
            parts = [self.fresh(*naming.holds(part)) for part in target.elts]
            self.emit(ast.Assign([ast.Tuple([build.store(part) for part in parts], ast.Store())], whole), node)
            for part, element in zip(parts, target.elts, strict=True):
                self.emit(ast.Assign([self.target(element)], build.load(part)), node)
        else:
            if not self.stable(whole, block):
                with self.before(block):
                    whole = self.capture(whole, *hints)
            self.out.extend(block)
            self.emit(ast.Assign([lowered], whole), node)

    def target(self, node: ast.expr) -> ast.expr:
        """A target with its indexes in core."""
        match node:
            case ast.Subscript(value=container, slice=index):
                container, index = self.operands([container, index])
                return ast.copy_location(ast.Subscript(container, index, ast.Store()), node)
            case ast.Tuple(elts=elts):
                return ast.copy_location(ast.Tuple([self.target(element) for element in elts], ast.Store()), node)
            case ast.Name():
                return node
        refuse(node, "assign to a variable or an element")

    def store(self, name: str, value: ast.expr, at: ast.AST) -> None:
        """Writes ``name = value``."""
        free = not mentions(value, name) and name not in self.scope.shared and name not in self.active
        free = free and attempts.unseen(self.scope, name, at)
        goal = Goal(name) if free else Goal(None, (f"new_{name}",))
        result = self.value(value, goal, whole=True)
        if not (isinstance(result, ast.Name) and result.id == name):
            self.emit(build.assign(name, result), at)

    def augment(self, node: ast.AugAssign, target: ast.expr, operator: ast.operator, value: ast.expr) -> None:
        if texts.is_percent(self, target, operator):
            self.store(target.id, ast.BinOp(build.load(target.id), operator, value), node)  # type: ignore[attr-defined]
            return
        if isinstance(target, ast.Subscript):
            container, index = self.operands([target.value, target.slice])
        with self.apart() as block:
            result = self.iterable(value) if isinstance(operator, ast.Add) else self.value(value)
            if iterators.is_iterator(result):
                result = build.call("list", result)
        if isinstance(target, ast.Name):
            old: ast.expr = build.load(target.id)
            if not self.stable(old, block):
                old = ast.copy_location(old, node)
                with self.before(block):
                    held = self.capture(old, f"old_{target.id}")
                assert isinstance(held, ast.Name)
                self.out.extend(block)
                self.emit(ast.AugAssign(build.store(held.id), operator, result), node)
                self.emit(build.assign(target.id, held), node)
            else:
                self.out.extend(block)
                self.emit(ast.AugAssign(target, operator, result), node)
            return
        assert isinstance(target, ast.Subscript)
        if block:  # the element is read before the right side is evaluated, and written after it
            with self.before(block):
                if not self.stable(container, block):
                    container = self.capture(container)
                if not self.stable(index, block):
                    index = self.hold(index, block, "position")
                element = build.item(container, index)
                hold = self.fresh(*naming.holds(element))
            self.emit(build.assign(hold, element), node)
            self.out.extend(block)
            self.emit(ast.AugAssign(build.store(hold), operator, result), node)
            self.emit(build.assign_item(container, index, build.load(hold)), node)
        else:
            self.emit(ast.AugAssign(ast.Subscript(container, index, ast.Store()), operator, result), node)

    def conjuncts(self, test: ast.expr) -> list[ast.expr]:
        """A test in parts, each true only if those before are, that need statements at their beginning at most."""
        if not (isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And)):
            return [test]
        groups: list[list[ast.expr]] = [[]]
        for part in test.values:
            if groups[-1] and self.needs(part):
                groups.append([])
            groups[-1].append(part)
        return [build.both(group) for group in groups]

    def while_loop(self, node: ast.While) -> None:
        first, *rest = self.conjuncts(node.test)
        condition: ast.expr = ast.copy_location(ast.Constant(True), node.test)
        if self.needs(first):
            rest = [first, *rest]
        else:
            condition = self.value(first)
        with self.apart() as block:
            for part in rest:
                with self.lending():
                    self.emit(build.when(build.negate(self.value(part, TRUTH)), [ast.Break()]), node.test)
            for statement in node.body:
                self.statement(statement)
        self.emit(ast.While(condition, block or [ast.Pass()], []), node)

    def for_loop(self, node: ast.For) -> None:
        def body(_: ast.expr) -> None:
            outer = self.looping
            self.looping = outer | set(bound_in(node.target))
            for statement in node.body:
                self.statement(statement)
            self.looping = outer

        each.for_statement(self, node, body)

    def if_else(self, node: ast.If) -> None:
        first, *rest = [node.test] if node.orelse else self.conjuncts(node.test)
        condition = self.value(first, TRUTH)
        if rest:
            inner = ast.copy_location(ast.If(build.both(rest), node.body, []), node)
            body = self.block([inner])
        else:
            body = self.block(node.body)
        orelse = self.block(node.orelse) if node.orelse else []
        self.emit(build.when(condition, body, orelse), node)

    def alone(self, node: ast.expr) -> None:
        """An expression whose value nobody reads."""
        match node:
            case ast.IfExp(test=test, body=body, orelse=orelse):
                condition = self.value(test)
                with self.apart() as first:
                    self.alone(body)
                with self.apart() as second:
                    self.alone(orelse)
                if not first:
                    condition, first, second = build.negate(condition), second, first
                if first:
                    self.emit(build.when(condition, first, second), node)
                return
            case ast.BoolOp(op=operator, values=[*firsts, last]):
                test = firsts[0] if len(firsts) == 1 else ast.copy_location(ast.BoolOp(operator, firsts), node)
                condition = self.value(test)
                if isinstance(operator, ast.Or):
                    condition = build.negate(condition)
                with self.apart() as first:
                    self.alone(last)
                if first:
                    self.emit(build.when(condition, first), node)
                return
            case ast.Tuple(elts=elts) | ast.List(elts=elts) if not any(isinstance(e, ast.Starred) for e in elts):
                for element in elts:
                    self.alone(element)
                return
            case ast.ListComp(elt=elt, generators=generators):
                comprehensions.run(self, elt, generators, self.alone)
                return
            case ast.Call() if calls.alone(self, node):
                return
        result = self.value(node, ANY, whole=True)
        if isinstance(result, ast.Call) and (core.changes(result) or self.is_own_call(result)):
            self.emit(ast.Expr(result), node)
        elif not isinstance(result, (ast.Name, ast.Constant)):
            self.emit(build.assign(self.fresh("unused"), result), node)

    def is_own_call(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and self.own(node.func.id) is not None

    # Expressions

    def operands(self, nodes: Sequence[ast.expr], hints: Sequence[str] = ()) -> list[ast.expr]:
        """The operands of one expression in core, in Python's order of evaluation."""
        calls_ = [node for node in nodes if self.is_own_call(node)]
        named = hints if len(calls_) > 1 else ()

        def lowering(position: int, node: ast.expr) -> ast.expr:
            hint = named[position : position + 1]
            return self.value(node, Goal(None, tuple(hint)) if hint and self.is_own_call(node) else ANY)

        return self.ordered([functools.partial(lowering, k, node) for k, node in enumerate(nodes)], hints)

    def ordered(self, lowerings: Sequence[object], hints: Sequence[str] = ()) -> list[ast.expr]:
        """What the functions return, each evaluated before the statements of those that follow."""
        parts: list[tuple[Block, ast.expr]] = []
        for lowering in lowerings:
            with self.apart() as block:
                result = lowering()  # type: ignore[operator]
            parts.append((block, result))
        last = max((k for k, (block, _) in enumerate(parts) if block), default=-1)
        results = []
        for k, (block, result) in enumerate(parts):
            self.out.extend(block)
            if k < last:
                later = [statement for block, _ in parts[k + 1 : last + 1] for statement in block]
                if not self.stable(result, later):
                    with self.before(later):
                        result = self.hold(result, later, *hints[k : k + 1])
            results.append(result)
        return results

    def hold(self, node: ast.expr, later: Sequence[ast.stmt], *hints: str) -> ast.expr:
        """Captures what ``later`` may change of ``node``."""
        if isinstance(node, ast.Slice):
            parts = [
                part if part is None or self.stable(part, later) else self.capture(part, "end")
                for part in (node.lower, node.upper, node.step)
            ]
            return ast.copy_location(ast.Slice(*parts), node)
        if iterators.is_iterator(node) or iterators.is_range(node):
            assert isinstance(node, ast.Call)
            arguments = [a if self.stable(a, later) else self.hold(a, later) for a in node.args]
            return ast.copy_location(ast.Call(node.func, arguments, node.keywords), node)
        return self.capture(node, *hints)

    def value(self, node: ast.expr, goal: Goal = ANY, whole: bool = False) -> ast.expr:
        """``node`` in core; its statements are written before.

        Args:
            whole: the value is a whole right side, where a call of a user's function may stand.
        """
        result = self._value(node, goal, whole)
        if not hasattr(result, "lineno"):
            build.settle(result, node)
        return result

    def _value(self, node: ast.expr, goal: Goal, whole: bool) -> ast.expr:
        match node:
            case Core(core=done):
                return done
            case ast.Constant():
                return node
            case ast.Name(id=name):
                if name in self.env:
                    return ast.copy_location(copy.copy(self.env[name]), node)
                return ast.copy_location(build.load(name), node)
            case ast.BinOp(left=left, op=operator, right=right):
                if texts.is_percent(self, left, operator):
                    return texts.percent(self, node, goal)
                left, right = self.operands([left, right], ("first", "second"))
                return ast.BinOp(left, operator, right)
            case ast.UnaryOp(op=operator, operand=operand):
                return ast.UnaryOp(operator, self.value(operand, TRUTH if isinstance(operator, ast.Not) else ANY))
            case ast.Compare():
                return self.comparison(node, goal)
            case ast.BoolOp():
                return self.boolean(node, goal)
            case ast.IfExp():
                return self.conditional(node, goal)
            case ast.Subscript(value=container, slice=index):
                container, index = self.operands([container, index])
                return ast.Subscript(container, index, ast.Load())
            case ast.Slice(lower=lower, upper=upper, step=step):
                parts = iter(self.operands([part for part in (lower, upper, step) if part is not None]))
                return ast.Slice(*(None if part is None else next(parts) for part in (lower, upper, step)))
            case ast.NamedExpr(target=target, value=value):
                self.notes.add(node, "the := is written as an assignment")
                own = self.env.get(target.id)  # one in a lambda is the lambda's own
                name = own.id if isinstance(own, ast.Name) else target.id
                self.store(name, value, node)
                return build.load(name)
            case ast.Call():
                return calls.call(self, node, goal, whole)
            case ast.List() | ast.Tuple() | ast.Set() | ast.Dict():
                return displays.display(self, node, goal)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                return comprehensions.collect(self, node, goal)
            case ast.JoinedStr():
                return texts.f_string(self, node)
            case ast.Attribute():
                return iterators.attribute(self, node)
            case ast.Lambda():
                refuse(node, "a lambda stands alone here; write a def, or the steps, where it is used")
            case ast.Starred():
                refuse(node, "write the items out instead of *")
        refuse(node, f"{type(node).__name__} is outside the rule language")

    def iterable(self, node: ast.expr, goal: Goal = ANY) -> ast.expr:
        """``node`` in core where it is used up at once, so that zip, enumerate and reversed may stand as they are."""
        return iterators.iterable(self, node, goal)

    def comparison(self, node: ast.Compare, goal: Goal) -> ast.expr:
        first, *rest = node.comparators
        if isinstance(first, ast.Name) and first.id in self.taken and isinstance(node.ops[0], (ast.In, ast.NotIn)):
            return kept.seek(self, first.id, node, goal)
        if len(node.ops) == 1 and isinstance(node.ops[0], (ast.In, ast.NotIn)) and iterators.is_range(first):
            parts = [functools.partial(self.value, node.left), functools.partial(self.iterable, first)]
            left, middle = self.ordered(parts, ("left", "right"))
            return ast.Compare(left, node.ops, [middle])
        left, middle = self.operands([node.left, first], ("left", "right"))
        if not any(self.needs(part) for part in rest):
            return ast.Compare(left, node.ops, [middle, *(self.value(part) for part in rest)])
        if not self.stable(middle, ()) and not self.stable(left, ()):
            left = self.capture(left, "left")  # before the middle, which is kept for the second comparison
        middle = self.steady(middle)
        name = self.place(goal, "holds")
        self.emit(build.assign(name, ast.Compare(left, node.ops[:1], [middle])), node)
        with self.apart() as block:
            following = ast.copy_location(ast.Compare(Core(middle), node.ops[1:], rest), node)
            self.store(name, following, node)
        self.emit(build.when(build.load(name), block), node)
        return build.load(name)

    def late(self, node: ast.BoolOp) -> int:
        """The place of the first operand, but for the first of all, that needs statements before it; 0 if none does."""
        return next((k for k, part in enumerate(node.values) if k and self.needs(part)), 0)

    def boolean(self, node: ast.BoolOp, goal: Goal) -> ast.expr:
        late = self.late(node)
        if not late:
            return ast.BoolOp(node.op, [self.value(part) for part in node.values])
        name = self.place(goal, "holds")
        self._lazily(name, node, late, goal.truth)
        return build.load(name)

    def _lazily(self, name: str, node: ast.BoolOp, late: int, truth: bool, is_set: bool = False) -> None:
        """Puts the value of ``node`` into a variable; ``is_set`` if that holds already what ends ``node`` early."""
        is_and = isinstance(node.op, ast.And)
        first, rest = build.joined(node, node.values[:late]), build.joined(node, node.values[late:])
        sure = truth or reductions.is_truth(self, first)
        if sure:
            if not is_set:
                self.emit(build.assign(name, build.const(not is_and)), node)
            test = self.value(first, TRUTH)
        else:
            self.store(name, first, node)
            plain = isinstance(first, ast.Name) and first.id not in self.env
            test = build.load(first.id if plain and isinstance(first, ast.Name) else name)
        with self.apart() as block:
            if isinstance(rest, ast.BoolOp) and (later := self.late(rest)):
                self._lazily(name, rest, later, truth, sure and isinstance(rest.op, type(node.op)))
            else:
                self.store(name, rest, node)
        self.emit(build.when(test if is_and else build.negate(test), block), node)

    def conditional(self, node: ast.IfExp, goal: Goal) -> ast.expr:
        condition = self.value(node.test, TRUTH)
        if not self.needs(node.body) and not self.needs(node.orelse):
            return ast.IfExp(condition, self.value(node.body), self.value(node.orelse))
        name = self.place(goal, *naming.holds(node.body))
        blocks = []
        for part in (node.body, node.orelse):
            with self.apart() as block:
                self.store(name, part, node)
            blocks.append(block)
        self.emit(build.when(condition, *blocks), node)
        return build.load(name)
