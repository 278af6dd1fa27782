"""The training stages of an experiment: what each starts from, trains on and leaves behind. Imports no torch."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any

from metarfft import tasks
from metarfft.config import Config, Method, TinyModel, Train
from metarfft.data import rows
from metarfft.data.plan import data_method
from metarfft.rules import compose, rename
from metarfft.train.pieces import default_pieces, words_of
from metarfft.train.shapes import config_file

RESULT = "result.json"
# Settings that say how a stage is run, or which others are, and not what comes out of it.
_HOW = {"workers", "cpus_per_worker", "gpus_per_worker", "micro_batch_tokens", "checkpoint_every", "log_every"}
_HOW |= {"gradient_checkpointing", "too_long", "offload_optimizer", "offload_parameters"}
_HOW |= {"methods", "seeds", "per_task", "concurrent", "overrides"}  # a stage has its own method, seed and tasks


@dataclass(frozen=True)
class Stage:
    """One training run.

    Attributes:
        out: folder of everything that the stage leaves, `RESULT` last.
        model: where in it the whole model goes; None when only the adapter is kept.
        start: model directory or name to start from; None: a small model is built from ``tiny`` and ``pieces``.
        data: Parquet dataset to train on; None: the synthetic warm-up.
        tasks: keep only the dataset's rows of these tasks.
        mix: other datasets, and the share of every step that comes from each.
        inputs: digests of the starting model and the datasets.
    """

    name: str
    out: Path
    model: Path | None
    settings: Train
    seed: int
    start: str | None = None
    tiny: TinyModel | None = None
    pieces: tuple[str, ...] = ()
    data: Path | None = None
    tasks: tuple[str, ...] = ()
    validation: Path | None = None
    mix: tuple[tuple[Path, float], ...] = ()
    method: Method | None = None
    inputs: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Digest of everything that the outcome depends on."""
        told = {**asdict(self), "settings": self.settings.model_dump(exclude=_HOW), "tiny": str(self.tiny)}
        for place in ("name", "out", "model", "start", "data", "validation", "mix"):
            told.pop(place)  # where things are is no matter; what they are is in `inputs`
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]

    def result(self) -> dict[str, Any] | None:
        """The stage's result if it is finished, with these settings and inputs."""
        try:
            found = json.loads((self.out / RESULT).read_text())
        except (OSError, ValueError):
            return None
        return found if found.get("digest") == self.digest else None


def check_inputs(config: Config) -> None:
    """Sees that the models and the data to be mixed in that the configuration names can be had, before any work.

    Raises:
        FileNotFoundError: a model is neither a directory nor on the Hugging Face hub, or there is no such data.
    """
    for model in filter(None, [config.model.base, config.model.pretrained]):
        config_file(model)
    for settings in (config.pretrain, *map(config.adapt.of, config.adapt.methods)):
        for mix in settings.mix:
            if not mix.replay and not Path(mix.data).exists():
                raise FileNotFoundError(f"mix.data: there is no file or folder {mix.data}")


def base_stage(config: Config) -> Stage | None:
    """Building and warming up a small base model; None when the base is a given model."""
    if config.model.base is not None:
        return None
    out = config.root / "models" / "base"
    known = [*tasks.select(config.data.pretrain.tasks), *tasks.select(config.data.adapt.tasks)]
    questions = [*(q for t in known for q in t.questions), *(q for texts in compose.QUESTIONS.values() for q in texts)]
    pieces = tuple(default_pieces([*words_of([t.rule_source for t in known], questions), *rename.WORDS]))
    return Stage("base", out, out, config.warmup, config.seed, tiny=config.model.tiny, pieces=pieces)


def pretrain_stage(config: Config) -> Stage | None:
    """RF-pretraining of the base; None when an RF-pretrained model is given.

    Raises:
        FileNotFoundError: the datasets have not been made.
    """
    if config.model.pretrained is not None:
        return None
    out = config.root / "models" / "pretrained"
    data, validation = config.root / "data" / "pretrain", config.root / "data" / "validation"
    start, mix = base(config), _mix(config, config.pretrain)
    return Stage(
        "pretrain",
        out,
        out,
        config.pretrain,
        config.seed,
        start,
        data=data,
        validation=validation,
        mix=mix,
        inputs=(_model_digest(start), *map(_data_digest, [data, validation, *(other for other, _ in mix)])),
    )


def adapt_stages(config: Config) -> list[Stage]:
    """The stages of all `adaptations`.

    Raises:
        FileNotFoundError: the datasets or the RF-pretrained model have not been made.
    """
    return [_adapt_stage(config, *adaptation) for adaptation in adaptations(config)]


def adaptations(config: Config) -> list[tuple[Method, int, tasks.Task | None]]:
    """Every adaptation: method by method, seed by seed and, with ``adapt.per_task``, task by task (else None)."""
    chosen = tasks.select(config.data.adapt.tasks) if config.adapt.per_task else [None]
    return list(product(config.adapt.methods, config.adapt.seeds, chosen))


def adaptation_name(method: Method, seed: int, task: tasks.Task | None) -> str:
    """The stage's name, and its folder under ``models``."""
    return f"adapt/{method}/seed-{seed}" + (f"/{task.id}" if task else "")


def _adapt_stage(config: Config, method: Method, seed: int, task: tasks.Task | None) -> Stage:
    settings = config.adapt.of(method)
    name = adaptation_name(method, seed, task)
    out = config.root / "models" / name
    start = pretrained(config) if method == "meta-rfft" else base(config)
    data = config.root / "data" / f"adapt-{data_method(method)}"
    mix = _mix(config, settings)
    inputs = [_model_digest(start), _data_digest(data), *(_data_digest(other) for other, _ in mix)]
    return Stage(
        name,
        out,
        out / "model" if settings.update == "full" else None,
        settings,
        seed,
        start,
        data=data,
        tasks=(task.id,) if task else (),
        mix=mix,
        method=method,
        inputs=tuple(inputs),
    )


def base(config: Config) -> str:
    """Where the base model is: the given one, or the one built here."""
    return _place(config.model.base) if config.model.base else str(config.root / "models" / "base")


def pretrained(config: Config) -> str:
    """Where the RF-pretrained model is: the given one, or the one made here."""
    return _place(config.model.pretrained) if config.model.pretrained else str(config.root / "models" / "pretrained")


def _place(model: str) -> str:
    """A model directory as an absolute path (workers run elsewhere); any other name as it is."""
    return str(Path(model).resolve()) if Path(model).is_dir() else model


def _model_digest(model: str) -> str:
    """The digest of the stage that made the model directory, or the name of a model from elsewhere."""
    path = Path(model)
    if (path / RESULT).exists():
        return json.loads((path / RESULT).read_text())["digest"]
    if path.is_absolute() and not (path / "config.json").exists():
        raise FileNotFoundError(f"{model} is no model yet: run jobs/pretrain.py first")
    return path.name if path.is_absolute() else model


def _mix(config: Config, settings: Train) -> tuple[tuple[Path, float], ...]:
    """Where the data is that is mixed in, absolute (workers run elsewhere)."""
    replayed = config.root / "data" / "pretrain"
    return tuple((replayed if mix.replay else Path(mix.data).resolve(), mix.share) for mix in settings.mix)


def _data_digest(data: Path) -> str:
    try:
        return rows.digest(data)
    except FileNotFoundError:
        raise FileNotFoundError(f"{data} is no dataset yet: run jobs/generate.py first") from None
