"""Rules: parse and check, compile to a tracing program, render, verify."""

from metarfft.rules.guards import BudgetError
from metarfft.rules.language import RuleError
from metarfft.rules.rule import Rule, Trace, format_answer, parse_answer, same_answer
from metarfft.rules.styles import ANSWER, STYLES

__all__ = [
    "ANSWER",
    "STYLES",
    "BudgetError",
    "Rule",
    "RuleError",
    "Trace",
    "format_answer",
    "parse_answer",
    "same_answer",
]
