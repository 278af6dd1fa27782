"""The style ``natural``: a rule in English, one sentence for each of its lines."""

from __future__ import annotations

import ast
from collections.abc import Callable

from metarfft.rules.styles.natural.inference import Kinds
from metarfft.rules.styles.natural.jotted import Jotted
from metarfft.rules.styles.natural.sentences import Writer
from metarfft.rules.styles.natural.wording import Unsayable

__all__ = ["Unsayable", "labels", "sentences"]


def sentences(module: ast.Module, length: int) -> list[str]:
    """A sentence for each of the ``length`` lines of a core rule: what is given, then the steps, numbered from 1.

    Raises:
        Unsayable: something in the rule has no wording; the message names its line and the reason.
    """
    return Writer(Kinds(module)).write_module(module, length)


def labels(module: ast.Module) -> Callable[[ast.expr], str]:
    """The function that gives the phrase for an expression of the rule, as it is jotted down beside its value."""
    return Jotted(Kinds(module)).label
