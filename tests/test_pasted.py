"""Files as people paste them from a puzzle site (tests/pasted): class, type hints, helpers. Each is a rule as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from metarfft.cli import main
from metarfft.rules import STYLES, Rule
from metarfft.rules.answers import format_answer
from metarfft.rules.verify import verify

FOLDER = Path(__file__).parent / "pasted"
INPUTS: dict[str, list[dict[str, Any]]] = {
    "shelf_labels": [{"shelf": "aaabcc"}, {"shelf": ""}, {"shelf": "zzzzzzzzzzzzy"}],
    "coin_ways": [
        {"amount": 4, "coins": [1, 2]},
        {"amount": 6, "coins": [2, 3, 5]},
        {"amount": 3, "coins": [2]},
    ],
    "quiet_rows": [
        {"noise": [[3, 1], [9, 2], [4, 5, 4]], "limit": 5},
        {"noise": [[], [7]], "limit": 7},
        {"noise": [[1]], "limit": 0},
    ],
    "parcel_order": [
        {"weights": [3, 8, 3], "streets": ["Oak", "Elm", "Ash"]},
        {"weights": [], "streets": []},
        {"weights": [2, 2, 9, 2], "streets": ["B", "A", "C", "A"]},
    ],
    "sign_letters": [
        {"letters": "stopgo", "signs": ["go", "top"]},
        {"letters": "aabbcc", "signs": ["abc", "cba", "a"]},
        {"letters": "", "signs": ["x"]},
    ],
    "glue_boards": [{"boards": [4, 2, 3]}, {"boards": [7]}, {"boards": [5, 5, 1, 8, 2]}],
    "robot_moves": [{"floor": [".#", ".."]}, {"floor": [".#.", "##."]}, {"floor": ["...", ".#.", "#.."]}],
    "pond_sizes": [{"map_": [[1, 0], [1, 1]]}, {"map_": [[0, 0]]}, {"map_": [[1, 0, 1], [0, 1, 1]]}],
    "free_seats": [{"sold": [3], "seats": 5}, {"sold": [1, 2], "seats": 2}, {"sold": [9, 4, 4], "seats": 10}],
    "till_total": [
        {"lines": ["12", "5", "undo", "eggs"]},
        {"lines": ["7"], "start": 90},
        {"lines": ["undo"]},
    ],
}


def text(name: str) -> str:
    return (FOLDER / f"{name}.py").read_text()


def python(name: str, inputs: dict[str, Any]) -> str:
    """The answer of the file itself, as Python runs it."""
    names: dict[str, Any] = {"__name__": "pasted"}
    exec(text(name), names)
    solution = names["Solution"]()
    method = next(part for part in vars(names["Solution"]) if not part.startswith("_") and part[0].islower())
    copies = {key: [*map(list, value)] if value and isinstance(value, list) and isinstance(value[0], list) else value
              for key, value in inputs.items()}  # fmt: skip
    try:
        return format_answer(getattr(solution, method)(**copies))
    except AssertionError as error:
        return f"error: AssertionError: {error}"


def test_every_file_is_tried() -> None:
    assert sorted(INPUTS) == sorted(file.stem for file in FOLDER.glob("*.py"))


@pytest.mark.parametrize("name", INPUTS)
def test_the_core_rule_is_read_again_as_it_is(name: str) -> None:
    rule = Rule(text(name))
    assert Rule(rule.source).source == rule.source
    assert "class" not in rule.source
    assert "self" not in rule.source


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", INPUTS)
def test_a_pasted_file_answers_as_python_does(name: str, style: str) -> None:
    rule = Rule(text(name))
    for inputs in INPUTS[name]:
        written = rule.trajectory(inputs, style)
        verdict = verify(rule, inputs, written, style)
        assert verdict.expected == python(name, inputs)
        assert verdict.correct, verdict
        full = rule.trajectory(inputs, style, state="full")
        assert verify(rule, inputs, full, style, full_state=True).correct


@pytest.mark.parametrize("name", ["quiet_rows", "parcel_order", "till_total"])
def test_the_lines_of_a_rule_are_those_of_the_file(name: str) -> None:
    rule, lines = Rule(text(name)), text(name).split("\n")
    for number, line in enumerate(rule.lines, 1):
        for keyword in ("return ", "def "):
            if line.strip().startswith(keyword):
                assert keyword in lines[rule.origin[number] - 1]


def test_trace_takes_the_file_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", str(FOLDER / "shelf_labels.py"), "--input", '{"shelf": "aabc"}']) == 0
    assert capsys.readouterr().out.endswith("So the answer is a2bc\n")
