"""What the use of a variable says about what it holds."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator

from metarfft.rules.styles.natural.kinds import CHARACTER, NUMBER, TEXT, UNKNOWN, Kind, joined
from metarfft.rules.styles.natural.scopes import Scopes, Variable

KindOf = Callable[[ast.expr, int], Kind]
Sign = tuple[int, ast.expr, Kind]  # how sure, which expression, what it holds
_LIST, _TABLE, _SET, _CONTAINER = Kind("list"), Kind("table"), Kind("set"), Kind("container")
_OF_TEXTS = frozenset(
    """capitalize casefold center endswith expandtabs find isalnum isalpha isascii isdecimal isdigit isidentifier
    islower
    isnumeric isprintable isspace istitle isupper join ljust lower lstrip partition removeprefix removesuffix replace
    rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip swapcase title upper zfill""".split()
)
_OF_OTHERS = {
    **dict.fromkeys("append insert extend sort reverse".split(), _LIST),
    **dict.fromkeys("keys values items get setdefault popitem".split(), _TABLE),
    **dict.fromkeys("add discard union intersection issubset issuperset isdisjoint".split(), _SET),
    **dict.fromkeys("appendleft popleft extendleft rotate".split(), Kind("deque")),
    **dict.fromkeys("elements most_common subtract total".split(), Kind("counter")),
    **dict.fromkeys("bit_length bit_count is_integer".split(), NUMBER),
}
_ARITHMETIC = (ast.FloorDiv, ast.Div, ast.Pow, ast.Mod, ast.LShift, ast.RShift)
_ITEMS_OF = frozenset("len sum sorted reversed enumerate any all set".split())


def signs(of: KindOf, scopes: Scopes) -> dict[Variable, Kind]:
    """What the variables seem to hold, told from their uses."""
    whole: dict[Variable, list[tuple[int, Kind]]] = defaultdict(list)
    items: dict[Variable, list[tuple[int, Kind]]] = defaultdict(list)
    parts: list[tuple[Variable, Variable]] = []  # what is taken out of what
    shortened: set[Variable] = set()
    keys: dict[str, set[Variable]] = defaultdict(set)  # what is looked for in a variable, and is its index elsewhere
    for scope, node in scopes.nodes:
        for sure, used, kind in _signs(node, scope, of):
            match used:
                case ast.Name(name):
                    whole[scopes.variable(name, scope)].append((sure, kind))
                case ast.Subscript(value=ast.Name(name), slice=index) if not isinstance(index, ast.Slice):
                    items[scopes.variable(name, scope)].append((sure, kind))
        match node:
            case ast.Assign(targets=[ast.Name(part)], value=ast.Subscript(value=ast.Name(name), slice=index)):
                if not isinstance(index, ast.Slice):
                    parts.append((scopes.variable(part, scope), scopes.variable(name, scope)))
            case ast.For(target=ast.Name(part), iter=ast.Name(name)):
                parts.append((scopes.variable(part, scope), scopes.variable(name, scope)))
        match node:
            case ast.Assign(targets=[ast.Name(name)], value=ast.Subscript(value=ast.Name(same), slice=ast.Slice())):
                if name == same:
                    shortened.add(scopes.variable(name, scope))
            case ast.Subscript(value=ast.Name(name), slice=ast.Slice() as cut) if ast.unparse(cut) in _ENDS:
                shortened.add(scopes.variable(name, scope))
            case ast.Subscript(value=ast.Name(name), slice=index):
                keys[ast.unparse(index)].add(scopes.variable(name, scope))
    for scope, node in scopes.nodes:  # what is looked up where it was looked for is a table
        match node:
            case ast.Compare(left=key, ops=[ast.In() | ast.NotIn()], comparators=[ast.Name(name)]):
                variable = scopes.variable(name, scope)
                if variable in keys[ast.unparse(key)]:
                    whole[variable].append((2, _TABLE))
    best = {variable: _surest(found) for variable, found in whole.items()}
    for taken, container in parts:
        if taken in best:
            items[container].append((1, best[taken]))
    for variable in {*items, *shortened}:
        item = _surest(items[variable]) if items[variable] else UNKNOWN
        best[variable] = _with_items(best.get(variable, UNKNOWN), item, variable in shortened)
    return best


_ENDS = ("1:", ":-1", "-1:", "1:-1")  # of lists, rules pop


def _with_items(kind: Kind, item: Kind, shortened: bool) -> Kind:
    if kind.name in ("", "sequence", "container"):
        if shortened and item.is_text:  # what is shortened character by character
            return TEXT
        return Kind(kind.name or "container", kind.item or item)
    return kind if kind.is_text or kind.is_number else Kind(kind.name, kind.item or item)


def _surest(found: list[tuple[int, Kind]]) -> Kind:
    kind = UNKNOWN
    for level in sorted({sure for sure, _ in found}, reverse=True):
        at_level = UNKNOWN
        for sure, sign in found:
            at_level = joined(at_level, sign) if sure == level else at_level
        if not kind.name or (kind.name in ("sequence", "container") and at_level.has_items):
            kind = at_level
    return kind


def _signs(node: ast.AST, scope: int, of: KindOf) -> Iterator[Sign]:
    match node:
        case ast.Call(func=ast.Attribute(value=owner, attr=method), args=args):
            yield from _signs_of_method(owner, method, args, scope, of)
        case ast.Call(func=ast.Name(name), args=args):
            yield from _signs_of_call(name, args)
        case ast.BinOp(left=left, op=op, right=right) | ast.AugAssign(target=left, op=op, value=right):
            yield from _signs_of_operation(left, op, right, scope, of)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            yield 3, operand, NUMBER
        case ast.Compare(left=left, ops=ops, comparators=others):
            for before, operator, after in zip([left, *others], ops, others, strict=False):
                yield from _signs_of_comparison(before, operator, after, scope, of)
        case ast.Subscript(value=whole, slice=index):
            if isinstance(index, ast.Slice):
                yield 2, whole, Kind("sequence")
                yield from ((3, end, NUMBER) for end in (index.lower, index.upper, index.step) if end)
            else:
                yield 0, whole, _TABLE if isinstance(index, ast.Tuple) or of(index, scope).is_text else _CONTAINER
                if of(whole, scope).is_joined:
                    yield 2, index, NUMBER
        case ast.For(iter=source):
            yield 0, source, _CONTAINER


def _signs_of_method(owner: ast.expr, method: str, args: list[ast.expr], scope: int, of: KindOf) -> Iterator[Sign]:
    if isinstance(owner, ast.Name) and owner.id == "math":
        yield from ((3, argument, NUMBER) for argument in args if method not in ("prod", "dist"))
    elif isinstance(owner, ast.Name) and owner.id in ("heapq", "bisect"):
        if args and not method.startswith("n"):
            yield 3, args[0], _LIST
    elif method in _OF_TEXTS:
        yield 3, owner, TEXT
    elif method in _OF_OTHERS:
        yield 3, owner, _OF_OTHERS[method]
    elif method == "pop":
        index = ast.unparse(args[0]) if args else ""
        is_place = len(args) < 2 and (index in ("", "0", "-1") or of(args[0], scope).is_number)
        yield 2, owner, _LIST if is_place else _TABLE if len(args) == 2 else _CONTAINER
    elif method in ("count", "index"):
        yield 2, owner, Kind("sequence")
    elif method in ("copy", "clear", "remove", "update"):
        yield 0, owner, _CONTAINER
    if method == "join" and args:
        yield 2, args[0], Kind("container", TEXT)


def _signs_of_call(name: str, args: list[ast.expr]) -> Iterator[Sign]:
    if (name in _ITEMS_OF and args) or (name in ("max", "min") and len(args) == 1):
        yield 0, args[0], _CONTAINER
    elif name in ("range", "abs", "round", "chr", "bin", "hex", "oct"):
        yield from ((3, argument, NUMBER) for argument in args)
    elif name == "ord" and args:
        yield 3, args[0], CHARACTER
    elif name == "int" and args and isinstance(args[0], ast.Subscript):
        yield 1, args[0], TEXT


def _signs_of_operation(left: ast.expr, op: ast.operator, right: ast.expr, scope: int, of: KindOf) -> Iterator[Sign]:
    for one, other in ((left, right), (right, left)):
        kind = of(other, scope)
        if isinstance(op, _ARITHMETIC):
            yield 3, one, NUMBER
        elif isinstance(op, ast.Add) and (kind.is_number or kind.is_text or kind.is_joined):
            yield 2, one, TEXT if kind.is_text else Kind(kind.name)
        elif kind.is_joined if isinstance(op, ast.Mult) else kind.is_number and not isinstance(op, ast.Add):
            yield 2, one, NUMBER


def _signs_of_comparison(
    left: ast.expr, operator: ast.cmpop, right: ast.expr, scope: int, of: KindOf
) -> Iterator[Sign]:
    if isinstance(operator, (ast.In, ast.NotIn)):
        if isinstance(right, ast.Constant):
            yield 2, left, TEXT
        elif isinstance(right, (ast.List, ast.Tuple, ast.Set)) and right.elts:
            yield 1, left, of(right, scope).item or UNKNOWN
        yield 0, right, _CONTAINER
        return
    if isinstance(operator, (ast.Is, ast.IsNot)):
        return
    sure = 1 if isinstance(operator, (ast.Eq, ast.NotEq)) else 2
    for one, other in ((left, right), (right, left)):
        kind = of(other, scope)
        if kind.is_number or kind.is_text:
            yield sure, one, TEXT if kind.is_text else NUMBER
