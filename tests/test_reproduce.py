"""The job that runs an experiment and its ablations: what one failing variant does to the others."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path

import pytest

from metarfft import experiment
from metarfft.config import Config

JOB = Path(__file__).parents[1] / "jobs" / "reproduce.py"
TINY = JOB.parent / "configs" / "tiny.yaml"


def reproduce(monkeypatch: pytest.MonkeyPatch, *line: str) -> object:
    """Runs the job; returns what it exits with, None where it just ends."""
    monkeypatch.syspath_prepend(JOB.parent)
    monkeypatch.setattr(sys, "argv", [str(JOB), "--config", str(TINY), *line])
    try:
        runpy.run_path(str(JOB), run_name="__main__")
    except SystemExit as end:
        return end.code
    return None


def test_a_variant_that_fails_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    def run(config: Config) -> Path:
        if config.name == "tiny-replay":
            raise RuntimeError("a worker ran out of memory")
        rows = [
            {"model": "m", "method": "meta-rfft", "seed": 0, "task": "lc_461", "length": length, "index": index,
             "answer": "1", "got": "1", "correct": index > 0}
            for length in (5, 6) for index in range(3)
        ]  # fmt: skip
        (config.root / "report").mkdir(parents=True)
        (config.root / "report" / "answers.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        (config.root / "report" / "report.md").write_text(f"| method |\n| {config.name} |\n\n")
        return config.root / "report" / "report.html"

    monkeypatch.setattr(experiment, "run", run)
    code = reproduce(monkeypatch, "--ablations", "adapt-20,replay,seeds,practical", f"output={tmp_path}")
    assert code == "not finished; the same line goes on:\ntiny-replay: a worker ran out of memory"
    told = capsys.readouterr()
    assert told.err == "tiny-replay: a worker ran out of memory\n"
    assert [name for name in ("", "-adapt-20", "-seeds", "-practical") if f"| tiny{name} |" not in told.out] == []
    compared = (tmp_path / "tiny-ablations" / "compare.md").read_text()
    assert "tiny-seeds: Meta-RFFT" in compared
    assert "practical" not in compared  # was asked other tasks


def test_what_any_variant_lacks_is_said_before_the_first_one_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(experiment, "run", lambda config: pytest.fail("work started"))
    line = ["--ablations", "replay", f"output={tmp_path}"]
    mix = "ablations.replay.adapt.mix=[{data: nowhere.jsonl, share: 0.1}]"
    code = reproduce(monkeypatch, *line, mix)
    assert code == "tiny-replay: mix.data: there is no file or folder nowhere.jsonl"
    code = reproduce(monkeypatch, *line, "ablations.replay.model={base: nowhere/at/all}")
    assert isinstance(code, str)
    assert code.startswith("tiny-replay: ")
    assert "nowhere/at/all" in code
