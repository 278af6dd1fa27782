"""Phrases that name the value of an expression."""

from __future__ import annotations

import ast

from metarfft.rules.styles.natural.calls import Calls
from metarfft.rules.styles.natural.slices import is_literal
from metarfft.rules.styles.natural.wording import (
    ATOMIC,
    FACTOR,
    INNER,
    TAIL,
    WHOLE,
    Form,
    Phrase,
    enumerated,
    fill,
    put,
    unsayable,
)

_PLACES = {"0": "first", "-1": "last", "1": "second", "-2": "second to last"}
_BITS: dict[type[ast.operator], tuple[str, str, str]] = {  # of numbers, of sets, of one or the other
    ast.BitAnd: (
        "the bitwise and of {0} and {1}", "the items that are in both {0} and {1}",
        "the bits or items that are in both {0} and {1}",
    ),
    ast.BitOr: (
        "the bitwise or of {0} and {1}", "the items of {0} and those of {1} together",
        "the bits or items of {0} and those of {1} together",
    ),
    ast.BitXor: (
        "the bitwise xor of {0} and {1}", "the items that are in just one of {0} and {1}",
        "the bits or items that are in just one of {0} and {1}",
    ),
    ast.LShift: ("{0!} shifted left by {1^} bits",) * 3,
    ast.RShift: ("{0!} shifted right by {1^} bits",) * 3,
}  # fmt: skip
_TUPLES = {2: "the pair of {}", 3: "the triple of {}"}


class Phrases(Calls):
    """Noun phrases. The signs are what stands between the terms of sums and products."""

    plus, minus, times = "plus", "minus", "times"

    def phrase(self, node: ast.expr) -> Phrase:
        method = getattr(self, f"_{type(node).__name__}", None)
        if method is None:
            unsayable(node, f"{type(node).__name__} `{ast.unparse(node)}`")
        try:
            return method(node)
        except (IndexError, KeyError, TypeError):  # fewer or other arguments than the words have room for
            unsayable(node, f"`{ast.unparse(node)}`")

    def _Constant(self, node: ast.Constant) -> Phrase:
        return Phrase("an empty text" if node.value == "" else repr(node.value))

    def _Name(self, node: ast.Name) -> Phrase:
        return Phrase(node.id)

    def _Attribute(self, node: ast.Attribute) -> Phrase:
        words = {"math.pi": "pi", "math.e": "Euler's number", "math.inf": "infinity", "math.nan": "not-a-number"}
        text = ast.unparse(node)
        return Phrase("2 times pi", Form.PRODUCT) if text == "math.tau" else Phrase(words[text])

    def _List(self, node: ast.List) -> Phrase:
        return self._display(node, node.elts, "an empty list", "a list of {}")

    def _Set(self, node: ast.Set) -> Phrase:
        return self._display(node, node.elts, "an empty set", "a set of {}")

    def _Tuple(self, node: ast.Tuple) -> Phrase:
        return self._display(node, node.elts, "an empty tuple", _TUPLES.get(len(node.elts), "the tuple of {}"))

    def _display(self, node: ast.expr, items: list[ast.expr], empty: str, words: str) -> Phrase:
        if not items:
            return Phrase(empty)
        if is_literal(node):
            return Phrase(ast.unparse(node))
        parts = [self.phrase(item) for item in items]
        if len(parts) == 1:
            return Phrase(words.format("only " + put(parts[0], TAIL)), Form.OPEN)
        return Phrase(words.format(enumerated(parts)), Form.OPEN)

    def _Dict(self, node: ast.Dict) -> Phrase:
        if not node.keys:
            return Phrase("an empty table")
        if is_literal(node):
            return Phrase(ast.unparse(node))
        entries = []
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                unsayable(node, "** in a table")
            entries.append(Phrase(f"{put(self.phrase(value), INNER, ' for ', ' and ', ', ')} for "
                                  f"{put(self.phrase(key), TAIL, ' and ', ', ')}"))  # fmt: skip
        return Phrase(f"a table with {', '.join(entry.text for entry in entries)}", Form.OPEN)

    def _UnaryOp(self, node: ast.UnaryOp) -> Phrase:
        if isinstance(node.op, ast.Not):
            opposite = isinstance(node.operand, (ast.Name, ast.Subscript)) and self.kind(node.operand).name == "yes-no"
            return fill("the opposite of {0}", self.phrase(node.operand)) if opposite else self.whether(node)
        if is_literal(node):
            return Phrase(ast.unparse(node))
        words = {ast.USub: "minus", ast.UAdd: "plus", ast.Invert: "the bitwise complement of"}[type(node.op)]  # type: ignore[index]
        part = put(self.phrase(node.operand), FACTOR)
        return Phrase(f"{words} {part}", Form.MINUS if words in ("minus", "plus") else Form.OPEN)

    def _BinOp(self, node: ast.BinOp) -> Phrase:
        if isinstance(node.op, (ast.Add, ast.Sub)):
            return self.sum(node)
        left, right = self.phrase(node.left), self.phrase(node.right)
        if isinstance(node.op, ast.Mult):
            return self._product(node, left, right)
        if isinstance(node.op, ast.Div):
            return Phrase(f"{put(left, FACTOR)} divided by {put(right, FACTOR)}", Form.PRODUCT)
        if isinstance(node.op, ast.FloorDiv):
            return Phrase(f"{put(left, FACTOR)} divided by {put(right, FACTOR)}, rounded down", Form.COMMA)
        if isinstance(node.op, ast.Mod):
            text = f"the remainder of {put(left, TAIL, ' divided by ')} divided by {put(right, TAIL)}"
            return Phrase(text, Form.OPEN)
        if isinstance(node.op, ast.Pow):
            base = put(left, ATOMIC) if not left.text.startswith("-") else f"({left.text})"
            power = put(right, FACTOR | {Form.MINUS})
            return Phrase(f"{base} to the power of {power}", Form.AFTER)
        if type(node.op) not in _BITS:
            unsayable(node, f"the operator in `{ast.unparse(node)}`")
        kinds = {self.kind(node.left).name, self.kind(node.right).name}
        which = 0 if kinds & {"number"} or kinds == {"yes-no"} else 1 if "set" in kinds else 2
        if "table" in kinds and isinstance(node.op, ast.BitOr):
            return fill("the entries of {0} with those of {1} on top", left, right, form=Form.AFTER)
        return fill(_BITS[type(node.op)][which], left, right)

    def sum(self, node: ast.BinOp) -> Phrase:
        """A sum or a concatenation: a + b + c is (a + b) + c."""
        terms: list[tuple[str, ast.expr]] = []
        first: ast.expr = node
        while isinstance(first, ast.BinOp) and isinstance(first.op, (ast.Add, ast.Sub)):
            terms.insert(0, (self.plus if isinstance(first.op, ast.Add) else self.minus, first.right))
            first = first.left
        parts = [first, *(term for _, term in terms)]
        words = [word for word, _ in terms]
        if self.plus == "plus" and "minus" not in words and any(self.kind(part).is_joined for part in parts):
            return Phrase(self.followed(parts), Form.SUM)
        text = ""
        for place, part in enumerate(parts):
            phrase = self.phrase(part)
            if place == len(parts) - 1:
                allowed = TAIL | {Form.PRODUCT}
            else:
                allowed = (FACTOR if self.cannot_join(parts[place + 1]) else ATOMIC) | {Form.PRODUCT}
            text += (f" {words[place - 1]} " if place else "") + put(phrase, allowed)
        return Phrase(text, Form.SUM)

    def cannot_join(self, node: ast.expr) -> bool:
        """Whether nobody takes ``node`` for something that could be added to a collection named before it."""
        return is_literal(node) or (self.kind(node).is_number and not isinstance(node, ast.Name))

    def followed(self, parts: list[ast.expr]) -> str:
        """Texts or lists one after the other."""
        phrases = [self.phrase(part) for part in parts]
        texts = [put(phrase, ATOMIC) for phrase in phrases[:-1]] + [put(phrases[-1], TAIL) for _ in phrases[-1:]]
        return " followed by ".join(texts)

    def _product(self, node: ast.BinOp, left: Phrase, right: Phrase) -> Phrase:
        plain = self.times == "times"
        if plain and isinstance(node.left, ast.List) and len(node.left.elts) == 1:
            return fill("a list of {0^} times {1}", right, self.phrase(node.left.elts[0]))
        longer = _difference_of_lengths(node.right)
        if longer and self.kind(node.left).is_text:
            text = f"{put(left, ATOMIC)} as often as {put(self.phrase(longer[0]), ATOMIC)} is longer than "
            return Phrase(text + put(self.phrase(longer[1]), ATOMIC), Form.AFTER)
        if plain and self.kind(node.left).is_joined:
            return fill("{0!} repeated {1^} times", left, right)
        if plain and self.kind(node.right).is_joined:
            return fill("{1!} repeated {0^} times", left, right)
        chained = isinstance(node.left, ast.BinOp) and isinstance(node.left.op, ast.Mult)
        allowed = FACTOR if self.cannot_join(node.right) else ATOMIC
        first = put(left, allowed | {Form.PRODUCT} if chained else allowed)
        return Phrase(f"{first} {self.times} {put(right, FACTOR)}", Form.PRODUCT)

    def _BoolOp(self, node: ast.BoolOp) -> Phrase:
        if all(self.kind(value).name == "yes-no" for value in node.values):
            return self.whether(node)
        *first, last = node.values  # the value is that of the operand that decides
        text = ""
        for value in first:
            phrase = self.phrase(value)
            that = self.holds("that", self.kind(value), isinstance(node.op, ast.And))
            text += f"{put(phrase, INNER)} if {that}, otherwise "
        return Phrase(text + put(self.phrase(last), INNER | {Form.COMMA}), Form.CHOICE)

    def _Compare(self, node: ast.Compare) -> Phrase:
        return self.whether(node)

    def _IfExp(self, node: ast.IfExp) -> Phrase:
        body = put(self.phrase(node.body), INNER | {Form.COMMA})
        orelse = put(self.phrase(node.orelse), INNER | {Form.COMMA, Form.CHOICE})
        return Phrase(f"{body} if {self.clause(node.test)}, otherwise {orelse}", Form.CHOICE)

    def _Subscript(self, node: ast.Subscript) -> Phrase:
        of = self.phrase(node.value)
        item = self.item(node.value)
        if isinstance(node.slice, ast.Slice):
            return self.part(node.slice, of, item)
        kind = self.kind(node.value)
        key = self.phrase(node.slice)
        if kind.name in ("table", "counter"):
            return fill("the entry of {0} for {1}", of, key)
        place = _PLACES.get(ast.unparse(node.slice))
        if place:
            return fill(f"the {place} {item} of {{0}}", of)
        if kind.name in ("", "container", "mixed") and not self.is_index(node.slice):
            return fill("the element at {1} of {0}", of, key)
        return fill(f"the {item} at index {{1}} of {{0}}", of, key)

    def whole(self, node: ast.expr) -> str:
        """The phrase where nothing can be mistaken for a part of it."""
        return put(self.phrase(node), WHOLE)


def _difference_of_lengths(node: ast.expr) -> tuple[ast.expr, ast.expr] | None:
    """``x`` and ``y`` of ``len(x) - len(y)``."""
    match node:
        case ast.BinOp(
            left=ast.Call(func=ast.Name("len"), args=[x]), op=ast.Sub(), right=ast.Call(func=ast.Name("len"), args=[y])
        ):
            return x, y
    return None
