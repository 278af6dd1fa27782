"""Phrases for calls of functions and methods."""

from __future__ import annotations

import ast

from metarfft.rules import core
from metarfft.rules.styles.natural.conditions import TESTS
from metarfft.rules.styles.natural.slices import Slices
from metarfft.rules.styles.natural.tables import ENUMERATED, FUNCTIONS, METHODS, TAKEN
from metarfft.rules.styles.natural.wording import (
    ATOMIC,
    INNER,
    TAIL,
    Form,
    Phrase,
    enumerated,
    fill,
    put,
    unsayable,
)

_FILLED = {"int": "0", "float": "0.0", "str": "an empty text", "list": "an empty list", "set": "an empty set",
           "dict": "an empty table", "tuple": "an empty tuple", "bool": "False"}  # fmt: skip
_OF_ITEMS = frozenset("deque enumerate frozenset list max min reversed set sorted sum tuple".split())
_ORDER = {"True": "{0!} in descending order", "False": "{0!} in ascending order"}


class Calls(Slices):
    """Noun phrases for calls."""

    def _Call(self, node: ast.Call) -> Phrase:
        words = [self.phrase(argument) for argument in node.args]
        name = core.dotted(node.func)
        if name is None and isinstance(node.func, ast.Attribute):
            return self._method(node, node.func, words)
        if name is None and isinstance(node.func, ast.Name):
            name = node.func.id
            if name in self.kinds.scopes.parameters:
                unsayable(node, f"a call of {name} inside of something")
        assert name is not None
        if f"{name} call" in TESTS and (name, node.args) != ("bool", []):
            return self.whether(node)
        if len(words) == 1 and name in _OF_ITEMS and self.kind(node.args[0]).name in ("table", "counter"):
            words = [fill("the keys of {0}", words[0])]
        named = {keyword.arg or "": keyword.value for keyword in node.keywords}
        special = getattr(self, f"_{name.replace('.', '_')}", None)
        if special and (phrase := special(node, words, named)):
            return phrase
        words += [self.phrase(value) for key, value in named.items() if key in ("start", "maxlen", "initial")]
        if set(named) - {"start", "maxlen", "initial"}:
            unsayable(node, f"{', '.join(named)}= in `{ast.unparse(node)}`")
        return self.called(node, f"{name} {len(words)}", words, name)

    def called(self, node: ast.Call, key: str, words: list[Phrase], name: str) -> Phrase:
        if key in FUNCTIONS:
            return fill(FUNCTIONS[key], *words)
        if name in ENUMERATED and words:
            return Phrase(ENUMERATED[name].format(enumerated(words)), Form.OPEN)
        unsayable(node, f"`{ast.unparse(node)}`")

    def _int(self, node: ast.Call, words: list[Phrase], _: dict[str, ast.expr]) -> Phrase | None:
        if len(words) != 1:
            return None
        match node.args[0]:
            case ast.BinOp(left=ast.Constant("0"), op=ast.Add(), right=digit):  # a digit, or nothing for 0
                found = self.phrase(digit)
                if "(if any)" in found.text:
                    text = found.text.replace("(if any)", "as a number (0 if it has none)")
                    return Phrase(text, Form.AFTER)
        kind = self.kind(node.args[0])
        if kind.name == "number":
            return fill("the whole part of {0}", words[0], form=Form.OPEN)
        return fill("{0} as a number" if kind.is_joined or kind.is_number else "{0} as a whole number", words[0])

    def _sorted(self, node: ast.Call, words: list[Phrase], named: dict[str, ast.expr]) -> Phrase:
        if len(words) != 1 or set(named) - {"reverse"}:
            unsayable(node, f"`{ast.unparse(node)}`")
        if "reverse" not in named:
            return fill("{0!} in ascending order", words[0])
        order = ast.unparse(named["reverse"])
        if order in _ORDER:
            return fill(_ORDER[order], words[0])
        whole = put(words[0], ATOMIC)
        clause = self.clause(named["reverse"])
        return Phrase(f"{whole} in descending order if {clause}, otherwise in ascending order", Form.CHOICE)

    def _extreme(self, node: ast.Call, words: list[Phrase], named: dict[str, ast.expr], which: str) -> Phrase | None:
        superlative = "largest" if which == "max" else "smallest"
        if len(words) > 1:
            more = superlative if len(words) > 2 else "larger" if which == "max" else "smaller"
            return Phrase(f"the {more} of {enumerated(words)}", Form.OPEN)
        if "default" in named:
            default = self.phrase(named["default"])
            return fill(f"the {superlative} item of {{0}} ({{1}} if it is empty)", words[0], default)
        return None

    def _max(self, node: ast.Call, words: list[Phrase], named: dict[str, ast.expr]) -> Phrase | None:
        return self._extreme(node, words, named, "max")

    def _min(self, node: ast.Call, words: list[Phrase], named: dict[str, ast.expr]) -> Phrase | None:
        return self._extreme(node, words, named, "min")

    def _range(self, node: ast.Call, words: list[Phrase], _: dict[str, ast.expr]) -> Phrase | None:
        return Phrase(f"the numbers {self.range(node.args)}", Form.OPEN)

    def range(self, ends: list[ast.expr]) -> str:
        words = [put(self.phrase(end), INNER, " to ", " in steps ", " down ") for end in ends]
        if len(ends) == 1:
            return f"from 0 to just before {words[0]}"
        if len(ends) == 2:
            return f"from {words[0]} to just before {words[1]}"
        if words[2] == "-1":
            return f"from {words[0]} down to just before {words[1]}"
        step = ends[2]
        if isinstance(step, ast.UnaryOp) and isinstance(step.operand, ast.Constant):
            return f"from {words[0]} down to just before {words[1]} in steps of {words[2].removeprefix('-')}"
        return f"from {words[0]} to just before {words[1]} in steps of {words[2]}"

    def _zip(self, node: ast.Call, words: list[Phrase], named: dict[str, ast.expr]) -> Phrase | None:
        if len(words) == 1:
            return fill("the items of {0}, each in a tuple", words[0])
        if not words:
            return Phrase("nothing")
        strict = " (all of one length)" if self.is_true(named.pop("strict", None), node) else ""
        return Phrase(f"the tuples of the items at the same places of {enumerated(words)}{strict}", Form.OPEN)

    def is_true(self, node: ast.expr | None, call: ast.Call) -> bool:
        """The value of an argument that must be written out."""
        if node is not None and not isinstance(node, ast.Constant):
            unsayable(call, f"`{ast.unparse(call)}` with a choice that is not written out")
        return bool(node is not None and node.value)  # type: ignore[attr-defined]

    def _deque(self, node: ast.Call, words: list[Phrase], named: dict[str, ast.expr]) -> Phrase | None:
        if len(words) > 2:
            unsayable(node, f"`{ast.unparse(node)}`")
        longest = [self.phrase(named["maxlen"])] if "maxlen" in named else words[1:2]
        if not longest or longest[0].text == "None":
            is_empty = not words or (isinstance(node.args[0], ast.List) and not node.args[0].elts)
            return Phrase("an empty queue") if is_empty else fill("{0!} as a queue", words[0])
        if not words or (isinstance(node.args[0], ast.List) and not node.args[0].elts):
            return fill("an empty queue of at most {0} items", longest[0])
        return fill("{0!} as a queue of at most {1} items", words[0], longest[0])

    def _dict(self, node: ast.Call, words: list[Phrase], named: dict[str, ast.expr]) -> Phrase | None:
        if named:
            display = ast.Dict([ast.Constant(key) for key in named], list(named.values()))
            return unsayable(node, f"`{ast.unparse(node)}`") if words else self.phrase(display)
        return fill("a copy of {0}", words[0]) if words and self.kind(node.args[0]).name == "table" else None

    def _defaultdict(self, node: ast.Call, words: list[Phrase], _: dict[str, ast.expr]) -> Phrase:
        made = ast.unparse(node.args[0]) if node.args else "None"
        if made == "None":
            return Phrase("an empty table")
        if made not in _FILLED or len(words) > 1:
            unsayable(node, f"`{ast.unparse(node)}`")
        return Phrase(f"an empty table in which each entry begins as {_FILLED[made]}", Form.OPEN)

    def _itertools_accumulate(self, node: ast.Call, words: list[Phrase], named: dict[str, ast.expr]) -> Phrase | None:
        return unsayable(node, f"`{ast.unparse(node)}`") if len(words) > 1 else None

    def _itertools_product(self, node: ast.Call, words: list[Phrase], named: dict[str, ast.expr]) -> Phrase | None:
        if "repeat" not in named:
            return None
        times = put(self.phrase(named["repeat"]), INNER, " items ", " of ")
        if len(words) == 1:
            return Phrase(f"the combinations of {times} items each of {put(words[0], TAIL)}", Form.OPEN)
        return None

    def _itertools_zip_longest(self, node: ast.Call, words: list[Phrase], named: dict[str, ast.expr]) -> Phrase | None:
        filler = put(self.phrase(named.pop("fillvalue")), INNER, " where ") if "fillvalue" in named else "None"
        text = f"the tuples of the items at the same places ({filler} where one is too short) of {enumerated(words)}"
        return Phrase(text, Form.OPEN)

    def _itertools_islice(self, node: ast.Call, words: list[Phrase], named: dict[str, ast.expr]) -> Phrase | None:
        if len(words) < 3:
            return None
        none = ast.Constant(None)
        cut = ast.Slice(*(node.args[1:] if len(node.args) == 4 else [*node.args[1:], none]))
        return self.part(cut, words[0], "item")

    def _method(self, node: ast.Call, function: ast.Attribute, words: list[Phrase]) -> Phrase:
        method, of = function.attr, self.phrase(function.value)
        if node.keywords and method not in ("sort", "popitem", "move_to_end", "splitlines"):
            unsayable(node, f"{node.keywords[0].arg}= in `{ast.unparse(node)}`")
        named = {keyword.arg: keyword.value for keyword in node.keywords}
        match method:
            case "pop" | "popleft" | "popitem":
                return self.taken(node, function, words)
            case "replace" if len(words) == 3:
                count = ast.unparse(node.args[2])
                which = {"1": "the first {1}", "-1": "{1}"}.get(count, "the first {3} occurrences of {1}")
                words = words[: 3 if "{3}" in which else 2]
                return fill("{0!} with {2} in place of " + which, of, *words)
            case "splitlines" if words or named:
                kept = self.is_true(node.args[0] if words else named["keepends"], node)
                return fill("the lines of {0} (with their line breaks)" if kept else "the lines of {0}", of)
            case "strip" | "lstrip" | "rstrip" | "split" | "rsplit" if words and words[0].text == "None":
                if len(words) == 1:
                    return fill(METHODS[f"{method} 0"], of)
                if len(words) > 2:
                    unsayable(node, f"`{ast.unparse(node)}`")
                side = "from the start" if method == "split" else "from the end"
                return fill(f"the words of {{0}} (split at most {{1}} times {side})", of, words[1])
            case "strip" | "lstrip" | "rstrip" if len(words) == 1:
                given = node.args[0]
                if not (isinstance(given, ast.Constant) and len(str(given.value)) == 1):
                    words = [fill("any of the characters of {0}", words[0])]
            case "center" | "ljust" | "rjust" if len(words) == 2 and words[1].text == "' '":
                words = words[:1]
            case "join" if isinstance(function.value, ast.Constant) and function.value.value == "":
                return fill("the items of {0}, joined with nothing between them", words[0])
        if f"{method} method" in TESTS:
            return self.whether(node)
        key = f"{method} {len(words)}"
        if method == "fromkeys":
            return fill(METHODS[key], *words)
        if key in METHODS:
            return fill(METHODS[key], of, *words)
        if method in ("union", "intersection", "difference") and not words:
            return fill("a copy of {0}", of)
        if method == "setdefault" and len(words) < 3:
            default = words[1] if len(words) > 1 else Phrase("None")
            return fill("the entry of {0} for {1} (entered as {2} if it has none)", of, words[0], default)
        unsayable(node, f"`{ast.unparse(node)}`")

    def taken(self, node: ast.Call, function: ast.Attribute, words: list[Phrase], off: str = TAKEN) -> Phrase:
        """What ``pop`` takes off its object."""
        of, kind = self.phrase(function.value), self.kind(function.value)
        named = {keyword.arg: keyword.value for keyword in node.keywords}
        if len(words) > {"pop": 2, "popleft": 0}.get(function.attr, 1):
            unsayable(node, f"`{ast.unparse(node)}`")
        if function.attr == "popitem":
            last = self.is_true(named.get("last", node.args[0] if words else ast.Constant(True)), node)
            return fill(f"the {'last' if last else 'first'} entry{off}{{0}}", of, form=Form.OF)
        if function.attr == "popleft":
            return fill(f"the first element{off}{{0}}", of, form=Form.OF)
        if len(words) == 2:
            return fill(f"the entry for {{1}}{off}{{0}} ({{2}} if it has none)", of, *words)
        if kind.name == "set":
            return fill(f"an item{off}{{0}}", of, form=Form.OF)
        if kind.name in ("table", "counter"):
            return fill(f"the entry for {{1}}{off}{{0}}", of, *words, form=Form.OF)
        place = {"": "last", "-1": "last", "0": "first", "1": "second"}.get(ast.unparse(node.args[0]) if words else "")
        if place:
            return fill(f"the {place} {self.item(function.value)}{off}{{0}}", of, form=Form.OF)
        if kind.name not in ("list", "deque") and not self.is_index(node.args[0]):
            return fill(f"the element at {{1}}{off}{{0}}", of, *words, form=Form.OF)
        return fill(f"the element at index {{1}}{off}{{0}}", of, *words, form=Form.OF)
