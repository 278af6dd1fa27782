"""Answers: how a value is written as one, how one is found in a text, and when two are the same."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from typing import Any

from metarfft.rules.styles import marks
from metarfft.rules.values import ANSWER, one_line, read, write

_WORDS = re.compile(r"[^\s\[\](){},'\"<>:]+(?: [^\s\[\](){},'\"<>:]+)*")


@dataclass(frozen=True)
class Failure:
    """What a rule that ends in an error of its own returns: ``raise ValueError('negative')``."""

    error: str
    text: str

    def __str__(self) -> str:
        return f"error: {self.error}: {self.text}" if self.text else f"error: {self.error}"


def format_answer(value: Any) -> str:
    """The text of an answer, always one line: a text bare where it can be read back so, else in quotes; an error that
    the rule raises as ``error: ValueError: negative``; anything else as Python writes it."""
    if isinstance(value, Failure):
        return one_line(str(value))
    return one_line(value) if isinstance(value, str) else write(value)


def parse_answer(text: str) -> str | None:
    """What the last line with "So the answer is " says behind it, without marks; None when no line has it."""
    at = text.rfind(ANSWER.rstrip())
    if at < 0:
        return None
    start = text.rfind("\n", 0, at) + 1  # an answer may hold the words itself: those before it come first
    answer = text[text.find(ANSWER.rstrip(), start) + len(ANSWER) - 1 :]
    return marks.plain(answer.partition("\n")[0].strip())


def same_answer(expected: str, got: str | None) -> bool:
    """Whether two answers are the same: equal as values where both are ones, whatever their spaces, quotes and marks;
    else equal as texts."""
    return got is not None and (expected == got or canonical(expected) == canonical(got))


def canonical(answer: str) -> str:
    """The form that all texts of one answer share."""
    answer = marks.plain(answer.strip())
    try:
        value = read(answer)
        written = value if isinstance(value, str) else write(_sorted(value))
    except ValueError:
        return _loose(answer)
    is_literal = isinstance(value, str) and answer[:1] in ("'", '"')
    if not is_literal and not isinstance(value, (list, tuple, dict, set, frozenset, deque)) and written != answer:
        return answer  # 0x10, 007 and 1_000 are texts: no number is written so
    return written


def _sorted(value: Any) -> Any:
    """A value with its tables in one order: it does not count when they are compared."""
    if type(value) is dict:
        return dict(sorted(((key, _sorted(item)) for key, item in value.items()), key=repr))
    if isinstance(value, (list, tuple)):
        return type(value)(map(_sorted, value))
    return value


def _loose(answer: str) -> str:
    """A list whose texts stand without quotes, as models write it and as marks leave it."""
    if answer[:1] + answer[-1:] not in ("[]", "()", "{}"):
        return answer
    pieces, at = [], 0
    for quoted in re.finditer(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", answer):
        pieces += [_WORDS.sub(_word, answer[at : quoted.start()]), quoted[0]]
        at = quoted.end()
    pieces.append(_WORDS.sub(_word, answer[at:]))
    try:
        return write(read("".join(pieces)))
    except ValueError:
        return answer


def _word(match: re.Match[str]) -> str:
    try:
        read(match[0])
    except ValueError:
        return repr(match[0])
    return match[0]
