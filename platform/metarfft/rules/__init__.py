"""Rules: lowered to a small core, compiled to a tracing program, written in styles, verified."""

from metarfft.rules.answers import Failure, format_answer, parse_answer, same_answer
from metarfft.rules.errors import BudgetError, RuleError
from metarfft.rules.rule import Rule, Trace
from metarfft.rules.styles import ANSWER, STYLES

__all__ = [
    "ANSWER",
    "STYLES",
    "BudgetError",
    "Failure",
    "Rule",
    "RuleError",
    "Trace",
    "format_answer",
    "parse_answer",
    "same_answer",
]
