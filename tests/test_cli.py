"""The command line: contracts on output, exit status and start-up."""

from __future__ import annotations

import json
import mmap
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from metarfft import sandbox, tasks
from metarfft.cli import main
from metarfft.rules import Rule, RuleError
from metarfft.samples import make_sample, to_row
from metarfft.serve.ask import prompt

FIELDS = {
    "task", "source", "split", "length", "seed", "index", "method", "style", "shots", "input", "rule", "prompt",
    "response", "answer",
}  # fmt: skip


def run(*arguments: str, text: str | None = None) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "metarfft.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, input=text, timeout=60)


def test_sample_prints_json_lines_without_heavy_imports() -> None:
    code = (
        "import sys; from metarfft.cli import main; main(sys.argv[1:]); "
        "assert not {'ray', 'torch', 'transformers', 'numpy'} & set(sys.modules), 'heavy import'"
    )
    line = ["sample", "nupa_add", "--length", "12", "--count", "3", "--seed", "7", "--method", "rfft"]
    done = subprocess.run([sys.executable, "-c", code, *line], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(text) for text in done.stdout.splitlines()]
    assert [row["index"] for row in rows] == [0, 1, 2]
    for row in rows:
        assert row.keys() == FIELDS
        a, b = row["input"]["a"], row["input"]["b"]
        assert max(len(a), len(b)) == 12
        assert row["answer"] == str(int(a) + int(b))
        assert row["response"].endswith(f"So the answer is {row['answer']}")


@pytest.mark.parametrize("style", ["code", "indexed", "natural"])
@pytest.mark.parametrize("method", ["rfft", "scratchpad", "direct"])
def test_every_task_has_samples_in_every_form(method: str, style: str) -> None:
    for task in tasks.all_tasks().values():
        for length in (task.min_length, min(task.max_length or 9, 9)):
            for shots in (0, 1):
                row = make_sample(task.id, length, 5, 1, method, style, shots)  # checks its own answer
                assert row["prompt"].count("Q: ") == shots + 1


def test_tasks_lists_the_fields_of_the_contract(capsys: pytest.CaptureFixture) -> None:
    assert main(["tasks", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["id"] for row in rows} == set(tasks.all_tasks())
    assert all(row.keys() == {"id", "source", "split", "length_is", "description"} for row in rows)


BAD = {
    "import": ("import random\ndef f(a):\n    return random.random()", '{"a": 1}', "random numbers"),
    "attribute": ("def f(a):\n    return ().__class__", '{"a": 1}', ".__class__ is not possible"),
    "endless loop": ("def f(a):\n    while True:\n        a += 1\n    return a", '{"a": 1}', "does its loop end"),
    "huge string": ('def f(a):\n    x = "a" * 10**12\n    return x', '{"a": 1}', "too large"),
    "list in itself": ("def f(a):\n    a.append(a)\n    return a", '{"a": [1]}', "cannot contain itself"),
    "division by zero": ("def f(a):\n    return 1 // a", '{"a": 0}', "line 2 (return 1 // a): integer division"),
    "argument names": ("def f(a):\n    return a", '{"b": 0}', "the arguments of f are a"),
    "no Python": ("Take two numbers and add them.", '{"a": 0}', "not Python"),
    "no JSON": ("def f(a):\n    return a", "{a", "--input is not JSON"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_rules_end_with_status_2_and_one_line(name: str, tmp_path: Path) -> None:
    source, given, reason = BAD[name]
    (tmp_path / "rule.py").write_text(source)
    done = run("trace", str(tmp_path / "rule.py"), "--input", given)
    assert done.returncode == 2
    assert reason in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_unknown_tasks_and_files_are_named(capsys: pytest.CaptureFixture) -> None:
    assert main(["sample", "nupa_ad", "--length", "3"]) == 2
    assert "did you mean nupa_add" in capsys.readouterr().err
    assert main(["sample", "lc_1275", "--length", "12"]) == 2
    assert "no inputs of length 12" in capsys.readouterr().err
    assert main(["trace", "no-such-file.py", "--input", "{}"]) == 2
    assert "no-such-file.py" in capsys.readouterr().err


@pytest.mark.parametrize("style", ["code", "indexed", "natural"])
@pytest.mark.parametrize("task", ["nupa_add", "lc_461", "bbh_word_sorting"])
def test_check_accepts_what_was_generated_and_names_a_changed_step(task: str, style: str, tmp_path: Path) -> None:
    row = make_sample(task, 6, 3, style=style)
    (tmp_path / "rule.py").write_text(row["rule"])
    line = ["check", str(tmp_path / "rule.py"), "--input", json.dumps(row["input"])]
    (tmp_path / "right.txt").write_text(row["response"])
    right = run(*line, str(tmp_path / "right.txt"))
    assert right.returncode == 0, right.stderr
    verdict = json.loads(right.stdout)
    assert verdict["correct"]
    assert verdict["divergence"] is None

    lines = row["response"].split("\n")
    middle = next(n for n in range(len(lines) // 2, len(lines)) if lines[n][-1:].isdigit() and "=" in lines[n])
    lines[middle] = lines[middle][:-1] + str((int(lines[middle][-1]) + 1) % 10)
    wrong = run(*line, text="\n".join(lines))
    assert wrong.returncode == 1, wrong.stderr
    divergence = json.loads(wrong.stdout)["divergence"]
    assert lines[middle] in divergence["got"].split("\n")
    assert lines[middle] not in divergence["expected"].split("\n")


ADD = "def add(nums, start):\n    while nums:\n        start += nums.pop(0)\n    return start"


NOBODY = "http://127.0.0.1:9/v1"  # the discard port


def test_ask_shows_one_shorter_example(tmp_path: Path) -> None:
    shown, enough = prompt(ADD, {"nums": [4, 5, 6, 7, 8], "start": 12345}, None, "code")
    assert enough > len(Rule(ADD).trajectory({"nums": [4, 5, 6, 7, 8], "start": 12345}))
    assert shown.count("nums.pop(0)\n    return start") == 1  # the rule is listed once
    questions = [line for line in shown.split("\n") if line.startswith("Q: ")]
    assert questions == ["Q: What does the rule return for [4, 5, 6] and 123?",
                         "Q: What does the rule return for [4, 5, 6, 7, 8] and 12345?"]  # fmt: skip
    assert "So the answer is 138\n\nQ: " in shown
    assert shown.endswith("\nA:\n")
    own, _ = prompt(ADD, {"nums": [4, 5], "start": 0}, {"nums": [], "start": 7}, "indexed")
    assert "So the answer is 7\n\nQ: " in own
    with pytest.raises(RuleError, match="--example"):
        prompt("def f(a):\n    return a + 1", {"a": 3}, None, "code")


@pytest.mark.parametrize(
    ("endpoint", "given", "reason"),
    [
        (NOBODY, ["--input", '{"nums": [1, 2], "start": 0}'], f"{NOBODY}: Connection error"),
        ("nowhere", ["--input", '{"nums": [1, 2], "start": 0}'], "nowhere is no URL, as http://127.0.0.1:8000/v1 is"),
        ("http://[::1", ["--input", '{"nums": [1, 2], "start": 0}'], "http://[::1 is no URL"),
        (NOBODY, ["--input", '{"nums": [1, 2]}'], "the arguments of add are nums, start"),
        (NOBODY, ["--input", '{"nums": [1], "start": 0}', "--example", "[1]"], "--example must be an"),
    ],
)
def test_ask_without_an_endpoint_or_arguments(endpoint: str, given: list[str], reason: str, tmp_path: Path) -> None:
    (tmp_path / "rule.py").write_text(ADD)
    done = run("ask", str(tmp_path / "rule.py"), *given, "--endpoint", endpoint, "--model", "any")
    assert done.returncode == 2
    assert reason in done.stderr
    assert len(done.stderr.splitlines()) == 1


OWN_TASK = '''"""Double every number."""
from metarfft.tasks import Task


def double(nums):
    result = []
    while nums:
        result.append(nums.pop(0) * 2)
    return result


TASK = Task(
    id="double", rule=double, sample=lambda length, rng: {"nums": rng.choices(range(50), k=length)},
    questions=("Double {nums}.", "What is twice each of {nums}?"), source="practical", split="downstream",
    length_is="list length", description="every number doubled",
)
'''


def test_own_tasks_come_from_a_folder(tmp_path: Path) -> None:
    (tmp_path / "double.py").write_text(OWN_TASK)
    done = run("sample", "double", "--tasks", str(tmp_path), "--length", "3", "--style", "natural")
    assert done.returncode == 0, done.stderr
    row = json.loads(done.stdout)
    assert row["answer"] == str([2 * num for num in row["input"]["nums"]])
    assert "Put the first element taken off nums times 2 at the end of result." in row["prompt"]

    (tmp_path / "same.py").write_text(OWN_TASK)
    done = run("tasks", "--tasks", str(tmp_path))
    assert done.returncode == 2
    assert "two tasks are called double: the second is" in done.stderr
    (tmp_path / "same.py").write_text("TASK = 1")
    done = run("tasks", "--tasks", str(tmp_path))
    assert done.returncode == 2
    assert "TASK must be" in done.stderr


def test_export_gives_chats_and_completions(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    rows = [make_sample("lc_461", length, 1) for length in (1, 2, 3)]
    for number, part in enumerate((rows[:2], rows[2:])):
        pq.write_table(pa.Table.from_pylist([to_row(row) for row in part]), tmp_path / f"part-{number:05}.parquet")
    assert main(["export", str(tmp_path)]) == 0
    chats = [json.loads(line)["messages"] for line in capsys.readouterr().out.splitlines()]
    assert [[turn["role"] for turn in chat] for chat in chats] == [["user", "assistant"]] * 3
    assert [(chat[0]["content"], chat[1]["content"]) for chat in chats] == [
        (row["prompt"], row["response"]) for row in rows
    ]
    assert main(["export", str(tmp_path), "--format", "completions"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[2])["completion"] == rows[2]["response"]
    assert main(["export", str(tmp_path / "none")]) == 2
    assert "holds no dataset" in capsys.readouterr().err


def test_memory_that_the_process_has_already_is_not_the_rules() -> None:
    with mmap.mmap(-1, 4 << 30):  # as PyTorch takes it; never touched
        assert sandbox.run(lambda: len("x" * 50_000_000)) == 50_000_000
        with pytest.raises(RuleError, match="more memory"):
            sandbox.run(lambda: len("x" * (2 << 30)))
