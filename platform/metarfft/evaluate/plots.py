"""Figures of a report. Colours tell methods apart for colour-blind readers too, and so do the markers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from itertools import cycle
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.ticker import LogLocator, NullLocator

from metarfft.evaluate.errors import Errors, Scored
from metarfft.evaluate.metrics import Results, Summary
from metarfft.evaluate.process import KINDS

plt.rcParams["svg.hashsalt"] = "metarfft"  # the same results give the same file

# Okabe and Ito's palette (https://jfly.uni-koeln.de/color/)
METHODS = {
    "meta-rfft": ("Meta-RFFT", "#0072B2", "o"),
    "rfft": ("vanilla RFFT", "#D55E00", "s"),
    "scratchpad": ("scratchpad", "#009E73", "^"),
    "direct": ("direct answer", "#666666", "D"),
}


_SERIES = "#0072B2 #D55E00 #009E73 #CC79A7 #E69F00 #56B4E9 #000000 #666666".split()
_MARKERS = "os^DvP*X"
_STROKES = ("-", "--", ":", "-.")
_BANDS = 8  # more series than this are drawn without bands, which would cover one another


def looks(names: list[str]) -> dict[str, tuple[str, str, str]]:
    """Label, colour and marker for any lines; from the ninth on, colours and markers meet in other pairs, and
    figures change the stroke."""
    return {name: (name, _SERIES[n % 8], _MARKERS[(n + n // 8) % 8]) for n, name in enumerate(names)}


def lines_of(names: Collection[str]) -> dict[str, tuple[str, str, str]]:
    """Label, colour and marker of methods, in their order in legends, then of whatever else is compared with them."""
    known = {name: look for name, look in METHODS.items() if name in names}
    free = list(zip(_SERIES[3:7], _MARKERS[4:], strict=True))
    others = [name for name in names if name not in known]
    return known | {name: (name, *free[n % len(free)]) for n, name in enumerate(others)}


def accuracy_by_length(
    results: Results,
    titles: dict[str, str],
    in_distribution: int,
    files: list[Path],
    lines: dict[str, tuple[str, str, str]],
) -> None:
    """One panel a task: accuracy against length, a line a method with its 95% interval as a band, a dot a seed.

    More than eight methods are drawn as lines alone.

    Args:
        titles: what to write over each task's panel.
        in_distribution: longest length seen in adaptation; that region is shaded.
        files: where to save, each in the format of its suffix.
        lines: label, colour and marker of each method, in the order of the legend.
    """
    tasks = results.tasks()
    columns = min(4, len(tasks))
    rows = -(-len(tasks) // columns)
    known = [look for method, look in lines.items() if results.accuracy.get(method)]
    width = 4.2 * columns + 0.4
    # labels that fit into a row of the legend
    beside = min(4, max(1, int(10 * width // (max((len(label) for label, _, _ in known), default=0) + 6))))
    height = 3.3 * rows + 0.25 * -(-len(known) // beside) + 0.3
    figure, grid = plt.subplots(
        rows, columns, figsize=(width, height), sharey=True, squeeze=False, layout="constrained"
    )
    crowded = len(known) > _BANDS
    axes = list(grid.flat)
    for axis in axes[len(tasks) :]:
        axis.remove()
    for axis, task in zip(axes, tasks, strict=False):
        axis.axvspan(0, in_distribution + 0.5, color="#F0E442", alpha=0.25, lw=0)
        axis.text(in_distribution / 2 + 0.25, 0.03, "seen", fontsize=8, color="#8a8000", ha="center")
        last = 0
        # Meta-RFFT, first in the legend, is drawn last, over the others
        for depth, (method, (label, colour, marker)) in enumerate(lines.items()):
            seeds = results.accuracy.get(method, {}).get(task)
            if not seeds:
                continue
            curve = results.by_length(method, task)
            lengths = list(curve)
            last = max(last, *lengths)
            low, high = zip(*results.intervals(method, task).values(), strict=True)
            over = {"color": colour, "zorder": 10 - depth, "clip_on": False}
            if not crowded:
                axis.fill_between(lengths, low, high, alpha=0.12, lw=0, **over)
            if len(seeds) > 1 and not crowded:
                dots = [dot for seed in seeds.values() for dot in seed.items()]
                axis.plot(*zip(*dots, strict=True), ls="", marker=".", ms=3, alpha=0.45, **over)
            look = {"marker": marker, "ms": 4.5, "lw": 1.2 if crowded else 1.8, "ls": _STROKES[depth // 8 % 4]}
            axis.plot(lengths, list(curve.values()), label=label, **look, **over)
        axis.set_title(titles[task], fontsize=10, pad=10)
        axis.set_xlabel("length")
        axis.set_xlim(0, last + 0.5)
        axis.set_ylim(-0.02, 1.02)
        _plain(axis)
    for axis in grid[:, 0]:
        axis.set_ylabel("accuracy")
    handles = {
        label: handle
        for axis in axes[: len(tasks)]
        for handle, label in zip(*axis.get_legend_handles_labels(), strict=True)
    }
    order = [label for label, _, _ in known if label in handles]
    figure.legend([handles[label] for label in order], order, loc="outside lower center", ncols=beside, frameon=False)
    _save(figure, files)


def overview(summaries: dict[str, Summary], in_distribution: int, files: list[Path]) -> None:
    """A row a series: its mean accuracy over the lengths of adaptation and over longer ones, with 95% intervals."""
    figure, axis = plt.subplots(figsize=(8.4, 0.34 * len(summaries) + 1.3), layout="constrained")
    parts = {
        "in_distribution": (f"lengths 1-{in_distribution}, seen in adaptation", "#E69F00", "s", -0.14),
        "beyond": (f"lengths over {in_distribution}", "#0072B2", "o", 0.14),
    }
    for part, (label, colour, marker, shift) in parts.items():
        for place, summary in enumerate(summaries.values()):
            value, interval = getattr(summary, part), summary.intervals[part]
            if value is None or interval is None:
                continue
            at = place + shift
            axis.plot(interval, (at, at), color=colour, lw=1.6, alpha=0.6)
            axis.plot(value, at, color=colour, marker=marker, ms=6, ls="", label=label)
    axis.set_yticks(range(len(summaries)), list(summaries))
    axis.set_ylim(len(summaries) - 0.4, -0.6)
    axis.set_xlim(-0.01, 1.01)
    axis.set_xlabel("accuracy")
    _plain(axis)
    handles = dict(zip(*reversed(axis.get_legend_handles_labels()), strict=True))
    figure.legend(list(handles.values()), list(handles), loc="outside lower center", ncols=2, frameon=False)
    _save(figure, files)


def failures(errors: dict[str, Errors], files: list[Path]) -> None:
    """A row a series: by which kind of error its answers left the rule, and how many wrong results miscount loops."""
    figure, (kinds, counts) = plt.subplots(
        1, 2, figsize=(12.4, 0.36 * len(errors) + 1.7), sharey=True, layout="constrained", width_ratios=(1.7, 1)
    )
    for place, found in enumerate(errors.values()):
        left = 0.0
        for (kind, label), colour in zip(KINDS.items(), _SERIES, strict=False):
            share = found.kinds[kind] / max(1, found.answers)
            kinds.barh(place, share, 0.7, left, color=colour, label=None if place else label)
            if share > 0.03:
                kinds.text(
                    left + share / 2, place, str(found.kinds[kind]), ha="center", va="center", fontsize=7.5, color="w"
                )
            left += share
        if found.too_few is not None and found.too_many is not None:
            counts.barh(place, -found.too_few, 0.7, color="#D55E00")
            counts.barh(place, found.too_many, 0.7, color="#0072B2")
    kinds.set_yticks(range(len(errors)), [f"{name} ({found.answers})" for name, found in errors.items()])
    kinds.set_ylim(len(errors) - 0.4, -0.6)
    kinds.set_xlim(0, 1)
    kinds.set_xlabel("share of the answers (in brackets) whose first error is of this kind")
    counts.set_xlim(-1, 1)
    counts.set_xticks([-1, -0.5, 0, 0.5, 1], ["1", "0.5", "0", "0.5", "1"])
    counts.axvline(0, color="#444444", lw=0.8)
    counts.set_xlabel("too few      iterations      too many\nshare of the wrong results")
    for axis in (kinds, counts):
        _plain(axis)
    figure.legend(loc="outside lower center", ncols=4, frameon=False)
    _save(figure, files)


def error_kinds(errors: dict[str, Errors], files: list[Path]) -> None:
    """Of the answers that left the rule, the share that each kind of first error makes; a bar a method."""
    lines = lines_of(errors)
    figure, axis = plt.subplots(figsize=(8.4, 0.55 * len(KINDS) + 1.2))
    height = 0.8 / len(lines)
    for number, (method, (label, colour, _)) in enumerate(lines.items()):
        found = errors[method]
        for place, kind in enumerate(KINDS):
            at = place + (number - (len(lines) - 1) / 2) * height
            count = found.kinds[kind]
            share = count / max(1, found.diverged)
            axis.barh(
                at, share, height * 0.92, color=colour, label=f"{label} ({found.diverged})" if not place else None
            )
            axis.text(share + 0.008, at, str(count), va="center", fontsize=7.5, color="#444444")
    axis.set_yticks(range(len(KINDS)), list(KINDS.values()))
    axis.invert_yaxis()
    axis.set_xlim(0, 1.04)
    axis.set_xlabel("share of the answers that left the rule (numbers: how many)")
    _plain(axis)
    axis.legend(fontsize=8, frameon=False, loc="lower right")
    figure.tight_layout()
    _save(figure, files)


def iteration_counts(scored: list[Scored], files: list[Path]) -> None:
    """A panel a method: iterations in an answer's text against the true number; on the line, they agree.

    A circle's area grows with the number of answers at its place; runaways are crosses.
    """
    lines = lines_of({one.answer["method"]: None for one in scored})
    width = 4.2 * len(lines) + 0.4
    figure, axes = plt.subplots(1, len(lines), figsize=(width, 4.1), sharex=True, sharey=True, squeeze=False)
    for axis, (method, (label, colour, _)) in zip(axes[0], lines.items(), strict=True):
        chosen = [one.process for one in scored if one.answer["method"] == method]
        ended = Counter(p.iterations for p in chosen if p.outcome != "runaway")
        cut = Counter(p.iterations for p in chosen if p.outcome == "runaway")
        most = max(1, *(count for places in (ended, cut) for count in places.values()))
        for places, marker, hue, name in ((ended, "o", colour, "ended"), (cut, "x", "#000000", "runaway")):
            if places:
                x, y = zip(*places, strict=True)
                area = [14 + 160 * count / most for count in places.values()]
                axis.scatter(x, y, area, marker=marker, color=hue, alpha=0.55, label=name, lw=1 if marker == "x" else 0)
        last = max((true for true, _ in [*ended, *cut]), default=1)
        axis.plot([0, last], [0, last], color="#888888", lw=1, zorder=0)
        axis.set_title(label, fontsize=10)
        axis.set_xlabel("true number of iterations")
        _plain(axis)
        axis.legend(fontsize=8, frameon=False, loc="upper left")
    axes[0][0].set_ylabel("iterations in the answer")
    figure.tight_layout()
    _save(figure, files)


def losses_compared(series: dict[str, dict[str, list[tuple[int, float]]]], files: list[Path]) -> None:
    """Training loss by step of several series, RF-pretraining and every adaptation.

    Args:
        series: for each, the (step, loss) pairs of its stages, named as in `train.plan`.
    """
    figure, axes = plt.subplots(1, 2, figsize=(10.4, 3.6 + 0.2 * -(-len(series) // 3)), layout="constrained")
    parts = (("RF-pretraining", "pretrain"), ("adaptation, a line a seed", "adapt/"))
    labelled = {}
    for axis, (title, stages) in zip(axes, parts, strict=True):
        for (name, losses), (look, stroke) in zip(series.items(), _strokes(), strict=False):
            for points in (points for stage, points in losses.items() if stage.startswith(stages)):
                (labelled[name],) = axis.plot(*zip(*points, strict=True), lw=1, color=look, ls=stroke, alpha=0.8)
        _loss_axis(axis, title)
    axes[0].set_ylabel("training loss, nats a token")
    order = [name for name in series if name in labelled]
    figure.legend([labelled[name] for name in order], order, loc="outside lower center", ncols=3, frameon=False)
    _save(figure, files)


def _strokes() -> Iterator[tuple[str, str]]:
    """Colour and line style of one series after another, without end."""
    return cycle((colour, stroke) for stroke in _STROKES for colour in _SERIES)


def training_curves(losses: dict[str, list[tuple[int, float]]], files: list[Path]) -> None:
    """Training loss by step on a logarithmic scale: the stages before adaptation, and the adaptations by method.

    Args:
        losses: for each stage, named as in `train.plan`, its (step, loss) pairs.
    """
    figure, (before, adaptation) = plt.subplots(1, 2, figsize=(9, 3.4))
    for name, points in losses.items():
        steps, values = zip(*points, strict=True)
        if name.startswith("adapt/"):
            label, colour, _ = METHODS[name.split("/")[1]]
            known = label in adaptation.get_legend_handles_labels()[1]
            adaptation.plot(steps, values, lw=1, color=colour, alpha=0.8, label=None if known else label)
        else:
            label, colour = {"base": ("base: warm-up", "#999999")}.get(name, ("RF-pretraining", "#0072B2"))
            before.plot(steps, values, lw=1, color=colour, label=label)
    for axis, title in ((before, "before adaptation"), (adaptation, "adaptation, a line a seed")):
        _loss_axis(axis, title)
        if axis.lines:
            axis.legend(fontsize=8, frameon=False)
    before.set_ylabel("training loss, nats a token")
    figure.tight_layout()
    _save(figure, files)


def _loss_axis(axis: plt.Axes, title: str) -> None:
    axis.set_title(title, fontsize=10)
    axis.set_yscale("log")
    axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.yaxis.set_major_formatter("{x:g}")
    axis.yaxis.set_minor_locator(NullLocator())
    axis.set_xlabel("step")
    _plain(axis)


def _plain(axis: plt.Axes) -> None:
    axis.grid(alpha=0.25)
    axis.set_axisbelow(True)
    axis.spines[["top", "right"]].set_visible(False)


def _save(figure: plt.Figure, files: list[Path]) -> None:
    for file in files:
        figure.savefig(file, dpi=160, metadata={"Date": None} if file.suffix == ".svg" else None)
    plt.close(figure)
