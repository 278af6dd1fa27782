"""Variables' elements and slices, shown by their numbers."""

from __future__ import annotations

import ast

from metarfft.rules.trace.compile.terms import Terms, Value
from metarfft.rules.trace.compile.writer import Values, slot_name
from metarfft.rules.trace.sites import Read

_ENDS = ("0", "-1")  # indexes of the element that a marked sequence shows as its end


class Elements(Terms):
    """Compiles what is taken out of a sequence or table."""

    def place(self, node: ast.expr, values: Values) -> Value:
        """What an element is taken from or a method called on: named where it has a name, and not written out."""
        if isinstance(node, ast.Name):
            code = self.kept(node.id) if node.id in values.changed else node.id
            return Value(code, node)
        if isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Slice):
            base = self.place(node.value, values)
            index = self.index(node.slice, values)
            shown = ast.Subscript(base.shown, index.shown, ast.Load())
            return Value(self.kept(self._get(base.code, index.code)), shown)
        return self.quietly(node, values)

    def _get(self, base: str, index: str) -> str:
        return f"__get_item({base}, {index})" if self.special else f"{base}[{index}]"

    def index(self, node: ast.expr, values: Values) -> Value:
        """An index or slice, shown as numbers."""
        if not isinstance(node, ast.Slice):
            return self.quietly(node, values)
        parts = {name: getattr(node, name) for name in ("lower", "upper", "step")}
        given = {name: self.quietly(part, values) for name, part in parts.items() if part is not None}
        code = ":".join(given[name].code if name in given else "" for name in parts)
        shown = ast.Slice(*(given[name].shown if name in given else None for name in parts))
        return Value(code.removesuffix(":") if node.step is None else code, shown)

    def element(self, node: ast.Subscript, values: Values) -> Value:
        base = self.place(node.value, values)
        index = self.index(node.slice, values)
        is_slice = isinstance(node.slice, ast.Slice)
        if self.style is None:
            code = f"{base.code}[{index.code}]" if is_slice else self._get(base.code, index.code)
            return Value(self.kept(code), node)
        label = self.text(ast.Subscript(base.shown, index.shown, ast.Load()))
        if is_slice:
            return self._part(node, base, index, label, values)
        if not (self.marked and isinstance(node.value, ast.Name)):
            code = self.kept(self._get(base.code, index.code))
            slot = values.add(self.show(code))
            values.reads.append(Read(label, f"{{{slot}}}"))
            return Value(code, self.plain(code, values) if self.marked else slot_name(slot), label)
        at = index.code if isinstance(node.slice, (ast.Constant, ast.Name)) else self.kept(index.code)
        code = self.kept(self._get(base.code, at))
        at_end = node.value.id in self.pointers and isinstance(node.slice, (ast.Constant, ast.UnaryOp))
        at_end = at_end and ast.unparse(node.slice) in _ENDS
        slot = values.add(f"__element({base.code}, {at})")
        if at_end:  # an end of a marked sequence is named by it alone
            place = values.add(f"'' if {base.code}.__class__ in __Marked else '[{ast.unparse(node.slice)}]'")
            label = f"{node.value.id}{{{place}}}"
        values.reads.append(Read(label, f"{{{slot}}}"))
        return Value(code, self.plain(code, values), label)

    def _part(self, node: ast.Subscript, base: Value, index: Value, label: str, values: Values) -> Value:
        cut = ast.unparse(node.slice)
        fixed = cut in (":1", "-1:") or (node is values.assigned and cut in ("1:", ":-1", "1:-1", "::-1", ":"))
        if cut not in (":1", "-1:") and not (self.marked and fixed):
            self.look(node.value, base.code, values)
        code = self.kept(f"{base.code}[{index.code}]")
        slot = values.add(self.show(code))
        if not self.marked:
            values.reads.append(Read(label, f"{{{slot}}}"))
        elif not fixed:
            values.reads.append(Read(label, f"{{{values.add(self.whole(code))}}}"))
        elif isinstance(node.value, ast.Name) and cut in (":1", "-1:"):  # an end, if there is one
            values.reads.append(Read(node.value.id, f"{{{values.add(self.show(base.code, node.value.id))}}}"))
        return Value(code, self.plain(code, values) if self.marked else slot_name(slot), label)
