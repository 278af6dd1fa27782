"""Assignments, deletions and calls that change something."""

from __future__ import annotations

import ast
from dataclasses import replace

from metarfft.rules.core import dotted
from metarfft.rules.trace import guards
from metarfft.rules.trace.analysis import makes_new
from metarfft.rules.trace.compile.own_calls import OwnCalls
from metarfft.rules.trace.compile.terms import Value
from metarfft.rules.trace.compile.writer import Values, slot_name
from metarfft.rules.trace.sites import Read

Changes = tuple[tuple[str, str], ...]


class Assignments(OwnCalls):
    """Compiles the statements that change a variable or a value."""

    def Assign(self, node: ast.Assign) -> None:
        target = node.targets[0]
        if self.is_own(node.value):
            assert isinstance(node.value, ast.Call)
            result = self.call(node, node.value)
            values = self.values()
            changed = self.store(target, result, values, is_new=False)
            if self.style:
                self.step("assign", values, changes=changed)
            return
        targets = target.elts if isinstance(target, ast.Tuple) else [target]
        names = frozenset(item.id for item in targets if isinstance(item, ast.Name))
        stores = any(not isinstance(item, ast.Name) for item in targets)
        values = self.values(node.value, *targets, stores=stores, changed=names)
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            parts = [self.part(item, values) for item in node.value.elts]
            if len(parts) != len(targets):
                self.writer.write(
                    f"{', '.join(f'__p{n}' for n in range(len(targets)))}, = {', '.join(p.code for p in parts)},"
                )
            changed = self.store_parts(targets, [part.code for part in parts], values, node.value.elts)
            self.assigned(values, None, changed)
            return
        if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Slice):
            part = self.expressions.operand(node.value, values)
            values.reads = [replace(read, is_name=False) for read in values.reads]  # what is put in
            self.assigned(values, None, self.store(target, part.code, values, is_new=False))
            return
        code, calculation, may_grow = self.right_side(node.value, values)
        changed = self.store(target, code, values, makes_new(node.value), node.value)
        number = code if isinstance(target, ast.Name) and may_grow else None
        self.assigned(values, None if isinstance(target, ast.Tuple) else calculation, changed, number)

    def right_side(self, node: ast.expr, values: Values) -> tuple[str, str | None, bool]:
        """Code of a value, the calculation that it is the result of, and whether that is a sum."""
        expressions = self.expressions
        if isinstance(node, ast.BinOp):
            left, right = expressions.translate(node.left, values), expressions.translate(node.right, values)
            code = expressions.operation(node, left.code, right.code)
            if self.style is None:
                return code, None, False
            left = expressions.base_of_power(node, left, values)
            shown = ast.BinOp(left.shown, node.op, right.shown)
            may_be_text = isinstance(node.op, ast.Add) and not expressions.is_number(node)
            return code, expressions.text(shown), may_be_text
        value = self.part(node, values)
        return value.code, self.calculation(node, value) if self.style else None, False

    def part(self, node: ast.expr, values: Values) -> Value:
        """A value that is assigned as it is: the change says it, so that its own read need not."""
        before = len(values.reads)
        values.assigned = node
        value = self.expressions.translate(node, values)
        is_read = len(values.reads) > before and values.reads[-1].label == value.label is not None
        if is_read and isinstance(node, (ast.Call, ast.Subscript)):
            values.reads[-1] = replace(values.reads[-1], is_own=True)
        return value

    def assigned(self, values: Values, calculation: str | None, changed: Changes, number: str | None = None) -> None:
        """The step of an assignment. A sum is worked out in the text for numbers; a longer text is just shown.

        Args:
            number: the value whose type tells; None: the calculation is shown whatever it is.
        """
        if self.style is None:
            return
        changed += self.mutations(values)
        if calculation is None or number is None:
            self.step("assign", values, calculation, changed)
            return
        with self.writer.block(f"if __isinstance({number}, __numbers):"):
            self.step("assign", values, calculation, changed)
        with self.writer.block("else:"):
            self.step("assign", values, None, changed)

    def mutations(self, values: Values) -> Changes:
        """Variables that the step's expression changed. In a loop they are stated at the next loop test."""
        assert self.style is not None
        if self.style.states_changes and self.loops:
            return ()
        names = dict.fromkeys(values.mutated)
        return tuple((name, f"{{{values.after(self.expressions.show(name, name))}}}") for name in names)

    def store(
        self, target: ast.expr, code: str, values: Values, is_new: bool, value: ast.expr | None = None
    ) -> Changes:
        """Assigns ``code`` (of the expression ``value``) to a target; returns the changes that it makes, which are
        written out after it."""
        if isinstance(target, ast.Tuple):
            parts = [self.writer.name("u") for _ in target.elts]
            items = f"__ordered({code})" if self.context.special else code
            self.writer.write(f"{', '.join(parts)}, = {items}" if parts else f"() = {items}")
            return self.store_parts(target.elts, parts, values)
        return self.store_parts([target], [code], values, [value] if value else None, is_new)

    def store_parts(
        self,
        targets: list[ast.expr],
        codes: list[str],
        values: Values,
        parts: list[ast.expr] | None = None,
        is_new: bool = False,
    ) -> Changes:
        """Assigns to each target in turn, as Python does: a later target sees what an earlier one has changed."""
        made: list[tuple[str, str]] = []  # labels, and code that writes the new values out
        for at, (target, code) in enumerate(zip(targets, codes, strict=False)):
            if isinstance(target, ast.Name):
                new = makes_new(parts[at]) if parts else is_new
                self.writer.write(f"{target.id} = {self.marked(target.id, code, new)}")
                self.bound.add(target.id)
                made.append((target.id, self.expressions.show(target.id, target.id)))
            else:
                assert isinstance(target, ast.Subscript)
                number = parts is not None and self.expressions.is_number(parts[at])
                made += self.store_element(target, code, values, number)
            values.known.clear()  # a later target sees what this one has changed
        if self.style is None:
            return ()
        return tuple((label, f"{{{values.after(code)}}}") for label, code in made)

    def marked(self, name: str, code: str, is_new: bool) -> str:
        """Code of a value that a variable gets, with marks where the style gives it some: a list only if it is new,
        since one that has another name already must stay the same list."""
        if name not in self.pointers:
            return code
        return f"__marked({code})" if is_new else f"__marked({code}) if __isinstance({code}, __string) else {code}"

    def store_element(
        self, target: ast.Subscript, code: str, values: Values, number: bool = False
    ) -> list[tuple[str, str]]:
        """Assigns to an element, or to a slice, after which the whole is stated; returns labels, and code that writes
        the new values out."""
        base = self.expressions.place(target.value, values)
        index = self.expressions.index(target.slice, values)
        if isinstance(target.slice, ast.Slice):
            self.writer.write(f"__set_item({base.code}, __slice({_slice(index.code)}), {code})")
            if self.style is None:
                return []
            return [(self.expressions.text(base.shown), self.expressions.whole(base.code))]
        at = index.code
        if not isinstance(target.slice, ast.Constant):
            at = self.writer.name()
            self.writer.write(f"{at} = {index.code}")
        if number:  # it can only make a dictionary longer
            self.writer.write(f"{base.code}[{at}] = {code}")
            self.writer.write(f"if __len({base.code}) > {guards.MAX_SIZE}: __fit({base.code})")
        else:
            self.writer.write(f"__set_item({base.code}, {at}, {code})")
        if self.style is None:
            return []
        label = self.expressions.text(ast.Subscript(base.shown, index.shown, ast.Load()))
        if self.style.marked:
            return [(label, f"__element({base.code}, {at})")]
        return [(label, self.expressions.show(f"{base.code}[{at}]"))]

    def AugAssign(self, node: ast.AugAssign) -> None:
        expressions = self.expressions
        target = node.target
        whole = ast.BinOp(target, node.op, node.value)
        number = expressions.is_number(whole)
        if number and isinstance(target, ast.Name):  # numbers do not change in place
            read = ast.Name(target.id, ast.Load())
            self.Assign(ast.copy_location(ast.Assign([target], ast.BinOp(read, node.op, node.value)), node))
            return
        values = self.values(target, node.value, stores=True)
        if isinstance(target, ast.Name):
            old = expressions.translate(ast.Name(target.id, ast.Load()), values)
            before = self.writer.name()
            self.writer.write(f"{before} = {old.code}")
            place = at = ""
        else:
            assert isinstance(target, ast.Subscript)
            base = expressions.place(target.value, values)
            index = expressions.index(target.slice, values)
            place, at = base.code, self.writer.name()
            is_slice = isinstance(target.slice, ast.Slice)
            self.writer.write(f"{at} = {f'__slice({_slice(index.code)})' if is_slice else index.code}")
            before = self.writer.name()
            self.writer.write(f"{before} = {place}[{at}]")
            label = expressions.text(ast.Subscript(base.shown, index.shown, ast.Load())) if self.style else ""
            if self.style:
                marked = self.style.marked and not is_slice
                slot = values.add(f"__element({place}, {at})" if marked else expressions.show(before))
                values.reads.append(Read(label, f"{{{slot}}}"))
                old = Value(before, expressions.plain(before, values) if self.style.marked else slot_name(slot))
            else:
                old = Value(before, target)
        right = expressions.translate(node.value, values)
        new = self.in_place(before, whole, right.code)
        if isinstance(target, ast.Name):
            changed = self.store_parts([target], [new], values)
        else:
            self.writer.write(f"__set_item({place}, {at}, {new})")
            marked = self.style is not None and self.style.marked and not isinstance(target.slice, ast.Slice)
            shown = f"__element({place}, {at})" if marked else expressions.show(f"{place}[{at}]")
            if isinstance(target.slice, ast.Slice):  # which may have another length now
                label, shown = expressions.text(base.shown) if self.style else "", expressions.whole(place)
            changed = ((label, f"{{{values.after(shown)}}}"),) if self.style else ()
        if self.style:
            old = expressions.base_of_power(whole, old, values)
            calculation: str | None = expressions.text(ast.BinOp(old.shown, node.op, right.shown))
            if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Slice):
                calculation = None
            self.assigned(
                values, calculation, changed, new if isinstance(node.op, (ast.Add, ast.Mult)) and not number else None
            )

    def in_place(self, old: str, node: ast.BinOp, right: str) -> str:
        """The variable of the result of an operation that may change the old value itself; within the budgets."""
        if self.expressions.is_number(node):
            return self.expressions.operation(node, old, right)
        guarded = {
            ast.Add: "__iadd",
            ast.Mult: "__imul",
            ast.Pow: "__power",
            ast.LShift: "__shift",
            ast.Mod: "__modulo",
        }
        new = self.writer.name()
        if type(node.op) in guarded:
            self.writer.write(f"{new} = {guarded[type(node.op)]}({old}, {right})")
            return new
        sign = ast.unparse(ast.AugAssign(ast.Name("x", ast.Store()), node.op, ast.Name("x")))[2:-2]
        self.writer.write(f"{new} = {old}")
        self.writer.write(f"{new} {sign} {right}")
        if isinstance(node.op, (ast.BitOr, ast.BitXor)):
            self.writer.write(f"__fit({new})")
        return new

    def Delete(self, node: ast.Delete) -> None:
        target = node.targets[0]
        assert isinstance(target, ast.Subscript)
        values = self.values(target, stores=True)
        base = self.expressions.place(target.value, values)
        index = self.expressions.index(target.slice, values)
        self.writer.write(f"del {base.code}[{index.code}]")
        if self.style is None:
            return
        self.expressions.mutates(target.value, values)
        label = self.expressions.text(ast.Subscript(base.shown, index.shown, ast.Load()))
        self.step("mutate", values, self.style.removed(label), self.mutations(values))

    def Expr(self, node: ast.Expr) -> None:
        call = node.value
        assert isinstance(call, ast.Call)
        if self.is_own(call):
            self.call(node, call)
            if self.style:
                values = self.values()
                self.step("back", values, self.depth(values, after=True))
            return
        values = self.values(call)
        if isinstance(call.func, ast.Attribute) and dotted(call.func) is None:
            receiver = self.expressions.place(call.func.value, values)
            arguments = [self.expressions.translate(argument, values) for argument in call.args]
            code, shown = self.expressions.call_of(call, receiver, arguments, values)
            self.expressions.mutates(call.func.value, values)
        else:
            code, shown = self.expressions.function_call(call, values)
        self.writer.write(code)
        if self.style:
            self.step("mutate", values, self.expressions.order(shown), self.mutations(values))


def _slice(code: str) -> str:
    parts = code.split(":")
    return ", ".join(part or "None" for part in parts)
