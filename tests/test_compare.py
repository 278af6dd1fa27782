"""Runs compared: from output folders and from MLflow, and what cannot be compared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from scipy.stats import binomtest

from metarfft.cli import main
from metarfft.config import Config
from metarfft.evaluate.compare import _labels, load, pair_up
from metarfft.evaluate.report import write_report
from metarfft.evaluate.statistics import wilson


def write(folder: Path, accuracies: dict[str, dict[int, int]], seeds=(0,), of=10, answer="1", task="lc_461") -> Path:
    """An output folder: for each method and length, so many of ``of`` answers right; the others leave a loop early."""
    follows = {
        True: {"outcome": "right", "kind": None, "loops": {"3": {"expected": 4, "got": 4}}},
        False: {"outcome": "wrong", "kind": "loop_left_early", "loops": {"3": {"expected": 4, "got": 3}}},
    }
    rows = [
        {"model": f"{method}/seed-{seed}", "method": method, "seed": seed, "task": task, "length": length,
         "index": index, "answer": answer, "got": "1", "correct": index < right,
         **(follows[index < right] if method.endswith("rfft") else {})}
        for method, lengths in accuracies.items()
        for length, right in lengths.items()
        for seed in seeds
        for index in range(of)
    ]  # fmt: skip
    for place in ("evaluate/results.jsonl", "report/answers.jsonl"):  # what a report is made from, and what it leaves
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as out:
            out.writelines(json.dumps(row) + "\n" for row in rows)
    return folder


def test_two_folders(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    first = write(tmp_path / "large", {"meta-rfft": {5: 10, 30: 9}, "rfft": {5: 8, 30: 1}}, seeds=(0, 1))
    losses = {"pretrain": [[1, 2.0], [2, 1.0]], "adapt/meta-rfft/seed-0": [[1, 0.5]], "adapt/rfft/seed-0": [[1, 0.6]]}
    (first / "report" / "metrics.json").write_text(json.dumps({"losses": losses}))
    second = write(tmp_path / "small", {"meta-rfft": {5: 9, 30: 2}, "direct": {5: 3}}, seeds=(1, 2))
    output = tmp_path / "out"
    assert main(["compare", str(first), str(second), "--output", str(output)]) == 0
    shown = capsys.readouterr().out
    # only length 5 was asked of all four
    low, high = wilson(20, 20)
    assert "On the tasks and lengths that all have: lc_461; 5 (" in shown
    assert f"| large: Meta-RFFT | 20 | 1.00 [{low:.2f}, {high:.2f}] | – | – | 5.0 | 0.77 / 0.98 |" in shown
    # paired: the same method, and seed 1 only, which both have
    p = binomtest(8, 8, 0.5).pvalue
    assert "| large: Meta-RFFT | small: Meta-RFFT | 20 | 11 | 8 | 0 | 0.40 [" in shown
    assert f"| {p:.2g} |" in shown
    assert shown.count("large: vanilla RFFT") == 2  # in no paired test
    assert "![" not in shown
    # why they fail, at length 5: kind by kind in the figure, here how many ended how, and the paper's loop measure
    assert "| large: Meta-RFFT | 20 | 20 | 0 | 0 | 0 | – | – / – | – |" in shown
    assert "| small: Meta-RFFT | 20 | 18 | 0 | 2 | 0 | 1.00 | 1.00 / 0.00 | 0.25 |" in shown
    assert "| small: direct answer | 20 | 6 |" not in shown
    for name in ("accuracy", "overview", "failures", "losses"):
        assert all((output / f"{name}.{suffix}").stat().st_size > 0 for suffix in ("svg", "png"))
    page = (output / "compare.html").read_text()
    assert page.count("<svg ") == 4
    assert "<td>small: Meta-RFFT</td><td>20</td><td>18</td><td>0</td><td>2</td>" in page
    assert "src=" not in page  # it needs no server, and no file beside it
    found = json.loads((output / "compare.json").read_text())["paired"]
    assert [(pair["all"]["both"], pair["all"]["first"], pair["all"]["second"]) for pair in found] == [(11, 8, 0)]
    assert found[0]["beyond"]["difference"] == pytest.approx(0.7)


def test_a_series_has_the_losses_of_its_own_training(tmp_path: Path) -> None:
    both = [write(tmp_path / name, {"meta-rfft": {5: 5}, "rfft": {5: 5}}) for name in ("new", "old")]
    losses = {stage: [[1, 0.5]] for stage in ("base", "pretrain", "adapt/meta-rfft/seed-0", "adapt/rfft/seed-0")}
    (both[0] / "report" / "metrics.json").write_text(json.dumps({"losses": losses}))
    (both[1] / "report" / "metrics.json").write_text(json.dumps({"summary": {}}))  # of a report that kept none
    assert [[*one.losses] for one in load([*map(str, both)])] == [
        ["pretrain", "adapt/meta-rfft/seed-0"],
        ["adapt/rfft/seed-0"],
        [],
        [],
    ]


def test_runs_of_one_method_each_are_paired_whatever_it_is(tmp_path: Path) -> None:
    runs = [str(write(tmp_path / method, {method: {5: 5}})) for method in ("direct", "rfft", "scratchpad")]
    pairs = pair_up(load(runs), 5)
    assert [(pair.first, pair.second) for pair in pairs] == [
        ("direct: direct answer", "rfft: vanilla RFFT"),
        ("direct: direct answer", "scratchpad: scratchpad"),
        ("rfft: vanilla RFFT", "scratchpad: scratchpad"),
    ]
    assert all(pair.beyond is None for pair in pairs)


def test_different_samples_are_not_paired(tmp_path: Path) -> None:
    first = write(tmp_path / "a" / "tiny", {"rfft": {5: 5}}, answer="[<3>1<4>]")
    second = write(tmp_path / "b" / "tiny", {"rfft": {5: 5}}, answer="[1]")
    write(first, {"rfft": {5: 5}}, task="lc_283", answer="7")
    write(second, {"rfft": {5: 5}}, task="lc_283", answer="8")
    (pair,) = pair_up(load([str(first), str(second)]), 5)
    assert (pair.first, pair.second) == ("tiny (a): vanilla RFFT", "tiny (b): vanilla RFFT")
    assert (pair.all.samples, pair.other) == (10, ["lc_283"])
    assert pair.note.endswith("vanilla RFFT were asked different samples of lc_283, which their test leaves out.")
    third = write(tmp_path / "c", {"rfft": {5: 5}}, seeds=(1,))
    for pair in pair_up(load([str(first), str(third)]), 5):
        assert pair.all is None
        assert pair.note.endswith("c: vanilla RFFT answered no sample with the same seed: no test.")


def test_runs_from_mlflow(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    from mlflow import MlflowClient

    from metarfft.evaluate.job import _record
    from metarfft.tracking import stage_run, tracking_uri

    config = Config.model_validate({"name": "small", "output": str(tmp_path), "model": {"tiny": {}}})
    write(config.root, {"rfft": {5: 9}, "direct": {5: 4}})
    write_report(config)
    uri = tracking_uri(config)
    with stage_run(config, "generate") as nothing:
        pass
    with stage_run(config, "evaluate") as run:
        _record(config, run)
    (parent,) = MlflowClient(uri).search_runs(
        [MlflowClient(uri).get_experiment_by_name("small").experiment_id], "tags.stage = 'experiment'"
    )
    other = write(tmp_path / "other", {"rfft": {5: 6}})
    for one in (run.id, parent.info.run_id):
        assert main(["compare", one, str(other), "--store", uri, "--output", str(tmp_path / "out")]) == 0
        assert "| small: vanilla RFFT | other: vanilla RFFT | 10 | 6 | 3 | 0 |" in capsys.readouterr().out
    for one, message in {
        nothing.id: "holds no results: it has no report/answers.jsonl or no report/metrics.json",
        "0" * 32: "no folder and no MLflow run in",
    }.items():
        assert main(["compare", one, str(other), "--store", uri]) == 2
        error = capsys.readouterr().err
        assert message in error
        assert error.count("\n") == 1


ROW = '{"method": "rfft", "seed": 0, "task": "lc_461", "length": %s, "index": 0, "answer": "1", "correct": true}'


@pytest.mark.parametrize("text", ["", "[]", '{"losses": null}', '{"losses": [1]}', '{"losses": {"pretrain": 3}}'])
def test_damaged_figures(tmp_path: Path, capsys: pytest.CaptureFixture, text: str) -> None:
    runs = [write(tmp_path / name, {"rfft": {5: 9}}) for name in ("good", "bad")]
    (runs[1] / "report" / "metrics.json").write_text(text)
    assert main(["compare", *map(str, runs), "--output", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err == f"metarfft: {runs[1]}: metrics.json is not a report's file of figures\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "holds no results: there is no report/answers.jsonl"),
        ("", "holds no results: answers.jsonl has no answer"),
        ('{"method": "rfft", "correct": null}\n', "holds no results: answers.jsonl has no answer"),
        ("[1]\n", "is not a file of result rows"),
        ("{", "is not a file of result rows"),
        (ROW % '"12"', "is not a file of result rows"),
    ],
)
def test_what_holds_no_results(tmp_path: Path, capsys: pytest.CaptureFixture, text: str | None, message: str) -> None:
    good = write(tmp_path / "good", {"rfft": {5: 9}})
    empty = tmp_path / "empty"
    (empty / "report").mkdir(parents=True)
    if text is not None:
        (empty / "report" / "answers.jsonl").write_text(text)
    assert main(["compare", str(good), str(empty), "--output", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_run_that_does_not_exist(
    tmp_path: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    good = write(tmp_path / "good", {"rfft": {5: 9}})
    assert main(["compare", str(good), "nowhere"]) == 2
    message = "metarfft: no folder is called nowhere, and there is no MLflow store outputs/mlflow.db"
    assert capsys.readouterr().err == f"{message} (--store names another)\n"
    for runs in ([str(good)], [str(good), f"{good}/"]):
        assert main(["compare", *runs]) == 2
        assert "give two or more different runs" in capsys.readouterr().err
    other = write(tmp_path / "other", {"rfft": {6: 9}})
    assert main(["compare", str(good), str(other)]) == 2
    assert "that all were asked; good: lc_461, lengths 5-5; other: lc_461, lengths 6-6\n" in capsys.readouterr().err
    assert main(["compare", str(good), str(other), "--in-distribution", "0"]) == 2
    assert "must be 1 or more, not 0" in capsys.readouterr().err


def test_runs_of_one_name_keep_labels_of_their_own():
    names = {"outputs/tiny": "tiny", "other/outputs/tiny": "tiny", "a/long": "long", "b/long": "long", "new": "new"}
    assert _labels(names) == {
        "outputs/tiny": "outputs/tiny",
        "other/outputs/tiny": "other/outputs/tiny",
        "a/long": "long (a)",
        "b/long": "long (b)",
        "new": "new",
    }
