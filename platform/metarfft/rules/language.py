"""The rule language: which Python a rule may use. All else is an error that says where and what to write instead."""

from __future__ import annotations

import ast

BUILTINS = frozenset(
    "abs bool chr dict divmod enumerate float int len list max min ord range round set sorted str sum tuple".split()
)
MUTATING_METHODS = frozenset("add append clear discard extend insert pop remove reverse setdefault sort update".split())
METHODS = MUTATING_METHODS | frozenset(
    """copy count endswith find get index isalnum isalpha isdigit islower isspace isupper items join keys lower lstrip
    replace rstrip split startswith strip swapcase title capitalize upper values""".split()
)
STATEMENTS = (
    ast.Assign, ast.AugAssign, ast.While, ast.For, ast.If, ast.Break, ast.Continue, ast.Return, ast.Pass, ast.Expr,
)  # fmt: skip
EXPRESSIONS = (
    ast.Constant, ast.Name, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Subscript, ast.Slice,
    ast.Call, ast.List, ast.Tuple, ast.Dict, ast.Set,
)  # fmt: skip
INSTEAD = {
    ast.Import: "a rule cannot import; use the listed builtins and methods",
    ast.ImportFrom: "a rule cannot import; use the listed builtins and methods",
    ast.FunctionDef: "a rule is one function; write its steps out instead of a helper function",
    ast.Lambda: "write the steps out instead of a lambda",
    ast.ListComp: "write a for loop that appends instead of a comprehension",
    ast.SetComp: "write a for loop that adds instead of a comprehension",
    ast.DictComp: "write a for loop that assigns instead of a comprehension",
    ast.GeneratorExp: "write a for loop instead of a generator",
    ast.JoinedStr: "join strings with + and str() instead of an f-string",
    ast.NamedExpr: "assign on a line of its own instead of :=",
    ast.Attribute: "use the listed methods; other attributes are not allowed",
    ast.Try: "test for the case with if instead of try",
    ast.With: "a rule has no with",
    ast.Delete: "use .pop() or a slice instead of del",
    ast.Global: "a rule has only its own variables",
    ast.Starred: "write the items out instead of *",
    ast.AnnAssign: "assign without a type",
    ast.ClassDef: "a rule is one function",
}
MAX_LINES, MAX_DEPTH = 200, 20


class RuleError(ValueError):
    """A rule, or a run of it, that cannot be: one line that names the place, the reason and the way out."""


def parse(source: str) -> ast.FunctionDef:
    """The function of a rule's source text, checked against the rule language.

    Raises:
        RuleError: the text is not Python or uses something outside the language.
    """
    try:
        module = ast.parse(source)
    except SyntaxError as error:
        raise RuleError(f"line {error.lineno}, column {error.offset}: not Python: {error.msg}") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise RuleError(f"not Python: {error or type(error).__name__}") from None
    body = [node for node in module.body if not _is_docstring(node)]
    for node in body:
        if not isinstance(node, ast.FunctionDef):
            _refuse(node, INSTEAD.get(type(node), "a rule is one function: def name(arguments): ..."))
    if len(body) != 1:
        raise RuleError(f"a rule is one function (def name(arguments): ...); this text has {len(body)}")
    function = body[0]
    assert isinstance(function, ast.FunctionDef)
    _check_signature(function)
    if function.body and _is_docstring(function.body[0]):
        function.body = function.body[1:]
    if not function.body:
        raise RuleError(f"line {function.lineno}: the rule has no steps")
    if (function.end_lineno or 0) - function.lineno > MAX_LINES:
        raise RuleError(f"the rule has more than {MAX_LINES} lines")
    parameters = {argument.arg for argument in function.args.args}
    nodes = list(ast.walk(function))
    assigned = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    checker = _Checker(parameters | assigned)
    for name in sorted(parameters | assigned):
        if name.startswith("_"):
            raise RuleError(f"the name {name!r} begins with an underscore; choose another")
        if name in BUILTINS:
            raise RuleError(f"the name {name!r} is a builtin; choose another")
    checker.block(function.body, loops=0, depth=0)
    if not any(isinstance(node, ast.Return) for node in nodes):
        raise RuleError(f"line {function.lineno}: the rule returns nothing; end it with return and a value")
    return function


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _check_signature(function: ast.FunctionDef) -> None:
    arguments = function.args
    odd = arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.posonlyargs or arguments.defaults
    if odd or function.decorator_list:
        raise RuleError(f"line {function.lineno}: write plain arguments, as in def rule(a, b), without defaults or *")
    for argument in arguments.args:
        argument.annotation = None
    function.returns = None


def _refuse(node: ast.AST, reason: str | None = None) -> None:
    line, column = getattr(node, "lineno", None), getattr(node, "col_offset", -1) + 1
    where = f"line {line}, column {column}: " if line else ""
    reason = reason or INSTEAD.get(type(node), f"{type(node).__name__} is outside the rule language")
    raise RuleError(where + reason)


class _Checker:
    def __init__(self, names: set[str]) -> None:
        self.names = names

    def block(self, body: list[ast.stmt], loops: int, depth: int) -> None:
        if depth > MAX_DEPTH:
            _refuse(body[0], f"blocks are nested more than {MAX_DEPTH} deep")
        for statement in body:
            self.statement(statement, loops, depth)

    def statement(self, node: ast.stmt, loops: int, depth: int) -> None:
        if not isinstance(node, STATEMENTS):
            _refuse(node)
        if isinstance(node, ast.Assign):
            if len(node.targets) != 1:
                _refuse(node, "assign to one target at a time")
            self.target(node.targets[0])
            self.expression(node.value)
        elif isinstance(node, ast.AugAssign):
            self.target(node.target)
            self.expression(node.value)
        elif isinstance(node, (ast.While, ast.For)):
            if isinstance(node, ast.While):
                self.expression(node.test)
            else:
                self.target(node.target)
                self.expression(node.iter)
            if node.orelse:
                _refuse(node.orelse[0], "a loop has no else; set a variable instead")
            self.block(node.body, loops + 1, depth + 1)
        elif isinstance(node, ast.If):
            self.expression(node.test)
            self.block(node.body, loops, depth + 1)
            self.block(node.orelse, loops, depth + (0 if is_elif(node) else 1)) if node.orelse else None
        elif isinstance(node, (ast.Break, ast.Continue)):
            if not loops:
                _refuse(node, f"{type(node).__name__.lower()} outside a loop")
        elif isinstance(node, ast.Return):
            if node.value is None:
                _refuse(node, "return needs a value")
            else:
                self.expression(node.value)
        elif isinstance(node, ast.Expr):
            call = node.value
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
                _refuse(node, "an expression alone on a line does nothing; assign its value")
            elif call.func.attr not in MUTATING_METHODS:
                _refuse(node, f".{call.func.attr}() changes nothing; assign its value")
            self.expression(call)

    def target(self, node: ast.expr) -> None:
        if isinstance(node, ast.Tuple):
            for item in node.elts:
                self.target(item)
        elif isinstance(node, ast.Subscript):
            if isinstance(node.slice, ast.Slice):
                _refuse(node, "assign to one element at a time, not to a slice")
            self.expression(node.value)
            self.expression(node.slice)
        elif not isinstance(node, ast.Name):
            _refuse(node)

    def expression(self, node: ast.expr, depth: int = 0) -> None:
        if depth > 4 * MAX_DEPTH:
            _refuse(node, "the expression is nested too deeply")
        if not isinstance(node, EXPRESSIONS):
            _refuse(node)
        if isinstance(node, ast.Name):
            if node.id.startswith("__"):
                _refuse(node, f"the name {node.id!r} is not allowed")
            if node.id not in self.names:
                hint = f"call it, as in {node.id}(...)" if node.id in BUILTINS else "assign it first"
                _refuse(node, f"the name {node.id!r} is not a variable of the rule; {hint}")
        elif isinstance(node, ast.Constant):
            if not isinstance(node.value, (int, float, str, bool, type(None))) or isinstance(node.value, complex):
                _refuse(node, f"{type(node.value).__name__} values are outside the rule language")
        elif isinstance(node, ast.Call):
            self.call(node, depth)
        else:
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr):
                    self.expression(child, depth + 1)

    def call(self, node: ast.Call, depth: int) -> None:
        function = node.func
        if isinstance(function, ast.Attribute):
            if function.attr not in METHODS:
                _refuse(
                    function, f".{function.attr} is not allowed; the rule language has {', '.join(sorted(METHODS))}"
                )
            self.expression(function.value, depth + 1)
        elif isinstance(function, ast.Name):
            if function.id not in BUILTINS:
                _refuse(
                    function, f"{function.id}() is not allowed; the rule language has {', '.join(sorted(BUILTINS))}"
                )
        else:
            _refuse(node, "call functions and methods by their name")
        for keyword in node.keywords:
            if keyword.arg != "reverse":
                _refuse(keyword.value, "of keyword arguments only reverse= is allowed")
        for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
            self.expression(argument, depth + 1)


def is_elif(node: ast.If) -> bool:
    """Whether the else branch of ``node`` is an elif (``ast.unparse`` writes it so)."""
    return len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If)
