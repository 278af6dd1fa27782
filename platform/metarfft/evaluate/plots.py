"""Figures of a report. Colours tell methods apart for colour-blind readers too, and so do the markers."""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.ticker import LogLocator, NullLocator

from metarfft.evaluate.metrics import Results

plt.rcParams["svg.hashsalt"] = "metarfft"  # the same results give the same file

# Okabe and Ito's palette (https://jfly.uni-koeln.de/color/)
METHODS = {
    "meta-rfft": ("Meta-RFFT", "#0072B2", "o"),
    "rfft": ("vanilla RFFT", "#D55E00", "s"),
    "scratchpad": ("scratchpad", "#009E73", "^"),
    "direct": ("direct answer", "#666666", "D"),
}


def accuracy_by_length(results: Results, titles: dict[str, str], in_distribution: int, files: list[Path]) -> None:
    """One panel a task: accuracy against length, a line a method, its seeds' range as a band.

    Args:
        titles: what to write over each task's panel.
        in_distribution: longest length seen in adaptation; that region is shaded.
        files: where to save, each in the format of its suffix.
    """
    tasks = results.tasks()
    figure, axes = plt.subplots(1, len(tasks), figsize=(4.2 * len(tasks) + 0.4, 3.7), sharey=True, squeeze=False)
    for axis, task in zip(axes[0], tasks, strict=True):
        axis.axvspan(0, in_distribution + 0.5, color="#F0E442", alpha=0.25, lw=0)
        axis.text(in_distribution / 2 + 0.25, 0.03, "seen", fontsize=8, color="#8a8000", ha="center")
        last = 0
        # Meta-RFFT, first in the legend, is drawn last, over the others
        for depth, (method, (label, colour, marker)) in enumerate(METHODS.items()):
            seeds = results.accuracy.get(method, {}).get(task)
            if not seeds:
                continue
            curve = results.by_length(method, task)
            lengths = list(curve)
            last = max(last, *lengths)
            low = [min(seed[n] for seed in seeds.values() if n in seed) for n in lengths]
            high = [max(seed[n] for seed in seeds.values() if n in seed) for n in lengths]
            over = {"color": colour, "zorder": 10 - depth, "clip_on": False}
            axis.fill_between(lengths, low, high, alpha=0.15, lw=0, **over)
            axis.plot(lengths, list(curve.values()), marker=marker, ms=4.5, lw=1.8, label=label, **over)
        axis.set_title(titles[task], fontsize=10, pad=10)
        axis.set_xlabel("length")
        axis.set_xlim(0, last + 0.5)
        axis.set_ylim(-0.02, 1.02)
        _plain(axis)
    axes[0][0].set_ylabel("accuracy")
    handles = {
        label: handle for axis in axes[0] for handle, label in zip(*axis.get_legend_handles_labels(), strict=True)
    }
    known = [label for label, _, _ in METHODS.values() if label in handles]
    figure.legend([handles[label] for label in known], known, loc="lower center", ncols=4, frameon=False)
    figure.tight_layout(rect=(0, 0.08, 1, 1))
    _save(figure, files)


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
        axis.set_title(title, fontsize=10)
        axis.set_yscale("log")
        axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.yaxis.set_major_formatter("{x:g}")
        axis.yaxis.set_minor_locator(NullLocator())
        axis.set_xlabel("step")
        _plain(axis)
        if axis.lines:
            axis.legend(fontsize=8, frameon=False)
    before.set_ylabel("training loss, nats a token")
    figure.tight_layout()
    _save(figure, files)


def _plain(axis: plt.Axes) -> None:
    axis.grid(alpha=0.25)
    axis.spines[["top", "right"]].set_visible(False)


def _save(figure: plt.Figure, files: list[Path]) -> None:
    for file in files:
        figure.savefig(file, dpi=160, metadata={"Date": None} if file.suffix == ".svg" else None)
    plt.close(figure)
