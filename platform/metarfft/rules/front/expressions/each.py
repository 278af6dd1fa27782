"""Loops over anything that can be iterated: generators, map, filter and the like are computed round by round."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from metarfft.rules.errors import refuse
from metarfft.rules.front.expressions import build, comprehensions, iterators, lambdas, naming
from metarfft.rules.front.expressions.variables import bound_in, breaks, mentions

if TYPE_CHECKING:
    from metarfft.rules.front.expressions.lowering import Lowering

Body = Callable[[ast.expr], None]


def for_statement(low: Lowering, node: ast.For, body: Body) -> None:
    """A ``for`` of the user over any iterable."""
    iterators.check_undisturbed(low, node)
    if not iterators.is_lazy(low, node.iter):
        iterable = low.iterable(node.iter)
        with low.apart() as block:
            body(node.target)
        low.emit(ast.For(node.target, iterable, block or [ast.Pass()], []), node)
        return
    low.notes.add(node, "what the loop runs over is computed in the loop")
    stop = None
    if comprehensions.nested(node.iter) and breaks(node.body):
        stop = low.fresh("stopped")
        low.emit(build.assign(stop, build.const(False)), node)
        node.body = _flag_breaks(node.body, stop)
    own = bound_in(node.target)
    elsewhere = any(
        isinstance(other, ast.Name) and other.id in own
        for statement in low.scope.function.body
        for other in _outside(statement, node)
    )
    private = not elsewhere and not any(mentions(node.iter, name) or name in low.scope.shared for name in own)
    each(low, node.iter, node.target, body, stop=stop, private=private)


def _outside(node: ast.AST, left_out: ast.AST) -> list[ast.AST]:
    found, waiting = [], [node]
    while waiting:
        node = waiting.pop()
        if node is not left_out:
            found.append(node)
            waiting.extend(ast.iter_child_nodes(node))
    return found


def _flag_breaks(block: list[ast.stmt], flag: str) -> list[ast.stmt]:
    """The block with the flag set before each break of its own loop."""
    result: list[ast.stmt] = []
    for statement in block:
        if isinstance(statement, ast.Break):
            result.append(ast.copy_location(build.assign(flag, build.const(True)), statement))
        elif isinstance(statement, ast.If):
            statement = ast.copy_location(
                ast.If(statement.test, _flag_breaks(statement.body, flag), _flag_breaks(statement.orelse, flag)),
                statement,
            )
        elif isinstance(statement, ast.Try):
            handlers = [
                ast.copy_location(ast.ExceptHandler(part.type, part.name, _flag_breaks(part.body, flag)), part)
                for part in statement.handlers
            ]
            body, orelse = _flag_breaks(statement.body, flag), _flag_breaks(statement.orelse, flag)
            statement = ast.copy_location(ast.Try(body, handlers, orelse, []), statement)
        result.append(statement)
    return result


def each(
    low: Lowering,
    source: ast.expr,
    target: ast.expr | None,
    body: Body,
    *,
    hints: tuple[str, ...] = (),
    stop: str | None = None,
    stops_on: bool = True,
    private: bool = True,
) -> None:
    """Writes a loop over ``source``.

    Args:
        target: what each item is stored in; without it ``body`` gets the item as an expression to be read once.
        stop: a flag that leaves all loops when it is ``stops_on``.
        private: nobody else reads the target, so it may hold items that a filter leaves out.
    """
    lazy = Lazy(low, target, body, hints, stop, stops_on, private)
    match source:
        case ast.GeneratorExp():
            lazy.generator(source)
        case ast.Call() if iterators.is_lazy(low, source):
            lazy.call(source)
        case _:
            lazy.plain(source)


class Lazy:
    """One loop over an iterable that may be lazy."""

    def __init__(
        self, low: Lowering, target: ast.expr | None, body: Body, hints: tuple[str, ...], stop: str | None,
        stops_on: bool, private: bool,
    ) -> None:  # fmt: skip
        self.low, self.target, self.body, self.hints = low, target, body, hints
        self.stop, self.stops_on, self.private = stop, stops_on, private
        self.env = low.env
        self.last: Callable[[], None] | None = None  # runs instead of an item

    def item(self, value: ast.expr) -> None:
        """One item is at hand: store it, and go on with the body, which knows nothing of inner variables."""
        with self.low.within(self.env):
            if self.target is None:
                self.body(value)
                return
            comprehensions.unpack(self.low, self.target, value)
            self.body(value)

    def over(self, source: ast.expr, target: ast.expr, body: Callable[[], None], at: ast.AST, outermost: bool) -> None:
        """One ``for`` over ``source``; inner ones leave when the flag says so."""
        low = self.low

        def inner(_: ast.expr) -> None:
            body()

        each(low, source, target, inner, stop=self.stop, stops_on=self.stops_on)
        if self.stop and not outermost:
            flag: ast.expr = build.load(self.stop)
            low.emit(build.when(flag if self.stops_on else build.negate(flag), [ast.Break()]), at)

    def plain(self, source: ast.expr) -> None:
        low = self.low
        iterable = low.iterable(source)
        with low.lending():
            self._rounds(source, iterable)

    def _rounds(self, source: ast.expr, iterable: ast.expr) -> None:
        low = self.low
        if self.target is not None:
            target, unpacking = comprehensions.flat(low, self.target)
        else:
            target, unpacking = build.store(low.variable(*(self.hints or naming.element(source)))), []
        own = [target.id] if self.target is None and isinstance(target, ast.Name) else []
        with low.apart() as block, low.within(low.env, own), low.lending():
            for statement in unpacking:
                low.emit(statement, source)
            self.body(build.load(target.id) if isinstance(target, ast.Name) else target)
        low.emit(build.loop(target, iterable, block), source)

    def generator(self, node: ast.GeneratorExp) -> None:
        self.level(node, 0)

    def level(self, node: ast.GeneratorExp, depth: int) -> None:
        with self.low.lending():
            self._level(node, depth)

    def _level(self, node: ast.GeneratorExp, depth: int) -> None:
        low, part = self.low, node.generators[depth]
        if part.is_async:
            refuse(node, "async is outside the rule language")
        earlier = {name for other in node.generators[:depth] for name in bound_in(other.target)}
        own = set(bound_in(part.target))
        later = {name for other in node.generators[depth + 1 :] for name in bound_in(other.target)}
        unset = [name for name in (own | later) - earlier if depth and mentions(part.iter, name)]
        unset += [name for name in later - earlier - own for test in part.ifs if mentions(test, name)]
        for name in sorted(unset):
            refuse(part.target, f"{name} is read before the comprehension gives it a value; rename one of the two")
        renamed, target = comprehensions.bind(low, part.target)
        iterable = part.iter

        def body() -> None:
            with low.within({**low.env, **renamed}, (name.id for name in renamed.values())):
                self.tests(part.ifs, following, node)

        def following() -> None:
            if depth + 1 < len(node.generators):
                self.level(node, depth + 1)
            elif self.last is not None:
                self.last()
            else:
                self.item(low.value(node.elt))

        self.over(iterable, target, body, node, depth == 0)

    def tests(self, tests: list[ast.expr], following: Callable[[], None], at: ast.AST) -> None:
        """What follows, under the conditions."""
        low = self.low
        if not tests:
            following()
            return
        together = 1
        while together < len(tests) and not low.needs(tests[together]):
            together += 1
        condition = build.both([low.value(test) for test in tests[:together]])
        with low.apart() as block:
            self.tests(tests[together:], following, at)
        low.emit(build.when(condition, block), at)

    def call(self, node: ast.Call) -> None:
        getattr(self, iterators.lazy_name(self.low, node).replace("itertools.", ""))(node)

    def map(self, node: ast.Call) -> None:
        low = self.low
        function = lambdas.prepare(low, node.args[0])
        sources = node.args[1:]
        if len(sources) == 1:
            variables = [low.variable(*(function.hints(0) or naming.element(sources[0])))]
        else:
            variables = [low.variable(*(function.hints(k) or naming.element(s))) for k, s in enumerate(sources)]
        self.one_by_one(node, variables, sources, lambda items: self.item(function.apply(items)))

    def one_by_one(
        self, node: ast.AST, variables: list[str], sources: list[ast.expr], body: Callable[[list[ast.expr]], None]
    ) -> None:
        """A loop over one source, or over several side by side."""
        low = self.low
        source, target = sources[0], build.store(variables[0])
        if len(sources) > 1:
            source = ast.copy_location(build.call("zip", *sources), sources[0])
            target = ast.Tuple([build.store(name) for name in variables], ast.Store())  # type: ignore[assignment]
        env = low.env

        def inner() -> None:
            with low.within(env, variables):
                body([build.load(name) for name in variables])

        self.over(source, target, inner, node, True)

    def filter(self, node: ast.Call) -> None:
        low = self.low
        test, source = node.args
        nothing = isinstance(test, ast.Constant) and test.value is None
        function = None if nothing else lambdas.prepare(low, test)
        if isinstance(self.target, ast.Name) and self.private:
            name = self.target.id
        else:
            name = low.variable(*((function and function.hints(0)) or naming.element(source)))
        env = low.env

        def inner() -> None:
            with low.within(env, [name]):
                item = build.load(name)
                condition = item if function is None else function.apply([item])
                with low.apart() as block:
                    if isinstance(self.target, ast.Name) and self.target.id == name:
                        with low.within(self.env):
                            self.body(item)
                    else:
                        self.item(item)
                low.emit(build.when(condition, block), node)

        self.over(source, build.store(name), inner, node, True)

    def starmap(self, node: ast.Call) -> None:
        low = self.low
        function = lambdas.prepare(low, node.args[0])
        source = node.args[1]
        count = function.count
        if count is None:
            name = low.fresh(*naming.element(source))
            refuse(node, f"write a loop over {name}s instead of starmap")
        variables = [low.variable(*(function.hints(k) or ("item",))) for k in range(count)]
        target: ast.expr = ast.Tuple([build.store(name) for name in variables], ast.Store())
        env = low.env

        def inner() -> None:
            with low.within(env, variables):
                self.item(function.apply([build.load(name) for name in variables]))

        self.over(source, target, inner, node, True)

    def takewhile(self, node: ast.Call) -> None:
        low = self.low
        if comprehensions.nested(node.args[1]):
            refuse(node, "write a loop with break instead of takewhile over a generator of several loops")
        function = lambdas.prepare(low, node.args[0])

        def body(items: list[ast.expr]) -> None:
            low.emit(build.when(build.negate(function.apply(items)), [ast.Break()]), node)
            self.item(items[0])

        source = node.args[1]
        self.one_by_one(node, [low.variable(*(function.hints(0) or naming.element(source)))], [source], body)

    def dropwhile(self, node: ast.Call) -> None:
        low = self.low
        function = lambdas.prepare(low, node.args[0])
        started = low.fresh("started")
        low.emit(build.assign(started, build.const(False)), node)

        def body(items: list[ast.expr]) -> None:
            with low.apart() as check:
                condition = function.apply(items)
                low.emit(build.when(build.negate(condition), [build.assign(started, build.const(True))]), node)
            low.emit(build.when(build.negate(build.load(started)), check), node)
            with low.apart() as block:
                self.item(items[0])
            low.emit(build.when(build.load(started), block), node)

        source = node.args[1]
        self.one_by_one(node, [low.variable(*(function.hints(0) or naming.element(source)))], [source], body)

    def enumerate(self, node: ast.Call) -> None:
        """The items of a lazy iterable, counted."""
        low = self.low
        start: ast.expr = ast.Constant(0)
        given = node.args[1:] + [k.value for k in node.keywords]
        if given:
            start = low.value(given[0])
        counter = low.fresh("position")
        low.emit(build.assign(counter, start), node)

        def body(value: ast.expr) -> None:
            target = self.target
            if isinstance(target, ast.Tuple) and len(target.elts) == 2 and isinstance(target.elts[0], ast.Name):
                comprehensions.unpack(low, target.elts[1], value)
                low.emit(ast.Assign([target.elts[0]], build.load(counter)), node)
                low.emit(build.add_to(counter, ast.Constant(1)), node)
                with low.within(self.env):
                    self.body(value)
            else:
                pair = low.capture(ast.copy_location(ast.Tuple([build.load(counter), value], ast.Load()), node), "pair")
                low.emit(build.add_to(counter, ast.Constant(1)), node)
                self.item(pair)

        each(low, node.args[0], None, body, stop=self.stop, stops_on=self.stops_on)

    def zip(self, node: ast.Call) -> None:
        """Side by side, with the lazy ones computed in the loop from what they are computed from."""
        low = self.low
        if node.keywords:
            refuse(node, "put list(...) of what is computed in a variable before zip with strict=")
        sources, makers = [], []
        parts: list[ast.expr | None] = [None] * len(node.args)
        if isinstance(self.target, ast.Tuple) and len(self.target.elts) == len(parts):
            parts = [*self.target.elts]
        for argument, part in zip(node.args, parts, strict=True):
            own = part.id if isinstance(part, ast.Name) and self.private else None
            if own is not None and any(mentions(other, own) for other in node.args):
                own = None
            source, variable, maker = iterators.one_to_one(low, argument, own)
            sources.append((source, variable))
            makers.append(maker)

        def body(items: list[ast.expr]) -> None:
            values = low.ordered([lambda m=m, i=i: m(i) for m, i in zip(makers, items, strict=True)])  # type: ignore
            target = self.target
            if isinstance(target, ast.Tuple) and len(target.elts) == len(values):
                pairs = [
                    (part, value) for part, value in zip(target.elts, values, strict=True)
                    if not (isinstance(part, ast.Name) and isinstance(value, ast.Name) and part.id == value.id)
                ]  # fmt: skip
                names = {name for part, _ in pairs for name in bound_in(part)}
                if not any(mentions(value, name) for value in values for name in names):
                    for part, value in pairs:
                        comprehensions.unpack(low, part, value)
                    with low.within(self.env):
                        self.body(target)
                    return
            self.item(ast.copy_location(ast.Tuple(values, ast.Load()), node))

        self.one_by_one(node, [variable for _, variable in sources], [source for source, _ in sources], body)

    def iter(self, node: ast.Call) -> None:
        each(
            self.low, node.args[0], self.target, self.body, hints=self.hints, stop=self.stop, stops_on=self.stops_on,
            private=self.private,
        )  # fmt: skip

    def from_iterable(self, node: ast.Call) -> None:
        refuse(node, "write two loops instead of chain.from_iterable of something computed")
