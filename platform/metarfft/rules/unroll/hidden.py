"""Lines of a core rule that hide a loop: one call, test or slice that goes over many items in a single step."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from metarfft.rules import core
from metarfft.rules.front.expressions.variables import bound_in
from metarfft.rules.unroll.known import HASHED, OF_TEXTS, TEXTS, Known

SHORT = 10  # items of a literal that are taken in at once
_CALLS = {
    "sum": "adds up all items", "max": "compares item after item", "min": "compares item after item",
    "any": "looks at item after item", "all": "looks at item after item", "sorted": "orders all items",
    "list": "copies all items", "tuple": "copies all items", "set": "puts in item after item",
    "frozenset": "puts in item after item", "dict": "copies all entries", "OrderedDict": "copies all entries",
    "Counter": "counts all items", "deque": "copies all items", "deepcopy": "copies all items and what is in them",
}  # fmt: skip
_METHODS = {
    "sort": "orders all items", "count": "compares item after item", "index": "compares item after item",
    "find": "searches from the first character", "rfind": "searches from the last character",
    "rindex": "searches from the last character", "split": "goes over all characters",
    "rsplit": "goes over all characters", "splitlines": "goes over all characters", "join": "puts all parts together",
    "replace": "goes over all characters", "partition": "searches from the first character",
    "rpartition": "searches from the last character", "extend": "adds item after item",
    "reverse": "turns all items round",
    "extendleft": "adds item after item", "rotate": "moves all items", "copy": "copies all items",
    "fromkeys": "enters key after key", "most_common": "orders all entries", "elements": "goes over all entries",
    "total": "adds up all counts", "subtract": "goes over all entries",
    **dict.fromkeys("strip lstrip rstrip".split(), "looks at character after character from the end"),
    **dict.fromkeys(
        """union intersection difference symmetric_difference issubset issuperset isdisjoint update difference_update
        intersection_update symmetric_difference_update""".split(),
        "goes over all items",
    ),
}  # fmt: skip
_OF_LETTERS = {
    **dict.fromkeys("lower upper capitalize title swapcase casefold".split(), "writes every character anew"),
    **{name: "looks at every character" for name in OF_TEXTS if name.startswith("is")},
}  # what is mostly asked of one character
_DOTTED = {
    "math.prod": "multiplies all items", "math.dist": "goes over all coordinates",
    "math.gcd": "divides until nothing is left", "math.lcm": "divides until nothing is left",
    "math.factorial": "multiplies all numbers up to it", "math.comb": "multiplies many numbers",
    "math.perm": "multiplies many numbers",
    "heapq.nlargest": "orders all items", "heapq.nsmallest": "orders all items",
    **dict.fromkeys(
        [f"heapq.{name}" for name in core.DOTTED["heapq"] if name.startswith("heap")],
        "moves items until the heap is in order",
    ),
    **{f"bisect.{name}": "compares with item after item" for name in core.DOTTED["bisect"]},
    **{f"itertools.{name}": "makes all items" for name in core.DOTTED["itertools"]},
}  # fmt: skip
_DOTTED["heapq.heapify"] = "orders all items as a heap"


@dataclass(frozen=True)
class Hidden:
    """A loop that a line hides.

    Attributes:
        line: the line of the core rule.
        expression: its part that goes over many items, as it is written.
        what: what is gone over, in a few words.
    """

    line: int
    expression: str
    what: str

    def __str__(self) -> str:
        return f"{self.expression}: {self.what}"


def hidden(module: ast.Module) -> list[Hidden]:
    """The loops that the lines of a core rule hide, in the order of the lines."""
    found = {Hidden(node.lineno, ast.unparse(node), what): None for node, what in places(module, Known(module))}
    return sorted(found, key=lambda one: one.line)


def places(module: ast.Module, known: Known) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """The nodes that hide a loop, with what they go over."""
    for function in core.functions(module):
        items = _items(function)
        for node in core.own_nodes(function):
            what = _what(node, function, known) or _of_letters(node, function, known, items)
            if what and isinstance(node, ast.expr | ast.stmt):
                yield node, what


def _what(node: ast.AST, function: ast.FunctionDef, known: Known) -> str | None:
    match node:
        case ast.Compare(ops=ops, comparators=comparators):
            for op, container in zip(ops, comparators, strict=True):
                if isinstance(op, ast.In | ast.NotIn):
                    what = _membership(container, known.of(container, function))
                    if what:
                        return what
        case ast.Subscript(value=whole, slice=ast.Slice() as cut):
            return None if is_small(whole) else _slice(cut, isinstance(node.ctx, ast.Load))
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            for whole, times in ((left, right), (right, left)):
                several = known.of(whole, function) in ("list", "tuple", "text", "letter")
                if several and not isinstance(times, ast.Constant):
                    return f"repeats {ast.unparse(whole)} {ast.unparse(times)} times"
        case ast.AugAssign(op=ast.Add(), target=target, value=value):
            if known.of(_loaded(target), function) in ("list", "deque") and not is_small(value):
                return "adds item after item"
        case ast.Call(func=ast.Name(name), args=arguments):
            several = name in ("max", "min") and len(arguments) > 1
            if name not in _CALLS or not arguments or several or is_listed(node):
                return None
            return _CALLS[name] if name == "sorted" or not is_small(arguments[0]) else None
        case ast.Call(func=ast.Attribute(value=owner, attr=method) as called, args=arguments):
            place = core.dotted(called)
            return _DOTTED.get(place) if place else _method(owner, method, arguments, known.of(owner, function), node)
    return None


def _items(function: ast.FunctionDef) -> set[str]:
    """The variables that hold single items only: of loops, or taken by an index."""
    items: set[str] = set()
    others = set(core.parameters(function))
    for node in core.own_nodes(function):
        match node:
            case ast.For(target=target):
                items.update(bound_in(target))
            case ast.Assign(targets=[ast.Name(name)], value=value):
                (items if _is_item(value, set()) else others).add(name)
            case ast.Assign(targets=[target], value=ast.Name() | ast.Subscript()):
                items.update(bound_in(target))
            case ast.Assign(targets=[target]):
                others.update(bound_in(target))
            case ast.AugAssign(target=ast.Name(name)):
                others.add(name)
    return items - others


def _is_item(node: ast.expr, items: set[str]) -> bool:
    match node:
        case ast.Name(name):
            return name in items
        case ast.Subscript(slice=index):
            return not isinstance(index, ast.Slice)
        case ast.Call(func=ast.Attribute(attr="pop" | "popleft")):
            return True
    return False


def _of_letters(node: ast.AST, function: ast.FunctionDef, known: Known, items: set[str]) -> str | None:
    match node:
        case ast.Call(func=ast.Attribute(value=owner, attr=method)) if method in _OF_LETTERS:
            single = known.of(owner, function) == "letter" or is_small(owner) or _is_item(owner, items)
            return None if single else _OF_LETTERS[method]
    return None


def is_small(node: ast.expr) -> bool:
    """Whether ``node`` is a literal that is taken in at once."""
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return len(node.elts) <= SHORT
    if isinstance(node, ast.Dict):
        return len(node.keys) <= SHORT
    return isinstance(node, ast.Constant) and (not isinstance(node.value, str) or len(node.value) <= SHORT)


def is_listed(node: ast.Call) -> bool:
    """Whether ``node`` is ``list(itertools. ...)``, which core has for what itertools makes."""
    if not (isinstance(node.func, ast.Name) and node.func.id == "list" and isinstance(node.args[0], ast.Call)):
        return False
    return (core.dotted(node.args[0].func) or "").startswith("itertools.")


def _membership(container: ast.expr, kind: str) -> str | None:
    if is_small(container) or kind in HASHED or isinstance(container, ast.Set | ast.Dict):
        return None
    match container:
        case ast.Call(func=ast.Name("range")) | ast.Call(func=ast.Attribute(attr="keys" | "items")):
            return None
    if kind in TEXTS:
        return None if kind == "letter" else "searches the text"
    if kind in ("list", "tuple", "deque", "view"):
        return "compares item after item"
    return f"compares item after item, unless {ast.unparse(container)} is a set or a table"


def _method(owner: ast.expr, method: str, arguments: list[ast.expr], kind: str, node: ast.Call) -> str | None:
    single = kind == "letter" or (method in OF_TEXTS and method != "join" and is_small(owner))
    if method == "remove":
        unless = "" if kind in ("list", "deque") else f", unless {ast.unparse(owner)} is a set"
        return None if kind == "set" else f"compares item after item{unless}"
    if method == "join" and is_small(arguments[0]):
        return None
    if method in ("startswith", "endswith"):
        return None if single or is_small(arguments[0]) else "compares character after character"
    if method in ("extend", "update") and (not arguments or is_small(arguments[0])):
        return None
    return None if single else _METHODS.get(method)


def _slice(cut: ast.Slice, read: bool) -> str | None:
    lower, upper, step = cut.lower, cut.upper, cut.step
    if step is not None and ast.unparse(step) != "1":
        turned = ast.unparse(step) == "-1" and lower is None and upper is None
        return ("goes over all items, the last first" if turned else "goes over many items") if read else "moves items"
    if has_constant_size(cut):
        return None
    if not read:
        return "moves items"
    lower = None if number(lower) == 0 else lower
    match lower, upper:
        case None, None:
            return "copies all items"
        case ast.expr(), None:
            if isinstance(lower, ast.Constant):
                return "copies all items but the first" + _several(lower.value)
            return f"copies the items from {ast.unparse(lower)} on"
        case None, ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=count)):
            return "copies all items but the last" + _several(count)
        case None, ast.expr():
            return f"copies {ast.unparse(upper)} items"
        case ast.expr(), ast.expr():
            if not any(isinstance(part, ast.UnaryOp) for part in (lower, upper)):
                size = ast.BinOp(upper, ast.Sub(), lower)
                return f"copies {ast.unparse(size)} items"
    return "copies many items"


def _several(count: object) -> str:
    return "" if count == 1 else f" {count}"


def has_constant_size(cut: ast.Slice) -> bool:
    """Whether a slice has so many items whatever the values are (or fewer, at an end)."""
    if cut.step is not None:
        return False
    lower, upper = cut.lower, cut.upper
    low, high = number(lower), number(upper)
    if upper is None:
        return low is not None and low < 0
    if high is not None:
        return (lower is None and high >= 0) or (low is not None and (low < 0) == (high < 0))
    if lower is None:
        return False
    base, more = _offset(upper)
    start, less = _offset(lower)
    return base == start and more - less >= 0


def number(node: ast.expr | None) -> int | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        return -node.operand.value if type(node.operand.value) is int else None
    return node.value if isinstance(node, ast.Constant) and type(node.value) is int else None


def _offset(node: ast.expr) -> tuple[str, int]:
    """``i + 2`` as ("i", 2)."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        more = number(node.right)
        if more is not None:
            return ast.unparse(node.left), more if isinstance(node.op, ast.Add) else -more
    return ast.unparse(node), 0


def _loaded(target: ast.expr) -> ast.expr:
    if isinstance(target, ast.Name):
        return ast.Name(target.id, ast.Load())
    return target
