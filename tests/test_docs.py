"""docs/rule-language.md: its files, commands and Python are run, and what it shows is what comes."""

from __future__ import annotations

import doctest
import re
import shlex
from pathlib import Path

import pytest

from metarfft.cli import main

PAGE = Path(__file__).parents[1] / "docs" / "rule-language.md"
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", PAGE.read_text(), re.DOTALL)
FILES = {text.split("\n")[0].removeprefix("# "): text for kind, text in BLOCKS if kind == "python"}
SHOWN = [text for kind, text in BLOCKS if text.startswith("$ metarfft ")]


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("block", SHOWN, ids=[text.split("\n")[0] for text in SHOWN])
def test_a_command_prints_what_the_page_shows(block: str, capsys: pytest.CaptureFixture[str]) -> None:
    command, _, expected = block.partition("\n")
    main(shlex.split(command.removeprefix("$ metarfft ")))
    out, error = capsys.readouterr()
    got = "".join(f"{line.rstrip()}\n" for line in (error + out).splitlines())
    parts = [re.escape(part) for part in re.split(r"(?m)^\.\.\.\n", expected)]  # a line of dots: left out
    assert re.fullmatch("(?:.*\n)*?".join(parts), got), got


def test_the_page_shows_commands() -> None:
    assert len(FILES) >= 5
    assert len(SHOWN) >= 8


def test_python_answers_what_the_page_shows() -> None:
    page = "\n".join(text for kind, text in BLOCKS if kind == "pycon")
    found = doctest.DocTestParser().get_doctest(page, {}, PAGE.name, str(PAGE), 0)
    assert found.examples
    assert doctest.DocTestRunner().run(found).failed == 0
