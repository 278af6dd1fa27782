"""Functions that keep their results (``lru_cache``): a table, written out where a result may be looked up."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from metarfft.rules import core
from metarfft.rules.front.expressions.build import Block, assign, assign_item, compare, item, load, settle, when
from metarfft.rules.front.expressions.variables import blocks
from metarfft.rules.front.names import Names, Notes
from metarfft.rules.front.statements.flow import ends
from metarfft.rules.front.text import functions
from metarfft.rules.front.text.scopes import COMPREHENSIONS, Scoped, own
from metarfft.rules.front.text.shared import Shared


def keep_results(module: ast.Module, shared: Shared, names: Names, notes: Notes) -> None:
    """Takes the decorators away; a cached function that may be called more than once gets a table, in place."""
    tops = list(shared.functions.values())
    acting, entry = _acting(tops), shared.functions[shared.entry]
    recursive = any(_mentions(function, shared.entry) for function in tops)
    for function in tops:
        once = not recursive and (function is entry or _once(function.name, entry.body, [*tops, *shared.statements]))
        table = _table(function, once, acting, names, notes)
        if table is not None:
            module.body.insert(module.body.index(function), table)
        _inner(function, acting, names, notes)
        _Clears().visit(function)


class _Clears(ast.NodeTransformer):
    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        called = node.value.func if isinstance(node.value, ast.Call) else None
        if isinstance(called, ast.Attribute) and called.attr in ("cache_clear", "cache_info"):
            return ast.copy_location(ast.Pass(), node)
        return node


def _inner(function: ast.FunctionDef, acting: set[str], names: Names, notes: Notes) -> None:
    for part in [node for node in ast.walk(function) if isinstance(node, ast.FunctionDef)]:
        for block in list(_blocks(part.body)):
            for index, node in reversed(list(enumerate(block))):
                if isinstance(node, ast.FunctionDef):
                    once = block is part.body and _once(node.name, part.body, part.body)
                    table = _table(node, once, acting, names, notes)
                    if table is not None:
                        block.insert(index, table)


def _blocks(block: Block) -> Iterator[Block]:
    """A block and those inside it, without the bodies of inner functions."""
    yield block
    for statement in block:
        if not isinstance(statement, ast.FunctionDef):
            for inner in blocks(statement):
                yield from _blocks(inner)
            for handler in getattr(statement, "handlers", []):
                yield from _blocks(handler.body)


def _mentions(node: ast.AST, name: str) -> bool:
    return any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(node))


def _once(name: str, block: Block, everywhere: Sequence[ast.AST]) -> bool:
    """Whether the function is called in one place only, one that control comes to once in a run of the block."""
    if sum(isinstance(n, ast.Name) and n.id == name for node in everywhere for n in ast.walk(node)) != 1:
        return False
    waiting: list[ast.AST] = list(block)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            return True
        if not isinstance(node, (ast.For, ast.While, ast.FunctionDef, ast.Lambda, *COMPREHENSIONS)):
            waiting.extend(ast.iter_child_nodes(node))
    return False


def _acting(tops: list[ast.FunctionDef]) -> set[str]:
    """The functions that may do more than give a value, themselves or by what they call."""
    all_ = functions.all_functions(tops)
    found = {function.name for function in all_ if any(map(_acts, own(function)))}
    while more := {f.name for f in all_ if any(_mentions(f, name) for name in found)} - found:
        found |= more
    return found


def _acts(node: ast.AST) -> bool:
    if isinstance(node, ast.Call) and core.changes(node):
        return True
    if isinstance(node, ast.AugAssign) and not isinstance(node.value, ast.Constant):
        return True  # += of a list that came from outside
    stored = isinstance(node, (ast.Subscript, ast.Attribute)) and not isinstance(node.ctx, ast.Load)
    return stored or isinstance(node, (ast.Nonlocal, ast.Global, ast.Expr))


def _table(function: ast.FunctionDef, once: bool, acting: set[str], names: Names, notes: Notes) -> ast.stmt | None:
    line = function.decorator_list[0] if function.decorator_list else function
    if not functions.cached(function):
        return None
    if once:
        notes.add(line, f"the cache of {function.name} is left out; it changes no answer")
        return None
    arguments = [argument.arg for argument in function.args.args]
    table = names.fresh("memo", f"{function.name}_memo")
    notes.add(line, f"the cache of {function.name} is written out as a table, {table}")
    _write(function, arguments, table, names, function.name in acting)
    made = assign(table, ast.Dict([], []))
    settle(made, line)
    return made


def _write(function: ast.FunctionDef, arguments: list[str], table: str, names: Names, acts: bool) -> None:
    rebound = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    key: ast.expr = load(arguments[0]) if arguments else ast.Constant("result")
    if len(arguments) > 1:
        key = ast.Tuple([load(name) for name in arguments], ast.Load())
    begin: Block = []
    if rebound & set(arguments):
        name = names.fresh("key", "asked")
        begin.append(assign(name, key))
        key = load(name)
    begin.append(when(compare(key, ast.In(), load(table)), [ast.Return(item(load(table), key))]))
    if not ends(function.body):
        back = ast.Return(ast.Constant(None))
        settle(back, function.body[-1])
        function.body.append(back)
    _Returns(table, key, set() if acts else set(arguments), acts).run(function)
    for statement in begin:
        settle(statement, function)
    function.body = [*begin, *function.body]


class _Returns(Scoped):
    """Puts each result into the table; a constant or an argument needs no place there unless the function acts."""

    def __init__(self, table: str, key: ast.expr, plain: set[str], acts: bool) -> None:
        super().__init__()
        self.table, self.key, self.plain, self.acts = table, key, plain, acts

    def run(self, function: ast.FunctionDef) -> None:
        function.body = self.statements(function.body)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return node

    def visit_Return(self, node: ast.Return) -> ast.AST | list[ast.stmt]:
        value = node.value or ast.copy_location(ast.Constant(None), node)
        plain = isinstance(value, ast.Constant) or (isinstance(value, ast.Name) and value.id in self.plain)
        if plain and not self.acts:
            return node
        new: list[ast.stmt] = [
            assign_item(load(self.table), self.key, value),
            ast.Return(item(load(self.table), self.key)),
        ]
        for statement in new:
            settle(statement, node)
        return new
