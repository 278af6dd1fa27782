"""Comprehensions and generator expressions, written as loops that build the container."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from metarfft.rules.errors import refuse
from metarfft.rules.front.expressions import build, each, naming
from metarfft.rules.front.expressions.variables import bound_in

if TYPE_CHECKING:
    from metarfft.rules.front.expressions.lowering import Goal, Lowering

WHAT = {ast.ListComp: "comprehension", ast.SetComp: "comprehension", ast.DictComp: "comprehension"}


def collect(low: Lowering, node: ast.expr, goal: Goal) -> ast.expr:
    """The container that a comprehension (or a generator that is used up at once) makes."""
    low.notes.add(node, f"the {WHAT.get(type(node), 'generator')} is written as a loop")
    match node:
        case ast.ListComp(elt=elt, generators=generators) | ast.GeneratorExp(elt=elt, generators=generators):
            return into_list(low, _generator(node, elt, generators), goal)
        case ast.SetComp(elt=elt, generators=generators):
            return into_set(low, _generator(node, elt, generators), goal)
        case ast.DictComp(key=key, value=value, generators=generators):
            pair = ast.copy_location(ast.Tuple([key, value], ast.Load()), node)
            return into_dict(low, _generator(node, pair, generators), goal)
    raise AssertionError


def _generator(node: ast.expr, elt: ast.expr, generators: list[ast.comprehension]) -> ast.GeneratorExp:
    return ast.copy_location(ast.GeneratorExp(elt, generators), node)


def into_list(low: Lowering, source: ast.expr, goal: Goal) -> ast.expr:
    """A new list of what ``source`` gives."""
    match source:
        case ast.GeneratorExp(
            elt=ast.Name(id=item),
            generators=[ast.comprehension(target=ast.Name(id=name), iter=items, ifs=[], is_async=0)],
        ) if item == name and not low.lazy(items):
            return build.call("list", low.iterable(items))
    name = low.place(goal, *plural(source))
    with low.filling(name, ast.List([], ast.Load()), source):
        each.each(low, source, None, lambda item: low.emit(build.do(name, "append", item), source))
    return build.load(name)


def into_set(low: Lowering, source: ast.expr, goal: Goal) -> ast.expr:
    name = low.place(goal, "group")
    with low.filling(name, build.call("set"), source):
        each.each(low, source, None, lambda item: low.emit(build.do(name, "add", item), source))
    return build.load(name)


def into_dict(low: Lowering, source: ast.GeneratorExp, goal: Goal) -> ast.expr:
    """A new dictionary; the elements of ``source`` are displays of a key and a value."""
    name = low.place(goal, "table")

    def body(pair: ast.expr) -> None:
        assert isinstance(pair, ast.Tuple)
        key, value = pair.elts
        if not low.stable(key, ()) and not low.stable(value, ()):
            key = low.capture(key, "key")  # Python makes the key first
        low.emit(build.assign_item(build.load(name), key, value), source)

    with low.filling(name, ast.Dict([], []), source):
        each.each(low, source, None, body)
    return build.load(name)


def run(
    low: Lowering, elt: ast.expr, generators: list[ast.comprehension], alone: Callable[[ast.expr], None]
) -> None:
    """A comprehension whose list nobody reads: the loop only."""
    nothing = ast.copy_location(ast.Constant(None), elt)
    source = _generator(elt, nothing, generators)
    lazy = each.Lazy(low, None, lambda _: None, (), None, True, True)
    lazy.last = lambda: alone(elt)
    lazy.generator(source)


def plural(source: ast.expr) -> tuple[str, ...]:
    """Hints for a list of what ``source`` gives."""
    elt = source.elt if isinstance(source, ast.GeneratorExp) else source
    if isinstance(elt, ast.Call):
        if isinstance(source, ast.Call) and source.args:
            function = source.args[0]
            name = function.id if isinstance(function, ast.Name) else ""
        else:
            name = elt.func.id if isinstance(elt.func, ast.Name) else ""
        if name in naming.CALLS:
            one = naming.CALLS[name]
            return (one + "s" if not one.endswith("s") else one, "values")
    if isinstance(elt, ast.Name):
        one = elt.id
        return (one + "s", "items") if len(one) > 2 and not one.endswith("s") else ("items",)
    if isinstance(elt, ast.Tuple):
        return ("pairs",) if len(elt.elts) == 2 else ("rows",)
    if isinstance(elt, ast.ListComp):
        return ("rows", "lists")
    return ("values",)


def bind(low: Lowering, target: ast.expr) -> tuple[dict[str, ast.Name], ast.expr]:
    """The variables of a comprehension's target as they are called in core, and the target with these names."""
    names = {name: low.variable(name) for name in dict.fromkeys(bound_in(target))}
    renamed = {name: build.load(new) for name, new in names.items()}

    def rename(node: ast.expr) -> ast.expr:
        match node:
            case ast.Name(id=name):
                return ast.copy_location(build.store(names[name]), node)
            case ast.Tuple(elts=elts) | ast.List(elts=elts):
                return ast.copy_location(ast.Tuple([rename(element) for element in elts], ast.Store()), node)
        refuse(node, "a comprehension's variables must be plain names")

    return renamed, rename(target)


def flat(low: Lowering, target: ast.expr) -> tuple[ast.expr, list[ast.stmt]]:
    """A target of one level, and the assignments that unpack the deeper ones."""
    if not isinstance(target, ast.Tuple):
        return target, []
    parts: list[ast.expr] = []
    unpacking: list[ast.stmt] = []
    for element in target.elts:
        if isinstance(element, ast.Tuple):
            name = low.fresh("pair" if len(element.elts) == 2 else "part")
            parts.append(build.store(name))
            inner, deeper = flat(low, element)
            unpacking += [ast.Assign([inner], build.load(name)), *deeper]
        else:
            parts.append(element)
    return ast.copy_location(ast.Tuple(parts, ast.Store()), target), unpacking


def unpack(low: Lowering, target: ast.expr, value: ast.expr) -> None:
    """Writes ``target = value``."""
    target, unpacking = flat(low, target)
    if not (isinstance(value, ast.Name) and isinstance(target, ast.Name) and value.id == target.id):
        low.emit(ast.Assign([target], value), value)
    for statement in unpacking:
        low.emit(statement, value)


def nested(source: ast.expr) -> bool:
    """Whether the loop over ``source`` is more than one ``for``."""
    match source:
        case ast.GeneratorExp(generators=generators):
            return len(generators) > 1 or nested(generators[0].iter)
        case ast.Call(args=arguments):
            return any(nested(argument) for argument in arguments)
    return False
