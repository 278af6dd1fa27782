"""``try`` and ``except`` written as core has them: errors by their names, and of an error at most its text."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from metarfft.rules import core
from metarfft.rules.errors import refuse
from metarfft.rules.front.expressions.build import Block, assign, call, load, settle
from metarfft.rules.front.expressions.variables import Scope, blocks, mentions
from metarfft.rules.front.names import Names, Notes
from metarfft.rules.front.statements.flow import breaks, ends
from metarfft.rules.front.text.scopes import COMPREHENSIONS, arguments, target_names

if TYPE_CHECKING:
    from metarfft.rules.front.expressions.lowering import Lowering

ALL = ("BaseException", "Exception")
NEVER = frozenset(  # what no rule meets: it may not ask for it, or is stopped
    """OSError IOError EnvironmentError FileNotFoundError PermissionError EOFError ImportError ModuleNotFoundError
    KeyboardInterrupt SystemExit GeneratorExit MemoryError RecursionError UnicodeDecodeError UnicodeEncodeError
    FloatingPointError ConnectionError TimeoutError StopAsyncIteration SyntaxError SystemError BufferError""".split()
)
_PLAIN_FORMAT = re.compile(r"(?:[^{}]|\{\{|\}\}|\{\d*\})*")
_PLAIN_PERCENT = re.compile(r"(?:[^%]|%%|%s)*")


# Statements: their expressions are any Python


def lower(
    node: ast.Try,
    function: ast.FunctionDef,
    block: Callable[[Block], Block],
    names: Names,
    notes: Notes,
    used: list[str],
) -> Block:
    """A ``try`` of the function with core statements in it; ``block`` lowers a block of it.

    Args:
        used: the function's variables for texts of errors; gets those that are new.
    """
    handlers = [handler for handler in node.handlers if _typed(handler, notes)]
    if len(handlers) < len(node.handlers):
        notes.add(node, "an except for errors that no rule meets is left out")
    for handler in handlers:
        _raised(handler)
        handler.body = block(handler.body) or [ast.copy_location(ast.Pass(), handler.body[0])]
        if handler.name:
            _named(handler, function, names, used)
    node.handlers, node.body, node.orelse = handlers, block(node.body), block(node.orelse)
    final = block(node.finalbody)
    node.finalbody = []
    made: Block = [node] if node.body and handlers else [*node.body, *([] if ends(node.body) else node.orelse)]
    return _finally(made, final, notes) if final else made


def _typed(handler: ast.ExceptHandler, notes: Notes) -> bool:
    """Gives a handler the errors that it takes; False where there are none."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    kept: list[ast.expr] = []
    for kind in kinds:
        name = kind.id if isinstance(kind, ast.Name) else None
        if kind is None or name in ALL:
            kept.append(ast.Name("Exception", ast.Load()))
        elif name in core.ERRORS:
            kept.append(kind)
        elif name not in NEVER:
            refuse(kind, f"catch some of Python's own errors: except ValueError instead of {ast.unparse(kind)}")
    if not kept:
        return False
    place = handler.type or handler
    handler.type = ast.copy_location(kept[0] if len(kept) == 1 else ast.Tuple(kept, ast.Load()), place)
    settle(handler.type, place)
    return True


def _raised(handler: ast.ExceptHandler) -> None:
    """``raise error`` of the error that was caught is ``raise``."""
    for node in (part for statement in handler.body for part in ast.walk(statement)):
        if isinstance(node, ast.Raise):
            node.cause = None
            if isinstance(node.exc, ast.Name) and node.exc.id == handler.name:
                node.exc = None


def _named(handler: ast.ExceptHandler, function: ast.FunctionDef, names: Names, used: list[str]) -> None:
    """Puts a variable in the place of the error's text, or drops the error's name."""
    error = handler.name
    assert error is not None
    inside = [part for statement in handler.body for part in ast.walk(statement)]
    if any(isinstance(part, ast.ExceptHandler) and part.name == error for part in inside):
        refuse(handler, f"two errors are called {error}, one inside the other; give one of them another name")
    taken = _elsewhere(function, error)
    if taken is not None:
        refuse(taken, f"{error} is the name of an error and of something else; give the error another name")
    reads = [part for part in inside if isinstance(part, ast.Name) and part.id == error]
    if not reads:
        handler.name = None
    elif core.message_of(handler) is None or len(reads) > 1:
        free = [name for name in used if not any(mentions(statement, name) for statement in handler.body)]
        text = free[0] if free else names.fresh("message", "error_text")
        used += [] if free else [text]
        reader = _Text(error, text)
        handler.body = [reader.visit(statement) for statement in handler.body]
        for part in (part for statement in handler.body for part in ast.walk(statement)):
            if isinstance(part, ast.Name) and part.id == error:
                refuse(part, f"of an error only the text can be read: str({error})")
        first = assign(text, call("str", load(error)))
        settle(first, handler)
        handler.body.insert(0, first)


def _elsewhere(function: ast.FunctionDef, error: str) -> ast.AST | None:
    """Where the function uses the name, apart from the errors with that name and the insides of comprehensions."""
    waiting: list[ast.AST] = [*arguments(function), *function.body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.ExceptHandler) and node.name == error:
            continue
        if isinstance(node, COMPREHENSIONS) and any(error in target_names(g.target) for g in node.generators):
            waiting.append(node.generators[0].iter)
            continue
        if error in (getattr(node, "id", None), getattr(node, "arg", None)):
            return node
        waiting.extend(ast.iter_child_nodes(node))
    return None


class _Text(ast.NodeTransformer):
    """Puts a variable in the place of ``str(error)``, however that is written."""

    def __init__(self, error: str, text: str) -> None:
        self.error, self.text = error, text

    def is_error(self, node: ast.AST) -> bool:
        return isinstance(node, ast.Name) and node.id == self.error

    def put(self, node: ast.expr) -> ast.expr:
        return ast.copy_location(load(self.text), node) if self.is_error(node) else node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        match node:
            case ast.Call(func=ast.Name("str"), args=[argument], keywords=[]) if self.is_error(argument):
                return self.put(argument)
            case ast.Call(func=ast.Attribute(value=ast.Constant(str(text)), attr="format")):
                if _PLAIN_FORMAT.fullmatch(text):
                    node.args = [self.put(argument) for argument in node.args]
            case ast.Call(func=ast.Name(name)) if name in core.ERRORS - {"KeyError"}:  # whose text is its argument's
                node.args = [self.put(argument) for argument in node.args]
        self.generic_visit(node)
        return node

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.AST:
        if node.conversion in (-1, ord("s")) and node.format_spec is None:
            node.value = self.put(node.value)
        self.generic_visit(node)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        match node:
            case ast.BinOp(left=ast.Constant(str(text)), op=ast.Mod()) if _PLAIN_PERCENT.fullmatch(text):
                if isinstance(node.right, ast.Tuple):
                    node.right.elts = [self.put(part) for part in node.right.elts]
                node.right = self.put(node.right)
        self.generic_visit(node)
        return node


def _finally(made: Block, final: Block, notes: Notes) -> Block:
    """``made``, and the lines of a ``finally``: behind it, and before an error goes on."""
    advice = "write the lines of finally before each way out and behind the try"
    inside = [part for statement in made for part in ast.walk(statement)]
    if breaks(made) or any(isinstance(part, (ast.Return, ast.Continue)) for part in inside):
        refuse(final[0], f"a finally is not possible where the try is left by return, break or continue; {advice}")
    if any(isinstance(part, (ast.For, ast.While, ast.Return, ast.Break, ast.Continue, *COMPREHENSIONS))
           for statement in final for part in ast.walk(statement)):  # fmt: skip
        refuse(final[0], f"a finally has plain lines only; {advice}")
    notes.add(final[0], "the finally is written out for both ways: with an error and without")
    again = ast.copy_location(ast.Raise(None, None), final[0])
    handler = ast.ExceptHandler(ast.Name("Exception", ast.Load()), None, [*copy.deepcopy(final), again])
    outer = ast.Try(made, [handler], [], [])
    for part in (handler, outer):
        settle(part, final[0])
    return [outer, *final]


# Expressions


def attempt(low: Lowering, node: ast.Try) -> None:
    """Writes a ``try`` with its expressions in core."""
    body = low.block(node.body)
    handlers = [
        ast.copy_location(ast.ExceptHandler(handler.type, handler.name, low.block(handler.body)), handler)
        for handler in node.handlers
    ]
    orelse = low.block(node.orelse) if node.orelse else []
    if all(isinstance(statement, ast.Pass) for statement in body):
        low.out.extend(orelse)
        return
    low.emit(ast.Try(body, handlers, orelse, []), node)


def is_message(scope: Scope, name: str) -> bool:
    """Whether a variable is the text of an error and nothing else."""
    handlers = [node for node in ast.walk(scope.function) if isinstance(node, ast.ExceptHandler) and node.name]
    firsts = [core.message_of(handler) for handler in handlers]
    return scope.bindings(name) == sum(isinstance(f, ast.Assign) and mentions(f.targets[0], name) for f in firsts) > 0


def unseen(scope: Scope, name: str, at: ast.AST) -> bool:
    """Whether nothing reads the variable ``name`` when the statement ``at``, which assigns it, has failed halfway.

    So it is where no ``try`` is around, and where each read of the variable stands where control comes only when the
    statement has been done.
    """
    path = _path(scope.function.body, at)
    if name not in scope.bound or (path is not None and not any(part == "try" for _, _, part in path)):
        return True
    if path is None:
        return not any(isinstance(node, ast.Try) for node in ast.walk(scope.function))
    allowed: set[int] = set()
    for block, place, part in reversed(path):
        allowed.update(id(node) for statement in block[place + 1 :] for node in ast.walk(statement))
        if part not in ("try", "else"):
            break
        outer = next(above[place] for above, place, _ in _above(path, block))
        assert isinstance(outer, ast.Try)
        if part == "try":
            allowed.update(id(node) for statement in outer.orelse for node in ast.walk(statement))
        if not all(ends(handler.body) for handler in outer.handlers):
            break
    nodes = list(ast.walk(scope.function))
    added = {id(node.target) for node in nodes if isinstance(node, ast.AugAssign)}
    named = [node for node in nodes if isinstance(node, ast.Name) and node.id == name]
    return all(id(node) in allowed for node in named if isinstance(node.ctx, ast.Load) or id(node) in added)


_Path = list[tuple[Block, int, str]]  # blocks, the outermost first: the place in each, and what the block is


def _path(block: Block, at: ast.AST, part: str = "") -> _Path | None:
    for place, statement in enumerate(block):
        if statement is at:
            return [(block, place, part)]
        if isinstance(statement, ast.FunctionDef):
            continue
        for inner, kind in _parts(statement):
            found = _path(inner, at, kind)
            if found is not None:
                return [(block, place, part), *found]
    return None


def _parts(statement: ast.stmt) -> Iterator[tuple[Block, str]]:
    for inner in blocks(statement):
        kind = "other"
        if isinstance(statement, ast.Try) and inner is statement.body:
            kind = "try"
        elif isinstance(statement, ast.Try) and inner is statement.orelse:
            kind = "else"
        yield inner, kind


def _above(path: _Path, block: Block) -> Iterator[tuple[Block, int, str]]:
    at = next(k for k, (inner, _, _) in enumerate(path) if inner is block)
    yield path[at - 1]
