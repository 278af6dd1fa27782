"""What the functions of a text share: its constants, variables that functions change, and tables of results."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from metarfft.rules import core
from metarfft.rules.errors import refuse
from metarfft.rules.front.names import Names, Notes
from metarfft.rules.front.text import entry as choice
from metarfft.rules.front.text.nest import make_room, nest
from metarfft.rules.front.text.scopes import Substitute, bound, free, own

SIMPLE = (ast.FunctionDef, ast.ClassDef, ast.Pass, ast.AsyncFunctionDef)
PURE_CALLS = frozenset(
    """list set tuple dict range zip enumerate frozenset sorted float int str len sum min max ord chr reversed Counter
    OrderedDict abs round""".split()
)
READING_CALLS = PURE_CALLS | {"any", "all", "map", "filter", "isinstance", "print"}
READING_METHODS = frozenset("get items keys values index count find copy join startswith endswith".split())


@dataclass
class Shared:
    """The functions that the rule needs, and the statements of the text that make what they share."""

    functions: dict[str, ast.FunctionDef]
    entry: str
    statements: list[ast.stmt] = field(default_factory=list)
    variables: set[str] = field(default_factory=set)


def gather(module: ast.Module, entry: str) -> Shared:
    """What ``entry`` needs of the module: functions in the order of the text, statements that make its variables."""
    functions = {node.name: node for node in module.body if isinstance(node, ast.FunctionDef)}
    loose = [node for node in module.body if not isinstance(node, SIMPLE)]
    variables = bound(module) - functions.keys()
    for function in functions.values():
        for node in ast.walk(function):
            if isinstance(node, ast.Global):
                variables.update(node.names)
    needed, wanted = {entry}, set[str]()
    chosen: dict[int, ast.stmt] = {}
    while True:
        parts = [*(functions[name] for name in needed), *chosen.values()]
        names = {name for part in parts for name in free(part)} | wanted
        waiting = [node for node in loose if id(node) not in chosen]
        more = [node for node in waiting if any(_touches(node, name) for name in names & variables)]
        if names & variables <= wanted and names & functions.keys() <= needed and not more:
            break
        wanted |= names & variables
        needed |= names & functions.keys()
        for node in more:
            chosen[id(node)] = node
            wanted |= bound(ast.Module(body=[node], type_ignores=[])) & variables
    return Shared(
        {name: node for name, node in functions.items() if name in needed},
        entry,
        [node for node in loose if id(node) in chosen],
        wanted,
    )


def _touches(statement: ast.stmt, name: str) -> bool:
    """Whether a statement of the module makes or changes the variable."""
    if isinstance(statement, ast.Assert) or name not in free(statement):
        return False
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load):
            return True
        if (
            isinstance(node, (ast.Subscript, ast.Attribute))
            and not isinstance(node.ctx, ast.Load)
            and _root(node) == name
        ):
            return True
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            function = node.value.func
            if (
                isinstance(function, ast.Attribute)
                and _root(function) == name
                and function.attr in core.CHANGING_METHODS
            ):
                return True
            changes = ast.unparse(function) in core.CHANGING_CALLS
            if changes and node.value.args and _root(node.value.args[0]) == name:
                return True
    return False


def _root(node: ast.expr) -> str | None:
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def lower(shared: Shared, names: Names, notes: Notes) -> list[ast.FunctionDef]:
    """The functions, the entry last, with what they share made in them."""
    functions, entry = shared.functions, shared.functions[shared.entry]
    for function in functions.values():
        _refuse_two_meanings(function, set())
    graph = choice.calls(functions)
    recursive = any(shared.entry in choice.reachable(graph, name) for name in graph[shared.entry])
    users = {name: [f for f in functions.values() if name in free(f)] for name in shared.variables}
    alone = not recursive and all(user is entry for found in users.values() for user in found)
    if not alone:
        state = _place(shared, entry, recursive, users, names)
        if state:
            statements = [node for node in shared.statements if any(_touches(node, name) for name in state)]
            return nest(functions, entry, statements, state, names, notes)
    else:
        _begin(entry, shared.statements, names)
    for function in functions.values():
        _without_global(function)
    if alone:
        entry.body = [*_unset(shared.variables - bound(entry), entry), *entry.body]
    return [*(function for function in functions.values() if function is not entry), entry]


def _begin(function: ast.FunctionDef, statements: list[ast.stmt], names: Names) -> None:
    """Puts statements of the module at the beginning; their variables get out of the way of the function's own."""
    make_room(function, statements, names)
    function.body = [*statements, *function.body]


def _unset(missing: set[str], function: ast.FunctionDef) -> list[ast.stmt]:
    """Assignments of None for variables that only inner functions assign."""
    new: list[ast.stmt] = []
    for name in sorted(missing):
        target = ast.Name(name, ast.Store())
        new.append(ast.copy_location(ast.Assign(targets=[target], value=ast.Constant(None)), function.body[0]))
    return new


def _refuse_two_meanings(function: ast.FunctionDef, outer: set[str]) -> None:
    """Refuses ``global x`` inside a function that has a variable x of its own."""
    outer = outer | bound(function)
    for node in own(function):
        if isinstance(node, ast.FunctionDef):
            for part in own(node):
                if isinstance(part, ast.Global) and outer & set(part.names):
                    name = sorted(outer & set(part.names))[0]
                    refuse(part, f"{name} is a variable of {function.name} and of the text; give them two names")
            _refuse_two_meanings(node, outer)


def _without_global(function: ast.FunctionDef) -> None:
    class Drop(ast.NodeTransformer):
        def visit_Global(self, node: ast.Global) -> ast.AST:
            return ast.copy_location(ast.Pass(), node)

    inner = [node for part in function.body for node in ast.walk(part) if isinstance(node, ast.FunctionDef)]
    for part in inner:
        for index, node in enumerate(part.body):
            if isinstance(node, ast.Global):
                part.body[index] = ast.copy_location(ast.Nonlocal(node.names), node)
    Drop().visit(function)


def _place(
    shared: Shared, entry: ast.FunctionDef, recursive: bool, users: dict[str, list[ast.FunctionDef]], names: Names
) -> set[str]:
    """Writes constants into the functions that use them; returns the variables for which that is not exact."""
    makers = {name: [node for node in shared.statements if _touches(node, name)] for name in shared.variables}
    values: dict[str, ast.expr] = {}
    for name, nodes in makers.items():
        maker = nodes[0] if len(nodes) == 1 else None
        plain = isinstance(maker, ast.Assign) and len(maker.targets) == 1 and isinstance(maker.targets[0], ast.Name)
        if plain and isinstance(maker, ast.Assign) and _pure(maker.value):
            values[name] = maker.value
    values = _resolved(values)
    nodes_of_all = [node for function in shared.functions.values() for node in ast.walk(function)]
    assigned = {name for node in nodes_of_all if isinstance(node, ast.Global) for name in node.names}
    state = {name for name in shared.variables if name not in values or name in assigned}
    while True:  # what a variable of the state is made from belongs to the state, unless it is a plain value
        behind = {n for name in state for node in makers[name] for n in free(node)}
        more = {
            name for name in values.keys() - state
            if free(values[name]).keys() & state
            or not (_scalar(values[name]) or _fixed(values[name], values) or _read_only(name, users[name], values)
                    or (not recursive and users[name] == [entry]))
            or (name in behind and not _scalar(values[name]))
        }  # fmt: skip
        if not more:
            break
        state |= more
    inline = {name: value for name, value in values.items() if name not in state and _scalar(value)}
    for function in shared.functions.values():
        used = free(function).keys() & values.keys() - state
        if function is not entry or recursive:
            _inline(function, {name: inline[name] for name in used if name in inline})
            used -= inline.keys()
        todo = set(used)
        while more := {n for name in todo for n in free(values[name]).keys() & values.keys()} - todo:
            todo |= more
        made = [copy.deepcopy(node) for node in shared.statements if any(node in makers[name] for name in todo)]
        for node in made:
            assert isinstance(node, ast.Assign)
            if free(node.value).keys() & bound(function) or function is not entry or recursive:
                target = node.targets[0]
                assert isinstance(target, ast.Name)
                node.value = copy.deepcopy(values[target.id])
        _begin(function, made, names)
    for node in shared.statements if state else ():
        Substitute({name: _copier(value) for name, value in inline.items()}).visit(node)
    return state


def _resolved(values: dict[str, ast.expr]) -> dict[str, ast.expr]:
    """The values with plain ones in the place of their names."""
    done: dict[str, ast.expr] = {}
    for name, value in values.items():
        plain = {other: _copier(known) for other, known in done.items() if _scalar(known)}
        done[name] = Substitute(plain).visit(copy.deepcopy(value))
    return done


def _inline(function: ast.FunctionDef, values: dict[str, ast.expr]) -> None:
    if values:
        Substitute({name: _copier(value) for name, value in values.items()}).visit(function)


def _copier(value: ast.expr) -> Callable[[ast.Name], ast.expr]:
    def make(node: ast.Name) -> ast.expr:
        new = copy.deepcopy(_folded(value))
        for part in ast.walk(new):
            ast.copy_location(part, node)
        return new

    return make


def _folded(value: ast.expr) -> ast.expr:
    number = _number(value)
    return value if number is None else ast.copy_location(ast.Constant(number), value)


def _number(node: ast.expr) -> int | float | None:
    """The number that arithmetic of plain numbers gives, if it is a small one and not negative."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, (int, float)) and not isinstance(node.value, bool) else None
    if isinstance(node, ast.BinOp):
        left, right = _number(node.left), _number(node.right)
        if isinstance(left, int) and isinstance(right, int):
            if isinstance(node.op, ast.Pow) and right <= 64 and left <= 1000:
                return left**right
            if isinstance(node.op, (ast.Add, ast.Mult)) and left < 2**256 and right < 2**256:
                return left + right if isinstance(node.op, ast.Add) else left * right
            if isinstance(node.op, ast.Sub) and left >= right:
                return left - right
    return None


def _scalar(node: ast.expr) -> bool:
    """A value that may stand in the place of its name: a number, a short text, infinity."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return isinstance(node.operand, ast.Constant) or _scalar(node.operand)
    if isinstance(node, ast.Constant):
        return not isinstance(node.value, (str, bytes)) or len(node.value) <= 30
    return _number(node) is not None or ast.unparse(node) in ("float('inf')", "math.inf", "math.pi", "float('-inf')")


def _pure(node: ast.expr) -> bool:
    """Whether working the value out again gives an equal one and changes nothing."""
    for part in ast.walk(node):
        if isinstance(part, ast.Call):
            name = part.func.id if isinstance(part.func, ast.Name) else ""
            method = part.func.attr if isinstance(part.func, ast.Attribute) else ""
            if name not in PURE_CALLS and (not method or method in core.CHANGING_METHODS):
                return False
        if isinstance(part, (ast.NamedExpr, ast.Lambda, ast.Await, ast.Yield, ast.YieldFrom)):
            return False
    return True


def _fixed(node: ast.expr, values: dict[str, ast.expr]) -> bool:
    """Whether the value and all in it can never change."""
    if isinstance(node, ast.Tuple):
        return all(_fixed(item, values) for item in node.elts)
    if isinstance(node, ast.Name):
        others = {name: value for name, value in values.items() if name != node.id}
        return node.id in values and _fixed(values[node.id], others)
    if isinstance(node, ast.BinOp):
        return _fixed(node.left, values) and _fixed(node.right, values)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in ("len", "int", "float", "str", "abs", "ord", "chr", "frozenset")
    return _scalar(node) or isinstance(node, ast.Constant)


def _read_only(name: str, users: list[ast.FunctionDef], values: dict[str, ast.expr]) -> bool:
    """Whether a container of fixed items is only looked at, so that each function may have its own."""
    value = values[name]
    items: list[ast.expr]
    if isinstance(value, (ast.List, ast.Set)):
        items = value.elts
    elif isinstance(value, ast.Dict):
        items = [*(key for key in value.keys if key), *value.values]
    elif isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in ("set", "list", "range"):
        items = [] if all(isinstance(part, (ast.Constant, ast.Call)) for part in value.args) else [value]
    elif isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "split":
        items = []
    else:
        return False
    if not all(_fixed(item, values) for item in items):
        return False
    uses = [use for other in [*users, *(v for k, v in values.items() if k != name)] for use in _uses(other, name)]
    return all(_looks(parent, node) for parent, node in uses)


def _uses(tree: ast.AST, name: str) -> Iterator[tuple[ast.AST, ast.Name]]:
    for parent in ast.walk(tree):
        for child in ast.iter_child_nodes(parent):
            if isinstance(child, ast.Name) and child.id == name:
                yield parent, child


def _looks(parent: ast.AST, node: ast.Name) -> bool:
    if isinstance(parent, ast.Subscript):
        return parent.value is not node or isinstance(parent.ctx, ast.Load)
    if isinstance(parent, ast.Call):
        return isinstance(parent.func, ast.Name) and parent.func.id in READING_CALLS
    if isinstance(parent, ast.Attribute):
        return parent.attr in READING_METHODS
    return isinstance(parent, (ast.Compare, ast.For, ast.comprehension, ast.If, ast.While, ast.BoolOp))


def refuse_classes(module: ast.Module, functions: list[ast.FunctionDef]) -> None:
    """Refuses functions that make objects of the text's own classes."""
    classes = {node.name: node for node in module.body if isinstance(node, ast.ClassDef)}
    for function in functions:
        for name, node in free(function).items():
            if name in classes and _is_error(classes[name]):
                caught = [handler.type for handler in ast.walk(function) if isinstance(handler, ast.ExceptHandler)]
                inside = [part for kind in caught if kind for part in ast.walk(kind)]
                what = "catch one of Python's: except ValueError" if node in inside else "raise one of Python's: raise "
                refuse(node, f"{name} is a class of errors; {what}" + ("" if node in inside else "ValueError('...')"))
            if name in classes:
                refuse(node, f"{name} is a class; a rule has no objects: use a list, a tuple or a dictionary")


def _is_error(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base).endswith(("Error", "Exception", "Warning")) for base in node.bases)


def plain_value(module: ast.Module, node: ast.expr) -> ast.expr | None:
    """The value with numbers worked out and a constant of the text in the place of its name; None if it has no such."""
    if isinstance(node, ast.Name):
        makers = [part for part in module.body if not isinstance(part, SIMPLE) and _touches(part, node.id)]
        if len(makers) == 1 and isinstance(makers[0], ast.Assign) and isinstance(makers[0].targets[0], ast.Name):
            return plain_value(module, makers[0].value)
        return None
    if isinstance(node, ast.BinOp):
        number = _number(node)
        return None if number is None else ast.copy_location(ast.Constant(number), node)
    return node
