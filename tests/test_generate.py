"""Datasets: the same rows whatever the number of workers, resumed where they stopped, every row right."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tokenizers import Tokenizer

from metarfft.config import Config
from metarfft.data.card import card
from metarfft.data.generate import generate
from metarfft.data.plan import make_plans, split_names
from metarfft.data.shards import ROWS, Recipe, add_hashes, make_row, row_hash
from metarfft.samples import SampleError, make_sample
from metarfft.tracking import stage_run

TOKENIZER = Path(__file__).parents[1] / "models" / "tiny" / "base"
TASKS = ["nupa_length", "lc_485"]
PRETRAIN = {"tasks": TASKS, "lengths": "1-4", "samples": 8, "synthetic": 6, "shots": 0.5, "rename": 0.5}
SPLITS = ["pretrain", "validation", "adapt-direct", "adapt-rfft", "evaluate-direct", "evaluate-rfft"]


def config(output: Path, *, seed: int = 3, workers: int = 2, rows_per_shard: int = 20) -> Config:
    return Config.model_validate(
        {
            "name": "small",
            "seed": seed,
            "output": str(output),
            "model": {"tiny": {}},
            "data": {
                "workers": workers,
                "tokenizer": str(TOKENIZER),
                "rows_per_shard": rows_per_shard,
                "pretrain": {**PRETRAIN},
                "validation": {"tasks": TASKS, "lengths": [9], "samples": 2},
                "adapt": {"tasks": ["nupa_add"], "lengths": "1-3", "samples": 12},
                "evaluate": {"tasks": ["nupa_add"], "lengths": "1-4", "samples": 8},
            },
            "adapt": {"methods": ["direct", "rfft", "meta-rfft"]},
        }
    )


def shards(folder: Path) -> list[Path]:
    return sorted(folder.glob("part-*.parquet"))


def rows(folder: Path) -> list[dict]:
    return [row for shard in shards(folder) for row in pq.read_table(shard).to_pylist()]


@pytest.fixture(scope="module")
def made(ray_cluster, tmp_path_factory) -> tuple[Config, dict[str, dict]]:
    """A configuration and the manifests of its datasets, made with two workers."""
    small = config(tmp_path_factory.mktemp("data"))
    return small, generate(small)


def test_splits_and_rows(made):
    small, manifests = made
    assert list(manifests) == split_names(small) == SPLITS
    for name, manifest in manifests.items():
        folder = small.root / "data" / name
        stored = rows(folder)
        assert len(stored) == manifest["rows"] == sum(n for task in manifest["counts"].values() for n in task.values())
        assert pq.read_schema(shards(folder)[0]).remove_metadata() == ROWS
        assert json.loads((folder / "manifest.json").read_text()) == manifest
        assert manifest["content_hash"] in (folder / "README.md").read_text()
        total = add_hashes([row_hash(position, row) for position, row in enumerate(stored)])
        assert f"{total:064x}" == manifest["content_hash"]
    row = rows(small.root / "data" / "adapt-rfft")[0]
    again = make_sample(row["task"], row["length"], row["seed"], row["index"], method="rfft", split="adapt")
    assert row == {**again, "input": json.dumps(again["input"], ensure_ascii=False, sort_keys=True)}
    pretrain = rows(small.root / "data" / "pretrain")
    assert {row["shots"] for row in pretrain} == {0, 1}
    assert len({row["rule"] for row in pretrain if row["task"] == "lc_485"}) > 2  # renamed


def test_methods_get_the_same_inputs_and_tests_are_held_out(made):
    small, manifests = made
    data = small.root / "data"

    def keys(split: str) -> list[tuple]:
        return [(row["task"], row["length"], row["input"]) for row in rows(data / split)]

    assert keys("adapt-direct") == keys("adapt-rfft")
    assert keys("evaluate-direct") == keys("evaluate-rfft")
    tested = set(keys("evaluate-rfft"))
    shared = [key for key in keys("adapt-rfft") if key in tested]
    assert all(length == 1 for _, length, _ in shared)
    assert sum(manifests["adapt-rfft"]["overlap"].get("nupa_add", {}).values()) == len(shared)


def test_repeated_samples_and_tokens_are_counted(made):
    small, manifests = made
    for name, manifest in manifests.items():
        stored = rows(small.root / "data" / name)
        distinct = {(row["task"], row["rule"], row["input"]) for row in stored}
        assert sum(manifest["duplicates"].values()) == len(stored) - len(distinct)
    tokenizer = Tokenizer.from_file(str(TOKENIZER / "tokenizer.json"))
    texts = [r["prompt"] + r["response"] for r in stored if (r["task"], r["length"]) == ("nupa_add", 4)]
    assert manifests["evaluate-rfft"]["tokens"]["nupa_add"]["4"] == len(tokenizer.encode(max(texts, key=len)).ids)
    assert (
        f"| nupa_add | 4 | {manifests['evaluate-rfft']['tokens']['nupa_add']['4']:,} |"
        in (small.root / "data" / "evaluate-rfft" / "README.md").read_text()
    )


def test_overlap_is_avoided_then_reported(tmp_path):
    small = config(tmp_path)
    small.data.adapt.tasks = small.data.evaluate.tasks = ["nupa_length"]
    small.data.evaluate.samples = 200  # every one-digit number is among them
    (plan,) = make_plans(small, ["adapt-rfft"])
    assert plan.overlap == {"nupa_length": {1: 12, 2: plan.overlap["nupa_length"][2]}}
    assert plan.overlap["nupa_length"][2] < 12
    head = dict.fromkeys(("rows", "shards", "method", "style", "seed", "content_hash", "code_version"), 0)
    rest = {"counts": plan.counts(), "overlap": plan.overlap, "duplicates": {}, "tokens": None}
    text = card({**head, "split": plan.name, **rest})
    assert "| nupa_length | 36 | 1-3: 12 each |" in text


def test_one_worker_and_other_shards_give_the_same_content(made, tmp_path):
    _, manifests = made
    again = generate(config(tmp_path, workers=1, rows_per_shard=50), ["pretrain", "adapt-rfft"])
    for name, manifest in again.items():
        assert manifest["content_hash"] == manifests[name]["content_hash"]
        assert manifest["shards"] != manifests[name]["shards"]
    other = generate(config(tmp_path, seed=4), ["validation"])
    assert other["validation"]["content_hash"] != manifests["validation"]["content_hash"]


def test_an_interrupted_split_goes_on(ray_cluster, tmp_path):
    small = config(tmp_path)
    before = generate(small, ["pretrain"])["pretrain"]
    folder = small.root / "data" / "pretrain"
    first, second, *rest = shards(folder)
    kept = {file: file.stat().st_mtime_ns for file in [first, *rest]}
    second.unlink()  # as a kill in the middle leaves it: no manifest, a shard missing, another half written
    (folder / "manifest.json").unlink()
    (folder / ".part-00001.parquet.4711").write_bytes(b"PAR1")
    assert generate(small, ["pretrain"])["pretrain"] == before
    assert {file: file.stat().st_mtime_ns for file in kept} == kept
    assert sorted(file.name for file in folder.iterdir() if file.name.startswith(".")) == []

    made_at = (folder / "manifest.json").stat().st_mtime_ns
    assert generate(small, ["pretrain"])["pretrain"] == before
    assert (folder / "manifest.json").stat().st_mtime_ns == made_at  # nothing was left to do

    small.data.pretrain.samples = 2  # another plan: no row of the old one may stay
    after = generate(small, ["pretrain"])["pretrain"]
    assert len(rows(folder)) == after["rows"] == 2 * 2 * 4 + 6


def test_a_sibling_experiment_shares_its_shards(ray_cluster, tmp_path):
    small = config(tmp_path)
    before = generate(small, ["pretrain"])
    variant = config(tmp_path)
    variant.name = "small-variant"
    assert generate(variant, ["pretrain"]) == before
    pairs = zip(shards(small.root / "data/pretrain"), shards(variant.root / "data/pretrain"), strict=True)
    assert all(theirs.samefile(ours) for theirs, ours in pairs)
    variant.seed = 4
    assert generate(variant, ["pretrain"]) != before
    assert generate(small, ["pretrain"]) == before  # not written through the link


def test_a_bad_sample_is_named(ray_cluster):
    job = {"position": 0, "task": "nupa_length", "length": 0, "index": 5, "shots": 0, "rename": False}
    recipe = Recipe(seed=7, salt="adapt", method="rfft", style="code", code="", kinds=("consume",))
    with pytest.raises(SampleError, match="task nupa_length, length 0, seed 7, index 5"):
        make_row(recipe, job)


def test_the_run_is_tracked(made):
    import mlflow

    small, manifests = made
    uri = f"sqlite:///{small.root.parent / 'mlflow.db'}"
    client = mlflow.MlflowClient(tracking_uri=uri)
    experiment = client.get_experiment_by_name("small")
    runs = {run.data.tags["stage"]: run for run in client.search_runs([experiment.experiment_id])}
    assert runs["generate"].info.status == "FINISHED"
    assert runs["generate"].data.tags["mlflow.parentRunId"] == runs["experiment"].info.run_id
    assert runs["generate"].data.tags["data_hash.pretrain"] == manifests["pretrain"]["content_hash"]
    assert runs["generate"].data.params["data.adapt.samples"] == "12"

    params = {"steps": 2, "nested": {"rate": 0.1}}
    with suppress(KeyError), stage_run(small, "adapt/rfft/seed-0", params) as failed:
        failed.log_metrics({"loss": 2.0}, step=1)
        raise KeyError
    assert client.get_run(failed.id).info.status == "FAILED"
    with stage_run(small, "adapt/rfft/seed-0", params) as continued:
        assert continued == failed
        continued.log_metrics({"loss": 1.0}, step=2)
    assert [(m.step, m.value) for m in client.get_metric_history(failed.id, "loss")] == [(1, 2.0), (2, 1.0)]
    with stage_run(small, "adapt/rfft/seed-0", {**params, "steps": 3}) as other:
        assert other != failed
