"""Configurations: every shipped one is valid, and a bad one is refused in one line that names the key."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from metarfft.config import Config, ConfigError, from_command_line, load, variants
from metarfft.tasks import select

ROOT = Path(__file__).resolve().parents[1]
CONFIGS = sorted((ROOT / "jobs" / "configs").rglob("*.yaml"))
TINY = ROOT / "jobs" / "configs" / "tiny.yaml"


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_shipped_configs_are_valid(path):
    assert isinstance(load(path), Config)


def test_overrides_replace_values():
    config = load(TINY, ["data.rows_per_shard=7", "data.adapt.lengths=2-4,9", "output=elsewhere", "adapt.seeds=[4, 5]"])
    assert config.data.rows_per_shard == 7
    assert config.data.adapt.lengths == [2, 3, 4, 9]
    assert config.adapt.seeds == [4, 5]
    assert config.root == Path.cwd() / "elsewhere" / "tiny"


def test_a_job_in_rays_copy_of_the_checkout_writes_elsewhere(tmp_path, monkeypatch):
    copy = tmp_path / "working_dir_files" / "_ray_pkg_1"
    copy.mkdir(parents=True)
    monkeypatch.chdir(copy)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert load(TINY).root == tmp_path / "home" / "metarfft" / "outputs" / "tiny"
    assert load(TINY, [f"output={tmp_path}"]).root == tmp_path / "tiny"


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("data.rows_per_chard=7", r"unknown key data\.rows_per_chard .*known here: .*rows_per_shard"),
        ("train.steps=7", r"unknown key train .*known here: .*pretrain"),
        ("model.tiny.width=7", r"unknown key model\.tiny\.width .*known here: .*hidden_size"),
        ("adapt.methods=[rfft, magic]", r"adapt\.methods\.1"),
        ("pretrain.steps=many", r"pretrain\.steps: .*integer"),
        ("pretrain.steps=0", r"pretrain\.steps"),
        ("data.adapt.tasks=[nupa_ad]", r"data\.adapt\.tasks: .*nupa_ad.*nupa_add"),
        ("data.adapt.lengths=one", r"data\.adapt.*'one' is no length or range"),
        ("seed", r"write section\.key=value"),
        ("seed.first=1", r"seed has no keys of its own"),
        ("seed=[1", r"seed.*YAML"),
        ("model={}", r"model: give model\.base .* or model\.tiny"),
    ],
)
def test_bad_values_are_refused_in_one_line(override, message):
    with pytest.raises(ConfigError, match=message) as refused:
        load(TINY, [override])
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("text", ["[1, 2]", "name: [", "name: x"])
def test_bad_files_are_refused_in_one_line(tmp_path, text):
    path = tmp_path / "x.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=str(path)) as refused:
        load(path)
    assert "\n" not in str(refused.value)


def test_a_job_ends_with_status_2(capsys):
    with pytest.raises(SystemExit) as ended:
        from_command_line("A job.", ["--config", str(TINY.with_name("none.yaml"))])
    assert ended.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_cluster_file_is_valid():
    from ray.autoscaler._private.util import prepare_config, validate_config

    cluster = yaml.safe_load((ROOT / "cluster.yaml").read_text())
    validate_config(prepare_config(cluster))


def test_ablations_are_experiments_of_their_own(capsys):
    config = load(TINY, ["output=elsewhere"])
    found = {one.name: one for one in variants(config)}
    assert len(found) == len(config.ablations) > 5
    short = found["tiny-short"]
    steps = config.ablations["short"]["pretrain"]["steps"]
    assert steps < config.pretrain.steps
    assert (short.model.pretrained, short.pretrain.steps, short.adapt.seeds) == (None, steps, [0])
    assert short.root.parent == config.root.parent
    assert short.pretrain.muon_learning_rate == config.pretrain.muon_learning_rate
    assert short.data.pretrain.tasks == config.data.pretrain.tasks
    assert short.data.adapt == config.data.adapt
    assert [task.source for task in select(found["tiny-leetcode"].data.pretrain.tasks)] == ["leetcode"] * 66
    with pytest.raises(ConfigError, match=r"^ablation wider: unknown key model\.tiny\.width"):
        load(TINY, ["ablations={wider: {model: {tiny: {width: 3}}}}"])
    assert from_command_line("", ["--config", str(TINY)]).ablations == {}
    assert from_command_line("", ["--config", str(TINY), "--ablations"], ablations=True).ablations == config.ablations
    some = from_command_line("", ["--config", str(TINY), "--ablations", "replay,one-shot"], ablations=True).ablations
    assert list(some) == ["replay", "one-shot"]
    with pytest.raises(SystemExit):
        from_command_line("", ["--config", str(TINY), "--ablations", "repaly"], ablations=True)
    assert "'repaly' is none of this file's: short, again" in capsys.readouterr().err


def test_a_chat_model_is_given_by_options():
    line = ["--config", str(TINY), "--endpoint", "http://127.0.0.1:1/v1", "--model", "some/model"]
    config = from_command_line("", line, chat=True)
    assert [(chat.name, chat.endpoint, chat.prompt) for chat in config.evaluate.chat] == [
        ("some/model", "http://127.0.0.1:1/v1", "direct")
    ]
    assert config.compared[-1] == "some/model"
    with pytest.raises(SystemExit):
        from_command_line("", line[:4], chat=True)
