"""The fields of a step: what stands in them in a text, and which of them the step works out.

A step says each value once or more. Where it says one for the first time, the value is either read (a variable, an
element, what a line copies or moves) or worked out (``3 * 2 = 6``, ``len(words) = 3``); from then on it is read. Reads
that only some runs make are put together at run time; there the text itself tells label and value apart.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection
from string import Formatter

from metarfft.rules import Rule
from metarfft.rules.styles import ANSWER, Style
from metarfft.rules.trace.sites import Site

Said = tuple[str, str]  # a field and what stands there
RETURNED = "answer"  # field of the text that follows a template of a return
# Methods that give back or move what is there already; every other call makes a new value.
_MOVING = frozenset(
    """add append appendleft clear copy discard extend extendleft get insert items keys pop popitem popleft remove
    setdefault update values""".split()
)
_FIELD = re.compile(r"\{\d+\}")
_TOKEN = re.compile(
    r"""<-?\d+>[^\w\s'"<\[\]]?|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\w+|.""", re.DOTALL
)  # a mark with its sign, a quoted text, a word, any other character


class Template:
    """The text of a site's steps, with fields for their values and the answer.

    Attributes:
        joined: the fields that hold a text of several reads, put together at run time.
    """

    def __init__(self, style: Style, site: Site) -> None:
        self.style, self.site = style, site
        self.text = style.template(site) + (f"{{{RETURNED}}}" if site.kind in ("return", "raise") else "")
        plain = [f"{read.label}{read.value}" for read in site.reads if read.label is not None and not read.is_optional]
        plain += [site.calculation or "", *(label + value for label, value in site.changes), f"{{{RETURNED}}}"]
        self.joined = set(_names(self.text)) - set(_names("".join(plain)))

    def values(self, got: list[str]) -> list[Said] | None:
        """The fields and what stands in their places at the beginning of ``got``; None: no match."""
        template = self.text.strip("\n")
        wanted = template.count("\n") + 1
        for more in (0, 1):  # a text that is put together at run time brings the end of its line along
            text = "\n".join(f"{line} " if line == ANSWER.rstrip() else line for line in got[: wanted + more])
            found = match(template, text, self.joined)
            if text.count("\n") + 1 == wanted + more and found is not None:
                ends = [said.endswith("\n") for _, said in found]
                if sum(ends) == more == sum(said.count("\n") for _, said in found):
                    return found
        return None


def match(template: str, text: str, joined: Collection[str] = ()) -> list[Said] | None:
    """What stands in the fields of a template, each as short as can be, those ``joined`` as long; linear in the text's
    length."""
    literals, names = [""], []
    for literal, name, _, _ in Formatter().parse(template):
        literals[-1] += literal
        if name is not None:
            names.append(name)
            literals.append("")
    if not text.startswith(literals[0]):
        return None
    at, found = len(literals[0]), []
    for number, (name, literal) in enumerate(zip(names, literals[1:], strict=True), 1):
        if number == len(names) and text.endswith(literal):
            end = len(text) - len(literal)
        else:
            end = text.rfind(literal, at) if name in joined else text.find(literal, at)
        if end < at:
            return None
        found.append((name, text[at:end]))
        at = end + len(literal)
    return found if at == len(text) else None


def is_worked_out(rule: Rule, template: Template, true: list[Said], at: int, given: str) -> bool:
    """Whether a step works out the value that a text states otherwise.

    Args:
        true: the step's fields.
        at: the one that differs.
        given: what stands there.
    """
    style, site = template.style, template.site
    name, text = true[at]
    if name in [before for before, _ in true[:at]]:
        return False
    if name in template.joined:
        label, in_value = _place(text, given, style)
        return in_value and _is_equation(site, label)
    for read in site.reads:
        said = f"{read.label}{style.equals}{read.value}"
        if said in template.text and name in _names(said):
            return name in _names(read.value) and read.is_worked
    if name in _names(site.calculation or ""):
        return site.kind == "call"  # the depth
    changed = (place for place, change in enumerate(site.changes) if name in _names("".join(change)))
    place = next(changed, None)
    if place is not None and name in _names(site.changes[place][0]):
        return False
    stated = _is_stated(template, true, at)
    return _makes_change(rule, style, site, place or 0, stated)  # or the answer


def _names(template: str) -> list[str]:
    """The fields of a template, in order."""
    return [name for _, name, _, _ in Formatter().parse(template) if name is not None]


def _is_stated(template: Template, true: list[Said], at: int) -> bool:
    """Whether a step has worked out a value already, and says it again in its field ``at``."""
    text, before = true[at][1], true[:at]
    equation = re.compile(re.escape(template.style.equals + text) + r"(?![^\s,;])")
    if any(name in template.joined and equation.search(said) for name, said in before):
        return True
    worked_out = [name for read in template.site.reads if read.is_worked for name in _names(read.value)]
    return any(name in worked_out and said == text for name, said in before)


def _place(true: str, given: str, style: Style) -> tuple[str, bool]:
    """Where in ``true``, ``label = value, label = value``, the first difference is: in which label or its value.

    Returns:
        the label; and whether it is the value that differs.
    """
    here, there = _TOKEN.findall(true), _TOKEN.findall(given)
    same = next((n for n, (a, b) in enumerate(zip(here, there, strict=False)) if a != b), min(len(here), len(there)))
    label, in_value, start, at, depth = "", False, 0, 0, 0  # ``start``: of the label that is read now
    for number, token in enumerate(here):
        depth += (token in "([{") - (token in ")]}")
        if in_value and not depth and true.startswith(style.separator, at):
            if number >= same:
                break
            in_value, label, start = False, "", at + len(style.separator)
        elif not in_value and not depth and true.startswith(style.equals, at):
            label = true[start:at].strip()
            if number >= same:
                break
            in_value = True
        at += len(token)
    return label, in_value


def _is_equation(site: Site, label: str) -> bool:
    """Whether what has this label in a text that is put together at run time is worked out and not read."""
    reads = [part for read in site.reads for part in read.inside or [read]]
    meant = [read for read in reads if read.label is not None and match(read.label, label) is not None]
    return max(meant, key=lambda read: len(_FIELD.sub("", read.label or ""))).is_worked if meant else False


def _makes_change(rule: Rule, style: Style, site: Site, place: int, stated: bool) -> bool:
    """Whether a step makes the value of its change ``place``, or its answer, there and not before.

    Args:
        stated: the step says the value before.
    """
    if site.kind not in ("assign", "mutate", "return", "hand_back", "raise"):
        return False
    nodes = list(ast.walk(rule.module))
    own = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    statement = next(node for node in nodes if isinstance(node, ast.stmt) and node.lineno == site.lineno)
    match statement:
        case ast.AugAssign():
            return place == 0
        case ast.Expr(ast.Call() as call):
            return not _is_moving(call)
        case ast.Return(ast.Call(ast.Name(name))) | ast.Assign(_, ast.Call(ast.Name(name))) if name in own:
            return False  # what came back
        case ast.Return(ast.expr() as value) | ast.Raise(ast.Call(_, [value])):
            return _makes(value, stated)
        case ast.Assign([ast.Tuple(targets)], ast.Tuple(parts)) if place < len(targets):
            return _makes(parts[place], stated)
        case ast.Assign([target], value):
            if place >= (len(target.elts) if isinstance(target, ast.Tuple) else 1):
                return False  # what is left of a sequence that an element was taken from
            if style.marked and isinstance(value, (ast.List, ast.Constant)) and not _elements(value):
                return True  # the mark of a new sequence is worked out
            return isinstance(value, ast.BinOp) or _makes(value, stated)
    return False


def _makes(node: ast.expr, stated: bool) -> bool:
    """Whether an expression makes a value; calls and operations may have ``stated`` it on the way."""
    match node:
        case ast.BinOp():
            return not stated
        case ast.Call():
            return not stated and not _is_moving(node)
        case ast.UnaryOp():
            return not isinstance(node.operand, ast.Constant)
        case ast.List() | ast.Tuple() | ast.Set():
            return any(_makes(item, True) for item in node.elts)
        case ast.Dict():
            return any(_makes(item, True) for item in node.values)
    return isinstance(node, (ast.Compare, ast.BoolOp, ast.IfExp))


def _is_moving(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr in _MOVING


def _elements(node: ast.List | ast.Constant) -> bool:
    return bool(node.elts) if isinstance(node, ast.List) else node.value != ""
