"""The models of an experiment as they are served and asked: which weights, which adapter, under which name."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path

from metarfft.config import HOW_ASKED, Config
from metarfft.train.plan import RESULT, adaptation_name, adaptations, base, pretrained


@dataclass(frozen=True)
class Model:
    """A model at an endpoint.

    Attributes:
        name: its name there, for example ``meta-rfft/seed-0``.
        base: directory or Hugging Face name of whole weights.
        adapter: LoRA adapter to be used with them; None: ``base`` is the model.
        method: how it was adapted; None for a model that was not.
        prompts: the method whose prompts it is asked with, where ``method`` does not say.
        tasks: the tasks that it was adapted to, when not to all.
        digest: of everything that the model depends on.
    """

    name: str
    base: str
    adapter: Path | None = None
    method: str | None = None
    seed: int = 0
    prompts: str = ""
    tasks: tuple[str, ...] = ()
    digest: str = ""


def adapted_models(config: Config) -> list[Model]:
    """The finished adaptations of the configured methods and seeds.

    Raises:
        FileNotFoundError: there is none.
    """
    folder = config.root / "models" / "adapt"
    models = []
    for method, seed, task in adaptations(config):
        place = config.root / "models" / adaptation_name(method, seed, task)
        if not (place / RESULT).exists():
            continue
        result = json.loads((place / RESULT).read_text())
        adapter = place / "adapter"
        whole = not (adapter / "adapter_config.json").exists()
        models.append(
            Model(
                name=place.relative_to(folder).as_posix(),
                base=str(place / "model") if whole else result["base"],
                adapter=None if whole else adapter,
                method=method,
                seed=seed,
                tasks=tuple(result["tasks"]),
                digest=result["digest"],
            )
        )
    if not models:
        raise FileNotFoundError(f"{folder} has no finished model: run jobs/adapt.py first")
    return models


def chat_models(config: Config) -> list[Model]:
    """The chat models that are asked beside the adapted ones; each is a line of its own in the report."""
    return [
        Model(
            name=chat.name,
            base=f"{chat.endpoint} {chat.name}",
            method=chat.name,
            prompts=chat.prompt,
            digest=hashlib.sha256(chat.model_dump_json(exclude=set(HOW_ASKED)).encode()).hexdigest()[:16],
        )
        for chat in config.evaluate.chat
    ]


def unadapted_models(config: Config) -> list[Model]:
    """The starting models, to be asked as they are; each is a line of its own in the report."""
    return [replace(model, method=model.name, prompts="rfft") for model in starting_models(config)]


def starting_models(config: Config) -> list[Model]:
    """The base and the RF-pretrained model, as far as they are there."""
    given = {"base": config.model.base, "pretrained": config.model.pretrained}
    places = {"base": base(config), "pretrained": pretrained(config)}
    return [
        Model(name, place, digest=hashlib.sha256(_weights(place).encode()).hexdigest()[:16])
        for name, place in places.items()
        if given[name] or (Path(place) / RESULT).exists()
    ]


def _weights(model: str) -> str:
    """What tells a model from another: the digest of the stage that made it, or its name."""
    try:
        return json.loads((Path(model) / RESULT).read_text())["digest"]
    except (OSError, ValueError, KeyError):
        return model
