"""Calls: of the user's own functions, of builtins that take functions or computed items, and of methods."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from metarfft.rules import core
from metarfft.rules.errors import refuse
from metarfft.rules.front.expressions import (
    build,
    comprehensions,
    dispatch,
    formats,
    iterators,
    lambdas,
    naming,
    ordering,
    reductions,
    tools,
)
from metarfft.rules.front.expressions.each import each

if TYPE_CHECKING:
    from metarfft.rules.front.expressions.lowering import Goal, Lowering

POSITIONAL: dict[str, tuple[str, ...]] = {
    "split": ("sep", "maxsplit"), "rsplit": ("sep", "maxsplit"), "splitlines": ("keepends",),
    "expandtabs": ("tabsize",),
    "enumerate": ("iterable", "start"), "int": ("x", "base"), "round": ("number", "ndigits"),
    "sum": ("iterable", "start"), "pow": ("base", "exp", "mod"), "most_common": ("n",), "deque": ("iterable", "maxlen"),
    "itertools.permutations": ("iterable", "r"), "itertools.combinations": ("iterable", "r"),
    "itertools.combinations_with_replacement": ("iterable", "r"), "itertools.repeat": ("object", "times"),
    "bisect.bisect": ("a", "x", "lo", "hi"), "bisect.bisect_left": ("a", "x", "lo", "hi"),
    "bisect.bisect_right": ("a", "x", "lo", "hi"), "bisect.insort": ("a", "x", "lo", "hi"),
    "bisect.insort_left": ("a", "x", "lo", "hi"), "bisect.insort_right": ("a", "x", "lo", "hi"),
    "heapq.nlargest": ("n", "iterable"), "heapq.nsmallest": ("n", "iterable"), "math.comb": ("n", "k"),
}  # fmt: skip
FILLERS = {"sep": None, "iterable": ()}  # what stands where an argument before a named one is left out
KEPT = frozenset("reverse default strict fillvalue last rel_tol abs_tol".split())
USING_UP = core.CONSUMERS | core.ITERATORS | {"join", "extend", "update"}


def call(low: Lowering, node: ast.Call, goal: Goal, whole: bool) -> ast.expr:
    """A call in core."""
    function = node.func
    match function:
        case ast.Name(id=name):
            own = low.own(name)
            if own is not None:
                return own_call(low, own, node, goal, whole)
            if not low.is_builtin(name):
                refuse(node, f"{name} is a variable that is called; call a function by its own name")
        case ast.Lambda():
            low.notes.add(node, "the lambda is written where it is called")
            if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
                refuse(node, "give the arguments of the lambda by position")
            made = lambdas.prepare(low, function)
            return made.apply(low.operands(node.args), goal)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            one, other = (
                ast.copy_location(ast.Call(branch, node.args, node.keywords), node) for branch in (body, orelse)
            )
            return low.value(ast.copy_location(ast.IfExp(test, one, other), node), goal)
        case ast.Attribute():
            pass
        case ast.Call() if not node.keywords and not any(isinstance(a, ast.Starred) for a in node.args):
            return lambdas.prepare(low, function).apply(low.operands(node.args), goal)
        case ast.Subscript():
            return dispatch.call(low, node, goal)
        case _:
            refuse(node, "call functions and methods by their name")
    name = canonical(low, function)
    handler = HANDLERS.get(name) or tools.HANDLERS.get(name) or formats.HANDLERS.get(name)
    if handler is not None:
        result = handler(low, node, goal)
        if result is not None:
            return result
    return native(low, node, name)


def canonical(low: Lowering, function: ast.expr) -> str:
    """What is called: ``len``, ``math.gcd``, ``.append`` for a method, ``str.upper`` for a method of a type."""
    name = build.dotted(function)
    if isinstance(function, ast.Name):
        return iterators.BARE.get(function.id, tools.BARE.get(function.id, function.id))
    assert isinstance(function, ast.Attribute)
    if name is not None:
        first = name.partition(".")[0]
        if low.is_module(first):
            return name.removeprefix("collections.")
        if first in lambdas.TYPES and low.is_builtin(first) and name.count(".") == 1:
            return name
        if name.startswith("itertools.") and low.is_builtin("itertools"):
            return name
    return f".{function.attr}"


def alone(low: Lowering, node: ast.Call) -> bool:
    """Calls on a line of their own that become statements; whether it was one of them."""
    if isinstance(node.func, ast.Name) and low.own(node.func.id) is not None:
        return False
    name = canonical(low, node.func) if isinstance(node.func, (ast.Name, ast.Attribute)) else ""
    if name == "list.sort" and node.args:
        receiver = ast.copy_location(ast.Attribute(node.args[0], "sort", ast.Load()), node)
        node = ast.copy_location(ast.Call(receiver, node.args[1:], node.keywords), node)
        name = ".sort"
    if name == ".sort" and ordering.key_of(node) is not None:
        ordering.sort_in_place(low, node)
        return True
    if len(node.args) == 1 and not node.keywords and low.lazy(node.args[0]):
        source = node.args[0]
        if name == ".extend" and isinstance(node.func, ast.Attribute):
            low.notes.add(node, "what is computed is appended one by one")
            items = low.steady(_receiver(low, node.func.value, "append"), "items")
            each(low, source, None, lambda item: low.emit(ast.Expr(build.method(items, "append", item)), node))
            return True
        if name in ("list", "tuple"):
            if isinstance(source, ast.GeneratorExp):
                comprehensions.run(low, source.elt, source.generators, low.alone)
                return True
            each(low, source, None, lambda item: drop(low, item, node))
            return True
    return False


def drop(low: Lowering, item: ast.expr, at: ast.AST) -> None:
    """An item that nobody reads."""
    if isinstance(item, ast.Call) and core.changes(item):
        low.emit(ast.Expr(item), at)
    elif not isinstance(item, (ast.Name, ast.Constant)):
        low.emit(build.assign(low.fresh("unused"), item), at)


def own_call(low: Lowering, function: ast.FunctionDef, node: ast.Call, goal: Goal, whole: bool) -> ast.expr:
    """A call of the user's function: on a line of its own, all arguments by position."""
    parameters = [argument.arg for argument in function.args.args]
    arguments: list[ast.expr] = []
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            if not isinstance(argument.value, (ast.Tuple, ast.List)):
                refuse(argument, "write the arguments out instead of *")
            arguments += argument.value.elts
        else:
            arguments.append(argument)
    if len(arguments) > len(parameters):
        refuse(node, f"{function.name}() takes {len(parameters)} arguments, but is given {len(arguments)}")
    given = dict(zip(parameters, arguments, strict=False))
    for keyword in node.keywords:
        if keyword.arg is None or keyword.arg not in parameters or keyword.arg in given:
            refuse(keyword.value, f"{function.name}() has no argument {keyword.arg or '**'} to be given here")
        given[keyword.arg] = keyword.value
    for name, value in given.items():
        if iterators.makes_iterator(low, value) and _reads(function, name) != 1:
            refuse(value, f"{function.name}() is given an iterator; give it list(...) of it")
    lowered = dict(zip(given, low.operands(list(given.values())), strict=True))
    if list(given) != [name for name in parameters if name in given]:  # evaluated in the order of the call
        for name, value in lowered.items():
            lowered[name] = value if low.stable(value, ()) else low.capture(value, name)
    defaults = dict(zip(parameters[::-1], low.defaults(function)[::-1], strict=False))
    for name in parameters:
        if name not in lowered:
            if name not in defaults:
                refuse(node, f"{function.name}() needs the argument {name}")
            lowered[name] = defaults[name]
    assert isinstance(node.func, ast.Name)
    made = ast.copy_location(ast.Call(build.load(node.func.id), [lowered[name] for name in parameters], []), node)
    if whole:
        return made
    low.notes.add(node, f"the call of {function.name} stands on a line of its own")
    name = low.place(goal, *naming.result_of(function.name))
    low.emit(build.assign(name, made), node)
    return build.load(name)


def _reads(function: ast.FunctionDef, name: str) -> int:
    nodes = [node for node in ast.walk(function) if isinstance(node, ast.Name) and node.id == name]
    return sum(isinstance(node.ctx, ast.Load) for node in nodes)


def native(low: Lowering, node: ast.Call, name: str) -> ast.expr:
    """A call that core has, with its operands in core."""
    function, attribute = node.func, name.rpartition(".")[2]
    arguments, keywords = by_position(node, name if name in POSITIONAL else attribute)
    if any(isinstance(argument, ast.Starred) for argument in arguments):
        refuse(node, "write the arguments out instead of *")
    if any(keyword.arg is None for keyword in keywords):
        refuse(node, "write the arguments out instead of **")
    changing = (attribute in core.CHANGING_METHODS and name.startswith(".")) or name in core.CHANGING_CALLS
    uses_up = attribute in USING_UP or (not name.startswith(".") and "." in name)
    parts: list[Callable[[], ast.expr]] = []
    is_method = name.startswith(".")
    lazy = [position for position, argument in enumerate(arguments) if low.lazy(argument)]
    if lazy and uses_up:
        others = [*arguments[lazy[0] + 1 :], *(keyword.value for keyword in keywords)]
        iterators.check_early(low, arguments[lazy[0]], [other for other in others if not low.lazy(other)])
    if is_method:
        assert isinstance(function, ast.Attribute)
        receiver = function.value
        parts.append(lambda: _receiver(low, receiver, attribute) if changing else low.value(receiver))
    for position, argument in enumerate(arguments):
        if name == "isinstance" and position == 1:
            parts.append(lambda a=argument: a)  # type: ignore[misc]
        elif name == "defaultdict" and position == 0:
            parts.append(lambda a=argument: tools.factory(low, a))  # type: ignore[misc]
        elif changing and not is_method and position == 0:
            parts.append(lambda a=argument: _receiver(low, a, attribute))  # type: ignore[misc]
        elif uses_up:
            parts.append(lambda a=argument: low.iterable(a, _parts(attribute)))  # type: ignore[misc]
        else:
            parts.append(lambda a=argument: low.value(a))  # type: ignore[misc]
    for keyword in keywords:
        parts.append(lambda k=keyword: low.value(k.value))  # type: ignore[misc]
    values = low.ordered(parts)
    if is_method:
        assert isinstance(function, ast.Attribute)
        function = ast.copy_location(ast.Attribute(values.pop(0), function.attr, ast.Load()), function)
    given = values[: len(arguments)]
    named = [
        ast.copy_location(ast.keyword(k.arg, value), k)
        for k, value in zip(keywords, values[len(arguments) :], strict=True)
    ]
    return ast.Call(function, given, named)


def _parts(attribute: str) -> Goal:
    from metarfft.rules.front.expressions.lowering import Goal

    return Goal(None, ("parts",) if attribute == "join" else ())


def _receiver(low: Lowering, node: ast.expr, attribute: str) -> ast.expr:
    """What a call changes: a variable or an element, so that the change can be told."""
    receiver = low.value(node)
    inner = receiver
    while isinstance(inner, ast.Subscript) and not isinstance(inner.slice, ast.Slice):
        inner = inner.value
    return receiver if isinstance(inner, ast.Name) else low.capture(receiver)


def by_position(node: ast.Call, name: str) -> tuple[list[ast.expr], list[ast.keyword]]:
    """The arguments with those that have a place given by position, where that keeps their order."""
    arguments = list(node.args)
    places = POSITIONAL.get(name, ())
    if name == "sort" or name == "sorted" or not node.keywords:
        kept = [keyword for keyword in node.keywords if not (keyword.arg == "key" and _is_none(keyword.value))]
        return arguments, kept
    named = {keyword.arg: keyword.value for keyword in node.keywords}
    while named and len(arguments) < len(places):
        place = places[len(arguments)]
        if place in named:
            arguments.append(named.pop(place))
        elif place in FILLERS and any(later in named for later in places[len(arguments) :]):
            filler = FILLERS[place]
            arguments.append(ast.Constant(None) if filler is None else ast.List([], ast.Load()))
        else:
            break
    return arguments, [keyword for keyword in node.keywords if keyword.arg in named]


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


# Builtins that take what is computed


def _sorted(low: Lowering, node: ast.Call, goal: Goal) -> ast.expr | None:
    if ordering.key_of(node) is not None and len(node.args) == 1:
        return ordering.sort(low, node.args[0], node, goal)
    return None


def _best(name: str) -> Callable[[Lowering, ast.Call, Goal], ast.expr | None]:
    def write(low: Lowering, node: ast.Call, goal: Goal) -> ast.expr | None:
        if ordering.key_of(node) is not None and node.args:
            return ordering.best(low, node, goal, name)
        if any(isinstance(argument, ast.Starred) for argument in node.args):
            return tools.best_of_all(low, node, goal, name)
        return None

    return write


def _list(low: Lowering, node: ast.Call, goal: Goal) -> ast.expr | None:
    if len(node.args) == 1 and (low.lazy(node.args[0]) or isinstance(node.args[0], ast.ListComp)):
        if isinstance(node.args[0], ast.ListComp):
            return low.value(node.args[0], goal)
        return low.iterable(node.args[0], goal)
    if len(node.args) == 1 and iterators.makes_iterator(low, node.args[0]):
        items = low.iterable(node.args[0], goal)
        made = isinstance(items, ast.Call) and isinstance(items.func, ast.Name) and items.func.id == "list"
        return items if made or isinstance(items, ast.Name) else build.call("list", items)
    return None


def _set(low: Lowering, node: ast.Call, goal: Goal) -> ast.expr | None:
    if len(node.args) == 1 and low.lazy(node.args[0]):
        low.notes.add(node, "the set is filled by a loop")
        return comprehensions.into_set(low, node.args[0], goal)
    return None


def _dict(low: Lowering, node: ast.Call, goal: Goal) -> ast.expr | None:
    if node.keywords and not node.args and all(keyword.arg for keyword in node.keywords):
        keys: list[ast.expr | None] = [ast.Constant(keyword.arg) for keyword in node.keywords]
        return low.value(ast.copy_location(ast.Dict(keys, [k.value for k in node.keywords]), node), goal)
    if node.keywords:
        keys = [None, *(ast.Constant(keyword.arg) if keyword.arg else None for keyword in node.keywords)]
        base = ast.copy_location(ast.Call(node.func, node.args, []), node)
        if not node.args:
            keys, values = keys[1:], [keyword.value for keyword in node.keywords]
        else:
            values = [base, *(keyword.value for keyword in node.keywords)]
        return low.value(ast.copy_location(ast.Dict(keys, values), node), goal)
    if len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp | ast.ListComp):
        source = node.args[0]
        parts = source.elt.elts if isinstance(source.elt, ast.Tuple | ast.List) else []
        plain = len(parts) == 2 and not any(isinstance(part, ast.Starred) for part in parts)
        if plain and isinstance(source, ast.GeneratorExp):
            pair = ast.copy_location(ast.Tuple(parts, ast.Load()), source.elt)
            low.notes.add(node, "the dictionary is filled by a loop")
            made = ast.copy_location(ast.GeneratorExp(pair, source.generators), source)
            return comprehensions.into_dict(low, made, goal)
    return None


def _counter(low: Lowering, node: ast.Call, goal: Goal) -> ast.expr | None:
    if node.keywords and not node.args and all(keyword.arg for keyword in node.keywords):
        keys: list[ast.expr | None] = [ast.Constant(keyword.arg) for keyword in node.keywords]
        made = ast.copy_location(ast.Dict(keys, [k.value for k in node.keywords]), node)
        return build.call("Counter", low.value(made))
    if len(node.args) != 1 or node.keywords or not low.lazy(node.args[0]):
        return None
    low.notes.add(node, "what is counted is computed in a loop")
    name = low.place(goal, "counts")

    def body(item: ast.expr) -> None:
        place = ast.Subscript(build.load(name), item, ast.Store())
        low.emit(ast.AugAssign(place, ast.Add(), ast.Constant(1)), node)

    with low.filling(name, build.call("Counter"), node):
        each(low, node.args[0], None, body)
    return build.load(name)


def _escaped(low: Lowering, node: ast.Call, goal: Goal) -> ast.expr | None:
    return iterators.escaped(low, node, goal)


def _zip(low: Lowering, node: ast.Call, goal: Goal) -> ast.expr | None:
    return tools.columns(low, node, goal) or iterators.escaped(low, node, goal)


def _length(low: Lowering, node: ast.Call, goal: Goal) -> ast.expr | None:
    of_range = len(node.args) == 1 and isinstance(node.args[0], ast.Call) and build.dotted(node.args[0].func) == "range"
    return build.call("len", low.iterable(node.args[0])) if of_range and low.is_builtin("range") else None


def _iter(low: Lowering, node: ast.Call, goal: Goal) -> ast.expr | None:
    refuse(node, "an iterator of its own is outside the rule language; loop over the values with for, or by index")


HANDLERS: dict[str, Callable[[Lowering, ast.Call, Goal], ast.expr | None]] = {
    "any": lambda low, node, goal: reductions.any_all(low, node, goal, "any"),
    "all": lambda low, node, goal: reductions.any_all(low, node, goal, "all"),
    "sum": reductions.total, "next": reductions.first_of, "functools.reduce": reductions.reduce,
    "sorted": _sorted, "min": _best("min"), "max": _best("max"), "list": _list, "set": _set,
    "dict": _dict, "Counter": _counter, "len": _length, "iter": _iter, "map": _escaped, "filter": _escaped,
    "zip": _zip, "enumerate": _escaped, "reversed": _escaped, "range": _escaped,
    "itertools.starmap": _escaped, "itertools.takewhile": _escaped, "itertools.dropwhile": _escaped,
}  # fmt: skip
