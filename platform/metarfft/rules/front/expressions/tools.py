"""The functions of itertools, functools, operator, heapq and collections that core has no call for."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from metarfft.rules import core
from metarfft.rules.errors import refuse
from metarfft.rules.front.expressions import build, lambdas, naming, ordering
from metarfft.rules.front.expressions.each import each

if TYPE_CHECKING:
    from metarfft.rules.front.expressions.lowering import Goal, Lowering

BARE = {
    "reduce": "functools.reduce", "itemgetter": "operator.itemgetter", "partial": "functools.partial",
}  # fmt: skip


def factory(low: Lowering, node: ast.expr) -> ast.expr:
    """What a defaultdict is filled with: a type, also where it is given as a lambda."""
    if isinstance(node, ast.Lambda) and not node.args.args:
        match node.body:
            case ast.Constant(value=value) if not value and value is not None:
                return build.load(type(value).__name__)
            case ast.List(elts=[]):
                return build.load("list")
            case ast.Dict(keys=[]):
                return build.load("dict")
            case ast.Call(func=ast.Name(id=name), args=[], keywords=[]) if name in core.FACTORIES:
                return build.load(name)
    if isinstance(node, ast.Name) and node.id in core.FACTORIES and low.is_builtin(node.id):
        return node
    if isinstance(node, ast.Constant) and node.value is None:
        return node
    refuse(node, "a defaultdict is filled with int, float, str, list, set or dict; else test `if key not in`")


def best_of_all(low: Lowering, node: ast.Call, goal: Goal, name: str) -> ast.expr:
    """``max(*items)``: the items are the arguments."""
    if node.keywords:
        refuse(node, f"write {name}(items) instead of *")
    low.notes.add(node, f"{name}(*...) is written with a list of the arguments")
    values = low.value(ast.copy_location(ast.List(node.args, ast.Load()), node))
    values = low.steady(values, "values")
    result = low.place(goal, "largest" if name == "max" else "smallest")
    several = [build.assign(result, build.call(name, values))]
    one = [build.assign(result, build.call(name, build.item(values, ast.Constant(0))))]
    count = build.call("len", values)
    otherwise: list[ast.stmt] = list(several)
    if all(isinstance(argument, ast.Starred) for argument in node.args):
        error = build.fail("TypeError", f"{name} expected at least 1 argument, got 0")
        otherwise = [build.when(build.compare(count, ast.Eq(), ast.Constant(0)), [error], several)]
    test = build.compare(build.call("len", values), ast.Eq(), ast.Constant(1))
    low.emit(build.when(test, one, otherwise), node)
    return build.load(result)


def columns(low: Lowering, node: ast.Call, goal: Goal) -> ast.expr | None:
    """``zip(*rows)``: the columns, as tuples."""
    if not any(isinstance(argument, ast.Starred) for argument in node.args):
        return None
    if node.keywords:
        refuse(node, "write zip(*rows) without strict=")
    low.notes.add(node, "zip(*...) is written as a loop over the columns")
    rows, lengths, columns = low.fresh("rows"), low.fresh("lengths"), low.place(goal, "columns")
    low.emit(build.assign(rows, ast.List([], ast.Load())), node)
    low.emit(build.assign(lengths, ast.List([], ast.Load())), node)

    def take(item: ast.expr) -> None:
        row = low.steady(build.call("list", item), "row")
        low.emit(build.do(rows, "append", row), node)
        low.emit(build.do(lengths, "append", build.call("len", row)), node)

    for argument in node.args:
        if isinstance(argument, ast.Starred):
            each(low, argument.value, None, take)
        else:
            take(low.iterable(argument))
    low.emit(build.assign(columns, ast.List([], ast.Load())), node)
    position, column, row = low.fresh("position"), low.fresh("column"), low.fresh("row")
    one = build.do(column, "append", build.item(build.load(row), build.load(position)))
    body: list[ast.stmt] = [
        build.assign(column, ast.List([], ast.Load())),
        build.loop(build.store(row), build.load(rows), [one]),
        build.do(columns, "append", build.call("tuple", build.load(column))),
    ]
    width = build.call("min", build.load(lengths), default=ast.Constant(0))
    low.emit(build.loop(build.store(position), build.call("range", width), body), node)
    return build.load(columns)


def _operator(low: Lowering, node: ast.Call, goal: Goal) -> ast.expr | None:
    """``operator.add(a, b)`` as ``a + b``."""
    assert isinstance(node.func, ast.Attribute)
    name = node.func.attr
    made: ast.expr | None = None
    if len(node.args) == 2:
        left, right = node.args
        if name in lambdas.OPERATORS:
            made = ast.BinOp(left, lambdas.OPERATORS[name](), right)
        elif name in lambdas.COMPARISONS:
            made = ast.Compare(left, [lambdas.COMPARISONS[name]()], [right])
        elif name == "contains":
            parts = low.operands([left, right])
            if not all(low.stable(part, ()) for part in parts):
                parts = [low.steady(part) for part in parts]
            return ast.Compare(parts[1], [ast.In()], [parts[0]])
        elif name == "getitem":
            made = ast.Subscript(left, right, ast.Load())
    elif len(node.args) == 1 and name in ("neg", "not_", "pos", "invert", "abs"):
        if name == "abs":
            return build.call("abs", low.value(node.args[0]))
        kinds = {"neg": ast.USub, "not_": ast.Not, "pos": ast.UAdd, "invert": ast.Invert}
        made = ast.UnaryOp(kinds[name](), node.args[0])
    if made is None:
        refuse(node, f"write operator.{name} with its sign")
    return low.value(ast.copy_location(made, node), goal)


def _itertools(low: Lowering, node: ast.Call, goal: Goal) -> ast.expr | None:
    """A function of itertools that core has: its list."""
    from metarfft.rules.front.expressions import calls

    name = calls.canonical(low, node.func)
    if any(isinstance(argument, ast.Starred) for argument in node.args):
        if name == "itertools.product":
            return _product(low, node, goal)
        if name == "itertools.chain":
            return _flattened(low, node, goal)
        refuse(node, "write the arguments out instead of *")
    attribute = name.partition(".")[2]
    if attribute == "groupby":
        return _groups(low, node, goal)
    if attribute == "accumulate" and (len(node.args) > 1 or node.keywords):
        return _accumulate(low, node, goal)
    if attribute == "repeat" and len(node.args) + len(node.keywords) < 2:
        refuse(node, "say how often itertools.repeat repeats")
    if isinstance(node.func, ast.Name):
        function = build.call(name).func
        node = ast.copy_location(ast.Call(ast.copy_location(function, node), node.args, node.keywords), node)
        build.settle(node, node)
    return build.call("list", calls.native(low, node, name))


def _product(low: Lowering, node: ast.Call, goal: Goal) -> ast.expr:
    """``product(*pools)``."""
    if node.keywords or len(node.args) != 1:
        refuse(node, "write product(*pools) without other arguments")
    low.notes.add(node, "product(*...) is written as loops")
    starred = node.args[0]
    assert isinstance(starred, ast.Starred)
    pools = low.fresh("pools")
    low.emit(build.assign(pools, ast.List([], ast.Load())), node)
    each(low, starred.value, None, lambda item: low.emit(build.do(pools, "append", build.call("list", item)), node))
    result, longer = low.place(goal, "choices"), low.fresh("longer")
    pool, choice, item = low.fresh("pool"), low.fresh("choice"), low.fresh("item")
    low.emit(build.assign(result, ast.List([ast.Tuple([], ast.Load())], ast.Load())), node)
    one = ast.BinOp(build.load(choice), ast.Add(), ast.Tuple([build.load(item)], ast.Load()))
    inner = build.loop(build.store(item), build.load(pool), [build.do(longer, "append", one)])
    body: list[ast.stmt] = [
        build.assign(longer, ast.List([], ast.Load())),
        build.loop(build.store(choice), build.load(result), [inner]),
        build.assign(result, build.load(longer)),
    ]
    low.emit(build.loop(build.store(pool), build.load(pools), body), node)
    return build.load(result)


def _flattened(low: Lowering, node: ast.Call, goal: Goal) -> ast.expr:
    """``chain(*lists)`` and ``chain.from_iterable(lists)``: all items in one list."""
    low.notes.add(node, "chain is written as a loop that extends a list")
    result = low.place(goal, "items")
    low.emit(build.assign(result, ast.List([], ast.Load())), node)
    for argument in node.args:
        if isinstance(argument, ast.Starred) or _is_from_iterable(node):
            source = argument.value if isinstance(argument, ast.Starred) else argument
            each(low, source, None, lambda item: low.emit(build.do(result, "extend", item), node))
        else:
            low.emit(build.do(result, "extend", low.iterable(argument)), node)
    return build.load(result)


def _is_from_iterable(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Attribute) and node.func.attr == "from_iterable"


def _accumulate(low: Lowering, node: ast.Call, goal: Goal) -> ast.expr:
    """``accumulate(items, function, initial=...)``."""
    low.notes.add(node, "accumulate is written as a loop")
    options = {keyword.arg: keyword.value for keyword in node.keywords}
    given = node.args[1] if len(node.args) > 1 else options.get("func")
    nothing = given is None or (isinstance(given, ast.Constant) and given.value is None)
    function = lambdas.prepare(low, given) if given is not None and not nothing else None
    initial = options.get("initial")
    if isinstance(initial, ast.Constant) and initial.value is None:
        initial = None
    result = low.place(goal, "totals")
    if initial is not None:
        low.emit(build.assign(result, ast.List([low.value(initial)], ast.Load())), node)
    else:
        low.emit(build.assign(result, ast.List([], ast.Load())), node)
    last = build.item(build.load(result), ast.UnaryOp(ast.USub(), ast.Constant(1)))

    def body(item: ast.expr) -> None:
        item = low.steady(item, "item")
        with low.apart() as block:
            so_far = low.capture(ast.copy_location(last, node), "so_far")
            new = function.apply([so_far, item]) if function else ast.BinOp(so_far, ast.Add(), item)
            low.emit(build.do(result, "append", new), node)
        if initial is None:
            low.emit(build.when(build.load(result), block, [build.do(result, "append", item)]), node)
        else:
            low.out.extend(block)

    each(low, node.args[0], None, body, hints=function.hints(1) if function else ())
    return build.load(result)


def _groups(low: Lowering, node: ast.Call, goal: Goal) -> ast.expr:
    """``groupby``: the pairs of a key and the list of its run."""
    low.notes.add(node, "groupby is written as a loop over the runs")
    options = {keyword.arg: keyword.value for keyword in node.keywords}
    key = node.args[1] if len(node.args) > 1 else options.get("key")
    nothing = key is None or (isinstance(key, ast.Constant) and key.value is None)
    function = lambdas.prepare(low, key) if key is not None and not nothing else None
    result = low.place(goal, "groups")
    low.emit(build.assign(result, ast.List([], ast.Load())), node)
    last = build.item(build.load(result), ast.UnaryOp(ast.USub(), ast.Constant(1)))

    def body(item: ast.expr) -> None:
        item = low.steady(item, "item")
        value = low.steady(function.apply([item]), "key") if function else item
        same = build.compare(build.item(last, ast.Constant(0)), ast.Eq(), value)
        add = ast.Expr(build.method(build.item(last, ast.Constant(1)), "append", item))
        pair = ast.Tuple([value, ast.List([item], ast.Load())], ast.Load())
        test = ast.BoolOp(ast.And(), [build.load(result), same])
        low.emit(build.when(test, [add], [build.do(result, "append", pair)]), node)

    each(low, node.args[0], None, body, hints=function.hints(0) if function else ())
    return build.load(result)


def _extremes(largest: bool) -> Callable[[Lowering, ast.Call, Goal], ast.expr | None]:
    def write(low: Lowering, node: ast.Call, goal: Goal) -> ast.expr | None:
        if len(node.args) == 3 and not node.keywords:
            key = ast.copy_location(ast.keyword("key", node.args[2]), node.args[2])
            node = ast.copy_location(ast.Call(node.func, node.args[:2], [key]), node)
        from metarfft.rules.front.expressions import calls
        from metarfft.rules.front.expressions.lowering import ANY

        if ordering.key_of(node) is None:  # key=None is none
            rest = [keyword for keyword in node.keywords if keyword.arg != "key"]
            node = ast.copy_location(ast.Call(node.func, node.args, rest), node)
            return calls.native(low, node, "heapq.nlargest" if largest else "heapq.nsmallest")
        count = low.value(node.args[0])
        if not low.stable(count, ()):
            count = low.capture(count, "count")
        keywords = [keyword for keyword in node.keywords if keyword.arg == "key"]
        keywords.append(ast.keyword("reverse", ast.Constant(largest)))
        call = ast.copy_location(ast.Call(build.load("sorted"), [node.args[1]], keywords), node)
        ordered = ordering.sort(low, node.args[1], call, ANY)
        limit = build.call("max", count, ast.Constant(0)) if not isinstance(count, ast.Constant) else count
        return ast.Subscript(ordered, ast.Slice(None, limit, None), ast.Load())

    return write


def _fromkeys(low: Lowering, node: ast.Call, goal: Goal) -> ast.expr | None:
    """``dict.fromkeys(keys, value)``: a loop; every key gets the same value."""
    if not 1 <= len(node.args) <= 2 or node.keywords:
        return None
    low.notes.add(node, "dict.fromkeys is written as a loop")
    if low.lazy(node.args[0]):
        keys: ast.expr = low.iterable(node.args[0])
        value = low.value(node.args[1]) if len(node.args) > 1 else ast.Constant(None)
    else:
        parts = [lambda: low.iterable(node.args[0])]
        if len(node.args) > 1:
            parts.append(lambda: low.value(node.args[1]))
        keys, *values = low.ordered(parts)
        value = values[0] if values else ast.Constant(None)
    if not isinstance(value, (ast.Name, ast.Constant)):
        if not isinstance(keys, ast.Name):
            keys = low.capture(ast.copy_location(build.call("list", keys), node), "keys")
        value = low.capture(value, "value")
    name = low.place(goal, "table")
    low.emit(build.assign(name, ast.Dict([], [])), node)
    key = low.fresh(*naming.element(node.args[0]), "key")
    item = build.assign_item(build.load(name), build.load(key), value)
    low.emit(build.loop(build.store(key), keys, [item]), node)
    return build.load(name)


def _copy(low: Lowering, node: ast.Call, goal: Goal) -> ast.expr | None:
    """``copy.copy(x)``: values that cannot change are not copied."""
    if len(node.args) != 1 or node.keywords or isinstance(node.args[0], ast.Starred):
        refuse(node, "write copy.copy(x)")
    low.notes.add(node, "copy.copy() is written as the method copy of what can change")
    value = low.steady(low.value(node.args[0]), "value")
    changing = ast.Tuple([build.load(kind) for kind in ("list", "dict", "set", "deque")], ast.Load())
    return ast.IfExp(build.call("isinstance", value, changing), build.method(value, "copy"), value)


HANDLERS: dict[str, Callable[[Lowering, ast.Call, Goal], ast.expr | None]] = {
    **{f"itertools.{name}": _itertools for name in core.DOTTED["itertools"]},
    **{f"operator.{name}": _operator for name in (*lambdas.OPERATORS, *lambdas.COMPARISONS, "contains", "getitem",
                                                   "neg", "not_", "pos", "invert", "abs", "itemgetter")},
    "itertools.chain.from_iterable": _flattened, "heapq.nlargest": _extremes(True), "heapq.nsmallest": _extremes(False),
    "dict.fromkeys": _fromkeys, "copy.copy": _copy,
}  # fmt: skip
