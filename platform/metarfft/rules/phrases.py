"""Phrases for the expressions of a rule: what names a value, and what says that a condition holds.

What a variable holds is guessed from how the rule uses it, and only chooses words.
"""

from __future__ import annotations

import ast

from metarfft.rules.language import MUTATING_METHODS

Holds = dict[str, str]  # variable -> "number", "text", "list", "sequence" (one of the two), "table" or "yes-no"

_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "is", ast.NotEq: "is not", ast.Lt: "is less than", ast.LtE: "is at most", ast.Gt: "is greater than",
    ast.GtE: "is at least", ast.In: "is in", ast.NotIn: "is not in", ast.Is: "is", ast.IsNot: "is not",
}  # fmt: skip
_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "{} plus {}", ast.Sub: "{} minus {}", ast.Mult: "{} times {}", ast.Div: "{} divided by {}",
    ast.FloorDiv: "{} divided by {}, rounded down", ast.Mod: "the remainder of {} divided by {}",
    ast.Pow: "{} to the power of {}",
}  # fmt: skip
_CALLS = {
    "len": "the length of {}", "int": "{} as a number", "float": "{} as a number", "str": "{}",
    "abs": "the absolute value of {}", "sum": "the sum of {}", "sorted": "{} in ascending order",
    "ord": "the character code of {}", "chr": "the character with code {}", "list": "{} as a list",
    "range": "the numbers from 0 to just before {}", "set": "the different items of {}", "tuple": "the items of {}",
    "bool": "whether {} holds", "round": "{} rounded", "dict": "a copy of {}",
}  # fmt: skip
_METHODS = {
    "lower": "{} in lower case", "upper": "{} in upper case", "capitalize": "{} with a capital first letter",
    "title": "{} with capital first letters", "swapcase": "{} with upper and lower case exchanged",
    "strip": "{} without spaces around it", "lstrip": "{} without spaces before it",
    "rstrip": "{} without spaces after it", "split": "the words of {}", "keys": "the keys of {}",
    "values": "the values of {}", "items": "the entries of {}", "copy": "a copy of {}",
}  # fmt: skip
_METHODS_WITH = {
    "count": "how often {1} is in {0}", "index": "the index of {1} in {0}", "find": "the index of {1} in {0}, or -1",
    "get": "the entry of {0} for {1}", "join": "the items of {1}, joined with {0} between them",
    "split": "the parts of {0} between {1}", "strip": "{0} without {1} around it",
    "lstrip": "{0} without {1} before it", "rstrip": "{0} without {1} after it",
    "replace": "{0} with {2} in place of {1}",
}  # fmt: skip
_TESTS = {
    "isdigit": "a digit", "isalpha": "a letter", "isalnum": "a letter or a digit", "islower": "in lower case",
    "isupper": "in upper case", "isspace": "a space",
}  # fmt: skip
_CHANGES = {
    "append": "put {1} at the end of {0}", "extend": "put the items of {1} at the end of {0}",
    "insert": "put {2} into {0} at index {1}", "add": "add {1} to {0}", "remove": "remove the first {1} from {0}",
    "discard": "remove {1} from {0}", "clear": "empty {0}", "reverse": "reverse {0}",
    "sort": "sort {0} in ascending order", "update": "take the entries of {1} into {0}",
    "setdefault": "enter {2} for {1} in {0} unless it is there",
}  # fmt: skip
TAKEN = " taken off "  # the phrase for an element that is read and removed
_METHODS_OF = {
    "list": {"pop", "append", "insert", "extend", "sort", "reverse"},
    "table": {"keys", "values", "items", "get", "setdefault"},
    "text": {*_TESTS, "lower", "upper", "split", "strip", "join", "startswith", "endswith", "replace", "capitalize"},
}


def holdings(function: ast.FunctionDef) -> Holds:
    """What the rule's variables hold, as far as its text shows it; surer signs come before others."""
    signs = sorted((sign for node in ast.walk(function) for sign in _signs(node)), reverse=True)
    holds: Holds = {}
    for _, name, kind in signs:
        holds.setdefault(name, kind)
    return holds


def _signs(node: ast.AST) -> list[tuple[int, str, str]]:
    """How sure it is, which variable, and what it holds, by the way in which ``node`` uses it."""
    match node:
        case ast.Assign(targets=[ast.Name(name)], value=value):
            kind = _kind_of_value(value)
            return [(3, name, kind)] if kind else []
        case ast.Assign(targets=[ast.Tuple(targets)], value=ast.Tuple(values)):
            pairs = zip(targets, values, strict=False)
            return [sign for target, value in pairs for sign in _signs(ast.Assign([target], value))]
        case ast.Call(func=ast.Attribute(value=ast.Name(name), attr=method)):
            kinds = [kind for kind, methods in _METHODS_OF.items() if method in methods]
            return [(2, name, kind) for kind in kinds]
        case ast.AugAssign(target=ast.Name(name), value=ast.Constant(int())):
            return [(2, name, "number")]
        case ast.Call(func=ast.Name("int" | "ord"), args=[ast.Subscript(value=ast.Name(name))]):
            return [(1, name, "text")]  # what holds digits as characters
        case ast.Subscript(value=ast.Name(name), slice=part) if ast.unparse(part) in ("1:", ":-1", "-1:"):
            return [(1, name, "text")]  # of lists, rules pop
        case ast.Subscript(value=ast.Name(name)) | ast.For(iter=ast.Name(name)):
            return [(0, name, "sequence")]
    return []


def _kind_of_value(value: ast.expr) -> str:
    match value:
        case ast.Constant(str()):
            return "text"
        case ast.Constant(bool()) | ast.Compare() | ast.UnaryOp(op=ast.Not()):
            return "yes-no"
        case ast.Constant(int() | float()) | ast.Call(func=ast.Name("int" | "len")):
            return "number"
        case ast.List():
            return "list"
        case ast.Dict():
            return "table"
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _kind_of_value(left) or _kind_of_value(right)
        case ast.BinOp(left=ast.Constant(str()), op=ast.Mult()):
            return "text"
        case ast.Subscript(value=whole, slice=ast.Slice()):
            return _kind_of_value(whole)
    return ""


class Phrases:
    """Noun phrases and conditions for expressions."""

    def __init__(self, holds: Holds) -> None:
        self.holds = holds

    def item(self, node: ast.expr) -> str:
        return "character" if self.kind(node) == "text" else "element"

    def kind(self, node: ast.expr) -> str:
        if isinstance(node, ast.Name):
            return self.holds.get(node.id, "")
        if isinstance(node, ast.Constant):
            return "text" if isinstance(node.value, str) else ""
        if isinstance(node, ast.BinOp):
            return self.kind(node.left) or self.kind(node.right)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            return "text" if node.func.attr in ("lower", "upper", "join", "replace", "strip") else ""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return {"str": "text", "chr": "text", "len": "number", "int": "number"}.get(node.func.id, "")
        return ""

    def noun(self, node: ast.expr) -> str:
        """The phrase that names the expression's value."""
        return getattr(self, type(node).__name__, ast.unparse)(node)

    def Constant(self, node: ast.Constant) -> str:
        return "an empty text" if node.value == "" else repr(node.value)

    def List(self, node: ast.List) -> str:
        return "an empty list" if not node.elts else ast.unparse(node)

    def Dict(self, node: ast.Dict) -> str:
        return "an empty table" if not node.keys else ast.unparse(node)

    def Tuple(self, node: ast.Tuple) -> str:
        return join([self.noun(item) for item in node.elts])

    def UnaryOp(self, node: ast.UnaryOp) -> str:
        if isinstance(node.op, ast.Not):
            return f"the opposite of {self.noun(node.operand)}"
        return ast.unparse(node) if isinstance(node.operand, ast.Constant) else f"minus {self.noun(node.operand)}"

    def BinOp(self, node: ast.BinOp) -> str:
        words = _OPERATORS.get(type(node.op))
        if words is None:
            return ast.unparse(node)
        if isinstance(node.op, ast.Mult) and isinstance(node.left, ast.List) and len(node.left.elts) == 1:
            return f"a list of {self.noun(node.right)} times {self.noun(node.left.elts[0])}"
        longer = _difference_of_lengths(node.right)
        if isinstance(node.op, ast.Mult) and longer and self.kind(node.left) == "text":
            return f"{self.noun(node.left)} as often as {self.noun(longer[0])} is longer than {self.noun(longer[1])}"
        if isinstance(node.op, ast.Add) and self.kind(node) in ("text", "list", "sequence"):
            words = "{} followed by {}"
        return words.format(self.operand(node, node.left), self.operand(node, node.right))

    def operand(self, node: ast.BinOp, part: ast.expr) -> str:
        """The phrase of ``node.left`` or ``node.right``, in brackets where it would be read otherwise."""
        is_sum = isinstance(part, ast.BinOp) and isinstance(part.op, (ast.Add, ast.Sub))
        added = isinstance(node.op, ast.Add) or (isinstance(node.op, ast.Sub) and part is node.left)
        return f"({self.noun(part)})" if is_sum and not added else self.noun(part)

    def BoolOp(self, node: ast.BoolOp) -> str:
        return f"whether {self.condition(node)}"

    def Compare(self, node: ast.Compare) -> str:
        return f"whether {self.condition(node)}"

    def IfExp(self, node: ast.IfExp) -> str:
        return f"{self.noun(node.body)} if {self.condition(node.test)}, otherwise {self.noun(node.orelse)}"

    def Subscript(self, node: ast.Subscript) -> str:
        of, item = self.noun(node.value), self.item(node.value)
        if isinstance(node.slice, ast.Slice):
            whole = f"{of}, all" if isinstance(node.value, ast.BinOp) else of
            return self.part(node.slice, whole, item)
        if self.kind(node.value) == "table":
            return f"the entry of {of} for {self.noun(node.slice)}"
        place = {"0": "first", "-1": "last", "1": "second", "-2": "second to last"}.get(ast.unparse(node.slice))
        return f"the {place} {item} of {of}" if place else f"the {item} at index {self.noun(node.slice)} of {of}"

    def part(self, cut: ast.Slice, of: str, item: str) -> str:
        low, high, step = (self.noun(node) if node else None for node in (cut.lower, cut.upper, cut.step))
        if step == "-1" and not (low or high):
            return f"{of} in reverse"
        if step:
            return f"{of} from index {low or 0} in steps of {step}"
        if low == "1" and high is None:
            return f"{of} without its first {item}"
        if high == "-1" and low is None:
            return f"{of} without its last {item}"
        if low == "1" and high == "-1":
            return f"{of} without its first and last {item}"
        if low is None or low == "0":
            if high and high[0] == "-":
                return f"{of} without its last {high[1:]} {item}s"
            many = f"{item} of {of} (if any)" if high == "1" else f"{high} {item}s of {of}"
            return f"the first {many}" if high else f"a copy of {of}"
        if low == "-1" and high is None:
            return f"the last {item} of {of} (if any)"
        if low[0] == "-" and high is None:
            return f"the last {low[1:]} {item}s of {of}"
        return f"{of} from index {low} to just before {high}" if high else f"{of} from index {low} on"

    def Call(self, node: ast.Call) -> str:
        words = [self.noun(argument) for argument in node.args]
        if isinstance(node.func, ast.Attribute):
            return self.method(node, node.func, words)
        assert isinstance(node.func, ast.Name)
        name = node.func.id
        if name in ("max", "min"):
            if len(words) == 1:
                return f"the {'largest' if name == 'max' else 'smallest'} item of {words[0]}"
            return f"the {'larger' if name == 'max' else 'smaller'} of {join(words)}"
        if name == "int" and (digit := _digit_or_zero(node)):
            return self.noun(digit).replace("(if any)", "as a number (0 if it has none)")
        if name == "range" and len(words) == 2:
            return f"the numbers from {words[0]} to just before {words[1]}"
        if name in _CALLS and len(words) == 1:
            return _CALLS[name].format(words[0])
        return ast.unparse(node)

    def method(self, node: ast.Call, function: ast.Attribute, words: list[str]) -> str:
        of = self.noun(function.value)
        if function.attr == "pop":
            place = {"": "last", "-1": "last", "0": "first"}.get(ast.unparse(node.args[0]) if node.args else "")
            item = self.item(function.value)
            return f"the {place} {item}{TAKEN}{of}" if place else f"the {item} at index {words[0]}{TAKEN}{of}"
        if function.attr in MUTATING_METHODS:
            return self.change(node)
        if function.attr in (*_TESTS, "startswith", "endswith"):
            return f"whether {self.condition(node)}"
        if function.attr == "split" and words == ["' '"]:
            words = []
        if not words and function.attr in _METHODS:
            return _METHODS[function.attr].format(of)
        if function.attr in _METHODS_WITH:
            text = _METHODS_WITH[function.attr].format(of, *words)
            return f"{text} ({words[1]} if it has none)" if function.attr == "get" and len(words) > 1 else text
        return ast.unparse(node)

    def change(self, call: ast.Call) -> str:
        """The order to do what a method call does to its object."""
        assert isinstance(call.func, ast.Attribute)
        name, words = self.noun(call.func.value), [self.noun(argument) for argument in call.args]
        if call.func.attr == "pop":
            return f"remove {self.noun(call).replace(TAKEN, ' of ', 1)}"
        if call.func.attr == "insert" and words[0] == "0":
            return f"put {words[1]} at the front of {name}"
        if isinstance(call.args[0] if call.args else None, ast.IfExp):
            words[0] += ","
        return _CHANGES[call.func.attr].format(name, *words)

    def condition(self, node: ast.expr, negated: bool = False) -> str:
        """The clause that says that the expression holds, or with ``negated`` that it does not."""
        if isinstance(node, ast.BoolOp):
            both = isinstance(node.op, ast.And) != negated
            clauses = [self.condition(value, negated) for value in node.values]
            return (" and " if both else " or ").join(clauses)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return self.condition(node.operand, not negated)
        verb = "is not" if negated else "is"
        if isinstance(node, ast.Compare):
            return self.comparison(node, negated)
        if isinstance(node, ast.Constant):
            return ("never" if negated else "always") if node.value else ("always" if negated else "never")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            of = self.noun(node.func.value)
            if node.func.attr in _TESTS:
                return f"{of} {verb} {_TESTS[node.func.attr]}"
            if node.func.attr in ("startswith", "endswith"):
                verb = node.func.attr.removesuffix("swith")
                return f"{of} {f'does not {verb}' if negated else f'{verb}s'} with {self.noun(node.args[0])}"
        kind = self.kind(node)
        if kind in ("list", "text", "sequence", "table", "set"):
            return f"{self.noun(node)} is {'' if negated else 'not '}empty"
        if kind == "number":
            return f"{self.noun(node)} is {'' if negated else 'not '}0"
        return f"{self.noun(node)} {verb} true"

    def comparison(self, node: ast.Compare, negated: bool) -> str:
        clauses = []
        left = node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            verb = _COMPARISONS[type(operator)]
            if isinstance(right, ast.Constant) and right.value == "" and verb.startswith("is"):
                clauses.append(f"{self.noun(left)} {verb} empty")
            elif isinstance(operator, (ast.In, ast.NotIn)) and isinstance(right, (ast.List, ast.Tuple, ast.Set)):
                which = "one" if isinstance(operator, ast.In) else "none"
                clauses.append(
                    f"{self.noun(left)} is {which} of {join([self.noun(item) for item in right.elts], 'or')}"
                )
            elif (parity := self.parity(left, operator, right)) is not None:
                clauses.append(parity)
            else:
                clauses.append(f"{self.noun(left)} {verb} {self.noun(right)}")
            left = right
        text = " and ".join(clauses)
        return f"it is not so that {text}" if negated else text

    def parity(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> str | None:
        if not (isinstance(left, ast.BinOp) and isinstance(left.op, ast.Mod)):
            return None
        if not isinstance(operator, (ast.Eq, ast.NotEq)):
            return None
        rest = ast.unparse(right)
        if rest not in ("0", "1") or (rest == "1" and ast.unparse(left.right) != "2"):
            return None
        holds = isinstance(operator, ast.Eq)
        if ast.unparse(left.right) == "2":
            return f"{self.noun(left.left)} is {'even' if holds == (rest == '0') else 'odd'}"
        return f"{self.noun(left.left)} is {'' if holds else 'not '}divisible by {self.noun(left.right)}"


def _digit_or_zero(node: ast.Call) -> ast.expr | None:
    """``x`` of ``int('0' + x)``: a digit, or nothing for 0."""
    match node:
        case ast.Call(args=[ast.BinOp(left=ast.Constant("0"), op=ast.Add(), right=digit)]):
            return digit
    return None


def _difference_of_lengths(node: ast.expr) -> tuple[ast.expr, ast.expr] | None:
    """``x`` and ``y`` of ``len(x) - len(y)``."""
    match node:
        case ast.BinOp(
            left=ast.Call(func=ast.Name("len"), args=[x]), op=ast.Sub(), right=ast.Call(func=ast.Name("len"), args=[y])
        ):
            return x, y
    return None


class Jotted(Phrases):
    """Phrases with sums as everybody writes them."""

    def BinOp(self, node: ast.BinOp) -> str:
        sign = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}.get(type(node.op))  # type: ignore[call-overload]
        if sign is None:
            return super().BinOp(node)
        return f"{self.operand(node, node.left)} {sign} {self.operand(node, node.right)}"

    def Call(self, node: ast.Call) -> str:
        of_value = isinstance(node.func, ast.Name) and node.func.id in ("int", "float")
        return self.noun(_digit_or_zero(node) or node.args[0]) if of_value else super().Call(node)


def join(words: list[str], last: str = "and") -> str:
    """Words as an enumeration."""
    return f" {last} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
