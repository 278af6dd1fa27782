"""The core language: the small part of Python that the tracer and the styles know, and what a rule is lowered to.

A core rule is a module of functions, the entry last. Everything outside the tables below is refused here, whatever the
front end let through: this check is the first wall between a stranger's rule and the machine.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from metarfft.rules import instead
from metarfft.rules.errors import RuleError, refuse

BUILTINS = frozenset(
    """abs all any bin bool chr dict divmod enumerate float format frozenset hex int isinstance len list max min oct ord
    pow range repr reversed round set sorted str sum tuple zip Counter OrderedDict defaultdict deque deepcopy""".split()
)
TYPES = frozenset("int float str list dict tuple set bool frozenset deque".split())  # what isinstance may ask for
FACTORIES = TYPES - {"deque"}  # what a defaultdict may be filled with
DOTTED = {
    "math": frozenset(
        """acos asin atan atan2 ceil comb cos degrees dist exp fabs factorial floor fmod gcd hypot isclose isfinite
        isinf isnan isqrt lcm log log10 log2 perm pow prod radians sin sinh cosh tanh sqrt tan trunc copysign
        cbrt""".split()
    ),
    "heapq": frozenset("heapify heappop heappush heappushpop heapreplace nlargest nsmallest".split()),
    "bisect": frozenset("bisect bisect_left bisect_right insort insort_left insort_right".split()),
    "itertools": frozenset(
        """accumulate chain combinations combinations_with_replacement groupby islice pairwise permutations product
        repeat zip_longest""".split()
    ),
}
CONSTANTS = {"math": frozenset("e inf nan pi tau".split())}
CHANGING_CALLS = frozenset(
    {f"heapq.{name}" for name in "heapify heappop heappush heappushpop heapreplace".split()}
    | {f"bisect.{name}" for name in "insort insort_left insort_right".split()}
)  # they change their first argument
CHANGING_METHODS = frozenset(
    """add append appendleft clear difference_update discard extend extendleft insert intersection_update move_to_end
    pop popitem popleft remove reverse rotate setdefault sort subtract symmetric_difference_update update""".split()
)
METHODS = CHANGING_METHODS | frozenset(
    """bit_count bit_length capitalize casefold center conjugate copy count difference elements endswith expandtabs find
    fromkeys get index intersection is_integer isalnum isalpha isascii isdecimal isdigit isdisjoint isidentifier islower
    isnumeric isprintable isspace issubset issuperset istitle isupper items join keys ljust lower lstrip most_common
    partition removeprefix removesuffix replace rfind rindex rjust rpartition rsplit rstrip split splitlines startswith
    strip swapcase symmetric_difference title total union upper values zfill""".split()
)
ERRORS = frozenset(
    """ArithmeticError AssertionError AttributeError Exception IndexError KeyError LookupError NotImplementedError
    OverflowError RuntimeError StopIteration TypeError ValueError ZeroDivisionError""".split()
)
ITERATORS = frozenset("enumerate reversed zip".split())  # only where they are used up at once
CONSUMERS = frozenset("list tuple set frozenset dict sorted sum min max any all Counter deque OrderedDict".split())
KEYWORDS = {
    "sorted": {"reverse"}, "sort": {"reverse"}, "min": {"default"}, "max": {"default"}, "zip": {"strict"},
    "product": {"repeat"}, "enumerate": {"start"}, "sum": {"start"}, "zip_longest": {"fillvalue"},
    "accumulate": {"initial"}, "deque": {"maxlen"}, "isclose": {"rel_tol", "abs_tol"},
    "dict": None, "move_to_end": {"last"}, "popitem": {"last"}, "prod": {"start"}, "splitlines": {"keepends"},
}  # fmt: skip
_FIELD = re.compile(r"__v\d+__")  # stands for a value where an expression is shown
_DEFAULTS = (ast.Constant, ast.UnaryOp, ast.USub, ast.Tuple, ast.Load)
MAX_LINES, MAX_DEPTH = 400, 20
_STATEMENTS = (
    ast.Assign, ast.AugAssign, ast.Delete, ast.While, ast.For, ast.If, ast.Break, ast.Continue, ast.Return, ast.Pass,
    ast.Expr, ast.Raise, ast.FunctionDef, ast.Nonlocal, ast.Try,
)  # fmt: skip
_EXPRESSIONS = (
    ast.Constant, ast.Name, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Subscript, ast.Slice,
    ast.Call, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.Attribute,
)  # fmt: skip


def dotted(node: ast.expr) -> str | None:
    """``math.gcd`` of an attribute of one of the known modules; None for anything else."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in DOTTED:
        return f"{node.value.id}.{node.attr}"
    return None


def functions(module: ast.Module) -> list[ast.FunctionDef]:
    """All functions of a module, inner ones too, in the order of their lines."""
    found = [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)]
    return sorted(found, key=lambda function: function.lineno)


def changes(node: ast.Call) -> bool:
    """Whether a call changes a value that is there already; calls of the rule's own functions are told elsewhere."""
    if isinstance(node.func, ast.Attribute) and dotted(node.func) is None:
        return node.func.attr in CHANGING_METHODS
    return dotted(node.func) in CHANGING_CALLS


def is_elif(node: ast.If) -> bool:
    """Whether the else branch of ``node`` is an elif (``ast.unparse`` writes it so)."""
    return len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If)


def own_nodes(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """The nodes of a function's body, those of its inner functions left out (their ``def`` itself is among them)."""
    waiting: list[ast.AST] = list(reversed(function.body))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef):
            waiting.extend(reversed(list(ast.iter_child_nodes(node))))


def parameters(function: ast.FunctionDef) -> list[str]:
    return [argument.arg for argument in function.args.args]


def assigned(function: ast.FunctionDef) -> set[str]:
    """The variables of a function: its parameters, what it assigns, and its inner functions; not its nonlocals."""
    names = set(parameters(function))
    outer: set[str] = set()
    for node in own_nodes(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.ExceptHandler)) and node.name:
            names.add(node.name)
        elif isinstance(node, ast.Nonlocal):
            outer.update(node.names)
    return names - outer


def caught(handler: ast.ExceptHandler) -> list[str]:
    """The names of the errors that a handler takes."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return [kind.id for kind in kinds if isinstance(kind, ast.Name)] or ["Exception"]


def has_attempts(module: ast.Module) -> bool:
    """Whether an error may be caught in a rule."""
    return any(isinstance(node, ast.Try) for node in ast.walk(module))


def message_of(handler: ast.ExceptHandler) -> ast.stmt | None:
    """The statement ``message = str(error)`` that a handler of a named error begins with."""
    match handler.body[0]:
        case (
            ast.Assign(
                targets=[ast.Name(id=name)],
                value=ast.Call(func=ast.Name("str"), args=[ast.Name(id=error)], keywords=[]),
            ) as first
        ) if error == handler.name != name:
            return first
    return None


def called_at(module: ast.Module, lines: list[int]) -> list[int]:
    """Lines of the functions that wait for one another: the entry, then those called at each of the lines.

    Raises:
        RuleError: there is no such call.
    """
    entry = module.body[-1]
    assert isinstance(entry, ast.FunctionDef)
    found = [entry.lineno]
    own = {function.name: function.lineno for function in functions(module)}
    for line in lines:
        calls = [
            node.func.id
            for node in ast.walk(module)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if node.lineno == line and node.func.id in own
        ]
        if not calls:
            raise RuleError(f"line {line} of the rule calls none of its functions")
        found.append(own[calls[0]])
    return found


def check(module: ast.Module) -> None:
    """Sees that a module is core.

    Raises:
        RuleError: it is not; the message names the place and the reason.
    """
    for node in module.body:
        if not isinstance(node, ast.FunctionDef):
            refuse(node, "a rule is made of functions: def name(arguments): ...")
    if not module.body:
        raise RuleError("a rule is one function (def name(arguments): ...); this text has none")
    tops = [node for node in module.body if isinstance(node, ast.FunctionDef)]
    last = tops[-1]
    if (last.end_lineno or 0) > MAX_LINES:
        raise RuleError(f"the rule has more than {MAX_LINES} lines when written out")
    names = [function.name for function in tops]
    for function in tops:
        if names.count(function.name) > 1:
            refuse(function, f"two functions are called {function.name!r}")
        _Checker(function, set(names), function is last, ()).check()


class _Checker:
    def __init__(self, function: ast.FunctionDef, own: set[str], is_entry: bool, outer: tuple[set[str], ...]) -> None:
        self.function, self.own, self.outer = function, own, outer
        self.is_entry = is_entry
        self.again = False  # whether an error that was caught may be raised again
        self.variables = assigned(function)
        inner = {node.name for node in own_nodes(function) if isinstance(node, ast.FunctionDef)}
        self.own = own | inner
        self.known = self.variables.union(*outer) if outer else self.variables

    def check(self) -> None:
        arguments = self.function.args
        if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.posonlyargs:
            refuse(self.function, "write plain arguments, as in def rule(a, b), without *")
        if self.function.decorator_list or (arguments.defaults and not self.is_entry):
            refuse(self.function, "write plain functions, without decorators or defaults")
        for default in arguments.defaults:
            if not all(isinstance(n, _DEFAULTS) for n in ast.walk(default)):
                refuse(default, "a default must be a number, a text, True, False, None or a tuple of these")
        for name in sorted(self.variables | {self.function.name}):
            if name.startswith("__"):
                refuse(self.function, f"the name {name!r} begins with two underscores; choose another")
        called = {
            n.func.id for n in own_nodes(self.function) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
        }
        for name in sorted(called & self.known & BUILTINS):
            refuse(self.function, f"{name!r} is used as a variable and as a function; choose another name")
        self.block(self.function.body, 0, 0)

    def block(self, body: list[ast.stmt], loops: int, depth: int) -> None:
        if depth > MAX_DEPTH:
            refuse(body[0], f"blocks are nested more than {MAX_DEPTH} deep")
        for statement in body:
            self.statement(statement, loops, depth)

    def statement(self, node: ast.stmt, loops: int, depth: int) -> None:
        if not isinstance(node, _STATEMENTS):
            refuse(node, f"{type(node).__name__} is outside the rule language")
        match node:
            case ast.FunctionDef():
                _Checker(node, self.own, False, (*self.outer, self.variables)).check()
            case ast.Assign():
                if len(node.targets) != 1:
                    refuse(node, "assign to one target at a time")
                self.target(node.targets[0])
                self.value(node.value)
            case ast.AugAssign():
                if isinstance(node.target, ast.Tuple):
                    refuse(node, "assign to one target at a time")
                self.target(node.target)
                self.expression(node.value)
            case ast.Delete(targets=[ast.Subscript() as target]):
                self.target(target)
            case ast.Delete():
                refuse(node, "delete one element or slice at a time")
            case ast.While() | ast.For():
                if isinstance(node, ast.While):
                    self.expression(node.test)
                else:
                    self.target(node.target, names_only=True)
                    self.iterable(node.iter)
                if node.orelse:
                    refuse(node.orelse[0], "a loop has no else; set a variable instead")
                self.block(node.body, loops + 1, depth + 1)
            case ast.If():
                self.expression(node.test)
                self.block(node.body, loops, depth + 1)
                if node.orelse:
                    self.block(node.orelse, loops, depth + (0 if is_elif(node) else 1))
            case ast.Break() | ast.Continue():
                if not loops:
                    refuse(node, f"{type(node).__name__.lower()} outside a loop")
            case ast.Return(value=None):
                refuse(node, "return needs a value")
            case ast.Return(value=ast.expr() as value):
                self.value(value)
            case ast.Raise(exc=ast.Call(func=ast.Name(name), args=args, keywords=[]), cause=None) if name in ERRORS:
                if len(args) > 1:
                    refuse(node, f"give {name} one text")
                for argument in args:
                    self.expression(argument)
            case ast.Raise(exc=None) if self.again:
                pass
            case ast.Raise(exc=None):
                refuse(node, "raise alone is possible in an except without loops and calls of functions of the rule; "
                       "raise an error of its own: raise ValueError('what is wrong')")  # fmt: skip
            case ast.Try():
                self.attempt(node, loops, depth)
            case ast.Raise():
                refuse(node, "raise one of Python's errors with a text, as in raise ValueError('negative')")
            case ast.Expr(value=ast.Call() as call) if self.is_own(call) or changes(call):
                self.value(call)
            case ast.Expr():
                refuse(node, "an expression alone on a line does nothing; assign its value")

    def attempt(self, node: ast.Try, loops: int, depth: int) -> None:
        if node.finalbody:
            refuse(node.finalbody[0], "a try has no finally; write these lines behind it")
        outer, self.again = self.again, False
        self.block(node.body, loops, depth + 1)
        for handler in node.handlers:
            kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type] if handler.type else []
            for kind in kinds:
                if not (isinstance(kind, ast.Name) and kind.id in ERRORS):
                    refuse(kind, "catch some of Python's errors, as in except ValueError")
            inside = [part for statement in handler.body for part in ast.walk(statement)]
            if handler.name:
                first = message_of(handler)
                reads = [part for part in inside if isinstance(part, ast.Name) and part.id == handler.name]
                if first is None or len(reads) != 1:
                    refuse(handler, f"{handler.name} is read as str({handler.name}) only, in the first line here")
            self.again = not any(
                isinstance(part, (ast.While, ast.For)) or (isinstance(part, ast.expr) and self.is_own(part))
                for part in inside
            )
            self.block(handler.body, loops, depth + 1)
        self.again = outer
        if node.orelse:
            self.block(node.orelse, loops, depth + 1)

    def is_own(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in self.own

    def value(self, node: ast.expr) -> None:
        """A whole right side: the only place for a call of the rule's own functions."""
        if isinstance(node, ast.Call) and self.is_own(node):
            if node.keywords:
                refuse(node, "give the arguments of a function of the rule by position")
            for argument in node.args:
                self.expression(argument)
        else:
            self.expression(node)

    def target(self, node: ast.expr, names_only: bool = False) -> None:
        if isinstance(node, ast.Tuple):
            for item in node.elts:
                if isinstance(item, ast.Tuple):
                    refuse(item, "unpack one level at a time")
                self.target(item, names_only)
        elif isinstance(node, ast.Subscript) and not names_only:
            self.expression(node.value)
            self.expression(node.slice)
        elif not isinstance(node, ast.Name):
            refuse(node, "assign to a variable or an element")

    def iterable(self, node: ast.expr, depth: int = 0) -> None:
        """What is used up at once, so that an iterator may stand there."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ITERATORS:
            self.call(node, depth)
        else:
            self.expression(node, depth)

    def expression(self, node: ast.expr, depth: int = 0) -> None:
        if depth > 4 * MAX_DEPTH:
            refuse(node, "the expression is nested too deeply")
        if not isinstance(node, _EXPRESSIONS):
            refuse(node, f"{type(node).__name__} is outside the rule language")
        match node:
            case ast.Name(id=name):
                self.name(node, name)
            case ast.Attribute():
                place = dotted(node)
                if place is None or node.attr not in CONSTANTS.get(place.split(".")[0], ()):
                    refuse(node, f".{node.attr} is outside the rule language")
            case ast.Constant(value=value):
                if isinstance(value, str) and _FIELD.search(value):
                    refuse(node, "the text __v0__ stands for something else here; choose another")
                if not isinstance(value, (int, float, str, bool, type(None))):
                    refuse(node, f"{type(value).__name__} values are outside the rule language")
            case ast.Call():
                self.call(node, depth)
            case _:
                for child in ast.iter_child_nodes(node):
                    if isinstance(child, ast.expr):
                        self.expression(child, depth + 1)

    def name(self, node: ast.expr, name: str) -> None:
        if name.startswith("__"):
            refuse(node, f"the name {name!r} is not allowed")
        if name not in self.known:
            if name in self.own:
                refuse(node, f"{name} is a function of the rule; call it")
            hint = f"call it, as in {name}(...)" if name in BUILTINS else "assign it first"
            refuse(node, f"the name {name!r} is not a variable of the rule; {hint}")

    def call(self, node: ast.Call, depth: int) -> None:
        function = node.func
        if self.is_own(node):
            refuse(node, "call a function of the rule on a line of its own")
        name = dotted(function)
        if name is not None:
            module, _, attribute = name.partition(".")
            if attribute not in DOTTED[module]:
                refuse(node, instead.function(name))
            name = attribute
        elif isinstance(function, ast.Attribute):
            name = function.attr
            if name not in METHODS:
                refuse(function, instead.method(name))
            of_type = name == "fromkeys" and ast.unparse(function.value) in ("dict", "OrderedDict")
            if not of_type:
                self.expression(function.value, depth + 1)
        elif isinstance(function, ast.Name):
            name = function.id
            if name not in BUILTINS:
                refuse(function, f"{name}() is not allowed; the rule language has {', '.join(sorted(BUILTINS))}")
        else:
            refuse(node, "call functions and methods by their name")
        allowed = KEYWORDS.get(name, set())
        for keyword in node.keywords:
            if keyword.arg is None or (allowed is not None and keyword.arg not in allowed):
                refuse(keyword.value, f"{name}() has no {keyword.arg or '**'}= in the rule language")
            self.expression(keyword.value, depth + 1)
        self.arguments(node, name, depth)

    def arguments(self, node: ast.Call, name: str, depth: int) -> None:
        arguments: Iterable[ast.expr] = node.args
        if name == "isinstance" and len(node.args) == 2:
            kinds = node.args[1].elts if isinstance(node.args[1], ast.Tuple) else [node.args[1]]
            for kind in kinds:
                if not (isinstance(kind, ast.Name) and kind.id in TYPES):
                    refuse(kind, f"isinstance asks for one of {', '.join(sorted(TYPES))}")
            arguments = node.args[:1]
        elif name == "defaultdict" and node.args:
            factory = node.args[0]
            if not ((isinstance(factory, ast.Name) and factory.id in FACTORIES) or ast.unparse(factory) == "None"):
                refuse(factory, f"a defaultdict is filled with one of {', '.join(sorted(FACTORIES))}")
            arguments = node.args[1:]
        used_up = name in CONSUMERS | ITERATORS | {"join", "extend", "update"} or dotted(node.func) is not None
        for argument in arguments:
            if used_up:
                self.iterable(argument, depth + 1)
            else:
                self.expression(argument, depth + 1)
