"""Reads a text as people paste it: indented, out of a class or a chat, with hints; positions stay those of the text."""

from __future__ import annotations

import ast
import re
import warnings
from typing import NoReturn

from metarfft.rules.errors import RuleError, refuse
from metarfft.rules.front.names import Notes
from metarfft.rules.front.statements.flow import breaks, ends
from metarfft.rules.front.text import foreign
from metarfft.rules.front.text.scopes import bound

MAX_CHARACTERS, MAX_LINES, MAX_EXPRESSION, MAX_BLOCKS = 200_000, 5_000, 80, 20
MAX_ODD = 300  # odd blanks, in runs
PYTHON2 = ("Missing parentheses in call to", "multiple exception types must be", "invalid decimal literal")


def read(text: str, notes: Notes | None = None) -> ast.Module:
    """The syntax tree of a pasted text.

    Args:
        notes: get what was left out.

    Raises:
        RuleError: the text is not Python, or is too large.
    """
    if not isinstance(text, str):
        raise RuleError("a rule is a text: def name(arguments): ...")
    if len(text) > MAX_CHARACTERS or text.count("\n") > MAX_LINES:
        raise RuleError("the text is too long for a rule; paste the function and what it calls, nothing else")
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    text = re.sub(r"(?m)^[ \t]*```.*$", "", text) if text.lstrip().startswith("```") else text
    if not text.strip():
        raise RuleError("the text is empty; a rule is a function: def name(arguments): ...")
    module = _cleaned(text, Notes() if notes is None else notes)
    _measure(module)
    _compile(module, text)
    return module


def _cleaned(text: str, notes: Notes) -> ast.Module:
    """The tree of a text, if need be without the prompts and odd blanks in it."""
    for attempt in range(MAX_ODD):
        try:
            return _parse(text)
        except RuleError as error:
            found = foreign.without_prompts(text) if attempt == 0 else None
            plain = found[0] if found else foreign.with_plain_blanks(text, str(error))
            if plain is None:
                raise
            pairs = zip(text.split("\n"), plain.split("\n"), strict=True)
            place = ast.Pass(lineno=next(number for number, (old, new) in enumerate(pairs, 1) if old != new))
            note = found[1] if found else "odd blanks are read as plain ones"
            text = plain
            if all(not line.endswith(note) for line in notes.lines()):
                notes.add(place, note)
    return _parse(text)


def _parse(text: str) -> ast.Module:
    error: SyntaxError | None = None
    for attempt, shift in _readings(text):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                module = ast.parse(attempt)
        except SyntaxError as problem:
            problem.lineno = (problem.lineno or 1) + shift
            error = problem if error is None or problem.lineno > (error.lineno or 1) else error
        except (RecursionError, MemoryError):
            raise RuleError("the text is nested too deeply; write it in smaller steps") from None
        except ValueError as problem:
            raise RuleError(f"not Python: {problem}") from None
        else:
            if shift:
                wrapper = module.body[0]
                assert isinstance(wrapper, ast.If)
                module.body = wrapper.body
                ast.increment_lineno(module, shift)
            return module
    assert error is not None
    _not_python(error, text)


def _readings(text: str) -> list[tuple[str, int]]:
    """The texts to try, each with what to add to its line numbers: as it is, indented, first line put in."""
    lines = text.split("\n")
    readings = [(text, 0)]
    if re.match(r"\s*\n*[ \t]", text):
        readings.append(("if True:\n" + text, -1))
    first = next(index for index, line in enumerate(lines) if line.strip())
    indents = {m[1]: None for line in lines[first + 1 :] if (m := re.match(r"([ \t]+)(?:def|class|async|@)\b", line))}
    for indent in indents if not lines[first].startswith((" ", "\t")) else ():
        moved = [*lines[:first], indent + lines[first], *lines[first + 1 :]]
        readings.append(("if True:\n" + "\n".join(moved), -1))
    for width in (8, 4) if "\t" in text else ():
        wide = "\n".join(re.sub(r"^[ \t]+", lambda m: m[0].expandtabs(width), line) for line in lines)  # noqa: B023
        readings += [(wide, 0), ("if True:\n" + wide, -1)] if wide.startswith(" ") else [(wide, 0)]
    return readings


def _not_python(error: SyntaxError, text: str) -> NoReturn:
    message = error.msg
    if message.startswith(PYTHON2) or "exec" in message:
        message += " (this looks like Python 2; write it for Python 3)"
    elif advice := foreign.advice(text, error.lineno or 1, message):
        message += f"; {advice}"
    raise RuleError(f"line {error.lineno}, column {error.offset or 1}: not Python: {message}") from None


def _measure(module: ast.Module) -> None:
    """Bounds the depth before anything here walks the tree by recursion."""
    todo: list[tuple[ast.AST, int, int]] = [(module, 0, 0)]
    while todo:
        node, blocks, depth = todo.pop()
        if blocks > MAX_BLOCKS:
            refuse(node, f"blocks are nested more than {MAX_BLOCKS} deep; move the inner ones to a function")
        if depth > MAX_EXPRESSION:
            refuse(node, "the expression is nested too deeply; work it out on several lines")
        for field, value in ast.iter_fields(node):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.expr):
                    todo.append((child, blocks, depth + 1 if isinstance(node, ast.expr) else 0))
                elif isinstance(child, ast.stmt):
                    elif_ = field == "orelse" and isinstance(node, ast.If) and len(node.orelse) == 1
                    todo.append((child, blocks if elif_ and isinstance(child, ast.If) else blocks + 1, 0))
                elif isinstance(child, ast.AST):
                    todo.append((child, blocks, depth))


def _compile(module: ast.Module, text: str) -> None:
    """Finds what the parser leaves to the compiler: break outside a loop, two arguments of one name."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(module, "<rule>", "exec", dont_inherit=True)
    except SyntaxError as error:
        _not_python(error, text)
    except (RecursionError, MemoryError):
        raise RuleError("the text is nested too deeply; write it in smaller steps") from None
    except ValueError as error:
        raise RuleError(f"not Python: {error}") from None


class _Plain(ast.NodeTransformer):
    """Takes out what only people and type checkers read."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        if ast.get_docstring(node, clean=False) is not None and len(node.body) > 1:
            node.body = node.body[1:]
        for argument in ast.walk(node.args):
            if isinstance(argument, ast.arg):
                argument.annotation = None
                argument.type_comment = None
        self.generic_visit(node)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if node.value is None:
            return ast.copy_location(ast.Pass(), node)
        new = ast.Assign(targets=[node.target], value=node.value)
        self.generic_visit(new)
        return ast.copy_location(new, node)


def plain(module: ast.Module) -> None:
    """Removes type hints, the docstrings of functions, and what can never run."""
    _Plain().visit(module)
    _prune(module)


def _prune(node: ast.AST) -> None:
    own = bound(node) if isinstance(node, ast.FunctionDef) else set()
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case)):
            _prune(child)
    for field in ("body", "orelse", "finalbody"):
        block = getattr(node, field, None)
        if isinstance(block, list) and not isinstance(node, ast.Module):
            block[:] = _reached(block)
    if isinstance(node, ast.FunctionDef) and (lost := own - bound(node)):  # Python calls it a variable all the same
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and part.id in lost:
                refuse(part, f"{part.id} is assigned only where nothing runs, behind a return; assign it before")


def _reached(block: list[ast.stmt]) -> list[ast.stmt]:
    """The statements that may run; the else of a loop without break stands behind the loop."""
    new: list[ast.stmt] = []
    for index, statement in enumerate(block):
        new.append(statement)
        if isinstance(statement, (ast.For, ast.While)) and statement.orelse and not breaks(statement.body):
            new += statement.orelse
            statement.orelse = []
        if ends(new):
            dead = [part for later in block[index + 1 :] for part in ast.walk(later)]
            if not any(isinstance(part, (ast.Yield, ast.YieldFrom, ast.Nonlocal, ast.Global)) for part in dead):
                return new
    return new
