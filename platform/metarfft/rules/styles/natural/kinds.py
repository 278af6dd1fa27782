"""Kinds of values, as far as they choose words."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Kind:
    """A kind of values.

    Attributes:
        name: "number", "yes-no", "none", "text", "character", "list", "tuple", "table", "set", "sequence" (text, list
            or tuple), "container" (anything with items), "mixed", or "" if nothing is known.
        item: the kind of the elements, or of a table's entries.
        optional: it may be None instead.
    """

    name: str = ""
    item: Kind | None = None
    optional: bool = False

    @property
    def is_number(self) -> bool:
        return self.name in ("number", "yes-no")

    @property
    def is_text(self) -> bool:
        return self.name in ("text", "character")

    @property
    def has_items(self) -> bool:
        return self.name in _CONTAINERS

    @property
    def is_joined(self) -> bool:
        """Whether ``+`` puts one after the other."""
        return self.name in _SEQUENCES


UNKNOWN = Kind()
NUMBER, TEXT, CHARACTER, YES_NO = Kind("number"), Kind("text"), Kind("character"), Kind("yes-no")
_SEQUENCES = {"text", "character", "list", "tuple", "sequence", "deque"}
_CONTAINERS = _SEQUENCES | {"table", "set", "container", "counter"}


def joined(first: Kind, second: Kind) -> Kind:
    """The kind of what is one or the other; nothing known gives way."""
    if first == second or not second.name:
        return first
    if not first.name:
        return second
    if first.name == "none" or second.name == "none":
        return replace(second if first.name == "none" else first, optional=True)
    if first.optional or second.optional:
        return replace(joined(replace(first, optional=False), replace(second, optional=False)), optional=True)
    names = {first.name, second.name}
    if first.name == second.name:
        return Kind(first.name, joined(first.item or UNKNOWN, second.item or UNKNOWN))
    if names == {"text", "character"}:
        return TEXT
    if names == {"number", "yes-no"}:
        return NUMBER
    for wide, narrow in ((_SEQUENCES, "sequence"), (_CONTAINERS, "container")):
        if names <= wide:
            if narrow in names or "container" in names:  # a vague kind gives way to an exact one
                return first if second.name in (narrow, "container") else second
            return Kind(narrow)
    return Kind("mixed")
