"""Functions that are given to other functions (lambdas, builtins, methods, the user's own), written where they run."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from metarfft.rules.errors import refuse
from metarfft.rules.front.expressions import build
from metarfft.rules.front.expressions.variables import blocks, lambda_names
from metarfft.rules.front.names import Notes

if TYPE_CHECKING:
    from metarfft.rules.front.expressions.lowering import Goal, Lowering

TYPES = frozenset("str list dict set int float tuple frozenset".split())
OPERATORS: dict[str, type[ast.operator]] = {
    "add": ast.Add, "sub": ast.Sub, "mul": ast.Mult, "truediv": ast.Div, "floordiv": ast.FloorDiv, "mod": ast.Mod,
    "pow": ast.Pow, "xor": ast.BitXor, "and_": ast.BitAnd, "or_": ast.BitOr, "lshift": ast.LShift,
    "rshift": ast.RShift, "concat": ast.Add,
}  # fmt: skip
COMPARISONS: dict[str, type[ast.cmpop]] = {
    "eq": ast.Eq, "ne": ast.NotEq, "lt": ast.Lt, "le": ast.LtE, "gt": ast.Gt, "ge": ast.GtE, "is_": ast.Is,
    "is_not": ast.IsNot,
}  # fmt: skip


@dataclass
class Function:
    """A function as a value: what its parameters are called, and how a call of it is written."""

    parameters: tuple[str, ...]
    write: Callable[[list[ast.expr], Goal], ast.expr]
    count: int | None = None  # how many arguments it takes, if that is known

    def hints(self, position: int) -> tuple[str, ...]:
        return self.parameters[position : position + 1]

    def apply(self, arguments: Sequence[ast.expr], goal: Goal | None = None) -> ast.expr:
        from metarfft.rules.front.expressions.lowering import ANY

        return self.write(list(arguments), goal or ANY)


def name_lambdas(module: ast.Module, notes: Notes) -> None:
    """Writes ``f = lambda x: ...`` as ``def f(x): return ...`` where ``f`` is bound once."""
    for function in [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)]:
        _name_in(function.body, function, notes)


def _name_in(block: list[ast.stmt], function: ast.FunctionDef, notes: Notes) -> None:
    for k, statement in enumerate(block):
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda(args=arguments, body=body)):
                plain = not (arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.posonlyargs)
                constant = all(isinstance(default, ast.Constant) for default in arguments.defaults)
                bindings = [n for n in ast.walk(function) if isinstance(n, ast.Name) and n.id == name]
                once = sum(not isinstance(n.ctx, ast.Load) for n in bindings) == 1
                if plain and constant and once and name not in {a.arg for a in function.args.args}:
                    notes.add(statement, "the lambda is written as a function")
                    answer = ast.copy_location(ast.Return(body), statement)
                    inner = ast.FunctionDef(name, arguments, [answer], [], None, lineno=statement.lineno)
                    block[k] = ast.copy_location(inner, statement)
            case ast.FunctionDef():
                pass
            case _:
                for part in blocks(statement):
                    _name_in(part, function, notes)


def prepare(low: Lowering, node: ast.expr) -> Function:
    """The function that ``node`` stands for; what it holds on to is captured here, before it runs."""
    from metarfft.rules.front.expressions.lowering import Core

    match node:
        case ast.Lambda():
            return _lambda(low, node)
        case ast.Name(id=name):
            own = low.own(name)
            if own is None and not low.is_builtin(name):
                refuse(node, f"{name} is a variable that holds a function; call a function by its own name")
            parameters = tuple(argument.arg for argument in own.args.args) if own else ()
            count = len(parameters) if own else None

            def by_name(arguments: list[ast.expr], goal: Goal) -> ast.expr:
                call = ast.Call(node, [Core(argument) for argument in arguments], [])
                return low.value(ast.copy_location(call, node), goal)

            return Function(parameters if count == 1 or count == 2 else (), by_name, count)
        case ast.Attribute(value=ast.Name(id=kind), attr=attribute) if kind in TYPES and low.is_builtin(kind):

            def unbound(arguments: list[ast.expr], goal: Goal) -> ast.expr:
                receiver = ast.Attribute(Core(arguments[0]), attribute, ast.Load())
                call = ast.Call(receiver, [Core(argument) for argument in arguments[1:]], [])
                return low.value(ast.copy_location(call, node), goal)

            return Function((), unbound)
        case ast.Attribute(value=value, attr=attribute):
            if isinstance(value, ast.Name) and low.is_module(value.id):
                receiver: ast.expr = value
            else:
                receiver = low.value(value)
                if not isinstance(receiver, (ast.Name, ast.Constant)) or not low.lasting(receiver):
                    receiver = low.capture(receiver)
                receiver = Core(receiver)

            def bound(arguments: list[ast.expr], goal: Goal) -> ast.expr:
                method = ast.copy_location(ast.Attribute(receiver, attribute, ast.Load()), node)
                call = ast.Call(method, [Core(argument) for argument in arguments], [])
                return low.value(ast.copy_location(call, node), goal)

            return Function((), bound)
        case ast.Call(func=function, args=[*given], keywords=[]):
            made = build.dotted(function) or ""
            name = made.rpartition(".")[2]
            known = made in (f"operator.{name}", f"functools.{name}") or (low.is_builtin(name) and made == name)
            if known and name == "itemgetter" and given:
                keys = [low.steady(key, "key") for key in low.operands(given)]

                def get(arguments: list[ast.expr], goal: Goal) -> ast.expr:
                    record = low.steady(arguments[0])
                    parts: list[ast.expr] = [build.item(record, key) for key in keys]
                    return parts[0] if len(parts) == 1 else ast.Tuple(parts, ast.Load())

                return Function((), get, 1)
            if known and name == "partial" and given:
                function_given = prepare(low, given[0])
                first = [low.steady(argument) for argument in low.operands(given[1:])]
                return Function(
                    function_given.parameters[len(first) :],
                    lambda arguments, goal: function_given.apply([*first, *arguments], goal),
                )
            if known and name == "methodcaller" and given and isinstance(given[0], ast.Constant):
                attribute = str(given[0].value)
                rest = [low.steady(argument) for argument in low.operands(given[1:])]

                def called(arguments: list[ast.expr], goal: Goal) -> ast.expr:
                    return low.value(build.method(Core(arguments[0]), attribute, *[Core(a) for a in rest]), goal)

                return Function((), called, 1)
    refuse(node, "write the function here as a lambda or by its name")


def _lambda(low: Lowering, node: ast.Lambda) -> Function:
    arguments = node.args
    if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.posonlyargs:
        refuse(node, "write the lambda with plain arguments, without *")
    names = [argument.arg for argument in arguments.args]
    defaults = [low.steady(default) for default in low.operands(arguments.defaults)]
    env, active = dict(low.env), set(low.active)

    def write(given: list[ast.expr], goal: Goal) -> ast.expr:
        needed = len(names) - len(given)
        if needed < 0 or needed > len(defaults):
            refuse(node, f"the lambda takes {len(names)} arguments, but is given {len(given)}")
        values = given + (defaults[len(defaults) - needed :] if needed else [])
        rebound = lambda_names(node) - set(names) | {
            part.target.id for part in ast.walk(node.body) if isinstance(part, ast.NamedExpr)
        }
        meaning: dict[str, ast.expr] = {}
        for name, value in zip(names, values, strict=True):
            uses = sum(isinstance(part, ast.Name) and part.id == name for part in ast.walk(node.body))
            simple = isinstance(value, (ast.Constant, ast.Name)) and name not in rebound
            if simple and not (isinstance(value, ast.Name) and value.id in low.scope.rebound):
                meaning[name] = value
            elif uses or not low.stable(value, ()):
                held = low.variable(name)
                low.emit(build.assign(held, value), node)
                meaning[name] = build.load(held)
        for name in rebound - set(names):
            meaning[name] = build.load(low.variable(name))
        held_names = {value.id for value in meaning.values() if isinstance(value, ast.Name)}
        with low.within({**env, **meaning}, held_names | active):
            return low.value(node.body, goal)

    return Function(tuple(names), write, len(names))
