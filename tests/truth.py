"""The truth check: every statement of a trajectory read back and held against CPython.

The core rule runs under ``sys.settrace``, which gives the variables before each of its lines. The trajectory
is then read
step by step. An equation between values (``1 + 2 = 3``) is worked out; what is said of variables and elements
(``a[0] = 5``, ``len(rows) = 2``, ``stack.pop() = 4``) is worked out with the variables as they were before the
line, what stands behind ``now,`` with those after it, and calls that change something are carried out on a copy.
"""

from __future__ import annotations

import ast
import bisect
import builtins
import copy
import heapq
import itertools
import math
import re
import sys
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import FrameType, FunctionType
from typing import Any

from metarfft.rules import STYLES, Rule
from metarfft.rules.values import write

MODULES = {"math": math, "heapq": heapq, "bisect": bisect, "itertools": itertools}
MODULES |= {"Counter": Counter, "deque": deque, "defaultdict": defaultdict, "OrderedDict": OrderedDict}
VALUES: dict[str, Any] = {"inf": math.inf, "nan": math.nan, **MODULES}
VALUES |= {"dict_keys": list, "dict_values": list, "dict_items": list}
CHANGING = frozenset("pop popleft popitem setdefault".split())
VIEWS = (type({}.keys()), type({}.values()), type({}.items()))
MAX_EVENTS = 3_000
SAYS_NOTHING = re.compile(
    r"(do not )?enter\b|no items are left|leave the loop|go to the next round|nothing to do|defined|skip$|back from|"
    r"none is left|go on|the loop ends|yes$|no$|So the answer is|error:"
)
RETURNS = re.compile(r"depth \d+ (?:returns|gives) (.*)")
CALLS = re.compile(r"(?:.*;)?(?:call|do) .*, depth \d+$")
MARK = re.compile(r"<-?\d+>")
Variables = dict[str, Any]


@dataclass
class Event:
    """A line about to run, or a function just entered: its variables, and what comes after it in the same call."""

    line: int
    frame: int
    before: Variables
    after: Variables = field(default_factory=dict)
    enters: bool = False


@dataclass
class Run:
    events: list[Event]
    returned: dict[int, Any]  # by call


def false_statements(rule: Rule, inputs: dict[str, Any], text: str, style: str) -> list[str]:
    """What ``text`` says that is not so, each with its line; an empty list where all is true."""
    run = observe(rule, inputs)
    if len(run.events) >= MAX_EVENTS:
        return []
    return Reader(rule, run, style).read(text)


# What CPython does


def observe(rule: Rule, inputs: dict[str, Any]) -> Run:
    """The core rule run by CPython, with its variables before each line."""
    space: dict[str, Any] = dict(MODULES)
    exec(compile(rule.source, "<core>", "exec"), space)
    run = Run([], {})
    numbers = itertools.count()
    numbered: dict[FrameType, int] = {}
    last: dict[int, Event] = {}

    def trace(frame: FrameType, event: str, result: Any) -> Any:
        if frame.f_code.co_filename != "<core>" or len(run.events) >= MAX_EVENTS:
            return None
        if event == "exception":
            return trace
        if frame not in numbered:
            numbered[frame] = next(numbers)
        number = numbered[frame]
        now = variables(frame)
        if number in last:
            last[number].after = now
        if event == "return":
            result = list(result) if isinstance(result, VIEWS) else result
            run.returned[number] = copy.deepcopy(result) if not isinstance(result, FunctionType) else None
            del numbered[frame]
        else:
            last[number] = Event(frame.f_lineno, number, now, now, event == "call")
            run.events.append(last[number])
        return trace

    arguments = copy.deepcopy(inputs)
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        space[rule.name](**arguments)
    except Exception:
        pass
    finally:
        sys.settrace(before)
    return run


def variables(frame: FrameType) -> Variables:
    kept = {name: value for name, value in frame.f_locals.items() if not isinstance(value, FunctionType)}
    return copy.deepcopy({name: list(value) if isinstance(value, VIEWS) else value for name, value in kept.items()})


# Reading


class Reader:
    """Reads a trajectory of a rule against its run."""

    def __init__(self, rule: Rule, run: Run, style: str) -> None:
        self.rule, self.run, self.style = rule, run, STYLES[style]
        self.indexed = self.style.marked
        self.lines: dict[str, set[int]] = {}  # the lines that read so
        for number, said in self.recited():
            self.lines.setdefault(self.header(number, said), set()).add(number)
        module = ast.parse(rule.source)
        self.loops = {node.lineno: node for node in ast.walk(module) if isinstance(node, ast.For)}
        self.heads = {node.lineno for node in ast.walk(module) if isinstance(node, ast.FunctionDef)}
        self.actions = {
            node.lineno
            for node in ast.walk(module)
            if isinstance(node, (ast.Expr, ast.Delete)) and not self.is_own(node)
        }
        self.changing: dict[int, list[ast.Call]] = {}
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGING:
                self.changing.setdefault(node.lineno, []).append(node)
        self.functions = {node.name for node in ast.walk(module) if isinstance(node, ast.FunctionDef)}
        self.false: list[str] = []
        self.returned: Any = None

    @staticmethod
    def is_own(node: ast.Expr | ast.Delete) -> bool:
        """Whether the line is a call of one of the rule's functions."""
        call = getattr(node, "value", None)
        return isinstance(call, ast.Call) and isinstance(call.func, ast.Name)

    def recited(self) -> Iterator[tuple[int, str]]:
        return enumerate(self.style.lines(ast.parse(self.rule.source), self.rule.source.split("\n")), 1)

    def header(self, number: int, line: str) -> str:
        return f"L{number}:{line.strip()}" if self.indexed else line

    def read(self, text: str) -> list[str]:
        at, back, calls = 0, None, []
        event: Event | None = None
        states: tuple[list[Variables], list[Variables]] = ([], [])
        working: Variables = {}
        line, number_of = "", 0
        for said in text.split("\n"):
            numbers = self.lines.get(said)
            if numbers is not None:
                line, number_of = said, min(numbers)
                if back is not None and back.line in numbers:
                    event, back = back, None
                    states = ([event.after], [event.after])
                else:
                    back = None
                    while (
                        at < len(self.run.events)
                        and self.run.events[at].line not in numbers
                        and self.skipped(at, numbers)
                    ):
                        at += 1
                    if at < len(self.run.events) and self.run.events[at].line in numbers:
                        event = self.run.events[at]
                        at += 1
                        states = ([event.before], [event.after])
                    elif at < len(self.run.events):
                        states = ([self.run.events[at].before], [self.run.events[at].before])
                    elif event:
                        states = ([event.after], [event.after])
                if event and event.line in numbers:
                    number_of = event.line
                if number_of in self.loops and event:
                    states = ([*states[0], event.after], states[1])
                working = copy.deepcopy(states[0][0]) if states[0] else {}
                if self.style.name != "code" and event:
                    states[0].extend(self.between(number_of, working))
                continue
            if CALLS.match(said) and event:
                calls.append(event)
                said = said.rpartition(";")[0] if self.indexed else ""
            returns = RETURNS.search(said)
            if returns and event:
                self.returned = self.run.returned.get(event.frame)
                self.check_value(line, said, returns[1], self.returned)
                back = calls.pop() if calls else None
                said = said[: returns.start()].rstrip(";")
            if said.startswith("go over ") and event:
                self.check_iterated(line, said, event)
                continue
            for part, changed in self.parts(said):
                if not SAYS_NOTHING.match(part):
                    working = self.check(line, part, changed, states, working)
                if changed and number_of in self.actions and self.style.name == "code" and event:
                    wrong = [name for name, value in working.items() if not same(value, event.after.get(name, value))]
                    for name in wrong:
                        made, said_to = write(event.after[name]), write(working[name])
                        self.false.append(f"{line.strip()} | {said}: {name} is {made} then, not {said_to}")
        return self.false

    def between(self, number: int, state: Variables) -> Iterator[Variables]:
        """The variables after each call in the line that changes something: this style does not say them."""
        state = copy.deepcopy(state)
        for call in self.changing.get(number, []):
            try:
                evaluate(call, state)
            except Exception:
                return
            yield copy.deepcopy(state)

    def skipped(self, at: int, numbers: set[int]) -> bool:
        """Whether the run's next line is one that the style leaves out: a function's head."""
        return self.run.events[at].line in self.heads and not numbers & self.heads and self.indexed

    def parts(self, said: str) -> Iterator[tuple[str, bool]]:
        """The lists of statements in a line, and whether they are of what has changed."""
        if self.indexed:
            pieces = list(split(quoted_signs(said), ";"))
            for number, piece in enumerate(pieces):
                if piece:
                    yield piece, number == len(pieces) - 1 and piece not in ("enter", "skip") and ";" in said
        elif said.startswith("now, "):
            yield said[5:], True
        elif said:
            yield re.sub(r", so (yes|no|go on|the loop ends)$", "", said.removeprefix("next, ")), False

    def pieces(self, part: str) -> Iterator[str]:
        """A list at its commas; in English a phrase may have some itself (``the largest of 5, 3 and 2 = 5``)."""
        words = ""
        for piece in split(part, ", "):
            words += piece
            if self.style.name != "natural" or " = " in piece:
                yield words
                words = ""
            else:
                words += ", "
        if words:
            yield words.removesuffix(", ")

    def check(
        self, line: str, part: str, changed: bool, states: tuple[list[Variables], list[Variables]], working: Variables
    ) -> Variables:
        claims = list(indexed_claims(part)) if self.indexed else [list(split(c, " = ")) for c in self.pieces(part)]
        for position, chain in enumerate(claims):
            if len(chain) == 1:
                self.carry_out(chain[0], working)
                continue
            *labels, written = chain
            if not written:
                continue
            value = self.value(written)
            if value is Unknown and self.style.name == "natural":
                continue
            if value is Unknown:
                self.false.append(f"{line.strip()} | {part}: {written} is no value")
                continue
            for place, label in enumerate(labels):
                known = [*states[1]] if changed and not place else [working, *states[0]]  # behind it, how it came about
                if self.indexed:  # reads and changes are not told apart where a step has only one of them
                    known = [working, *states[0], *states[1]]
                verdict = self.holds(label, value, known, written)
                later = any(root(other[0]) == root(label) for other in claims[position + 1 :])
                if verdict and not (changed and later):
                    self.false.append(f"{line.strip()} | {label} = {written}: {verdict}")
        return working

    def holds(self, label: str, value: Any, known: list[Variables], written: str) -> str | None:
        """None where ``label`` has that value in one of the states; else what it is."""
        tree = parsed(label)
        if tree is None or (self.style.name == "natural" and not is_python(label, known)):
            return None  # words
        if any(isinstance(node, (ast.Is, ast.IsNot)) for node in ast.walk(tree)):
            return None  # two displays are never the same list
        if isinstance(tree, ast.Name) and (tree.id in self.functions or (tree.id == "back" and "back" not in known[0])):
            return None if same(value, self.returned) else f"it returned {self.returned!r}"
        found = []
        for number, state in enumerate(known or [{}]):
            scope = state if number == 0 else copy.deepcopy(state)  # a change is made once, on the first
            try:
                got = evaluate(tree, scope, self.indexed)
            except Exception as error:
                found.append(f"{type(error).__name__}: {error}")
                continue
            if same(value, got) or (self.indexed and marked(written) and self.fits(value, got)):
                return None
            found.append(write(got))
        return f"it is {found[0]}"

    def fits(self, value: Any, got: Any) -> bool:
        """Whether a marked element is one of the sequence, or the end mark says that nothing is left."""
        if not isinstance(value, Elements):
            return False
        if len(value.pieces) == 1 and reads_as(value.pieces[0], got):
            return True
        if not isinstance(got, (list, str, deque)):
            return not value.pieces
        return all(any(reads_as(piece, one) for one in got) for piece in value.pieces)

    def value(self, written: str) -> Any:
        if self.indexed:
            return indexed_value(written)
        try:
            return evaluate(ast.parse(written, mode="eval").body, {})
        except Exception:
            return Unknown

    def carry_out(self, action: str, working: Variables) -> None:
        """A call that changes something, as it is said, done to the copy."""
        tree = parsed(action)
        try:
            if isinstance(tree, ast.Call):
                evaluate(tree, working)
            elif action.startswith("del "):
                exec(action, dict(VALUES), working)
        except Exception:
            return

    def check_value(self, line: str, said: str, written: str, got: Any) -> None:
        value = self.value(written)
        whole = self.indexed and isinstance(value, Elements)
        if not whole and not same(value, got):
            self.false.append(f"{line.strip()} | {said}: it is {write(got)}")

    def check_iterated(self, line: str, said: str, event: Event) -> None:
        loop = self.loops.get(event.line)
        if loop is None or any(isinstance(node, ast.Attribute) for node in ast.walk(loop.iter)):
            return
        try:
            got = evaluate(loop.iter, copy.deepcopy(event.before))
        except Exception:
            return
        value = self.value(said.removeprefix("go over "))
        if value is Unknown or not same(list(value), list(got)):
            self.false.append(f"{line.strip()} | {said}: it is {list(got)!r}")


class Unknown:
    """What a text stands for that is no value."""


@dataclass
class Elements:
    """Elements of a marked sequence, as a step writes them."""

    pieces: list[str]


def same(a: Any, b: Any) -> bool:
    if isinstance(a, float) and isinstance(b, float) and a != a and b != b:
        return True
    if isinstance(a, (list, tuple)) and type(a) is type(b):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, (range, dict)) or isinstance(b, (range, dict)):
        return bool(a == b)
    if type(b).__name__ in ("dict_keys", "dict_values", "dict_items"):
        return same(list(a), list(b)) if isinstance(a, (list, tuple, type(b))) else True
    if hasattr(b, "__next__"):
        return not isinstance(a, list) or same(a, list(b))
    return type(a) is type(b) and bool(a == b)


def reads_as(piece: str, item: Any) -> bool:
    """Whether an element is written so: a text bare where nothing else is meant, a character always."""
    return same(_plain(piece), item) or (isinstance(item, str) and item == piece)


def root(label: str) -> str:
    return re.match(r"(del )?\w*", label)[0].removeprefix("del ")  # type: ignore[index]


def parsed(label: str) -> ast.expr | None:
    try:
        return ast.parse(label, mode="eval").body
    except (SyntaxError, ValueError):
        return None


def is_python(label: str, known: list[Variables]) -> bool:
    if re.search(r" (and|or|in) ", label):
        return False
    names = {node.id for node in ast.walk(ast.parse(label)) if isinstance(node, ast.Name)}
    return not names or any(names <= state.keys() for state in known)


def evaluate(tree: ast.expr, state: Variables, bare: bool = False) -> Any:
    """The value of an expression. ``bare``: a name that is no variable is a text, as in ``table[b]``."""
    if bare:
        tree = _Quoted(state).visit(copy.deepcopy(tree))
    return eval(compile(ast.fix_missing_locations(ast.Expression(tree)), "<claim>", "eval"), dict(VALUES), state)


class _Quoted(ast.NodeTransformer):
    def __init__(self, state: Variables) -> None:
        self.state = state

    def visit_Name(self, node: ast.Name) -> ast.AST:
        known = node.id in self.state or node.id in VALUES or hasattr(builtins, node.id)
        return node if known else ast.Constant(node.id)


# Splitting


def split(text: str, separator: str) -> Iterator[str]:
    """``text`` at a separator outside quotes and brackets."""
    depth, quote, start, at = 0, "", 0, 0
    while at < len(text):
        char = text[at]
        if quote:
            if char == "\\":
                at += 1
            elif char == quote:
                quote = ""
        elif char in "'\"" and not (at and text[at - 1].isalnum()):
            quote = char
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        elif depth == 0 and text.startswith(separator, at):
            yield text[start:at]
            at += len(separator)
            start = at
            continue
        at += 1
    yield text[start:]


# The style with marks


def marked(written: str) -> bool:
    return bool(MARK.match(written)) or (written.startswith("[") and bool(MARK.match(written[1:])))


def quoted_signs(said: str) -> str:
    """A marked text has brackets and quotes bare (``<3>[<4>]<5>``); here they get quotes."""
    within = 0
    pieces, at = [], 0
    for sign in re.finditer(r"(?:^|(?<=[^>]))\[(?=<-?\d+>)|(?<=>)[\[\](){}](?=<-?\d+>|;|\.\.<| |$)|(?<=>)\]", said):
        if sign[0] == "[" and said[sign.start() - 1 : sign.start()] != ">":
            within += 1
        elif within and sign[0] == "]":
            within -= 1
        elif MARK.search(said[: sign.start()][-20:]) and said[sign.end() : sign.end() + 1] in ("<", ";", " ", ".", ""):
            pieces += [said[at : sign.start()], repr(sign[0])]
            at = sign.end()
    return "".join([*pieces, said[at:]])


def indexed_claims(part: str) -> Iterator[list[str]]:
    """``label=value`` with blanks between; a label may have blanks too, a value only in brackets, quotes and marks."""
    at = 0
    while at < len(part):
        sign = _sign(part, at)
        if sign is None:
            yield [part[at:]]
            return
        end = _value_end(part, sign + 1)
        chain = [part[at:sign], part[sign + 1 : end]]
        yield chain
        at = end + 1


def _sign(part: str, at: int) -> int | None:
    depth, quote = 0, ""
    while at < len(part):
        char = part[at]
        if quote:
            at += char == "\\"
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        elif char == "=" and not depth and part[at + 1 : at + 2] != "=" and part[at - 1 : at] not in "=<>!":
            return at
        at += 1
    return None


def _value_end(part: str, at: int) -> int:
    """Where the value that begins at ``at`` ends."""
    mark = MARK.match(part, at)
    while mark:
        at = mark.end()
        if at < len(part) and part[at] in "'\"[({":
            at = _closed(part, at)
        elif MARK.match(part, at + 1) and part[at : at + 1] != "<":
            at += 1  # a character
        else:
            while at < len(part) and part[at] != " " and not MARK.match(part, at) and not part.startswith("..<", at):
                at += 1
        if part.startswith("..<", at):
            at += 2
        mark = MARK.match(part, at)
        if not mark:
            return at
    while at < len(part) and part[at] != " ":
        at = _closed(part, at) if part[at] in "'\"[({" else at + 1
    return at


def _closed(part: str, at: int) -> int:
    """Behind the quote or bracket that opens at ``at``."""
    if part[at] in "'\"":
        quote = part[at]
        at += 1
        while at < len(part) and part[at] != quote:
            at += 2 if part[at] == "\\" else 1
        return at + 1
    depth = 0
    while at < len(part):
        if part[at] in "'\"":
            at = _closed(part, at)
            continue
        depth += (part[at] in "([{") - (part[at] in ")]}")
        at += 1
        if not depth:
            return at
    return at


def indexed_value(written: str) -> Any:
    if written.startswith("[") and MARK.match(written[1:]):
        return [_plain(piece) for piece in _between(written[1:-1])]
    if MARK.match(written):
        return Elements(_between(written))
    return _plain(written)


def _between(text: str) -> list[str]:
    pieces, at = [], 0
    while mark := MARK.match(text, at):
        at = end = mark.end()
        if end < len(text) and text[end] in "'\"[({":
            end = _closed(text, end)
        else:
            while end < len(text) and not (MARK.match(text, end) and end > at) and not text.startswith("..<", end):
                end += 1
            if end == at + 0 and end < len(text):
                end = at
        if end > at:
            pieces.append(text[at:end])
        at = end + 2 if text.startswith("..<", end) else end
    return pieces


def _plain(written: str) -> Any:
    try:
        value = evaluate(ast.parse(written, mode="eval").body, {})
    except Exception:
        return written
    return written if callable(value) or value is ... else value  # a text that is the name of a builtin, or dots
