"""Which models an experiment has: those of its configuration, trained with what it says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from metarfft.config import Config
from metarfft.evaluate.job import evaluate
from metarfft.serve.models import adapted_models
from metarfft.train.plan import RESULT, adapt_stages


def experiment(folder: Path, **adapt) -> Config:
    values = {
        "name": "small",
        "output": str(folder),
        "model": {"base": "a/model"},
        "data": {"adapt": {"tasks": ["lc_461", "lc_283"]}},
        "adapt": {"methods": ["direct"], "seeds": [0], **adapt},
    }
    return Config.model_validate(values)


def trained(config: Config) -> None:
    """What jobs/generate.py and jobs/adapt.py leave, without data and weights."""
    data = config.root / "data" / "adapt-direct"
    data.mkdir(parents=True, exist_ok=True)
    (data / "manifest.json").write_text(json.dumps({"content_hash": "0"}))
    for stage in adapt_stages(config):
        stage.out.mkdir(parents=True, exist_ok=True)
        (stage.out / RESULT).write_text(json.dumps({"base": "a/model", "tasks": stage.tasks, "digest": stage.digest}))


def test_models_of_an_earlier_configuration_are_none_of_it(tmp_path: Path) -> None:
    together, apart = experiment(tmp_path), experiment(tmp_path, per_task=True)
    trained(together)
    trained(apart)
    assert [model.name for model in adapted_models(together)] == ["direct/seed-0"]
    assert [(m.name, m.tasks) for m in adapted_models(apart)] == [
        ("direct/seed-0/lc_461", ("lc_461",)),
        ("direct/seed-0/lc_283", ("lc_283",)),
    ]
    with pytest.raises(FileNotFoundError, match=r"no finished model: run jobs/adapt\.py"):
        adapted_models(experiment(tmp_path, seeds=[1]))


def test_other_settings_than_those_trained_with_are_refused(tmp_path: Path) -> None:
    trained(experiment(tmp_path, steps=70))
    with pytest.raises(RuntimeError, match=r"^adapt/direct/seed-0: trained with other settings or data"):
        evaluate(experiment(tmp_path, steps=140))
    with pytest.raises(FileNotFoundError, match="no dataset yet"):  # nothing against the models
        evaluate(experiment(tmp_path, steps=70))
