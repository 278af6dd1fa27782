"""Accuracy by length, the paper's figures, and the report made of them."""

import json

import pytest

from metarfft.config import Config
from metarfft.evaluate import metrics
from metarfft.evaluate.report import table, write_report
from metarfft.evaluate.statistics import wilson
from metarfft.train.plan import RESULT


def rows(method, seed, accuracies, task="lc_461", of=10):
    """``of`` result rows for each length, of which the given share is right."""
    return [
        {"method": method, "seed": seed, "task": task, "length": length, "correct": index < round(share * of)}
        for length, share in accuracies.items()
        for index in range(of)
    ]


def test_summary_of_one_method():
    first = {1: 1.0, 5: 1.0, 10: 0.9, 20: 0.5, 30: 0.1}
    second = {1: 1.0, 5: 0.8, 10: 0.7, 20: 0.9, 30: 0.3}
    results = metrics.collect([*rows("rfft", 0, first), *rows("rfft", 1, second)])
    assert results.by_length("rfft", "lc_461") == pytest.approx({1: 1.0, 5: 0.9, 10: 0.8, 20: 0.7, 30: 0.2})
    summary = metrics.summarise(results, "rfft", "lc_461", in_distribution=5)
    assert summary.in_distribution == pytest.approx(0.95)
    assert summary.beyond == pytest.approx((0.8 + 0.7 + 0.2) / 3)
    assert summary.spread == pytest.approx((0.5, (0.7 + 0.9 + 0.3) / 3))
    assert summary.at_30 == pytest.approx(0.2)
    assert summary.longest_90 == (10 + 20) / 2  # seed 1 comes back to 90% at length 20


def test_means_over_tasks():
    results = metrics.collect(
        [*rows("direct", 0, {5: 1.0, 30: 0.2}), *rows("direct", 0, {5: 0.0, 30: 0.4}, task="lc_283")]
    )
    summary = metrics.summarise_all(results, "direct", in_distribution=5)
    assert (summary.in_distribution, summary.longest_90) == (0.5, 2.5)
    assert summary.at_30 == pytest.approx(0.3)


def test_seeds_are_pooled():
    results = metrics.collect([*rows("rfft", 0, {5: 1.0, 6: 0.5}), *rows("rfft", 1, {5: 0.5, 6: 0.0}, of=30)])
    assert results.counts["rfft"]["lc_461"] == {5: (25, 40), 6: (5, 40)}
    assert results.by_length("rfft", "lc_461") == {5: 25 / 40, 6: 5 / 40}
    assert results.intervals("rfft", "lc_461")[5] == wilson(25, 40)
    summary = metrics.summarise(results, "rfft", "lc_461", in_distribution=5)
    assert (summary.beyond, summary.intervals["beyond"]) == (5 / 40, wilson(5, 40))
    assert summary.spread == (0, 0.5)


def test_length_30_not_asked():
    summary = metrics.summarise(metrics.collect(rows("rfft", 0, {1: 1.0, 5: 0.5})), "rfft", "lc_461", 5)
    assert summary.at_30 is None
    assert (summary.beyond, summary.spread) == (None, None)


def test_failed_requests_are_in_no_figure():
    failed = [{**row, "correct": None} for row in rows("rfft", 0, {6: 1.0})]
    results = metrics.collect([*rows("rfft", 0, {6: 1.0}), *failed])
    assert (results.asked, results.failed) == (10, 10)
    assert results.by_length("rfft", "lc_461") == {6: 1.0}


def test_report(tmp_path):
    config = Config.model_validate({"name": "small", "output": str(tmp_path), "model": {"tiny": {}}})
    results = config.root / "evaluate" / "results.jsonl"
    results.parent.mkdir(parents=True)
    asked = [
        *rows("meta-rfft", 0, {5: 1.0, 30: 0.9}),
        *rows("direct", 0, {5: 0.4, 30: 0.0}),
        *rows("direct", 7, {5: 0.0}),  # a seed that is not in the configuration any more
    ]
    results.write_text("".join(json.dumps(row) + "\n" for row in asked))
    stage = {
        "stage": "adapt/direct/seed-0", "base": "/models/base", "steps": 2, "tokens": 1000, "seconds": 3.0,
        "losses": [[1, 2.0], [2, 1.0]], "skipped_samples": 0,
    }  # fmt: skip
    folder = config.root / "models" / "adapt" / "direct" / "seed-0"
    folder.mkdir(parents=True)
    (folder / RESULT).write_text(json.dumps(stage))

    page = write_report(config)
    shown = "| Meta-RFFT | 1.00 [0.72, 1.00] | 0.90 [0.60, 0.98] (0.90-0.90) | 0.90 [0.60, 0.98] | 30.0 |"
    assert f"{shown} 0.77 / 0.98 | 21.17 / 30.00 |" in table(config)
    assert "| direct answer | 0.40 [0.17, 0.69] |" in table(config)
    html = page.read_text()
    assert html.count("<svg") == 2
    assert 'src="' not in html  # fetches nothing
    assert json.loads((page.parent / "metrics.json").read_text())["accuracy"]["direct"]["lc_461"] == {
        "0": {"5": 0.4, "30": 0.0}
    }
    for name in ("report.md", "accuracy.png", "accuracy.svg", "losses.png"):
        assert (page.parent / name).stat().st_size > 0


def test_the_spread_is_that_of_whole_seeds():
    """Each seed is right on one of two tasks: half of its answers, whatever the other seed does."""
    both = [{**row, "task": task} for task, seed in (("a", 0), ("b", 1)) for row in rows("rfft", seed, {10: 1.0})] + [
        {**row, "task": task} for task, seed in (("a", 1), ("b", 0)) for row in rows("rfft", seed, {10: 0.0})
    ]
    summary = metrics.summarise_all(metrics.collect(both), "rfft", 5)
    assert (summary.beyond, summary.spread) == (0.5, (0.5, 0.5))
