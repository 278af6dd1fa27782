"""Values as text, and copies of them."""

from __future__ import annotations

from typing import Any


def write(value: Any) -> str:
    """A value as Python writes it; sets in sorted order, so that it is the same in every process."""
    if isinstance(value, (set, frozenset)):
        return "{" + ", ".join(sorted(map(repr, value))) + "}" if value else "set()"
    return repr(value)


def copied(value: Any) -> Any:
    """A value of JSON's kinds that can be changed without changing ``value``."""
    if isinstance(value, list):
        return [copied(item) for item in value]
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    return value
