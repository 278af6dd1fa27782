"""The front end: a plain Python text, as people write and paste it, becomes a core rule of the same meaning."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from metarfft.rules import core
from metarfft.rules.errors import RuleError
from metarfft.rules.front.expressions import kinds
from metarfft.rules.front.expressions import lowering as expressions
from metarfft.rules.front.expressions.variables import blocks
from metarfft.rules.front.names import Names, Notes
from metarfft.rules.front.statements import lowering as statements
from metarfft.rules.front.text import classes, functions, imports, paste, shadows, shared
from metarfft.rules.front.text import entry as choice
from metarfft.rules.front.text.defaults import Defaults
from metarfft.rules.front.text.memo import keep_results
from metarfft.rules.front.text.scopes import everything
from metarfft.rules.front.text.unknown import refuse_unknown

__all__ = ["Lowered", "lower"]


@dataclass(frozen=True)
class Lowered:
    """A rule in the core language.

    Args:
        source: its text.
        module: its syntax tree, with the positions of ``source``.
        entry: name of the function that is the rule, the last of the module.
        origin: for each line of ``source`` (from 1) the line of the user's text that it comes from.
        notes: what was changed, one line each.
    """

    source: str
    module: ast.Module
    entry: str
    origin: tuple[int, ...]
    notes: tuple[str, ...]


def lower(text: str, entry: str | None = None) -> Lowered:
    """The core rule of a text.

    Args:
        entry: name of the function that is the rule; without it the text decides (see ``entry.choose``).

    Raises:
        RuleError: the text is no Python or cannot be a rule; the message names the place and what to write instead.
    """
    try:
        return _lower(text, entry)
    except RecursionError:
        raise RuleError("the text is nested too deeply; write it in smaller steps") from None


def taken(source: str) -> Lowered:
    """A text that is a core rule, taken as it is; it is still to be checked.

    Raises:
        RuleError: the text is no Python.
    """
    module = paste.read(source)
    function = module.body[-1] if module.body else None
    if not isinstance(function, ast.FunctionDef):
        raise RuleError("a rule is a function: def name(arguments): ...")
    source = ast.unparse(module)
    return Lowered(source, ast.parse(source), function.name, tuple(range(source.count("\n") + 2)), ())


def _lower(text: str, entry: str | None) -> Lowered:
    notes = Notes()
    module = paste.read(text, notes)
    paste.plain(module)
    names = Names(everything(module) | shadows.TAKEN)
    plain, name, kept = read(module, entry, names, notes)
    lowered = expressions.lower(plain, names, notes)
    name = shadows.restore(lowered, kept, names)
    return written(lowered, name, notes)


def read(module: ast.Module, entry: str | None, names: Names, notes: Notes) -> tuple[ast.Module, str, dict[str, str]]:
    """All but the expressions: functions of core statements, the entry's name, and names to restore at the end."""
    functions.name_lambdas(module)
    imported, renamed = imports.lower(module, names)
    _without_main(module)
    methods = classes.flatten(module, entry, names, notes)
    entry = entry and methods.get(entry.rpartition(".")[2], entry)
    name = choice.choose(module, entry, set(methods.values()), notes)
    kinds.lower(module, imported, names, notes)
    taken: set[str] = set()
    found = shared.gather(module, name)
    for function in found.functions.values():
        taken.add(function.name)
    for function in found.functions.values():
        functions.tidy_inner(function, taken, names, notes)
    refuse_unknown(module, found, imported)
    keep_results(module, found, names, notes)
    Defaults(module, found, names, notes).lower()
    found = shared.gather(module, name)
    parts = shared.lower(found, names, notes)
    kept = shadows.lower(parts, parts[-1], names, notes)
    kept |= {a.arg: renamed[a.arg] for a in parts[-1].args.args if a.arg in renamed}
    statements.lower(parts, names, notes)
    return ast.Module(body=list(parts), type_ignores=[]), name, kept


def _without_main(module: ast.Module) -> None:
    """Drops ``if __name__ == '__main__':`` blocks, all but the examples in them."""
    body: list[ast.stmt] = []
    for node in module.body:
        if isinstance(node, ast.If) and any(getattr(part, "id", "") == "__name__" for part in ast.walk(node.test)):
            body += [part for part in node.body if choice.is_example(part)]
        else:
            body.append(node)
    module.body = body


def written(module: ast.Module, name: str, notes: Notes) -> Lowered:
    ast.fix_missing_locations(module)
    _without_pass(module)
    source = ast.unparse(module)
    module.body[-1].end_lineno = source.count("\n") + 1  # of all else the check names the places in the user's text
    core.check(module)
    again = ast.parse(source)
    origin = [0] * (source.count("\n") + 2)
    _match(again.body, module.body, origin)
    for line in range(1, len(origin)):
        origin[line] = origin[line] or origin[line - 1]
    return Lowered(source, again, name, tuple(origin), notes.lines())


def _without_pass(module: ast.Module) -> None:
    """Drops the ``pass`` lines that do nothing where they stand."""
    for node in ast.walk(module):
        for block in (getattr(node, "body", None), getattr(node, "orelse", None)):
            if isinstance(block, list) and len(block) > 1:
                block[:] = [part for part in block if not isinstance(part, ast.Pass)] or block[:1]
        if isinstance(node, (ast.If, ast.Try)) and all(isinstance(part, ast.Pass) for part in node.orelse):
            node.orelse = []


def _match(new: list[ast.stmt], old: list[ast.stmt], origin: list[int]) -> None:
    """Fills in the user's lines: both trees have the same statements."""
    for one, other in zip(new, old, strict=True):
        origin[one.lineno] = origin[one.lineno] or other.lineno
        for part, was in zip(blocks(one), blocks(other), strict=True):
            _match(part, was, origin)
        for handler, had in zip(getattr(one, "handlers", []), getattr(other, "handlers", []), strict=True):
            origin[handler.lineno] = had.lineno
