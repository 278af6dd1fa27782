"""The configuration of an experiment: one YAML file, a section for each job, unknown keys refused."""

from metarfft.config.load import ConfigError, from_command_line, load, variants
from metarfft.config.sections import (
    HOW_ASKED,
    UNADAPTED,
    Adapt,
    Chat,
    Config,
    Data,
    Evaluate,
    General,
    Method,
    Mix,
    Model,
    Positions,
    Serve,
    Split,
    Style,
    TinyModel,
    Train,
    Warmup,
)

__all__ = [
    "HOW_ASKED", "UNADAPTED", "Adapt", "Chat", "Config", "ConfigError", "Data", "Evaluate", "General", "Method", "Mix",
    "Model", "Positions", "Serve", "Split", "Style", "TinyModel", "Train", "Warmup", "from_command_line", "load",
    "variants",
]  # fmt: skip
