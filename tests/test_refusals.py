"""What people try and a rule cannot be is refused in one line that reads as help (tests/data/refusals.txt)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from metarfft.cli import main
from metarfft.rules import Rule, RuleError


@dataclass(frozen=True)
class Refused:
    """A text, arguments where it is the run that is refused, and words that the message must have, its place first."""

    text: str
    inputs: dict[str, Any] | None
    words: list[str]


def _cases() -> dict[str, Refused]:
    cases = {}
    for block in (Path(__file__).parent / "data" / "refusals.txt").read_text().split("\n## ")[1:]:
        name, *lines = block.rstrip("\n").split("\n")
        words = lines.pop().removeprefix("=> ").split(" | ")
        inputs = json.loads(lines.pop().removeprefix("<- ")) if lines[-1].startswith("<- ") else None
        cases[name] = Refused("\n".join(lines) + "\n", inputs, words)
    return cases


CASES = _cases()


def refusal(text: str, inputs: dict[str, Any] | None = None, entry: str | None = None) -> str:
    try:
        rule = Rule(text, entry)
        if inputs is not None:
            rule.trajectory(inputs)
    except RuleError as error:
        return str(error)
    pytest.fail("it is not refused")


@pytest.mark.parametrize("name", CASES)
def test_a_refusal_is_one_line_of_help(name: str) -> None:
    case = CASES[name]
    message = refusal(case.text, case.inputs)
    assert "\n" not in message
    assert [word for word in case.words if word not in message] == [], message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the text is empty"),
        ("\n   \n", "the text is empty"),
        ("def f(a):\n" + "    a += 1\n" * 6_000, "paste the function and what it calls"),
        ("def f(a):\n    return " + "(" * 300 + "a" + ")" * 300 + "\n", "nested"),
        ("def f(a):\n    return " + "-" * 5_000 + "a\n", "nested"),
    ],
)
def test_texts_of_no_size_or_any_size_are_refused(text: str, words: str) -> None:
    assert words in refusal(text)


def test_an_argument_that_is_too_large_is_refused() -> None:
    message = refusal("def f(a):\n    return a\n", {"a": 10**5000})
    assert "the argument a" in message
    assert "8,192 bits" in message


def test_what_is_not_there_is_named() -> None:
    assert "the text has f, g" in refusal("def f(a):\n    return a\ndef g(a):\n    return a\n", entry="h")


def test_what_looks_wrong_but_is_python_is_a_rule() -> None:
    assert Rule("def f(größe):\n    return größe + 1\n").run({"größe": 2}) == 3
    assert Rule("def f(a):\n    if a:\n\tb = 1\n        b += 1\n    return b\n").run({"a": 1}) == 2  # tabs and blanks
    assert Rule(">>> def f(a):\n...     return a\n...\n>>> f(3)\n3\n").run({"a": 1}) == 1
    assert Rule("%matplotlib inline\n!pip install numpy\ndef f(a):\n    return a\n").run({"a": 1}) == 1
    assert Rule("def f(a):\n\u00a0   b = '\u00a0'\n    return\u00a0a + b\u200b\n").run({"a": "x"}) == "x\u00a0"
    assert Rule("```python\ndef f(a):\n    return a\n```\n").run({"a": 1}) == 1


@pytest.mark.parametrize(
    ("text", "given"),
    [
        (CASES["numpy"].text, "{}"),
        (CASES["endless loop"].text, '{"n": 1}'),
        (CASES["colon"].text, "{}"),
        ("def f(a):\n    return a\n", "[1]"),
        ("def f(a):\n    return a\n", "{'a': 1}"),
    ],
)
def test_the_command_says_it_in_one_line(
    text: str, given: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "rule.py"
    file.write_text(text)
    assert main(["trace", str(file), "--input", given]) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert error.startswith("metarfft: ")
    assert error.count("\n") == 1
