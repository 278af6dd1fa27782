"""Loops, from their beginning or from the middle of a run."""

from __future__ import annotations

import ast

from metarfft.rules.trace.compile.assignments import Assignments
from metarfft.rules.trace.compile.calls import function
from metarfft.rules.trace.compile.terms import Value
from metarfft.rules.trace.compile.writer import Values, slot_name
from metarfft.rules.trace.sites import Read

Sources = list[tuple[str, ast.expr]]  # variables that hold what a loop takes items from, and the expressions they hold


class Loops(Assignments):
    """Compiles ``while`` and ``for``."""

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
        sources: Sources = []
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
                self.writer.write(
                    f"__p{line}, {', '.join(name for name, _ in sources)}, = __saved[{self.frame}].loops[{line}]"
                )
                skipped = f"__p{line}" if is_place else f"__p{line} - 1"
                self.writer.write(f"{iterable} = __skip({value.code}, {skipped})")
                if not is_place:
                    self.writer.write(f"__p{line} -= 1")
                else:
                    self.writer.write("__on_way = False")
        self.go_over(node, iterable, sources, resumed and not is_place)

    def iterable(self, node: ast.expr, values: Values, sources: Sources, line: int) -> Value:
        """What a for loop goes over, each thing that it takes items from kept in a variable of its own."""
        expressions = self.expressions
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("enumerate", "zip", "reversed")
        ):
            parts = []
            for argument in node.args:
                parts.append(self.iterable(argument, values, sources, line))
            keywords = [(word.arg or "", self.iterable(word.value, values, sources, line)) for word in node.keywords]
            inside = [part.code for part in parts] + [f"{name}={part.code}" for name, part in keywords]
            shown = ast.Call(node.func, [part.shown for part in parts], [ast.keyword(n, p.shown) for n, p in keywords])
            return Value(f"{function(node.func.id)}({', '.join(inside)})", shown)
        views = ("items", "keys", "values")
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in views
            and not node.args
        ):
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

    def keep(self, code: str, node: ast.expr, sources: Sources, line: int) -> str:
        name = f"__s{line}_{len(sources)}"
        self.writer.write(f"{name} = __ordered({code})" if self.context.special else f"{name} = {code}")
        sources.append((name, node))
        return name

    def go_over(self, node: ast.For, iterable: str, sources: Sources, resumed: bool) -> None:
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
                    texts = [f"{{{values.after('__text')}}}"] if walked else [
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

    def item_text(self, name: str, node: ast.For, sources: Sources, values: Values) -> str:
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
