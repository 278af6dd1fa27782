"""Budgets that hold for every run of a rule, traced or not: on steps, on calls, on the size of values.

The compiler calls these in place of the operations that could make a value of any size in a single step.
"""

from __future__ import annotations

import bisect
import heapq
import itertools
import math
import re
import sys
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NoReturn

from metarfft.rules.errors import BudgetError, RuleError
from metarfft.rules.values import copied, deep_copy

MAX_STEPS = 100_000  # rounds of loops and calls of functions
MAX_CALLS = 100  # functions that wait for another at the same time
MAX_SIZE = 20_000  # items of a container, characters of a string
MAX_BITS = 8_192  # of an integer
MAX_NESTING = 6
CONTAINERS = (list, dict, set, tuple, deque, frozenset)
_SIZED = (str, *CONTAINERS)
_ATOMS = {int, float, str, bool, type(None)}
_WIDTH = re.compile(r"\d+")


def too_many_steps() -> NoReturn:
    raise BudgetError(f"the rule takes more than {MAX_STEPS:,} steps; does its loop end?")


def too_many_calls() -> NoReturn:
    raise BudgetError(f"more than {MAX_CALLS} calls wait for one another; does the recursion end?")


def _large(kind: str, size: int) -> NoReturn:
    count = f"{size:,}" if size < 10**15 else _brief(size)
    raise BudgetError(f"a {kind} of {count} items is too large; at most {MAX_SIZE:,}")


def _brief(number: int) -> str:
    text = str(number)
    return text if len(text) <= 20 else f"{text[:6]}... ({len(text.lstrip('-'))} digits)"


def fit(value: Any) -> Any:
    """``value``, when it is small enough."""
    if value.__class__ is int:
        if value.bit_length() > MAX_BITS:
            raise BudgetError(f"a number of more than {MAX_BITS:,} bits is too large")
    elif isinstance(value, _SIZED) and len(value) > MAX_SIZE:
        _large(kind(value), len(value))
    return value


def kind(value: Any) -> str:
    """What users call the type of a value."""
    for known in (str, list, Counter, defaultdict, OrderedDict):
        if isinstance(value, known):
            return known.__name__
    return type(value).__name__


def measure(container: Any, value: Any, depth: int = MAX_NESTING, budget: list[int] | None = None) -> Any:
    """``value``, when it may be put into ``container``: not too deep, not too large, and not the container itself."""
    budget = [MAX_SIZE] if budget is None else budget
    if value is container:
        raise BudgetError(f"a {kind(container)} cannot contain itself")
    if depth == 0:
        raise BudgetError(f"values are nested more than {MAX_NESTING} deep")
    budget[0] -= len(value) + 1
    if budget[0] < 0:
        raise BudgetError(f"a nested value of more than {MAX_SIZE:,} items is too large")
    for item in value.values() if isinstance(value, dict) else value:
        if isinstance(item, CONTAINERS):
            measure(container, item, depth - 1, budget)
    return value


def given(value: Any) -> Any:
    """A copy of an argument, which the rule may change; it is small enough."""
    if value.__class__ is list and _ATOMS.issuperset(map(type, value)):
        if len(value) > MAX_SIZE:
            _large("list", len(value))
        return value.copy()
    return copied(nest(None, fit(value)))


def is_special(value: Any) -> bool:
    """Whether a value is or holds a set or something of collections, which Python does not write as readers need it."""
    if isinstance(value, (list, tuple)):
        return not _ATOMS.issuperset(map(type, value)) and any(map(is_special, value))
    if value.__class__ is dict:
        return any(map(is_special, value.values()))
    return isinstance(value, (set, frozenset, deque, dict))


def nest(container: Any, value: Any) -> Any:
    return measure(container, value) if isinstance(value, CONTAINERS) else value


def items(container: Any) -> Any:
    """A display ``[a, b]`` of values that may be containers themselves."""
    for item in container.values() if isinstance(container, dict) else container:
        if isinstance(item, CONTAINERS):
            measure(container, item)
    return container


# -- operators


def add(a: Any, b: Any) -> Any:
    if a.__class__ is int and b.__class__ is int:
        total = a + b
        if total.bit_length() > MAX_BITS:
            fit(total)
        return total
    return fit(a + b)


def iadd(a: Any, b: Any) -> Any:
    if a.__class__ is int and b.__class__ is int:
        return add(a, b)
    if isinstance(a, (list, deque)):
        extend(a, b)
        return a
    a += b
    return fit(a)


def mul(a: Any, b: Any) -> Any:
    _repeated(a, b)
    return fit(a * b)


def imul(a: Any, b: Any) -> Any:
    _repeated(a, b)
    a *= b
    return fit(a)


def _repeated(a: Any, b: Any) -> None:
    for sequence, times in ((a, b), (b, a)):
        repeats = isinstance(sequence, (str, list, tuple, deque)) and isinstance(times, int)
        if repeats and len(sequence) * times > MAX_SIZE:
            _large(kind(sequence), len(sequence) * times)


def power(a: Any, b: Any, *modulus: Any) -> Any:
    whole = not modulus and isinstance(a, int) and isinstance(b, int) and a not in (0, 1, -1)
    if whole and b > 0 and (a.bit_length() - 1) * b >= MAX_BITS:  # surely; else the result tells
        raise BudgetError(f"{_brief(a)} ** {_brief(b)} is too large")
    value = pow(a, b, *modulus)
    if isinstance(value, complex):
        raise RuleError("a negative number to a power that is not whole is no real number")
    return fit(value)


def shift(a: Any, b: Any) -> Any:
    if isinstance(b, int) and b > MAX_BITS:
        raise BudgetError(f"a shift by {_brief(b)} bits is too large")
    return fit(a << b)


def modulo(a: Any, b: Any) -> Any:
    if isinstance(a, str):
        _widths(a)
        if "*" in a:
            raise RuleError("give the width of a field as a number")
        for value in b if isinstance(b, tuple) else (b,):
            no_hash_order(value)
        return fit(a % b)
    return a % b


def _widths(pattern: str) -> None:
    for number in _WIDTH.findall(pattern):
        if len(number) > 5 or int(number) > MAX_SIZE:
            raise BudgetError(f"a text of {number} characters is too large")


# -- functions


def bounded_range(*bounds: int) -> range:
    result = range(*bounds)
    try:
        size = len(result)
    except OverflowError:
        size = MAX_STEPS + 1
    if size > MAX_STEPS:
        raise BudgetError(
            f"a range of more than {MAX_STEPS:,} is too long; make its bound smaller, or loop with while and stop early"
        )
    return result


def formatted(value: Any, spec: str = "") -> str:
    if isinstance(spec, str):
        _widths(spec)
    no_hash_order(value)
    return fit(format(value, spec))


def text(value: Any = "", *more: Any) -> str:
    no_hash_order(value)
    return fit(str(value, *more))


def shown(value: Any) -> str:
    no_hash_order(value)
    return fit(repr(value))


def no_hash_order(value: Any) -> None:
    """Refuses to write out a set of texts, whose order differs from process to process."""
    if isinstance(value, (set, frozenset)):
        if len(value) > 1 and not all(map(_hashes_alike, value)):
            raise RuleError("the text of a set of texts has no fixed order; write sorted(...) of it")
    elif isinstance(value, dict):
        for item in value.values():
            no_hash_order(item)
    elif isinstance(value, (list, tuple, deque)):
        for item in value:
            no_hash_order(item)


class SetOrders:
    """The orders in which one run goes over sets of texts, which Python leaves open.

    A run goes over them sorted. An answer that is the same in two other orders is taken not to depend on the order.

    Attributes:
        mattered: whether the run went over such a set at all.
        line: the line of the program that first did.
    """

    current: SetOrders | None = None

    def __init__(self) -> None:
        self.mattered, self._order = False, 0
        self.line: int | None = None
        SetOrders.current = self

    def others(self) -> Iterator[int]:
        if self.mattered:
            for self._order in (1, 2):
                SetOrders.current = self
                yield self._order
            self._order = 0

    def arrange(self, values: Any) -> list[Any]:
        if not self.mattered:
            self.mattered = True
            frame = sys._getframe()
            while frame.f_code.co_filename != "<rule>" and frame.f_back:
                frame = frame.f_back
            self.line = frame.f_lineno
        try:
            found = sorted(values)
        except TypeError:
            found = sorted(values, key=repr)
        return found if self._order == 0 else found[::-1] if self._order == 1 else found[1:] + found[:1]


def ordered(values: Any) -> Any:
    """What is gone over item by item. A set of numbers has the order that Python gives it, the same in every process;
    that of texts differs from process to process, see `SetOrders`."""
    if isinstance(values, (set, frozenset)) and len(values) > 1 and not all(map(_hashes_alike, values)):
        assert SetOrders.current is not None
        return SetOrders.current.arrange(values)
    return values


def _hashes_alike(value: Any) -> bool:
    if isinstance(value, (tuple, frozenset)):
        return all(map(_hashes_alike, value))
    return isinstance(value, (int, float))


def _made(make: Callable[..., Any]) -> Callable[..., Any]:
    def made(*arguments: Any, **keywords: Any) -> Any:
        if arguments:
            arguments = (ordered(arguments[0]), *arguments[1:])
        return fit(make(*arguments, **keywords))

    return made


make_list, make_tuple, make_deque = _made(list), _made(tuple), _made(deque)
make_dict, make_counter, make_ordered = _made(dict), _made(Counter), _made(OrderedDict)


def zipped(*values: Any, strict: bool = False) -> Any:
    return zip(*map(ordered, values), strict=strict)


def total(values: Iterable[Any], *start: Any, **keyword: Any) -> Any:
    result = keyword["start"] if keyword else start[0] if start else 0
    if isinstance(result, str):
        raise TypeError("sum() can't sum strings [use ''.join(seq) instead]")
    for value in ordered(values):
        result = add(result, value)
    return result


def factorial(n: Any) -> int:
    if isinstance(n, int) and n > 1_000:
        raise BudgetError(f"the factorial of {_brief(n)} is too large")
    return fit(math.factorial(n))


def choose(count: Callable[..., int]) -> Callable[..., int]:
    def bounded(n: Any, *k: Any) -> int:
        if isinstance(n, int) and n > 2_000:
            raise BudgetError(f"a choice out of {_brief(n)} is too large")
        return fit(count(n, *k))

    return bounded


def product_of(values: Iterable[Any], *, start: Any = 1) -> Any:
    result = start
    for value in ordered(values):
        result = mul(result, value)
    return result


def bounded(make: Callable[..., Iterable[Any]]) -> Callable[..., list[Any]]:
    """A function of itertools that gives a list."""

    def materialised(*arguments: Any, **keywords: Any) -> list[Any]:
        found = []
        if keywords.get("repeat", 0) > MAX_BITS:
            raise BudgetError("that many repetitions are too large")
        for item in make(*map(ordered, arguments), **keywords):
            found.append(list_group(item) if make is itertools.groupby else item)
            if len(found) > MAX_SIZE:
                _large("list", len(found))
        return found

    return materialised


def list_group(group: tuple[Any, Iterable[Any]]) -> tuple[Any, list[Any]]:
    return group[0], list(group[1])


# -- methods that can make a value larger


def append(container: Any, value: Any) -> Any:
    if isinstance(value, CONTAINERS):
        measure(container, value)
    container.append(value)
    if len(container) > MAX_SIZE:
        fit(container)


def appendleft(container: Any, value: Any) -> Any:
    nest(container, value)
    container.appendleft(value)
    fit(container)


def insert(container: Any, index: Any, value: Any) -> Any:
    nest(container, value)
    container.insert(index, value)
    fit(container)


def add_item(container: Any, value: Any) -> Any:
    nest(container, value)
    container.add(value)
    fit(container)


def extend(container: Any, values: Any) -> Any:
    extend_by = container.extend  # fails before the values are looked at
    values = list(ordered(values))
    for value in values:
        nest(container, value)
    if len(container) + len(values) > MAX_SIZE:
        _large(kind(container), len(container) + len(values))
    extend_by(values)


def extendleft(container: Any, values: Any) -> Any:
    container.extendleft(list(ordered(values)))
    fit(container)


def setdefault(container: Any, key: Any, default: Any = None) -> Any:
    value = container.setdefault(key, nest(container, default))
    fit(container)
    return value


def update(container: Any, *others: Any, **items_by_name: Any) -> Any:
    if isinstance(container, dict):
        others = tuple(map(ordered, others))
    container.update(*others, **items_by_name)
    fit(container)
    if isinstance(container, dict):
        for value in container.values():
            nest(container, value)


def set_item(container: Any, index: Any, value: Any) -> None:
    """``container[index] = value``."""
    if isinstance(value, CONTAINERS):
        if isinstance(index, slice):
            value = list(ordered(value))
            for item in value:
                nest(container, item)
        else:
            measure(container, value)
    elif isinstance(index, slice) and not isinstance(value, str):
        value = list(value)
    container[index] = value
    if len(container) > MAX_SIZE:
        fit(container)


def get_item(container: Any, index: Any) -> Any:
    """``container[index]``; of a defaultdict, which may enter a key."""
    value = container[index]
    if isinstance(container, defaultdict):
        fit(container)
    return value


def pop(container: Any, *arguments: Any) -> Any:
    if isinstance(container, set) and container:
        first = next(iter(ordered(container)))
        if first is not next(iter(container)):  # by the order of the run, not that of the process
            container.remove(first)
            return first
    return container.pop(*arguments)


def join(separator: Any, parts: Any) -> Any:
    if not isinstance(separator, str) or not isinstance(parts, Iterable):
        return separator.join(parts)
    parts = list(ordered(parts))
    total = sum(len(part) + len(separator) for part in parts if isinstance(part, str))
    if total > MAX_SIZE + len(separator):
        _large("str", total)
    return fit(separator.join(parts))


def replace(text: Any, old: Any, new: Any, *count: int) -> Any:
    if isinstance(text, str) and len(text) + (len(text) + 1) * len(new) > MAX_SIZE:
        times = text.count(old)
        if len(text) + times * len(new) > MAX_SIZE:
            _large("str", len(text) + times * len(new))
    return text.replace(old, new, *count)


def padded(method: str) -> Callable[..., Any]:
    def pad(text: Any, *how: Any) -> Any:
        if how and isinstance(how[0], int) and how[0] > MAX_SIZE:
            _large("str", how[0])
        return fit(getattr(text, method)(*how))

    return pad


def elements(counter: Any) -> list[Any]:
    if sum(count for count in counter.values() if isinstance(count, int) and count > 0) > MAX_SIZE:
        _large("list", MAX_SIZE + 1)
    return list(counter.elements())


def union(method: str) -> Callable[..., Any]:
    return lambda first, *others: fit(getattr(first, method)(*others))


def rearranging(change: Callable[..., Any]) -> Callable[..., Any]:
    """A function of heapq or bisect that changes its first argument, which goes past the methods of its list."""

    def changed(values: Any, *arguments: Any) -> Any:
        if not hasattr(values, "rearrange"):
            return change(values, *arguments)
        items = list(values)
        result = change(items, *arguments)
        values.rearrange(items)
        return result

    return changed


def heappush(heap: Any, value: Any) -> None:
    heapq.heappush(heap, nest(heap, value))
    fit(heap)


def insort(place: Callable[..., None]) -> Callable[..., None]:
    def put(values: Any, value: Any, *bounds: int) -> None:
        place(values, nest(values, value), *bounds)
        fit(values)

    return put


FUNCTIONS: dict[str, Any] = {
    "range": bounded_range, "str": text, "repr": shown, "format": formatted, "pow": power, "sum": total,
    "list": make_list, "tuple": make_tuple, "dict": make_dict, "deque": make_deque, "Counter": make_counter,
    "OrderedDict": make_ordered, "enumerate": lambda values, start=0: enumerate(ordered(values), start),
    "zip": zipped, "set": _made(set),
    "frozenset": _made(frozenset), "sorted": lambda values, **how: sorted(ordered(values), **how),
    "int": lambda *value: fit(int(*value)),
    "defaultdict": defaultdict, "deepcopy": deep_copy,
    "math.factorial": factorial, "math.comb": choose(math.comb), "math.perm": choose(math.perm),
    "math.prod": product_of, "heapq.heappush": rearranging(heappush),
    **{
        f"heapq.{name}": rearranging(getattr(heapq, name))
        for name in ("heapify", "heappop", "heappushpop", "heapreplace")
    },
    **{
        f"bisect.{name}": rearranging(insort(getattr(bisect, name)))
        for name in ("insort", "insort_left", "insort_right")
    },
    **{
        f"itertools.{name}": bounded(getattr(itertools, name))
        for name in """accumulate chain combinations combinations_with_replacement groupby islice pairwise permutations
        product repeat zip_longest""".split()
    },
}  # fmt: skip
FUNCTIONS["set"] = lambda *values: fit(set(*values))
FUNCTIONS["frozenset"] = lambda *values: fit(frozenset(*values))
METHODS: dict[str, Callable[..., Any]] = {
    "append": append, "appendleft": appendleft, "insert": insert, "add": add_item, "extend": extend,
    "extendleft": extendleft, "setdefault": setdefault, "update": update, "pop": pop, "join": join, "replace": replace,
    "center": padded("center"), "ljust": padded("ljust"), "rjust": padded("rjust"), "zfill": padded("zfill"),
    "expandtabs": padded("expandtabs"), "elements": elements, "union": union("union"), "split": union("split"),
}  # fmt: skip
