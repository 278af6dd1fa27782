"""The plan of an experiment before its first step: for each stage what it trains, needs and costs, as text."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import fmean

from metarfft import tasks
from metarfft.config import Config, Split, Style, Train
from metarfft.data.plan import data_method
from metarfft.samples import SYNTHETIC, Method, make_sample
from metarfft.train import budget
from metarfft.train.budget import GIB, GPUS, Gpu
from metarfft.train.plan import base_stage
from metarfft.train.shapes import Shape, find_shape, tiny_shape

DRAWN = 300  # samples whose length is looked at
# Characters a token where the model's tokenizer is not at hand: Qwen2.5's vocabulary on RF-pretraining samples
_CHARACTERS: dict[Style, float] = {"code": 2.73, "indexed": 2.21, "natural": 2.62}


@dataclass(frozen=True)
class Lengths:
    """Lengths of samples in tokens, as (prompt, response) pairs of a random few."""

    pairs: list[tuple[int, int]]

    def within(self, context: int) -> Lengths:
        """Those that fit the context; the others are left out of training."""
        return Lengths([pair for pair in self.pairs if sum(pair) <= context])

    @property
    def mean(self) -> float:
        """Tokens of a sample."""
        return fmean(map(sum, self.pairs)) if self.pairs else 0.0

    @property
    def weighted(self) -> float:
        """Tokens of the sample that a token is in, on average: what attention's cost goes by."""
        sizes = [sum(pair) for pair in self.pairs]
        return sum(size * size for size in sizes) / max(sum(sizes), 1)

    @property
    def learnt(self) -> float:
        """Share of the tokens that are targets."""
        return sum(response for _, response in self.pairs) / max(sum(map(sum, self.pairs)), 1)


@dataclass(frozen=True)
class Forecast:
    """One stage, or ``runs`` stages that differ in seed and task only."""

    name: str
    settings: Train
    lengths: Lengths  # of what is drawn, longer than the context or not
    runs: int = 1
    overrides: Collection[str] = ()  # keys that the adaptation's method has values of its own for

    def key(self, name: str) -> str:
        """Where the configuration has that setting of this stage."""
        section, _, method = self.name.partition("/")
        return f"{section}.overrides.{method}.{name}" if name in self.overrides else f"{section}.{name}"


def plan(config: Config, gpu: str | None = None, utilisation: float = 0.4) -> Iterator[str]:
    """The lines of the plan.

    Args:
        gpu: one of `GPUS`; None: H100-80GB for stages on GPUs.
        utilisation: share of the accelerator's peak that training reaches, recomputation counted as work.

    Raises:
        ValueError: no such accelerator, a share out of (0, 1], or a model whose shape is not to be had.
    """
    if gpu is not None and gpu not in GPUS:
        raise ValueError(f"--gpu {gpu}: known are {', '.join(GPUS)}")
    if not 0 < utilisation <= 1:
        raise ValueError(f"--mfu {utilisation}: a share of the peak, above 0 and at most 1")
    shape, source = _shape(config)
    count, counted = _counter(config)
    base = config.model.base or "a model built here"
    yield f"{config.name}: {base}, {_number(shape.parameters)} parameters ({source})"
    yield f"tokens: {counted}; means of {DRAWN} drawn samples"
    stages = list(_stages(config, count))
    if config.model.pretrained:
        yield f"pretrain: not run, {config.model.pretrained} is given"
    total = 0.0
    for stage in stages:
        on = GPUS[gpu or "H100-80GB"] if gpu or stage.settings.gpus_per_worker else None
        processor = (gpu or "H100-80GB") if on else "CPU"
        label = f"{stage.settings.fewest_workers} x {processor}"
        yield ""
        yield from _lines(stage, shape, label, on, utilisation)
        if on:
            total += _gpu_hours(stage, shape, on, utilisation)
    if total:
        yield f"\nall stages: {total:,.1f} GPU hours, without validation, loading and checkpoints"


def _lines(stage: Forecast, shape: Shape, label: str, gpu: Gpu | None, utilisation: float) -> Iterator[str]:
    settings = stage.settings
    bf16 = settings.precision == "bf16" or (settings.precision == "auto" and gpu is not None)
    kept = stage.lengths.within(settings.context_length)
    learnt = budget.trainable(shape, settings)
    how = "full update" if settings.update == "full" else f"PiSSA rank {settings.rank}"
    told = [how, f"{_number(learnt)} parameters train ({100 * learnt / shape.parameters:.3g}%)", label]
    told += [f"ZeRO {settings.zero_stage}", "bf16" if bf16 else "fp32"]
    told += ["gradient checkpointing"] * settings.gradient_checkpointing
    times = f" ({stage.runs} runs of this kind)" if stage.runs > 1 else ""
    yield f"{stage.name}{times}: {', '.join(told)}"
    left_out = 1 - len(kept.pairs) / len(stage.lengths.pairs)
    samples = settings.steps * settings.batch_size
    text = (
        f"  data     {settings.steps:,} steps x {settings.batch_size} = {samples:,} samples of {kept.mean:,.0f} tokens"
    )
    text += f", {100 * kept.learnt:.0f}% of them targets: {_number(_tokens(stage))} tokens"
    yield text + (f"; {100 * left_out:.1f}% of the samples are longer than the context" if left_out else "")
    need = budget.memory(shape, settings, bf16, kept.learnt)
    parts = ", ".join(f"{part} {size:.1f}" for part, size in budget.at_peak(need).items() if size >= 0.05)
    of = f" of {gpu.memory}" if gpu else ""
    yield f"  memory   {need.total / GIB:.1f} GiB{of} a worker{f': {parts}' if parts else ''}"
    operations = _operations(stage, shape)
    text = f"  compute  {operations:.2e} model FLOPs"
    if gpu:
        hours = budget.hours(operations, settings.fewest_workers, gpu, utilisation)
        text += f", {_time(hours)} at an MFU of {100 * utilisation:.0f}% ({gpu.tflops:g} TFLOP/s)"
        text += f", {_time(stage.runs * hours)} for all {stage.runs}" if stage.runs > 1 else ""
    yield text
    if gpu and not budget.fits(need, gpu):
        usable = budget.USABLE * gpu.memory
        yield f"  DOES NOT FIT: {need.total / GIB:.0f} GiB are needed and {usable:.0f} GiB usable. What would fit:"
        found = budget.remedies(shape, settings, bf16, kept.learnt, gpu)
        for change in found:
            keys = " ".join(f"{stage.key(name)}={_yaml(value)}" for name, value in change.items())
            smaller = budget.memory(shape, settings.model_copy(update=change), bf16, kept.learnt)
            yield f"    {keys} ({smaller.total / GIB:.0f} GiB)"
        if not found:
            yield "    nothing that this program can set: a larger accelerator or a smaller model"


def _yaml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _tokens(stage: Forecast) -> float:
    settings = stage.settings
    kept = stage.lengths.within(settings.context_length)
    share = len(kept.pairs) / len(stage.lengths.pairs)
    return settings.steps * settings.batch_size * share * kept.mean


def _operations(stage: Forecast, shape: Shape) -> float:
    """The model's own FLOPs, which MFU goes by: without what gradient checkpointing computes again."""
    kept = stage.lengths.within(stage.settings.context_length)
    once = stage.settings.model_copy(update={"gradient_checkpointing": False})
    return budget.flops(shape, once, _tokens(stage), kept.weighted, kept.learnt)


def _gpu_hours(stage: Forecast, shape: Shape, gpu: Gpu, utilisation: float) -> float:
    return stage.runs * budget.hours(_operations(stage, shape), 1, gpu, utilisation)


def _stages(config: Config, count: Callable[[str], int]) -> Iterator[Forecast]:
    if base_stage(config):
        yield Forecast("warmup", config.warmup, _warmup(config))
    pretrained = _lengths(config, config.data.pretrain, "rfft", count)
    if config.model.pretrained is None:
        yield Forecast("pretrain", config.pretrain, pretrained)
    chosen = len(tasks.select(config.data.adapt.tasks)) if config.adapt.per_task else 1
    for method in config.adapt.methods:
        settings = config.adapt.of(method)
        lengths = _lengths(config, config.data.adapt, data_method(method), count)
        replay = sum(mix.share for mix in settings.mix if mix.replay)  # other data: taken to be as long
        if replay:  # in the proportion in which a batch has them
            again = pretrained.pairs[: round(DRAWN * replay)]
            lengths = Lengths([*lengths.pairs[: DRAWN - len(again)], *again])
        own = config.adapt.overrides.get(method, {})
        yield Forecast(f"adapt/{method}", settings, lengths, len(config.adapt.seeds) * chosen, own)


def _lengths(config: Config, split: Split, method: Method, count: Callable[[str], int]) -> Lengths:
    """The lengths of `DRAWN` samples drawn from a split as its plan would."""
    rng = Random(f"{config.seed}/forecast")
    places = [
        (task, length) for task in tasks.select(split.tasks) for length in split.lengths if task.has_length(length)
    ]
    synthetic = split.synthetic / max(split.synthetic + split.samples * len(places), 1)
    pairs = []
    for index in range(DRAWN):
        if rng.random() < synthetic or not places:
            name, length = SYNTHETIC, rng.choice(split.synthetic_lengths or split.lengths)
        else:
            task, length = rng.choice(places)
            name = task.id
        shots = int(rng.random() < split.shots)
        style, kinds = split.style or config.data.style, split.synthetic_kinds
        row = make_sample(name, length, config.seed, index, method, style, shots, split="forecast", kinds=kinds)
        pairs.append((count(row["prompt"]), count(row["response"]) + 1))
    return Lengths(pairs)


def _warmup(config: Config) -> Lengths:
    from metarfft.train.tokenizer import build_tokenizer  # these import torch
    from metarfft.train.warmup import WarmupStream

    stage = base_stage(config)
    assert stage is not None
    stream = WarmupStream(build_tokenizer(stage.pieces), batch_size=1, seed=config.seed)
    drawn = [stream.sample(place) for place in range(DRAWN)]
    targets = [int((sample.labels >= 0).sum()) for sample in drawn]
    return Lengths([(len(sample.ids) - learnt, learnt) for sample, learnt in zip(drawn, targets, strict=True)])


def _shape(config: Config) -> tuple[Shape, str]:
    if config.model.base is not None:
        shape, source = find_shape(config.model.base)
        return shape, f"shape from {source}"
    stage = base_stage(config)
    assert stage is not None
    assert stage.tiny is not None
    from metarfft.train.tokenizer import build_tokenizer

    return tiny_shape(stage.tiny, len(build_tokenizer(stage.pieces))), "shape from model.tiny"


def _counter(config: Config) -> tuple[Callable[[str], int], str]:
    """How many tokens a text has, and by what that is told."""
    from tokenizers import Tokenizer

    base = config.model.base
    if base is None:
        from metarfft.train.tokenizer import build_tokenizer

        stage = base_stage(config)
        assert stage is not None
        tiny = build_tokenizer(stage.pieces)
        return lambda text: len(tiny(text)["input_ids"]), "counted with the tokenizer built here"
    file: object = Path(base) / "tokenizer.json"
    if not Path(base).is_dir():
        from huggingface_hub import try_to_load_from_cache

        file = try_to_load_from_cache(base, "tokenizer.json")
    if isinstance(file, str | Path) and Path(file).exists():
        tokenizer = Tokenizer.from_file(str(file))
        return lambda text: len(
            tokenizer.encode(text, add_special_tokens=False).ids
        ), "counted with the base's tokenizer"
    characters = _CHARACTERS[config.data.style]
    return lambda text: round(
        len(text) / characters
    ), f"estimated, {characters} characters each (the tokenizer is not here)"


def _time(hours: float) -> str:
    return f"{hours:,.1f} h" if hours >= 1 else f"{60 * hours:.1f} min"


def _number(count: float) -> str:
    for unit, size in (("B", 1e9), ("M", 1e6), ("k", 1e3)):
        if count >= size:
            return f"{count / size:.2f}{unit}"
    return f"{count:.0f}"
