"""Figures of a report. Colours tell methods apart for colour-blind readers too, and so do the markers."""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt

from metarfft.evaluate.metrics import Results

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
        axis.text(0.4, 1.045, "seen", fontsize=8, color="#777777")
        for method, (label, colour, marker) in METHODS.items():
            seeds = results.accuracy.get(method, {}).get(task)
            if not seeds:
                continue
            curve = results.by_length(method, task)
            lengths = list(curve)
            low = [min(seed[n] for seed in seeds.values() if n in seed) for n in lengths]
            high = [max(seed[n] for seed in seeds.values() if n in seed) for n in lengths]
            axis.fill_between(lengths, low, high, color=colour, alpha=0.15, lw=0)
            axis.plot(lengths, list(curve.values()), color=colour, marker=marker, ms=4.5, lw=1.8, label=label, clip_on=False)
        axis.set_title(titles[task], fontsize=10, pad=10)
        axis.set_xlabel("length")
        axis.set_xlim(0, max(max(results.by_length(m, task)) for m in results.accuracy if task in results.accuracy[m]) + 0.5)
        axis.set_ylim(-0.02, 1.02)
        axis.grid(alpha=0.25)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0][0].set_ylabel("accuracy")
    handles, labels = axes[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncols=4, frameon=False)
    figure.tight_layout(rect=(0, 0.08, 1, 1))
    _save(figure, files)


def training_curves(losses: dict[str, list[tuple[int, float]]], files: list[Path]) -> None:
    """Training loss by step, a line for each named run, on a logarithmic scale."""
    figure, axis = plt.subplots(figsize=(7, 3.4))
    for name, points in losses.items():
        style = METHODS.get(name.split("/")[1] if "/" in name else name)
        axis.plot(*zip(*points, strict=True), lw=1.2, color=style[1] if style else None, label=name)
    axis.set_yscale("log")
    axis.set_xlabel("step")
    axis.set_ylabel("loss (nats a token)")
    axis.grid(alpha=0.25)
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(fontsize=7, ncols=2, frameon=False)
    figure.tight_layout()
    _save(figure, files)


def _save(figure: plt.Figure, files: list[Path]) -> None:
    for file in files:
        # no date in the file, so that the same results give the same bytes
        figure.savefig(file, dpi=160, metadata={"Date": None} if file.suffix == ".svg" else None)
    plt.close(figure)
