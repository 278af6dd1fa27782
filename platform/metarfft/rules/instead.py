"""What to write instead of what a rule does not have: names, methods and functions of libraries and other languages."""

from __future__ import annotations

BYTES = "bytes are not possible; use a list of numbers or a text"
COMPLEX = "complex numbers are not possible; keep the two parts in two variables"
MATRICES = "@ multiplies matrices of numpy; write it with two loops"
_SIZE, _IN = "write len(...)", "write x in items"
_KEYS = {"keys": "write .keys()", "values": "write .values()", "items": "write .items()"}

METHODS = {
    "encode": "a rule has no bytes; take ord(...) of each character",
    "decode": "a rule has no bytes; keep the text as it is",
    "has_key": "write 'a' in d",
    **{f"{kind}{name}": help_ for kind in ("iter", "view") for name, help_ in _KEYS.items()},
    "push": "write .append()", "put": "write .append()", "enqueue": "write .append()", "dequeue": "write .popleft()",
    "push_back": "write .append()", "pop_back": "write .pop()",
    "shift": "write .pop(0)", "unshift": "write .insert(0, x)",
    "peek": "write items[-1]", "top": "write items[-1]", "front": "write items[0]", "back": "write items[-1]",
    "length": _SIZE, "size": _SIZE, "len": _SIZE, "__len__": _SIZE,
    "empty": "write not items", "isEmpty": "write not items",
    "includes": _IN, "contains": _IN, "containsKey": _IN, "has": _IN,
    "indexOf": "write .find() of a text, .index() of a list", "charAt": "write text[i]", "at": "write items[i]",
    "charCodeAt": "write ord(text[i])", "substring": "write text[i:j]", "substr": "write text[i:j]",
    "slice": "write items[i:j]", "splice": "write del items[i:j]", "concat": "write a + b",
    "toLowerCase": "write .lower()", "toUpperCase": "write .upper()", "trim": "write .strip()",
    "startsWith": "write .startswith()", "endsWith": "write .endswith()", "replaceAll": "write .replace()",
    "toString": "write str(...)", "equals": "write a == b", "forEach": "write a for loop", "map": "write a for loop",
    "filter": "write a for loop with if", "reduce": "write a for loop", "tolist": "leave it out; the values are lists",
    "to_bytes": BYTES, "from_bytes": BYTES,
}  # fmt: skip
ATTRIBUTES = {"length": _SIZE, "size": _SIZE, "shape": "write len(a) and len(a[0])", "T": "write it with zip(*rows)"}
FUNCTIONS = {
    "itertools.count": "write while True with a counter",
    "itertools.cycle": "write items[index % len(items)]",
    "itertools.tee": "make a list, which can be read twice",
    "heapq.merge": "write sorted(...) of both lists together",
    "collections.ChainMap": "use one dictionary, or look in one after the other",
    "collections.namedtuple": "use a tuple or a dictionary",
    "collections.UserDict": "use a dictionary",
    "collections.UserList": "use a list",
    "collections.UserString": "use a text",
    "string.Template": "use an f-string",
    "string.Formatter": "use an f-string",
}
NAMES = {
    **dict.fromkeys(("null", "nil", "NULL", "undefined", "nullptr"), "Python says None"),
    "true": "Python says True", "false": "Python says False", "this": "Python says self",
    "ListNode": "a rule has no linked lists of objects; use a list",
    "TreeNode": "a rule has no trees of objects; use nested lists: [value, left, right]",
    "Node": "a rule has no objects; use lists, tuples or dictionaries",
    "PriorityQueue": "use a list with heapq.heappush and heapq.heappop",
    "Queue": "use deque, with append and popleft", "SimpleQueue": "use deque, with append and popleft",
    "LifoQueue": "use a list, with append and pop", "Stack": "use a list, with append and pop",
    "SortedList": "use a list with bisect.insort", "SortedDict": "use a dictionary and sorted(...)",
    "SortedSet": "use a list with bisect.insort",
    "NaN": "write float('nan')", "Infinity": "write float('inf')", "INF": "write float('inf')",
    "unicode": "write str(...)", "raw_input": "a rule asks nobody; make what it reads an argument",
    "unichr": "write chr(...)", "long": "write int(...)", "basestring": "write str", "cmp": "write (a > b) - (a < b)",
}  # fmt: skip
ALIASES = {"np": "numpy", "pd": "pandas", "plt": "matplotlib", "nx": "networkx", "tf": "tensorflow", "sp": "scipy"}


def method(name: str) -> str:
    return f".{name}() is outside the rule language; {METHODS.get(name, 'write its steps out')}"


def function(full: str) -> str:
    return f"{full}() is outside the rule language; {FUNCTIONS.get(full, 'write its steps out')}"
