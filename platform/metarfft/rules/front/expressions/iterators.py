"""Iterators: which are computed while a loop runs, which become lists, and which may not be kept."""

from __future__ import annotations

import ast
import string
from collections.abc import Callable
from typing import TYPE_CHECKING

from metarfft.rules import core
from metarfft.rules.errors import refuse
from metarfft.rules.front.expressions import build, comprehensions, lambdas, naming
from metarfft.rules.front.expressions.purity import is_quiet
from metarfft.rules.front.expressions.variables import statements_in

if TYPE_CHECKING:
    from metarfft.rules.front.expressions.lowering import Goal, Lowering

COMPUTING = frozenset("map filter itertools.starmap itertools.takewhile itertools.dropwhile".split())
CARRYING = frozenset("enumerate zip iter".split())
BARE = {
    name: f"itertools.{name}"
    for name in core.DOTTED["itertools"] | frozenset("starmap takewhile dropwhile count cycle compress tee".split())
}
MAKING = frozenset("map filter zip enumerate reversed iter".split())
READ_LATE = frozenset("chain islice accumulate groupby zip_longest pairwise from_iterable".split())
STRINGS = {name: getattr(string, name) for name in dir(string) if isinstance(getattr(string, name), str)}


def lazy_name(low: Lowering, node: ast.expr) -> str:
    """What a call of an iterator is called: ``map``, ``itertools.starmap`` ...; empty for all else."""
    if not isinstance(node, ast.Call):
        return ""
    name = build.dotted(node.func) or ""
    if isinstance(node.func, ast.Name):
        if not low.is_builtin(name):
            return ""
        name = BARE.get(name, name)
    return name if name in COMPUTING | CARRYING else ""


def is_lazy(low: Lowering, node: ast.expr) -> bool:
    """Whether ``node`` computes its items while it is iterated, so that the loop has to."""
    if isinstance(node, ast.GeneratorExp):
        return True
    name = lazy_name(low, node)
    if name in COMPUTING:
        return True
    return name in CARRYING and isinstance(node, ast.Call) and any(is_lazy(low, part) for part in node.args)


def makes_iterator(low: Lowering, node: ast.expr) -> bool:
    """Whether the value of ``node`` is an iterator, which can be used up once."""
    if isinstance(node, ast.GeneratorExp):
        return True
    if not isinstance(node, ast.Call):
        return False
    name = build.dotted(node.func) or ""
    if isinstance(node.func, ast.Name):
        return low.is_builtin(name) and (name in BARE or name in MAKING)
    return name in BARE.values()


def is_iterator(node: ast.expr) -> bool:
    """Whether ``node``, which is core, is one of the iterators that core knows."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in core.ITERATORS


def is_range(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range"


def iterable(low: Lowering, node: ast.expr, goal: Goal) -> ast.expr:
    """``node`` in core where it is used up at once."""
    if is_lazy(low, node):
        low.notes.add(node, "what is computed here is put in a list by a loop")
        return comprehensions.into_list(low, node, goal)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and low.is_builtin(node.func.id):
        name = node.func.id
        if name == "iter" and len(node.args) == 1:
            return iterable(low, node.args[0], goal)
        if name in core.ITERATORS or name == "range":
            lowerings: list[Callable[[], ast.expr]] = []
            for argument in node.args:
                if isinstance(argument, ast.Starred):
                    return low.value(node, goal)
                lowerings.append(lambda a=argument: low.iterable(a))  # type: ignore[misc]
            for keyword in node.keywords:
                lowerings.append(lambda k=keyword: low.value(k.value))  # type: ignore[misc]
            parts = low.ordered(lowerings)
            given = parts[: len(node.args)]
            rest = parts[len(node.args) :]
            if name == "enumerate":
                given, rest = given + rest, []
            keywords = [ast.keyword(k.arg, v) for k, v in zip(node.keywords, rest, strict=False)] if rest else []
            return ast.copy_location(ast.Call(build.load(name), given, keywords), node)
    return low.value(node, goal)


def escaped(low: Lowering, node: ast.Call, goal: Goal) -> ast.expr:
    """An iterator or a range where a value is wanted: its list."""
    items = iterable(low, node, goal)
    return items if isinstance(items, ast.Name) else build.call("list", items)


def check_given(low: Lowering, node: ast.expr) -> None:
    """Sees that a function gives no iterator."""
    if makes_iterator(low, node) or lazy_name(low, node) == "iter":
        refuse(node, "an iterator cannot be returned; return list(...) of it")
    if isinstance(node, ast.Call) and build.dotted(node.func) == "range" and low.is_builtin("range"):
        refuse(node, "a range cannot be returned; return list(range(...))")


def check_undisturbed(low: Lowering, node: ast.For) -> None:
    """Sees that a loop does not change what chain or another iterator, here a list, still has to read."""
    names = _read_late(low, node.iter)
    for part in statements_in(node.body) if names else ():
        receiver: ast.AST | None = None
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and core.changes(part):
            receiver = part.func.value
        elif isinstance(part, ast.Subscript) and not isinstance(part.ctx, ast.Load):
            receiver = part.value
        elif isinstance(part, ast.AugAssign):
            receiver = part.target
        if isinstance(receiver, ast.Name) and receiver.id in names:
            refuse(part, f"the loop changes {receiver.id}, which it still reads from; loop over list(...) of it")


def check_steady(low: Lowering, source: ast.expr, function: ast.expr) -> None:
    """Sees that a function changes nothing while an iterator that becomes a list is read."""
    if _read_late(low, source) and not is_quiet(low, function):
        refuse(source, "the function changes something while the iterator runs; put a list of it in a variable first")


def _read_late(low: Lowering, node: ast.expr) -> set[str]:
    """The variables that iterators which become lists read while the loop runs."""
    if not (isinstance(node, ast.Call) and makes_iterator(low, node)):
        return set()
    name = (build.dotted(node.func) or "").rpartition(".")[2]
    own = {part.id for part in node.args if isinstance(part, ast.Name)} if name in READ_LATE else set()
    return own.union(*(_read_late(low, part) for part in node.args))


def check_early(low: Lowering, source: ast.expr, others: list[ast.expr]) -> None:
    """Sees that what is evaluated beside a lazy iterable, before the first item is computed, can as well be later."""
    if all(isinstance(other, ast.Constant) for other in others):
        return
    if not (is_quiet(low, source) and all(is_quiet(low, other) for other in others)):
        refuse(others[0], "this is evaluated before the items are computed; put it in a variable first")


def attribute(low: Lowering, node: ast.Attribute) -> ast.expr:
    name = build.dotted(node) or ""
    if name.startswith("string.") and node.attr in STRINGS and low.is_module("string"):
        return ast.Constant(STRINGS[node.attr])
    module = name.partition(".")[0]
    if name == f"{module}.{node.attr}" and module in core.DOTTED and low.is_module(module):
        return node
    if isinstance(node.value, ast.Name) and not low.is_module(node.value.id):
        refuse(node, f".{node.attr}: objects have no attributes in the rule language; keep the value in a variable")
    refuse(node, f"{ast.unparse(node)} is outside the rule language")


def one_to_one(
    low: Lowering, node: ast.expr, own: str | None = None
) -> tuple[ast.expr, str, Callable[[ast.expr], ast.expr]]:
    """An iterable as a plain one whose items are computed one by one: it, a variable for an item, what is computed.

    Args:
        own: the variable that holds an item in the end; it serves where nothing is computed.
    """
    from metarfft.rules.front.expressions.lowering import Core

    is_map = lazy_name(low, node) == "map" and isinstance(node, ast.Call) and len(node.args) == 2
    if is_map and isinstance(node, ast.Call) and not is_lazy(low, node.args[1]):
        function = lambdas.prepare(low, node.args[0])
        source = node.args[1]
        variable = low.variable(*(function.hints(0) or naming.element(source)))
        return source, variable, lambda item: function.apply([item])
    if isinstance(node, ast.GeneratorExp) and len(node.generators) == 1:
        part = node.generators[0]
        if not part.ifs and isinstance(part.target, ast.Name) and not is_lazy(low, part.iter):
            renamed, target = comprehensions.bind(low, part.target)
            assert isinstance(target, ast.Name)
            env = low.env

            def make(item: ast.expr) -> ast.expr:
                with low.within({**env, **renamed}, [target.id]):
                    return low.value(node.elt)

            return part.iter, target.id, make
    variable = own or low.fresh(*naming.element(node))
    if is_lazy(low, node):
        return Core(low.iterable(node)), variable, lambda item: item
    return node, variable, lambda item: item
