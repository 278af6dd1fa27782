"""Defaults and calls: each call of a function of the text gets all its arguments, the entry keeps plain defaults."""

from __future__ import annotations

import ast

from metarfft.rules.errors import refuse
from metarfft.rules.front.expressions.build import assign, call, load, settle
from metarfft.rules.front.names import Names, Notes
from metarfft.rules.front.text.functions import Calls, Signature, all_functions, changed, constant, infinite, signature
from metarfft.rules.front.text.scopes import Substitute, bound
from metarfft.rules.front.text.shared import Shared, plain_value


class Defaults:
    """Lowers the signatures and calls of the functions that a rule needs, in place."""

    def __init__(self, module: ast.Module, shared: Shared, names: Names, notes: Notes) -> None:
        self.module, self.shared, self.names, self.notes = module, shared, names, notes
        self.entry = shared.functions[shared.entry]
        self.signatures: dict[int, Signature] = {}

    def lower(self) -> None:
        for function in all_functions(self.shared.functions.values()):
            self.signatures[id(function)] = signature(function)
        self._entry_star()
        self._entry_defaults()
        calls = Calls(self.shared.functions, self.signatures, self.entry)
        for function in self.shared.functions.values():
            calls.visit(function)
        for statement in self.shared.statements:
            calls.visit(statement)
        self.entry = self.shared.functions[self.shared.entry]
        own = self.signatures[id(self.entry)]
        self.entry.args.defaults = [own.defaults[name] for name in own.parameters if name in own.defaults]

    def _entry_star(self) -> None:
        """``*items`` of the entry is one argument, a list as inputs have it, and the tuple that Python makes."""
        star = self.signatures[id(self.entry)].star
        if star is not None:
            same = assign(star, call("tuple", load(star)))
            settle(same, self.entry)
            self.entry.body.insert(0, same)
            own = self.signatures[id(self.entry)]
            if own.defaults:  # stands behind arguments that need not be given
                own.defaults[star] = ast.copy_location(ast.Tuple([], ast.Load()), self.entry)
            self.notes.add(self.entry, f"*{star} is one argument, a list: {star}")

    def _entry_defaults(self) -> None:
        """Makes the entry's defaults constants; one that is not becomes a variable or a required argument."""
        own = self.signatures[id(self.entry)]
        for name, default in list(own.defaults.items()):
            value = plain_value(self.module, default)
            if value is not None and (infinite(value) or constant(value)):
                if infinite(value):
                    value = ast.copy_location(_infinity(value), default)
                own.defaults[name] = value
                continue
            passed = [self._passes(node, name) for node in self._own_calls()]
            if not changed(self.entry, name) and not any(passed):
                del own.defaults[name]
                self._required_first(own)
                self.notes.add(default, f"{name} has no default here; give it as an input")
            elif not any(passed):
                self._variable(own, name, default)
            elif all(passed):
                self._starter(own, name, default)
                return
            else:
                refuse(default, f"{name}={ast.unparse(default)} is one value for all calls; give {name} in each call")

    def _own_calls(self) -> list[ast.Call]:
        parts = [*self.shared.functions.values()]
        return [
            node for part in parts for node in ast.walk(part)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == self.entry.name
        ]  # fmt: skip

    def _passes(self, node: ast.Call, name: str) -> bool:
        place = self.signatures[id(self.entry)].parameters.index(name)
        return len(node.args) > place or any(keyword.arg == name for keyword in node.keywords)

    def _required_first(self, own: Signature) -> None:
        names = own.parameters
        own.parameters = [n for n in names if n not in own.defaults] + [n for n in names if n in own.defaults]
        found = {argument.arg: argument for argument in self.entry.args.args}
        self.entry.args.args = [found[name] for name in own.parameters]

    def _variable(self, own: Signature, name: str, default: ast.expr) -> None:
        """The argument that nobody gives becomes a variable of the text, which all calls share."""
        new = self.names.fresh(f"shared_{name}") if name in bound(self.module) else name
        self._remove(own, name)
        self.entry.body = Substitute({name: new}).statements(self.entry.body)
        statement = assign(new, default)
        settle(statement, default)
        self.module.body.insert(self.module.body.index(self.entry), statement)
        self.notes.add(default, f"{name} is no argument here; it begins as {ast.unparse(default)}")

    def _remove(self, own: Signature, name: str) -> None:
        own.parameters.remove(name)
        own.positional = min(own.positional, len(own.parameters))
        del own.defaults[name]
        self.entry.args.args = [argument for argument in self.entry.args.args if argument.arg != name]

    def _starter(self, own: Signature, name: str, default: ast.expr) -> None:
        """The entry starts a function that passes the value on in each of its calls."""
        loose = {n: v for n, v in own.defaults.items() if not constant(v) or n == name}
        old, inner = self.entry, self.names.fresh(f"{self.entry.name}_from", f"{self.entry.name}_with")
        kept = [n for n in own.parameters if n not in loose]
        outer = ast.FunctionDef(
            name=old.name,
            args=ast.arguments(
                posonlyargs=[], args=[ast.arg(n) for n in kept], kwonlyargs=[], kw_defaults=[], defaults=[]
            ),
            body=[],
            decorator_list=[],
        )
        for variable, value in loose.items():
            statement = assign(variable, value)
            settle(statement, value)
            outer.body.append(statement)
            self.notes.add(value, f"{variable} is no argument here; it begins as {ast.unparse(value)}")
        outer.body.append(ast.Return(call(inner, *(load(n) for n in own.parameters))))
        settle(outer, old)
        for part in ast.walk(outer.args):
            if isinstance(part, ast.arg):
                ast.copy_location(part, old)
        for function in self.shared.functions.values():
            Substitute({old.name: inner}).visit(function)
        left = {n: v for n, v in own.defaults.items() if n not in loose}
        self.signatures[id(outer)] = Signature(kept, left, len(kept))
        functions = {inner if n == outer.name else n: f for n, f in self.shared.functions.items()}
        functions[outer.name] = outer
        self.shared.functions = functions
        self.module.body.insert(self.module.body.index(old) + 1, outer)


def _infinity(value: ast.expr) -> ast.expr:
    number = ast.Constant(float("inf"))
    if "-" in ast.unparse(value):
        return ast.UnaryOp(ast.USub(), ast.copy_location(number, value))
    return number
