"""The statements of a core rule, one method each."""

from __future__ import annotations

import ast
from dataclasses import replace
from metarfft.rules.core import dotted, is_elif
from metarfft.rules.trace import guards
from metarfft.rules.trace.analysis import makes_new
from metarfft.rules.trace.base import Base
from metarfft.rules.trace.calls import function
from metarfft.rules.trace.terms import Value
from metarfft.rules.trace.sites import Kind, Read
from metarfft.rules.trace.writer import Values, slot_name

Changes = tuple[tuple[str, str], ...]


class Statements(Base):
    """Compiles statements; expressions are `Expressions`'."""

    # -- assignments

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
                self.writer.write(f"{', '.join(f'__p{n}' for n in range(len(targets)))}, = {', '.join(p.code for p in parts)},")
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
        if len(values.reads) > before and values.reads[-1].label == value.label is not None:
            if isinstance(node, (ast.Call, ast.Subscript)):
                values.reads[-1] = replace(values.reads[-1], is_own=True)
        return value

    def assigned(
        self, values: Values, calculation: str | None, changed: Changes, number: str | None = None
    ) -> None:
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
        """Assigns ``code`` (of the expression ``value``) to a target; returns the changes that it makes, to be written out after it."""
        if isinstance(target, ast.Tuple):
            parts = [self.writer.name("p") for _ in target.elts]
            self.writer.write(f"{', '.join(parts)}, = {code}" if parts else f"() = {code}")
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
                values.known.clear()
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
            self.writer.write(f"if len({base.code}) > {guards.MAX_SIZE}: __fit({base.code})")
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
            calculation: str | None = expressions.text(ast.BinOp(old.shown, node.op, right.shown))
            if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Slice):
                calculation = None
            self.assigned(values, calculation, changed, new if isinstance(node.op, (ast.Add, ast.Mult)) and not number else None)

    def in_place(self, old: str, node: ast.BinOp, right: str) -> str:
        """The variable of the result of an operation that may change the old value itself; within the budgets."""
        if self.expressions.is_number(node):
            return self.expressions.operation(node, old, right)
        guarded = {ast.Add: "__iadd", ast.Mult: "__imul", ast.Pow: "__power", ast.LShift: "__shift", ast.Mod: "__modulo"}
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

    # -- calls of the rule's own functions

    def call(self, statement: ast.stmt, node: ast.Call) -> str:
        """Writes a call; returns the variable of its result."""
        assert isinstance(node.func, ast.Name)
        result = self.writer.name()
        resumed = self.on_way(statement)
        with self.not_on_way(resumed):
            values = self.values(*node.args)
            arguments = [self.expressions.operand(argument, values) for argument in node.args]
            if self.style:
                given = [self.given(argument, value, values) for argument, value in zip(node.args, arguments, strict=True)]
                call = self.expressions.text(ast.Call(node.func, given, []))
                self.step("call", values, f"{call}, {self.depth(values)}", keyword=node.func.id)
            self.enter(statement)
            self.writer.write(f"{result} = __call_{node.func.id}({', '.join(a.code for a in arguments)})")
        if resumed:
            assert self.frame is not None
            with self.writer.block("else:"):
                if self.context.full_state:
                    self.push(statement)
                self.writer.write(f"{result} = __resumed_{self.frame + 1}()")
                self.writer.write("__on_way = False")
        self.writer.write("__d -= 1")
        if self.context.full_state:
            self.writer.write("__stack.pop()")
        return result

    def given(self, node: ast.expr, value: Value, values: Values) -> ast.expr:
        """An argument as the call shows it: a container that has a name by that, since the function states it next."""
        if isinstance(node, ast.Name):
            return slot_name(values.after(f"__brief({value.code}, {node.id!r})"))
        return value.shown

    def enter(self, statement: ast.stmt) -> None:
        self.writer.write("__d += 1")
        self.writer.write("if __d > __max_calls: __too_many_calls()")
        self.count(round_of_loop=True)
        if self.context.full_state:
            self.push(statement)

    def depth(self, values: Values, after: bool = False) -> str:
        """How a call is named, so that its end can be matched with it: the call's depth, from 1."""
        return f"depth {{{values.after('__string(__d + 1)')}}}"

    # -- loops

    def While(self, node: ast.While) -> None:
        resumed = self.on_way(node)
        if resumed and self.target == node.lineno:
            self.writer.write("__on_way = False")
            resumed = False
        bound = set(self.bound)
        with self.writer.block("while True:"):
            with self.not_on_way(resumed):
                values = self.values(node.test)
                full = self.full_state(node, values)
                test = self.expressions.translate(node.test, values)
                stated = self.loop_state(node, values) if self.style else ()
                with self.writer.block(f"if not {test.code}:"):
                    if self.style:
                        self.step("loop_out", values, changes=stated, keyword="while", state=full)
                    self.writer.write("break")
                if self.style:
                    self.step("loop_in", values, changes=stated, keyword="while", state=full)
            self.loop_body(node.body)
        self.bound = bound

    def For(self, node: ast.For) -> None:
        resumed, is_place, line = self.on_way(node), self.target == node.lineno, node.lineno
        iterable = f"__i{line}"
        sources: list[tuple[str, ast.expr]] = []
        with self.not_on_way(resumed):
            values = self.values(node.iter)
            value = self.iterable(node.iter, values, sources, line)
            if self.style and not (self.style.marked and isinstance(node.iter, ast.Name)):
                self.step("loop_start", values, self.expressions.text(value.shown), keyword="for")
            self.writer.write(f"{iterable} = {value.code}")
            if self.context.full_state:
                self.writer.write(f"__p{line} = 0")
        if resumed:
            with self.writer.block("else:"):
                self.writer.write(f"__p{line}, {', '.join(name for name, _ in sources)}, = __saved[{self.frame}].loops[{line}]")
                skipped = f"__p{line}" if is_place else f"__p{line} - 1"
                self.writer.write(f"{iterable} = __skip({value.code}, {skipped})")
                if not is_place:
                    self.writer.write(f"__p{line} -= 1")
                else:
                    self.writer.write("__on_way = False")
        self.go_over(node, iterable, sources, resumed and not is_place)

    def iterable(
        self, node: ast.expr, values: Values, sources: list[tuple[str, ast.expr]], line: int
    ) -> Value:
        """What a for loop goes over, each thing that it takes items from kept in a variable of its own."""
        expressions = self.expressions
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("enumerate", "zip", "reversed"):
            parts = []
            for argument in node.args:
                parts.append(self.iterable(argument, values, sources, line))
            keywords = [(word.arg or "", self.iterable(word.value, values, sources, line)) for word in node.keywords]
            inside = [part.code for part in parts] + [f"{name}={part.code}" for name, part in keywords]
            shown = ast.Call(node.func, [part.shown for part in parts], [ast.keyword(n, p.shown) for n, p in keywords])
            return Value(f"{function(node.func.id)}({', '.join(inside)})", shown)
        views = ("items", "keys", "values")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in views and not node.args:
            base = expressions.place(node.func.value, values)
            expressions.look(node.func.value, base.code, values)
            name = self.keep(base.code, node.func.value, sources, line)
            call = ast.Call(ast.Attribute(base.shown, node.func.attr, ast.Load()), [], [])
            return Value(f"{name}.{node.func.attr}()", call)
        if isinstance(node, ast.Constant) and not isinstance(node.value, str):  # where an enumeration starts
            return expressions.translate(node, values)
        value = expressions.translate(node, values)
        named = self.style is not None and self.style.marked and isinstance(node, ast.Name)
        name = self.keep(value.code, node, sources, line)
        if named or self.style is None or not self.context.special:
            return Value(name, node if named else value.shown)
        return Value(name, slot_name(values.add(f"__in_order({name})")))  # a set, in the order in which it is gone over

    def keep(self, code: str, node: ast.expr, sources: list[tuple[str, ast.expr]], line: int) -> str:
        name = f"__s{line}_{len(sources)}"
        self.writer.write(f"{name} = __ordered({code})" if self.context.special else f"{name} = {code}")
        sources.append((name, node))
        return name

    def go_over(self, node: ast.For, iterable: str, sources: list[tuple[str, ast.expr]], resumed: bool) -> None:
        line, full_state = node.lineno, self.context.full_state
        marked = self.style is not None and self.style.marked
        is_name = isinstance(node.target, ast.Name)
        target = ast.unparse(node.target).strip("()")
        names = [n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)]
        walked = marked and is_name and not full_state  # items come with their texts
        counted = marked and not walked  # their positions are counted
        bound = set(self.bound)
        values = self.values()
        item = f"__x{line}" if resumed else target
        if counted:
            self.writer.write(f"__k{line} = {f'__p{line} - 1' if full_state else '-1'}")
        walk = f"for {item}, __text in __walk({iterable}):"
        with self.writer.block(walk if walked else f"for {item} in {iterable}:"):
            if counted:
                self.writer.write(f"__k{line} += 1")
            with self.not_on_way(resumed):
                if resumed:
                    self.writer.write(f"{target} = {item}")
                self.bound.update(names)
                if self.style:
                    full = self.full_state(node, values, frozenset(names))
                    texts = ["{%d}" % values.after("__text")] if walked else [
                        self.item_text(name, node, sources, values) for name in names
                    ]  # fmt: skip
                    stated = self.loop_state(node, values)
                    changed = (*zip(names, texts, strict=True), *stated)
                    self.step("loop_in", values, changes=changed, keyword="for", state=full)
            if full_state:
                self.writer.write(f"__p{line} += 1")
            self.iterators.append(node)
            self.loop_body(node.body)
            self.iterators.pop()
        self.bound = bound
        self.writer.line = line
        if self.style:
            with self.writer.block("else:"):
                out = self.values()
                stated = self.loop_state(node, out)
                if marked and is_name:
                    direct = len(sources) == 1 and sources[0][1] is node.iter
                    past = sources[0][0] if direct else iterable
                    slot = out.after(f"__past({past}, {target + self.style.equals!r})")
                    out.reads.append(Read(target, f"{{{slot}}}", is_optional=True))
                self.step("loop_out", out, changes=stated, keyword="for", state=self.full_state(node, out))

    def item_text(self, name: str, node: ast.For, sources: list[tuple[str, ast.expr]], values: Values) -> str:
        """The field of a loop variable: its value, behind the mark of the element that it is."""
        if self.style is None or not self.style.marked:
            return f"{{{values.after(self.expressions.show(name, name))}}}"
        source = _source_of(name, node)
        found = next((key for key, part in sources if part is source), None)
        if found is None:
            return f"{{{values.after(self.expressions.show(name))}}}"
        return f"{{{values.after(f'__item({found}, __k{node.lineno}, {name})')}}}"

    def loop_body(self, body: list[ast.stmt]) -> None:
        self.loops += 1
        self.count()
        self.block(body)
        self.loops -= 1

    # -- branches and turns

    def If(self, node: ast.If, keyword: str = "if") -> None:
        resumed = self.on_way(node)
        line = node.lineno
        test_code = self.writer.name() if resumed else ""
        with self.not_on_way(resumed):
            values = self.values(node.test)
            test = self.expressions.translate(node.test, values)
            if resumed:
                self.writer.write(f"{test_code} = {test.code}")
        if resumed:
            in_body = any(self.on_way(statement) for statement in node.body)
            with self.writer.block("else:"):
                self.writer.write(f"{test_code} = {in_body}")
        before = set(self.bound)
        with self.writer.block(f"if {test_code or test.code}:"):
            if self.style:
                with self.not_on_way(resumed):
                    self.step("branch_in", values, keyword=keyword)
            self.block(node.body)
        taken, self.bound = self.bound, before
        if self.style is None and not node.orelse:
            return
        with self.writer.block("else:"):
            self.writer.line = line
            if self.style:
                with self.not_on_way(resumed):
                    self.step("branch_out", values, keyword=keyword, line=line)
            if node.orelse and is_elif(node):
                self.writer.line = node.orelse[0].lineno
                self.If(node.orelse[0], "elif")  # type: ignore[arg-type]
            elif node.orelse:
                if self.style:
                    with self.not_on_way(resumed):
                        self.step("else", self.values(), line=(node.body[-1].end_lineno or 0) + 1)
                self.block(node.orelse)
        self.bound &= taken

    def Break(self, node: ast.Break) -> None:
        self.turn("break")

    def Continue(self, node: ast.Continue) -> None:
        self.turn("continue")

    def Pass(self, node: ast.Pass) -> None:
        self.turn("pass")

    def turn(self, word: Kind) -> None:
        if self.style:
            self.step(word, self.values())
        self.writer.write(word)

    def Return(self, node: ast.Return) -> None:
        assert node.value is not None
        if self.is_own(node.value):
            assert isinstance(node.value, ast.Call)
            result, values = self.call(node, node.value), self.values()
            if self.style:
                values.reads.append(Read(None, f"the call gave {{{values.add(self.expressions.show(result))}}}"))
        else:
            values = self.values(node.value)
            result = self.expressions.translate(node.value, values).code
        if self.style:
            written = values.after(self.expressions.whole(result))
            if self.is_entry:
                simple = isinstance(node.value, (ast.Name, ast.Constant))
                self.step("return", values, None if simple else "{}", (("return", f"{{{written}}}"),))
            else:
                self.step("hand_back", values, f"depth {{{values.after('__string(__d)')}}}", (("return", f"{{{written}}}"),))
        self.writer.write(f"return {result}")

    # -- functions inside

    def FunctionDef(self, node: ast.FunctionDef) -> None:
        if self.style:
            with self.not_on_way(self.frame is not None):
                self.step("define", self.values(), keyword=node.name)
        self.define(node, self.owned)

    def Nonlocal(self, node: ast.Nonlocal) -> None:
        """Written at the function's beginning."""


def _slice(code: str) -> str:
    parts = code.split(":")
    return ", ".join(part or "None" for part in parts)


def _source_of(name: str, node: ast.For) -> ast.expr | None:
    """What a loop variable takes its items from."""
    source, target = node.iter, node.target
    if isinstance(target, ast.Name):
        return source
    assert isinstance(target, ast.Tuple)
    at = next((n for n, item in enumerate(target.elts) if isinstance(item, ast.Name) and item.id == name), 0)
    if not (isinstance(source, ast.Call) and isinstance(source.func, ast.Name)):
        return None
    if source.func.id == "enumerate" and len(target.elts) == 2 and at == 1:
        return source.args[0]
    if source.func.id == "zip" and len(target.elts) == len(source.args):
        return source.args[at]
    return None

