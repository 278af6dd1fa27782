"""Why models fail: from a sweep's results and data to counts, figures and the page of single trajectories."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from metarfft.config import Config
from metarfft.evaluate.errors import Scored, restored, score_sweep, summarise, to_read
from metarfft.evaluate.process import Process
from metarfft.evaluate.report import write_report
from metarfft.samples import make_sample, to_row


@pytest.fixture
def config(tmp_path) -> Config:
    """An experiment with 3 samples of 2 lengths, right but for 4 answers."""
    config = Config.model_validate({
        "name": "small", "output": str(tmp_path), "model": {"tiny": {}}, "data": {"style": "indexed"},
        "evaluate": {"trajectories": 2},
    })  # fmt: skip
    samples = [make_sample("lc_461", n, 0, i, style="indexed", split="evaluate") for n in (4, 6) for i in range(3)]
    folder = config.root / "data" / "evaluate-rfft"
    folder.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist([to_row(sample) for sample in samples]), folder / "part-00000.parquet")
    rows = []
    for sample in samples:
        for method in ("rfft", "meta-rfft", "direct"):
            text = sample["response"] if method != "direct" else f"So the answer is {sample['answer']}"
            rows.append({
                "model": f"{method}/seed-0", "method": method, "seed": 0, "task": "lc_461", "length": sample["length"],
                "index": sample["index"], "answer": sample["answer"], "got": sample["answer"], "correct": True,
                "finish_reason": "stop", "text": text,
            })  # fmt: skip
    following = {(row["method"], row["length"], row["index"]): row for row in rows}
    row = following["rfft", 4, 0]  # the loop is not entered
    head, _, _ = row["text"].partition(";enter")
    row |= {"text": f"{head};skip\nL8:return count\nSo the answer is 0", "got": "0", "correct": False}
    row = following["rfft", 6, 1]  # a step is said twice, for ever
    row |= {"text": row["text"].split("L6:")[0] + "L5:x2 = list2.pop(0)\n" * 9, "got": None, "correct": False}
    row["finish_reason"] = "length"
    row = following["rfft", 6, 2]  # <script> in a text must not become one
    row |= {"text": "<script>alert(1)</script>", "got": None, "correct": False}
    row = following["meta-rfft", 6, 0]  # the right answer, after a wrong line
    row["text"] = row["text"].replace("L4:x1 = list1.pop(0)", "L4:x1 = list1.pop(1)", 1)
    path = config.root / "evaluate" / "results.jsonl"
    path.parent.mkdir()
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return config


def processes(scored: list[Scored]) -> list[tuple[str, Process]]:
    return [(one.answer["method"], one.process) for one in scored]


def test_every_rule_following_answer_is_scored(config: Config) -> None:
    scored = score_sweep(config)
    assert len(scored) == 12  # direct answers have no process
    errors = summarise(processes(scored))
    assert {k: n for k, n in errors["rfft"].kinds.items() if n} == {"loop_left_early": 1, "copy": 1, "format": 1}
    assert errors["rfft"].outcomes == {"right": 3, "right_answer": 0, "wrong": 2, "runaway": 1}
    assert errors["rfft"].wrong_count == 1  # no text enters its loop as often as it should
    assert (errors["rfft"].too_few, errors["rfft"].too_many) == (1, 0)
    assert errors["rfft"].count_error == pytest.approx((4 / 4 + 5 / 6 + 6 / 6) / 3)
    assert errors["meta-rfft"].outcomes == {"right": 5, "right_answer": 1, "wrong": 0, "runaway": 0}
    assert errors["meta-rfft"].wrong_count is None


def test_many_answers_are_scored_by_all_cores_alike(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = score_sweep(config)
    monkeypatch.setattr("metarfft.evaluate.errors.LARGE", 0)
    assert score_sweep(config) == alone


def test_answers_to_other_data_are_left_out(config: Config) -> None:
    samples = [to_row(make_sample("lc_461", n, 99, i, style="indexed")) for n in (4, 6) for i in range(3)]
    for sample in samples:
        sample["answer"] = "77"
    pq.write_table(pa.Table.from_pylist(samples), config.root / "data" / "evaluate-rfft" / "part-00000.parquet")
    assert score_sweep(config) == []


def test_what_is_shown_of_a_trajectory(config: Config) -> None:
    shown = to_read(score_sweep(config), each=1)
    assert [(one["method"], one["length"]) for one in shown] == [("meta-rfft", 6), ("rfft", 4), ("rfft", 6)]
    early = shown[1]
    assert (early["kind"], early["step"], early["iterations"]) == ("loop_left_early", 3, (4, 0))
    expected, got = early["rows"][early["at"] - early["start"]]
    assert expected.endswith(";enter")
    assert got.endswith(";skip")
    assert all(a == b for a, b in early["rows"][: early["at"] - early["start"]])
    assert len(to_read(score_sweep(config), each=5)) == 4
    config.evaluate.trajectories = 0
    assert to_read(score_sweep(config), each=5) == []


class Page(HTMLParser):
    """Start tags of a page and its texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data) -> None:
        self.texts.append(data)


def test_report_and_trajectories(config: Config) -> None:
    report = write_report(config)
    assert "loop left too early" in report.read_text()
    assert (
        "| vanilla RFFT | 6 | 3 | 0 | 2 | 1 | 1.00 | 1.00 / 0.00 | 0.94 |" in (report.parent / "report.md").read_text()
    )
    for name in ("kinds", "iterations", "accuracy"):
        for suffix in ("svg", "png"):
            assert (report.parent / f"{name}.{suffix}").stat().st_size > 0
    figures = json.loads((report.parent / "metrics.json").read_text())
    assert figures["errors"]["rfft"]["kinds"]["loop_left_early"] == 1
    page = Page((report.parent / "trajectories.html").read_text())
    shown = [attrs for tag, attrs in page.tags if tag == "details" and "data-kind" in attrs]
    assert [one["data-kind"] for one in shown] == ["copy", "loop_left_early", "copy", "format"]
    assert "<script>alert(1)</script>" in page.texts
    assert [tag for tag, _ in page.tags].count("script") == 1
    assert not [attrs for _, attrs in page.tags if "src" in attrs or str(attrs.get("href", "#"))[0] != "#"]
    assert [tag for tag, attrs in page.tags if attrs.get("class") == "first"] == ["tr"] * 4

    answers = [json.loads(line) for line in (report.parent / "answers.jsonl").read_text().splitlines()]
    assert len(answers) == 18
    assert all("text" not in answer for answer in answers)
    assert [answer["kind"] for answer in answers if answer.get("outcome") == "runaway"] == ["copy"]
    kept = [(answer["method"], process) for answer in answers if (process := restored(answer))]
    assert summarise(kept) == summarise(processes(score_sweep(config)))  # so a comparison counts as the report does
