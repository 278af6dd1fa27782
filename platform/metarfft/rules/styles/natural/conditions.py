"""Clauses that say that a condition holds, or that it does not."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod

from metarfft.rules import core
from metarfft.rules.styles.natural.inference import Kinds
from metarfft.rules.styles.natural.kinds import Kind
from metarfft.rules.styles.natural.wording import INNER, Form, Phrase, bare, enumerated, fill, put, unsayable

_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "is", ast.NotEq: "is not", ast.Lt: "is less than", ast.LtE: "is at most", ast.Gt: "is greater than",
    ast.GtE: "is at least", ast.In: "is in", ast.NotIn: "is not in",
}  # fmt: skip
_OPPOSITE = {ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot,
             ast.IsNot: ast.Is}  # fmt: skip
TESTS: dict[str, tuple[str, str]] = {  # if it holds, and if not
    "islower method": ("{0} is in lower case", "{0} is not in lower case"),
    "isupper method": ("{0} is in upper case", "{0} is not in upper case"),
    "istitle method": ("{0} is in title case", "{0} is not in title case"),
    "isidentifier method": ("{0} is an identifier", "{0} is not an identifier"),
    "isascii method": ("{0} has only ASCII characters", "{0} has a character that is not ASCII"),
    "isprintable method": ("{0} has only printable characters", "{0} has a character that is not printable"),
    "is_integer method": ("{0} is a whole number", "{0} is not a whole number"),
    "isdisjoint method": ("{0} has no item in common with {1}", "{0} has an item in common with {1}"),
    "issubset method": ("all items of {0} are in {1}", "not all items of {0} are in {1}"),
    "issuperset method": ("all items of {1} are in {0}", "not all items of {1} are in {0}"),
    "startswith method": ("{0} starts with {1}", "{0} does not start with {1}"),
    "endswith method": ("{0} ends with {1}", "{0} does not end with {1}"),
    "math.isnan call": ("{0} is not-a-number", "{0} is a number (not not-a-number)"),
    "math.isinf call": ("{0} is infinite", "{0} is not infinite"),
    "math.isfinite call": ("{0} is finite", "{0} is not finite"),
    "math.isclose call": ("{0} is close to {1}", "{0} is not close to {1}"),
    "isinstance call": ("", ""),
    "bool call": ("", ""),
    "any call": ("", ""),
    "all call": ("", ""),
}
_MADE_OF = {  # characters, and what one of them is and is not
    "isdigit": ("digits", "is a digit", "is not a digit"),
    "isdecimal": ("decimal digits", "is a decimal digit", "is not a decimal digit"),
    "isnumeric": ("numeric characters", "is a numeric character", "is not a numeric character"),
    "isalpha": ("letters", "is a letter", "is not a letter"),
    "isalnum": ("letters and digits only", "is a letter or a digit", "is neither a letter nor a digit"),
    "isspace": ("spaces", "is a space", "is not a space"),
}
TESTS |= {f"{name} method": ("", "") for name in _MADE_OF}
_TYPES = {"int": "a whole number", "float": "a decimal number", "str": "a text", "list": "a list", "dict": "a table",
          "tuple": "a tuple", "set": "a set", "bool": "a truth value", "frozenset": "a fixed set",
          "deque": "a queue"}  # fmt: skip


class Conditions(ABC):
    """Clauses for conditions."""

    def __init__(self, kinds: Kinds) -> None:
        self.kinds = kinds
        self.scope = kinds.scopes.entry

    @abstractmethod
    def phrase(self, node: ast.expr) -> Phrase:
        """The phrase that names the expression's value."""

    def kind(self, node: ast.expr) -> Kind:
        return self.kinds.of(node, self.scope)

    def item(self, node: ast.expr) -> str:
        return "character" if self.kind(node).is_text else "element"

    def whether(self, node: ast.expr) -> Phrase:
        return Phrase(f"whether {self.condition(node)}", Form.WHETHER)

    def clause(self, node: ast.expr) -> str:
        """A condition before ", otherwise", in brackets if it has commas itself."""
        text = self.condition(node)
        return f"({text})" if ", " in bare(text) else text

    def is_index(self, node: ast.expr) -> bool:
        """Whether a place in an unknown collection is a number, or the place of a value that is not known here."""
        return self.kind(node).is_number or (isinstance(node, ast.Name) and node.id.startswith("__"))

    def holds(self, name: str, kind: Kind, negated: bool = False) -> str:
        """The clause that says that a value counts as true."""
        if kind.optional:
            kind = Kind("mixed")
        if kind.name == "yes-no":
            return f"{name} is {'not ' if negated else ''}true"
        if kind.name == "number":
            return f"{name} is {'' if negated else 'not '}0"
        if kind.name == "container":  # told only from its use, which may follow on this very question
            return f"{name} is {'empty or None' if negated else 'neither empty nor None'}"
        if kind.has_items:
            return f"{name} is {'' if negated else 'not '}empty"
        return f"{name} is 0, empty or None" if negated else f"{name} is neither 0 nor empty nor None"

    def condition(self, node: ast.expr, negated: bool = False) -> str:
        """The clause that says that the expression holds, or with ``negated`` that it does not."""
        if isinstance(node, ast.BoolOp):
            both = isinstance(node.op, ast.And) != negated
            return (" and " if both else " or ").join(self._joint(value, negated, both) for value in node.values)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return self.condition(node.operand, not negated)
        if isinstance(node, ast.Compare):
            return self.comparison(node, negated)
        if isinstance(node, ast.Call) and (text := self._test(node, negated)):
            return text
        return self.holds(put(self.phrase(node), INNER), self.kind(node), negated)

    def _joint(self, node: ast.expr, negated: bool, both: bool) -> str:
        """A part of a condition that is joined with others, in brackets if it joins some itself."""
        text = self.condition(node, negated)
        while isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            node, negated = node.operand, not negated
        if isinstance(node, ast.BoolOp) and (isinstance(node.op, ast.And) != negated) == both:
            return text  # its own parts stand in brackets as they need
        if isinstance(node, ast.Compare) and len(node.ops) > 1 and both and not negated and ", " not in bare(text):
            return text
        return f"({text})" if any(word in bare(text) for word in (" and ", " or ", ", ")) else text

    def comparison(self, node: ast.Compare, negated: bool) -> str:
        if len(node.ops) == 1:
            return self._clause(node.left, node.ops[0], node.comparators[0], negated)
        clauses: list[str] = []
        left = node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            clause = self._clause(left, operator, right, False)
            if clauses and not _is_pure(left):  # it is evaluated once
                clause = "which in turn" + clause.removeprefix(put(self.phrase(left), INNER))
                if not clause.startswith("which in turn is"):
                    unsayable(node, f"`{ast.unparse(node)}`")
            clauses.append(f"({clause})" if " and " in bare(clause) or " or " in bare(clause) else clause)
            left = right
        text = clauses[0] + "".join(f"{', ' if c.startswith('which') else ' and '}{c}" for c in clauses[1:])
        return f"it is not so that ({text})" if negated else text

    def _clause(self, left: ast.expr, operator: ast.cmpop, right: ast.expr, negated: bool) -> str:
        if negated and type(operator) in _OPPOSITE:
            return self._clause(left, _OPPOSITE[type(operator)](), right, False)  # type: ignore[abstract]
        name = put(self.phrase(left), INNER)
        if isinstance(operator, (ast.Is, ast.IsNot)):
            verb = "is" if isinstance(operator, ast.Is) else "is not"
            if isinstance(right, ast.Constant):
                return f"{name} {verb} {'' if right.value is None else 'exactly '}{right.value!r}"
            return f"{name} {verb} the same object as {put(self.phrase(right), INNER)}"
        verb = _COMPARISONS[type(operator)]
        if negated:
            verb = verb.replace("is", "is not", 1)
        if verb in ("is", "is not"):
            if isinstance(right, ast.Constant) and right.value == "":
                return f"{name} {verb} {'empty' if self.kind(left).is_text else 'an empty text'}"
            if (parity := self._parity(left, verb == "is", right)) is not None:
                return parity
        if verb in ("is in", "is not in") and isinstance(right, (ast.List, ast.Tuple, ast.Set)) and right.elts:
            items = [self.phrase(item) for item in right.elts]
            if len(items) > 1:
                return f"{name} is {'one' if verb == 'is in' else 'none'} of {enumerated(items, 'or')}"
        return f"{name} {verb} {put(self.phrase(right), INNER)}"

    def _parity(self, left: ast.expr, holds: bool, right: ast.expr) -> str | None:
        if not (isinstance(left, ast.BinOp) and isinstance(left.op, ast.Mod)):
            return None
        rest, divisor = ast.unparse(right), ast.unparse(left.right)
        if rest not in ("0", "1") or (rest == "1" and divisor != "2"):
            return None
        name = put(self.phrase(left.left), INNER)
        if divisor == "2":
            return f"{name} is {'' if holds else 'not '}{'even' if rest == '0' else 'odd'}"
        return f"{name} is {'' if holds else 'not '}divisible by {put(self.phrase(left.right), INNER)}"

    def _test(self, node: ast.Call, negated: bool) -> str | None:
        """The clause for a call that says yes or no."""
        function = node.func
        dotted = core.dotted(function)
        if dotted is None and isinstance(function, ast.Attribute):
            return self._test_of_method(node, function, negated)
        name = dotted or (function.id if isinstance(function, ast.Name) else "")
        if name == "isinstance":
            _, asked = node.args
            types = [ast.unparse(part) for part in (asked.elts if isinstance(asked, ast.Tuple) else [asked])]
            words = (" nor " if negated else " or ").join(_TYPES[kind] for kind in types)
            verb = "is" if not negated else "is neither" if len(types) > 1 else "is not"
            return f"{put(self.phrase(node.args[0]), INNER)} {verb} {words}"
        if name in ("any", "all", "bool") and len(node.args) != 1:
            unsayable(node, f"`{ast.unparse(node)}`")
        if name == "bool":
            return self.condition(node.args[0], negated)
        if name in ("any", "all"):
            whole = put(self.phrase(node.args[0]), INNER)
            some = "some" if (name == "any") != negated else "every"
            return self.holds(f"{some} item of {whole}", self.kinds.item(node.args[0], self.scope), negated)
        return self._fixed(node, f"{name} call", list(map(self.phrase, node.args)), negated)

    def _fixed(self, node: ast.Call, key: str, words: list[Phrase], negated: bool) -> str | None:
        if key not in TESTS:
            return None
        template = TESTS[key][negated]
        if node.keywords or f"{{{len(words) - 1}}}" not in template or f"{{{len(words)}}}" in template:
            unsayable(node, f"`{ast.unparse(node)}`")
        return fill(template, *words, form=Form.ATOM).text

    def _test_of_method(self, node: ast.Call, function: ast.Attribute, negated: bool) -> str | None:
        method = function.attr
        of = self.phrase(function.value)
        if method in _MADE_OF:
            many, one, none = _MADE_OF[method]
            name = put(of, INNER)
            if node.args:
                unsayable(node, f"`{ast.unparse(node)}`")
            if self.kind(function.value).name == "character":
                return f"{name} {none if negated else one}"
            return f"{name} is {'not ' if negated else ''}made of {many}"
        words = [self.phrase(argument) for argument in node.args]
        if method in ("startswith", "endswith"):
            given = node.args[0]
            if isinstance(given, ast.Tuple) and given.elts:
                which = "any of " if negated else "one of " if len(given.elts) > 2 else ""
                words[0] = Phrase(which + enumerated([self.phrase(part) for part in given.elts], "or"))
            if len(words) > 1:
                to = f" to just before {put(words[2], INNER)}" if len(words) > 2 else " on"
                of = Phrase(f"{put(of, INNER)} from index {put(words[1], INNER, ' to ')}{to}", Form.ATOM)
                words = words[:1]
        return self._fixed(node, f"{method} method", [of, *words], negated)


def _is_pure(node: ast.expr) -> bool:
    """Whether an expression may be named twice: it changes nothing."""
    return not any(isinstance(part, ast.Call) and core.changes(part) for part in ast.walk(node))
