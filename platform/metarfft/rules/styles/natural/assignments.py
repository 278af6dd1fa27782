"""Sentences for assignments."""

from __future__ import annotations

import ast

from metarfft.rules.styles.natural.loops import Loops
from metarfft.rules.styles.natural.tables import TAKEN
from metarfft.rules.styles.natural.wording import (
    FACTOR,
    INNER,
    LONG,
    Form,
    Phrase,
    enumerated,
    fill,
    is_long,
    join,
    put,
    unsayable,
)

_IN_PLACE: dict[type[ast.operator], str] = {
    ast.Sub: "subtract {1~} from {0}",
    ast.Mult: "multiply {0} by {1}",
    ast.Div: "divide {0} by {1}",
    ast.FloorDiv: "divide {0} by {1}, rounding down",
    ast.Mod: "replace {0} by its remainder when divided by {1}",
    ast.Pow: "raise {0} to the power of {1}",
}
_OF_SETS: dict[type[ast.operator], str] = {
    ast.BitOr: "put the items of {1} into {0}",
    ast.BitAnd: "keep in {0} only the items that are also in {1}",
    ast.Sub: "remove from {0} the items that are in {1}",
    ast.BitXor: "keep in {0} what is in just one of it and {1}",
}


class Assignments(Loops):
    """Sentences for assignments."""

    def own_call(self, node: ast.expr) -> bool:
        """Whether an expression calls a function of the rule itself."""
        is_name = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        return is_name and node.func.id in self.kinds.scopes.parameters  # type: ignore[attr-defined]

    def call(self, node: ast.Call) -> str:
        """What to do to call a function of the rule."""
        assert isinstance(node.func, ast.Name)
        words = [self.phrase(argument) for argument in node.args]
        return f"{node.func.id} with {enumerated(words)}" if words else node.func.id

    def Assign(self, node: ast.Assign) -> str:
        target, value = node.targets[0], node.value
        if self.own_call(value):
            assert isinstance(value, ast.Call)
            return f"do {self.call(value)}, and {self._receive(target)}."
        if isinstance(target, ast.Tuple):
            return f"{self._several(target, value)}."
        if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Slice):
            return f"replace {self.stretch(target)} by the items of {put(self.phrase(value), LONG)}."
        return f"{self.single(target, value)}."

    def _receive(self, target: ast.expr) -> str:
        if isinstance(target, ast.Name):
            return f"call the result {target.id}"
        if isinstance(target, ast.Tuple):
            return self._unpack(target, "the result")
        if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Slice):
            return f"replace {self.stretch(target)} by the items of the result"
        return f"set {self.whole(target)} to the result"

    def _unpack(self, target: ast.Tuple, whole: str) -> str:
        names = self.names(target)
        if all(isinstance(part, ast.Name) for part in target.elts):
            only = "the only part" if len(names) == 1 else "the parts"
            return f"call {only} of {whole} {join(names)}"
        return f"put the parts of {whole} in order {', then '.join(f'into {name}' for name in names)}"

    def stretch(self, target: ast.Subscript) -> str:
        """The place of a slice that is changed."""
        assert isinstance(target.slice, ast.Slice)
        of, item = put(self.phrase(target.value), INNER), self.item(target.value)
        low, high, step = (
            put(self.phrase(end), INNER, " to ", " in steps ") if end is not None else ""
            for end in (target.slice.lower, target.slice.upper, target.slice.step)
        )
        if not low and not high and not step:
            return f"all {item}s of {of}"
        place = f"from index {low}" if low else "from the start" if not step.startswith("-") else "from the end"
        until = f" to just before {high}" if high else " on"
        return f"the {item}s of {of} {place}{until}" + (f" in steps of {step}" if step else "")

    def single(self, target: ast.expr, value: ast.expr) -> str:
        """The order to assign a value to one target, without its full stop."""
        name = put(self.phrase(target), INNER, " to ")
        kind = self.kind(value)
        special = self._special(name, target, value) if isinstance(target, ast.Name) else None
        if special:
            return special
        if isinstance(value, (ast.List, ast.Dict, ast.Set)) or (isinstance(value, ast.Constant) and value.value == ""):
            return f"start with {put(self.phrase(value), LONG | {Form.OPEN}, ' as ')} as {name}"
        if kind.is_text and isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
            found = self._lengthened(name, target, value)
            if found:
                return found
        match value:
            case ast.BinOp(left=ast.Call(func=ast.Attribute(attr="get")) as read, op=ast.Add(), right=more):
                if self._reads(target, read):
                    return fill("add {0~} to {1}", self.phrase(more), self.phrase(read)).text
        return f"set {name} to {self.whole(value)}"

    def _reads(self, target: ast.expr, read: ast.Call) -> bool:
        """Whether ``read`` gets the entry that is assigned to, or a number."""
        match target, read:
            case ast.Subscript(value=table, slice=key), ast.Call(func=ast.Attribute(value=same), args=[asked, default]):
                pairs = ((table, same), (key, asked))
                return self.kind(default).is_number and all(ast.unparse(a) == ast.unparse(b) for a, b in pairs)
        return False

    def _special(self, name: str, target: ast.Name, value: ast.expr) -> str | None:
        match value:
            case ast.Call(func=ast.Attribute(attr="pop" | "popleft" | "popitem" | "heappop")):
                return f"take {self.phrase(value).text.replace(TAKEN, ' off ', 1)} and call it {name}"
            case ast.UnaryOp(op=ast.Not(), operand=ast.Name(same)) if same == name:
                return f"turn {name} into its opposite" if self.kind(target).name == "yes-no" else None
        if isinstance(value, ast.Subscript):
            cut = ast.unparse(value)
            if cut in (f"{name}[1:]", f"{name}[:-1]") and self.kind(target).is_text:
                return f"remove the {'first' if cut.endswith('[1:]') else 'last'} character of {name}"
            if not isinstance(value.slice, ast.Slice):
                return f"call {self.whole(value)} {name}"
        return None

    def _lengthened(self, name: str, target: ast.expr, value: ast.BinOp) -> str | None:
        """A text that is put before or after what its own variable holds."""
        parts: list[ast.expr] = []
        first: ast.expr = value
        while isinstance(first, ast.BinOp) and isinstance(first.op, ast.Add):
            parts.insert(0, first.right)
            first = first.left
        parts.insert(0, first)
        own = [ast.unparse(part) == ast.unparse(target) for part in parts]
        if own[-1] and len(parts) > 1:
            return f"put {self._parts(parts[:-1])} in front of {name}"
        if own[0]:
            return f"put {self._parts(parts[1:])} at the end of {name}"
        return None

    def _parts(self, parts: list[ast.expr]) -> str:
        if len(parts) == 1:
            phrase = self.phrase(parts[0])
            text = put(phrase, LONG, " at the end ", " in front ")
            return f"{text}," if is_long(phrase, text) else text
        return self.followed(parts)

    def _several(self, target: ast.Tuple, value: ast.expr) -> str:
        if not isinstance(value, ast.Tuple) or len(value.elts) != len(target.elts):
            return self._unpack(target, put(self.phrase(value), INNER))
        targets, values = target.elts, value.elts
        if any(_depends(part, targets[:place]) for place, part in enumerate(targets)):
            return self._one_by_one(targets, values)
        names = self.names(target)
        words = [self.phrase(item) for item in values]
        if len(names) == 2 and [ast.unparse(item) for item in values] == [ast.unparse(item) for item in targets[::-1]]:
            return f"exchange {enumerated([self.phrase(part) for part in targets])}"
        if self._are_apart(targets, values):
            return "; ".join(self.single(one, part) for one, part in zip(targets, values, strict=True))
        if any(mark in word.text for word in words for mark in (", ", " and ", " or ", "(")):
            parts = [f"{put(self.phrase(one), INNER, ' to ')} to {put(word, set(Form) - {Form.WHETHER})}"  # type: ignore[arg-type]
                     for one, word in zip(targets, words, strict=True)]  # fmt: skip
            return f"set at once {'; '.join(parts)}"
        return f"set {join(names)} to {enumerated(words)}, at once"

    def _are_apart(self, targets: list[ast.expr], values: list[ast.expr]) -> bool:
        """Whether no part sees what another one changes."""
        for place, value in enumerate(values):
            others = [part for k, part in enumerate(targets) if k != place]
            if any(_names(value) & _names(other) for other in others):
                return False
            is_plain = isinstance(value, (ast.Name, ast.Constant))
            if not is_plain and any(isinstance(other, ast.Subscript) for other in others):
                return False  # the same collection may be known by two names
        return True

    def _one_by_one(self, targets: list[ast.expr], values: list[ast.expr]) -> str:
        """Targets of which one depends on another: first all values, then the targets in order."""
        words = enumerated([self.phrase(value) for value in values])
        order = ["first", "second", "third", "fourth", "fifth", "sixth"]
        if len(targets) > len(order):
            unsayable(targets[0], "so long a list of targets")
        sets = [f"set {self.whole(part)} to the {order[k]} of them" for k, part in enumerate(targets)]
        return f"take {words}; {'; then '.join(sets)}"

    def AugAssign(self, node: ast.AugAssign) -> str:
        name, value = self.phrase(node.target), self.phrase(node.value)
        kind, other = self.kind(node.target), self.kind(node.value)
        if isinstance(node.op, ast.Add):
            return f"{self._increase(node, name, value)}."
        if kind.name == "set" and type(node.op) in _OF_SETS:
            return f"{fill(_OF_SETS[type(node.op)], name, value).text}."
        if kind.name == "table" and isinstance(node.op, ast.BitOr):
            return f"{fill('take the entries of {1} into {0}', name, value).text}."
        if isinstance(node.op, ast.Mult) and kind.is_joined and kind.name != "sequence":
            how = "repeat the elements of {0} in place so that they are there {1} times" if kind.name in (
                "list", "deque") else "replace {0} by itself repeated {1} times"  # fmt: skip
            return f"{fill(how, name, value).text}."
        if type(node.op) in _IN_PLACE:
            text = self._by(_IN_PLACE[type(node.op)], name, value)
            if isinstance(node.op, ast.Mult) and not (kind.is_number or (kind.is_joined and other.is_number)):
                text += " (a list is repeated in place)"
            return f"{text}."
        changed = ast.BinOp(node.target, node.op, node.value)
        text = f"set {put(name, INNER, ' to ')} to {self.whole(ast.copy_location(changed, node))}"
        if not (kind.is_number or other.is_number) and isinstance(node.op, (ast.BitOr, ast.BitAnd, ast.BitXor)):
            text += " (a set or table is changed itself)"
        return f"{text}."

    def _by(self, template: str, name: Phrase, value: Phrase) -> str:
        if template.endswith("{1}"):
            return template.replace("{0}", put(name, INNER, " by ", " to ")).replace("{1}", put(value, FACTOR))
        if "{1}," in template:
            return template.replace("{0}", put(name, INNER, " by ")).replace("{1}", put(value, FACTOR))
        return fill(template, name, value).text

    def _increase(self, node: ast.AugAssign, name: Phrase, value: Phrase) -> str:
        kind, other = self.kind(node.target), self.kind(node.value)
        if kind.is_number or other.is_number:
            return fill("add {1~} to {0}", name, value).text
        if kind.is_text or (other.is_text and kind.name not in ("list", "deque")):
            parts = self._terms(node.value) if isinstance(node.value, ast.BinOp) else [node.value]
            return f"put {self._parts(parts)} at the end of {put(name, INNER)}"
        if kind.name in ("list", "deque"):
            return fill("put the items of {1} at the end of {0}", name, value).text
        if kind.name == "tuple":
            return fill("replace {0} by itself followed by {1}", name, value).text
        if kind.is_joined or other.is_joined:
            return fill("put the items of {1} at the end of {0} (a list is changed itself)", name, value).text
        return fill("add {1~} to {0} (at its end unless it is a number)", name, value).text

    def _terms(self, node: ast.expr) -> list[ast.expr]:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return [*self._terms(node.left), node.right]
        return [node]


def _names(node: ast.expr) -> set[str]:
    return {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}


def _depends(target: ast.expr, earlier: list[ast.expr]) -> bool:
    """Whether the place of a target depends on what is assigned to earlier ones."""
    if not isinstance(target, ast.Subscript):
        return False
    names = {part.id for part in earlier if isinstance(part, ast.Name)}
    if names & _names(target):
        return True
    changed = [part.value for part in earlier if isinstance(part, ast.Subscript)]
    reads = [node for part in (target.value, target.slice) for node in ast.walk(part)]
    return any(
        isinstance(read, ast.Call) or (isinstance(read, ast.Subscript) and not _is_inside(whole, read.value))
        for read in reads
        for whole in changed
    )


def _is_inside(part: ast.expr, whole: ast.expr) -> bool:
    """Whether ``part`` is, by its text, something that ``whole`` holds, and so not ``whole`` itself."""
    while isinstance(part, ast.Subscript):
        part = part.value
        if ast.unparse(part) == ast.unparse(whole):
            return True
    return False
