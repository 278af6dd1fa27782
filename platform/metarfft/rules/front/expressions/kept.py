"""Iterators in variables: lists where that is the same, else written where they are read, taken from, or refused.

An iterator reads its source, and computes its items, when it is read. Its list is the same only if nothing in between
changes what it reads, and if all of it is read.
"""

from __future__ import annotations

import ast
import copy
import itertools
from typing import TYPE_CHECKING, NoReturn

from metarfft.rules import core
from metarfft.rules.errors import refuse
from metarfft.rules.front.expressions import build, iterators, purity
from metarfft.rules.front.expressions.variables import COMPREHENSIONS, bound_in, breaks, names_in

if TYPE_CHECKING:
    from metarfft.rules.front.expressions.lowering import Goal, Lowering

PAIRING = frozenset("iter zip enumerate reversed".split())  # they compute nothing and cannot fail
WHOLE = frozenset("list tuple set frozenset sorted sum min max dict Counter deque OrderedDict".split())
PARTLY = frozenset("any all next map filter zip enumerate reversed iter".split())
NEW = frozenset("list sorted range str set tuple reversed".split())
NEW_METHODS = frozenset("split rsplit splitlines copy upper lower strip replace join".split())
SURE = frozenset("isascii isalpha isdigit isalnum islower isupper isspace isnumeric istitle upper lower strip".split())
LOOPS = (ast.For, ast.While)


class Kept:
    """The iterators that one function keeps in variables, settled in its tree before it is lowered."""

    def __init__(self, low: Lowering) -> None:
        self.low, self.function = low, low.scope.function
        self.parents: dict[ast.AST, ast.AST] = {}
        self.places: dict[ast.AST, int] = {}
        self.ends: dict[ast.AST, int] = {}
        self._number(self.function)
        self.taken: set[str] = set()
        self.changed = False

    def _number(self, node: ast.AST) -> None:
        self.places[node] = len(self.places)
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, (ast.expr_context, ast.operator, ast.cmpop, ast.boolop, ast.unaryop)):
                self.parents[child] = node
                self._number(child)
        self.ends[node] = len(self.places)

    def settle(self) -> None:
        for node in list(self.places):
            for body in _bodies(node):
                self._merge(body)
        made: dict[str, list[ast.Assign]] = {}
        for node in self.places:
            if not (isinstance(node, ast.Assign) and self._own(node) and self._is_there(node)):
                continue
            target = node.targets[0]
            if isinstance(target, ast.Name) and iterators.makes_iterator(self.low, node.value):
                made.setdefault(target.id, []).append(node)
        for name, nodes in made.items():
            self._settle(name, nodes)

    def _merge(self, body: list[ast.stmt]) -> None:
        """Writes ``a = map(f, b)`` and ``a = list(a)`` right after it as one statement."""
        for first, second in itertools.pairwise(body):
            match first, second:
                case (
                    ast.Assign(targets=[ast.Name(id=name)], value=made),
                    ast.Assign(
                        targets=[ast.Name(id=again)],
                        value=ast.Call(func=ast.Name(id=whole), args=[ast.Name(id=read)]) as call,
                    ),
                ) if name == again == read and whole in WHOLE and iterators.makes_iterator(self.low, made):
                    self.parents[made] = call
                    call.args[0] = made
                    body.remove(first)
                    self.changed = True
                    return

    def _own(self, node: ast.AST) -> bool:
        """Whether ``node`` is outside all inner functions."""
        while node is not self.function:
            node = self.parents[node]
            if isinstance(node, (ast.FunctionDef, ast.Lambda)) and node is not self.function:
                return False
        return True

    def _is_there(self, node: ast.stmt) -> bool:
        return any(node is part for body in _bodies(self.parents[node]) for part in body)

    def _settle(self, name: str, nodes: list[ast.Assign]) -> None:
        scope, first = self.low.scope, nodes[0]
        if name in scope.shared:
            self._refuse(first, name)
        own = {id(part) for node in nodes for part in ast.walk(node.value)}
        reads = [read for read in scope.reads(name) if id(read) not in own]
        asked = any(self._is_next(read) or self._is_sought(read) for read in reads)
        alone = scope.bindings(name) == len(nodes)
        later = self._later(name, first, reads) if len(nodes) == 1 and not scope.looped(name) else []
        once = len(later) == 1 and (alone or self._is_last(name, first, later[0]))
        if once and not (asked and alone and self._kind(first.value) in PAIRING):
            self._once(name, first, later[0])
        elif alone and all(self._kind(node.value) in PAIRING for node in nodes) and reads:
            self._many(name, nodes, reads)
        else:
            self._refuse(first, name)

    def _later(self, name: str, node: ast.Assign, reads: list[ast.Name]) -> list[ast.Name]:
        """The reads behind the making of an iterator; none if one before may be of an iterator too."""
        around: ast.AST = node
        while around is not self.function:
            around = self.parents[around]
            if isinstance(around, LOOPS):
                before = range(self.places[around], self.ends[node])
                if any(self.places[read] in before for read in self.low.scope.reads(name)):
                    return []
        return [read for read in reads if self.places[read] > self.places[node]]

    def _is_last(self, name: str, node: ast.Assign, read: ast.Name) -> bool:
        """Whether ``node`` is the last to bind the name, and always comes before the read."""
        block = next(part for part in _bodies(self.parents[node]) if node in part)
        binding = [part for part in ast.walk(self.function) if isinstance(part, ast.Name) and part.id == name]
        binding = [part for part in binding if not isinstance(part.ctx, ast.Load)]
        before = all(self.places[part] <= self.ends[node] for part in binding)
        return before and any(read in ast.walk(part) for part in block)

    def _refuse(self, node: ast.Assign, name: str) -> NoReturn:
        refuse(node.value, f"{name} is an iterator that is read more than once; write {name} = list(...)")

    def _kind(self, node: ast.expr) -> str:
        """What makes an iterator; empty for a generator."""
        if not isinstance(node, ast.Call):
            return ""
        name = build.dotted(node.func) or ""
        plain = all(not self.low.lazy(part) and not isinstance(part, ast.Starred) for part in node.args)
        if name == "iter" and len(node.args) != 1:
            refuse(node, "an iterator of its own is outside the rule language; loop over the values with for")
        return name if plain and not any(iterators.makes_iterator(self.low, part) for part in node.args) else ""

    # One read

    def _once(self, name: str, node: ast.Assign, read: ast.Name) -> None:
        end, whole = self._use(node, name, read)
        region = [part for part, place in self.places.items() if self.ends[node] <= place < end]
        computing = self._kind(node.value) not in PAIRING
        quiet = self._quiet(node.value, region, computing, self._statement(read))
        if not quiet or (computing and not purity.is_quiet(self.low, node.value)):
            refuse(node.value, f"something changes before {name}, an iterator, is read; write {name} = list(...)")
        if not computing or (whole and self._straight(node, read)):
            return
        if not self._inlined(node, read, region) and not self._is_sure(node.value):
            refuse(node.value, f"{name} is an iterator that may be read in part; write it where it is read")

    def _is_sure(self, value: ast.expr) -> bool:
        """Whether the items are computed without a possible error."""
        match value:
            case ast.Call(func=ast.Name(id="map"), args=[ast.Attribute(value=ast.Name(id="str"), attr=method), source]):
                texts = isinstance(source, ast.Call) and isinstance(source.func, ast.Attribute)
                return texts and source.func.attr in ("split", "splitlines") and method in SURE  # type: ignore
            case ast.GeneratorExp(elt=elt, generators=[ast.comprehension(target=ast.Name(), ifs=tests)]):
                parts = [part for node in (elt, *tests) for part in ast.walk(node) if isinstance(part, ast.expr)]
                plain = all(isinstance(part, (ast.Name, ast.Constant, ast.Compare, ast.BoolOp)) for part in parts)
                operators = [operator for part in parts if isinstance(part, ast.Compare) for operator in part.ops]
                return plain and all(isinstance(part, (ast.Eq, ast.NotEq, ast.Is, ast.IsNot)) for part in operators)
        return False

    def _use(self, node: ast.Assign, name: str, read: ast.Name) -> tuple[int, bool]:
        """Where the reading ends, and whether all is read.

        Raises:
            RuleError: it is used otherwise than by going over it.
        """
        parent = self.parents[read]
        whole = True
        match parent:
            case ast.For(iter=source) if source is read:
                return self.ends[parent], not breaks(parent.body) and not _leaves(parent.body)
            case ast.comprehension():
                made = self.parents[parent]
                if isinstance(made, ast.GeneratorExp):
                    return self._end_of(name, made), self._is_whole(made)
            case ast.Starred():
                pass
            case ast.Assign(targets=[ast.Tuple()]) | ast.AugAssign():
                pass
            case ast.Compare() if self._is_sought(read):
                whole = False
            case ast.Call(func=ast.Name(id=called)) if self.low.is_builtin(called) and (
                called in WHOLE | PARTLY | {"reduce"} or called in iterators.BARE
            ):
                whole = called in WHOLE | {"reduce"}
                if iterators.makes_iterator(self.low, parent):
                    return self._end_of(name, parent), self._is_whole(parent)
            case ast.Call(func=ast.Attribute(value=owner, attr=called)) if parent.func is not read:
                module = build.dotted(owner) or ""
                if not (self.low.is_module(module.partition(".")[0]) or called in ("join", "extend", "update")):
                    self._misused(node, name)
                if iterators.makes_iterator(self.low, parent):
                    return self._end_of(name, parent), self._is_whole(parent)
            case _:
                self._misused(node, name)
        return self._end_of(name, parent), whole

    def _misused(self, node: ast.Assign, name: str) -> NoReturn:
        refuse(node.value, f"{name} is an iterator, which can only be gone over; write {name} = list(...)")

    def _is_whole(self, made: ast.AST) -> bool:
        """Whether all items of an iterator over another are asked for at once."""
        user = self.parents[made]
        called = user.func if isinstance(user, ast.Call) else None
        if isinstance(called, ast.Attribute):
            return called.attr in ("join", "extend", "update")
        return isinstance(called, ast.Name) and called.id in WHOLE and self.low.is_builtin(called.id)

    def _end_of(self, name: str, node: ast.AST) -> int:
        """The end of what runs until ``node`` was gone over."""
        while not isinstance(node, ast.stmt):
            inner, node = node, self.parents[node]
            if isinstance(node, (ast.If, ast.While)):
                return self.ends[inner]
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        if isinstance(target, ast.Name) and iterators.makes_iterator(self.low, node.value):  # type: ignore[attr-defined]
            later = self.low.scope.reads(target.id)  # it is read when the other is
            return max([self.ends[self._statement(read)] for read in later], default=self.ends[node])
        return self.ends[node]

    def _statement(self, node: ast.AST) -> ast.stmt:
        while not isinstance(node, ast.stmt):
            node = self.parents[node]
        return node

    def _quiet(self, value: ast.expr, region: list[ast.AST], computing: bool, region_end: ast.stmt | None) -> bool:
        """Whether nothing in the region changes what ``value`` reads; its names count if it computes with them."""
        nodes = list(ast.walk(self.function))
        fresh = purity._fresh(self.function, nodes) - names_in(value)
        names, items = names_in(value), self._items(value)
        for node in region:
            if computing and isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                behind = isinstance(region_end, ast.Assign) and self.parents[node] is region_end
                if node.id in names and not behind:
                    return False
            if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
                if not self._private(node.value, fresh):
                    return False
            elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                number = isinstance(node.value, ast.Constant) and not isinstance(node.value.value, str)
                if not (number or node.target.id in items or self._private(node.target, fresh)):
                    return False
            elif isinstance(node, ast.Call):
                if core.changes(node) and not self._private(purity._changed(node), fresh):
                    return False
                if not purity.is_quiet(self.low, ast.Expr(node.func)):
                    return False  # a function of the user
        return True

    def _items(self, value: ast.expr) -> set[str]:
        """The variables that hold nothing but items of the iterator ``value``, which it does not read again."""
        made = [part for part in self.places if isinstance(part, ast.Assign) and part.value is value]
        if not made or self._kind(value) not in PAIRING or not isinstance(made[0].targets[0], ast.Name):
            return set()
        own, found, others = made[0].targets[0].id, set(), {a.arg for a in self.function.args.args}
        for node in self.places:
            match node:
                case ast.Assign(
                    targets=[target], value=ast.Call(func=ast.Name("next"), args=[ast.Name(name), *rest])
                ) if name == own and all(isinstance(part, ast.Constant) for part in rest):
                    found.update(bound_in(target))
                case ast.Assign(targets=[ast.Name(name)], value=ast.Constant()):
                    found.add(name)
                case ast.For(target=target, iter=ast.Name(name)) if name == own:
                    found.update(bound_in(target))
                case ast.Assign(targets=[target]) | ast.For(target=target) | ast.comprehension(target=target):
                    others.update(bound_in(target))
                case ast.NamedExpr(target=target):
                    others.add(target.id)
        return found - others - self.low.scope.shared

    def _private(self, receiver: ast.expr | None, fresh: frozenset[str]) -> bool:
        """Whether only one variable of the function holds what is changed."""
        if not (isinstance(receiver, ast.Name) and receiver.id in fresh):
            return False
        for read in self.low.scope.reads(receiver.id):
            parent = self.parents.get(read)
            harmless = isinstance(parent, (ast.Attribute, ast.Return, ast.Compare, ast.AugAssign, ast.BinOp, ast.BoolOp,
                                           ast.UnaryOp, ast.If, ast.While, ast.For, ast.comprehension))  # fmt: skip
            harmless = harmless or (isinstance(parent, (ast.Tuple, ast.List)) and self._given_back(parent))
            base = isinstance(parent, ast.Subscript) and parent.value is read
            called = isinstance(parent, ast.Call) and isinstance(parent.func, ast.Name)
            if not (harmless or base or (called and self.low.is_builtin(parent.func.id))):  # type: ignore[union-attr]
                return False
        return True

    def _given_back(self, node: ast.AST) -> bool:
        return isinstance(self.parents[node], ast.Return)

    def _straight(self, node: ast.Assign, read: ast.Name) -> bool:
        """Whether every run that makes the iterator reads it, so that an error comes all the same."""
        block = self.parents[node]
        beside = any(self._statement(read) in body and node in body for body in _bodies(block))
        if not beside or any(isinstance(part, ast.Try) for part in ast.walk(self.function)):
            return False
        body = next(part for part in _bodies(block) if node in part)
        statement = self._statement(read)
        before = body[body.index(node) + 1 : body.index(statement)]
        return not _leaves(before) and not breaks(before, (ast.Break, ast.Continue))

    def _inlined(self, node: ast.Assign, read: ast.Name, region: list[ast.AST]) -> bool:
        """Writes the iterator where it is read, if its sources are variables."""
        match node.value:
            case ast.GeneratorExp(generators=[first, *_]):
                sources = [first.iter]
            case ast.Call(args=[_, *sources], keywords=[]):
                if iterators.lazy_name(self.low, node.value) not in ("map", "filter"):
                    return False
            case _:
                return False
        if not all(isinstance(part, (ast.Name, ast.Constant)) for part in sources):
            return False
        if isinstance(self.parents[read], (ast.Compare, ast.Starred)):
            return False
        inner = [part for loop in LOOPS for part in region if isinstance(part, loop) and part is not self.parents[read]]
        if any(self.places[loop] <= self.places[read] < self.ends[loop] for loop in inner):
            return False
        _replace(self.parents[read], read, node.value)
        _remove(self.parents[node], node)
        self.low.notes.add(node, "the iterator is written where it is read")
        self.changed = True
        return True

    # Several reads

    def _is_next(self, read: ast.Name) -> bool:
        parent = self.parents[read]
        called = parent.func if isinstance(parent, ast.Call) else None
        return isinstance(called, ast.Name) and called.id == "next" and self.low.is_builtin("next")

    def _is_sought(self, read: ast.Name) -> bool:
        """``x in iterator``."""
        parent = self.parents[read]
        alone = isinstance(parent, ast.Compare) and len(parent.ops) == 1 and parent.comparators[0] is read
        return isinstance(parent, ast.Compare) and alone and isinstance(parent.ops[0], (ast.In, ast.NotIn))

    def _many(self, name: str, nodes: list[ast.Assign], reads: list[ast.Name]) -> None:
        """The iterator as the list of what is left of it."""
        self._check_sources(name, nodes)
        last = max(reads, key=lambda read: self.places[read])
        for read in reads:
            if self._is_next(read):
                inside: ast.AST = read
                while len(self.parents[read].args) == 1 and inside is not self.function:  # type: ignore[attr-defined]
                    inside = self.parents[inside]
                    if isinstance(inside, (ast.GeneratorExp, ast.Lambda)):
                        refuse(read, f"next({name}) may fail inside a generator; write a loop, or give next a default")
                continue
            if self._is_sought(read):
                continue
            loop = self.parents[read]
            if read is last and not self._repeated(read, nodes):
                mentioned = isinstance(loop, ast.For) and any(name in names_in(part) for part in loop.body)
                if not mentioned and (isinstance(loop, ast.For) or self._once_more(nodes[0], name, read)):
                    continue
            if isinstance(loop, ast.For) and loop.iter is read:
                self._while(loop, name)
                continue
            self._refuse(nodes[0], name)
        for node in nodes:
            assert isinstance(node.value, ast.Call)
            source = node.value.args[0] if self._kind(node.value) == "iter" else node.value
            node.value = ast.copy_location(build.call("list", source), node.value)
            build.settle(node.value, source)
            self.low.notes.add(node, f"the iterator {name} is written as the list of what is left of it")
        self.taken.add(name)
        self.changed = True

    def _once_more(self, node: ast.Assign, name: str, read: ast.Name) -> bool:
        self._use(node, name, read)
        names = [part for part in ast.walk(self._outermost(read)) if isinstance(part, ast.Name) and part is not read]
        return name not in {part.id for part in names}

    def _outermost(self, node: ast.AST) -> ast.AST:
        while not isinstance(self.parents[node], ast.stmt):
            node = self.parents[node]
        return node

    def _repeated(self, read: ast.Name, nodes: list[ast.Assign]) -> bool:
        """Whether the read may come again for the same iterator, or is in a comprehension's rounds."""
        node: ast.AST = read
        while node is not self.function:
            child, node = node, self.parents[node]
            again = isinstance(node, ast.While) or (isinstance(node, ast.For) and child is not node.iter)
            if again and not any(self.places[node] < self.places[made] < self.ends[node] for made in nodes):
                return True
            if isinstance(node, ast.Lambda):
                return True
            if isinstance(node, COMPREHENSIONS) and child is not node.generators[0]:
                return True
            if isinstance(node, ast.comprehension) and child is not node.iter:
                return True
        return False

    def _while(self, loop: ast.For, name: str) -> None:
        """``for x in iterator`` as a loop that takes the first of what is left."""
        first = build.method(build.load(name), "pop", ast.Constant(0))
        take = ast.Assign([build.stored(loop.target)], first)
        new = ast.copy_location(ast.While(build.load(name), [take, *loop.body], []), loop)
        build.settle(new, loop)
        _swap(self.parents[loop], loop, new)
        self.parents[new] = self.parents[loop]
        self.places[new], self.ends[new] = self.places[loop], self.ends[loop]
        for part in loop.body:
            self.parents[part] = new

    def _check_sources(self, name: str, nodes: list[ast.Assign]) -> None:
        for node in nodes:
            assert isinstance(node.value, ast.Call)
            new = all(self._is_new(part) for part in node.value.args)
            if not new and not self._quiet(node.value, list(self.places)[1:], False, None):
                refuse(node.value, f"what {name} reads is changed in this function; write {name} = list(...)")

    def _is_new(self, node: ast.expr) -> bool:
        """Whether nobody else holds the value, or nobody can change it."""
        match node:
            case ast.Constant() | ast.List() | ast.Tuple() | ast.ListComp() | ast.Set() | ast.Dict() | ast.JoinedStr():
                return True
            case ast.Subscript(slice=ast.Slice()):
                return True
            case ast.Call(func=ast.Name(id=called)):
                return called in NEW and self.low.is_builtin(called)
            case ast.Call(func=ast.Attribute(attr=called)):
                return called in NEW_METHODS
        return False


def settle(low: Lowering) -> tuple[set[str], bool]:
    """Settles the iterators of the function that is lowered.

    Returns:
        The variables that are lists of what is left of an iterator, and whether the function was changed.
    """
    kept = Kept(low)
    kept.settle()
    return kept.taken, kept.changed


def take(low: Lowering, name: str, node: ast.Call, goal: Goal) -> ast.expr:
    """``next(iterator)`` and ``next(iterator, default)``."""
    left = build.load(name)
    first = build.method(left, "pop", ast.Constant(0))
    if len(node.args) == 1:
        low.emit(build.when(build.negate(left), [build.fail("StopIteration")]), node)
        return low.capture(ast.copy_location(first, node), *(goal.hints or ("first", "following")))
    default = low.value(node.args[1])
    made = ast.copy_location(ast.IfExp(left, first, default), node)
    if goal.target is not None:
        return made
    return low.capture(made, *(goal.hints or ("first", "following")))


def seek(low: Lowering, name: str, node: ast.Compare, goal: Goal) -> ast.expr:
    """``x in iterator``: what is before x, and x itself, is gone then."""
    wanted = low.steady(low.value(node.left), "wanted")
    left = build.load(name)
    found = low.fresh("found")
    low.emit(build.assign(found, build.compare(wanted, ast.In(), left)), node)
    after = ast.BinOp(build.method(left, "index", wanted), ast.Add(), ast.Constant(1))
    gone = ast.Delete([ast.Subscript(left, ast.Slice(None, after, None), ast.Del())])
    low.emit(build.when(build.load(found), [gone], [build.do(name, "clear")]), node)
    result: ast.expr = build.load(found)
    return build.negate(result) if isinstance(node.ops[0], ast.NotIn) else result


def _leaves(block: list[ast.stmt]) -> bool:
    """Whether a return or raise is anywhere in the block."""
    return any(isinstance(node, (ast.Return, ast.Raise)) for part in block for node in ast.walk(part))


def _bodies(node: ast.AST) -> list[list[ast.stmt]]:
    return [part for field in ("body", "orelse", "finalbody") if isinstance(part := getattr(node, field, None), list)]


def _swap(parent: ast.AST, old: ast.stmt, new: ast.stmt) -> None:
    for body in _bodies(parent):
        body[:] = [new if part is old else part for part in body]


def _remove(parent: ast.AST, node: ast.stmt) -> None:
    for body in _bodies(parent):
        if node in body:
            body[:] = [part for part in body if part is not node] or [ast.copy_location(ast.Pass(), node)]


def _replace(parent: ast.AST, old: ast.expr, new: ast.expr) -> None:
    new = copy.deepcopy(new)
    for field, value in ast.iter_fields(parent):
        if value is old:
            setattr(parent, field, new)
        elif isinstance(value, list):
            value[:] = [new if part is old else part for part in value]
