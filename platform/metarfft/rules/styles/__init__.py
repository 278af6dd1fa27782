"""Styles: how the steps of a trace become text."""

from metarfft.rules.styles.base import ANSWER, Style
from metarfft.rules.styles.code import Code, Scratchpad
from metarfft.rules.styles.indexed import Indexed
from metarfft.rules.styles.sentences import Natural

__all__ = ["ANSWER", "SCRATCHPADS", "STYLES", "Style"]

STYLES: dict[str, Style] = {style.name: style for style in (Code(), Indexed(), Natural())}
SCRATCHPADS: dict[str, Style] = {name: Scratchpad(style) for name, style in STYLES.items()}
