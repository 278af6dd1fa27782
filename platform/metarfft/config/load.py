"""Reading a configuration: a YAML file, overrides, and the variants (ablations) that it names.

Every job is called as ``python jobs/NAME.py --config FILE [section.key=value ...]``. Nothing here imports Ray or torch,
so that a bad value is refused before any work starts.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import ValidationError

from metarfft.config.sections import Config, Section


class ConfigError(ValueError):
    """A configuration that cannot be used; the message is one line and names the key."""


def load(path: str | Path, overrides: list[str] | None = None) -> Config:
    """The configuration in the YAML file ``path`` with ``section.key=value`` overrides applied.

    Raises:
        ConfigError: the file cannot be read, a key is unknown or a value is bad.
    """
    try:
        values = yaml.safe_load(Path(path).read_text())
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{path} is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: expected sections such as 'model:' and 'data:'")
    for override in overrides or []:
        key, equals, text = override.partition("=")
        if not equals or not key:
            raise ConfigError(f"{override!r}: write section.key=value")
        *sections, last = key.split(".")
        at = values
        for section in sections:
            at = at.setdefault(section, {})
            if not isinstance(at, dict):
                raise ConfigError(f"{key}: {section} has no keys of its own")
        try:
            at[last] = yaml.safe_load(text)
        except yaml.YAMLError:
            raise ConfigError(f"{key}: {text!r} is not YAML") from None
    config = _validated(values, str(path))
    variants(config)
    return config


def variants(config: Config) -> list[Config]:
    """The ablations of a configuration, each an experiment of its own, ``<name>-<ablation>``.

    Raises:
        ConfigError: one changes an unknown key or gives a bad value.
    """
    values = config.model_dump(exclude_unset=True, exclude={"ablations"})
    return [
        _validated({**_merged(values, changes), "name": f"{config.name}-{name}"}, f"ablation {name}")
        for name, changes in config.ablations.items()
    ]


def _chosen(config: Config, names: str) -> dict[str, Any]:
    """The ablations of that comma-separated list; an empty one stands for all."""
    wanted = names.split(",") if names else list(config.ablations)
    for name in wanted:
        if name not in config.ablations:
            known = ", ".join(config.ablations) or "it has none"
            raise ConfigError(f"--ablations: {name!r} is none of this file's: {known}")
    return {name: config.ablations[name] for name in wanted}


def _merged(values: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """``values`` with ``changes`` in their place, section by section."""
    merged = dict(values)
    for key, new in changes.items():
        old = merged.get(key)
        merged[key] = _merged(old, new) if isinstance(old, Mapping) and isinstance(new, Mapping) else new
    return merged


def _validated(values: Mapping[str, Any], where: str) -> Config:
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        raise ConfigError(f"{where}: " + "; ".join(_one_line(e) for e in error.errors())) from None


def _one_line(error: Any) -> str:
    where = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        section: Any = Config
        for part in error["loc"][:-1]:
            field = section.model_fields.get(part) if section else None
            types = get_args(field.annotation) or (field.annotation,) if field else ()
            section = next((t for t in types if isinstance(t, type) and issubclass(t, Section)), None)
        known = sorted(section.model_fields) if section else []
        return f"unknown key {where}" + (f" (known here: {', '.join(known)})" if known else "")
    return f"{where}: {error['msg'].removeprefix('Value error, ')}"


def from_command_line(
    description: str, argv: list[str] | None = None, chat: bool = False, ablations: bool = False
) -> Config:
    """The configuration named on a job's command line; a bad one ends the program with status 2 and one line.

    Args:
        chat: take a chat model (`sections.Chat`) as options of its own.
        ablations: take ``--ablations``; those not chosen by it are dropped.
    """
    parser = argparse.ArgumentParser(description=description)
    if chat:
        parser.add_argument("--endpoint", metavar="URL", help="OpenAI-compatible API of a chat model to ask too")
        parser.add_argument("--model", metavar="NAME", help="that model, as the API calls it")
        parser.add_argument("--prompt", choices=["direct", "scratchpad", "rfft"], help="whose prompts; default: direct")
    if ablations:
        parser.add_argument(
            "--ablations", nargs="?", const="", metavar="NAME,NAME", help="then these of the file, or all; compare them"
        )
    parser.add_argument("--config", required=True, metavar="FILE", help="YAML file of the experiment")
    parser.add_argument("overrides", nargs="*", metavar="section.key=value", help="values that replace the file's")
    arguments = parser.parse_args(argv)
    overrides = arguments.overrides
    if chat and (arguments.endpoint or arguments.model or arguments.prompt):
        if not (arguments.endpoint and arguments.model):
            parser.exit(2, "--endpoint and --model go together\n")
        given = {"endpoint": arguments.endpoint, "model": arguments.model, "prompt": arguments.prompt or "direct"}
        overrides = [*overrides, f"evaluate.chat={json.dumps([given])}"]
    try:
        config = load(arguments.config, overrides)
        chosen = _chosen(config, arguments.ablations) if ablations and arguments.ablations is not None else {}
        return config.model_copy(update={"ablations": chosen})
    except ConfigError as error:
        parser.exit(2, f"{error}\n")
