"""How far figures can be trusted: intervals for accuracies, and paired comparisons of two runs.

Seeds are aggregated by pooling: the accuracy of a method is the share of right answers among the answers of all its
seeds, and its interval is that share's, with every answer counted as a sample of its own. It therefore speaks of the
evaluation samples drawn and not of training again: how far seeds differ is reported beside it, as the lowest and the
highest seed. Seeds that are asked the same samples make answers that are not independent, so that where a task has few
samples and many seeds the pooled interval is too narrow; the seeds' spread tells.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from statistics import NormalDist

Interval = tuple[float, float]
Z = NormalDist().inv_cdf(0.975)  # of two-sided 95% intervals


def wilson(right: float, asked: float, z: float = Z) -> Interval:
    """The Wilson score interval of a share (Wilson 1927, JASA 22:209-212, without continuity correction).

    Args:
        right, asked: successes and trials.
        z: standard normal quantile; the default makes a 95% interval.

    Raises:
        ValueError: ``asked`` is not positive, or ``right`` is not in 0..``asked``.
    """
    if asked <= 0 or not 0 <= right <= asked:
        raise ValueError(f"{right} right of {asked} asked is no share; give 0 <= right <= asked, and asked above 0")
    share, weight = right / asked, z * z / asked
    centre = (share + weight / 2) / (1 + weight)
    half = sqrt(share * (1 - share) * weight + weight * weight / 4) / (1 + weight)
    return (0.0 if right == 0 else centre - half, 1.0 if right == asked else centre + half)


def mean_interval(shares: Iterable[tuple[int, int, float]], z: float = Z) -> Interval:
    """An interval of a weighted mean of shares, such as that of accuracies over lengths and tasks.

    It is the Wilson interval of the mean at its effective number of samples, 1 / sum(w^2 / n) with the weights w scaled
    to sum to 1: the number that would give the mean's variance if all shares were equal (Kish 1965, Survey Sampling).
    With the same number of samples in each share, it is the interval of all samples pooled.

    Args:
        shares: (right, asked, weight) of each.

    Raises:
        ValueError: there is no share, or one is none.
    """
    cells = list(shares)
    if not (total := sum(weight for _, _, weight in cells)):
        raise ValueError("the mean of no shares has no interval")
    mean = sum(right / asked * weight for right, asked, weight in cells) / total
    samples = total**2 / sum(weight**2 / asked for _, asked, weight in cells)
    return wilson(min(1.0, mean) * samples, samples, z)


@dataclass(frozen=True)
class Paired:
    """Two runs on the same samples.

    Attributes:
        both, first, second, neither: samples that both, only one, or none of the two answered rightly.
        difference: accuracy of the first minus accuracy of the second.
        interval: its 95% interval.
        p: of the exact McNemar test, two-sided.
    """

    both: int
    first: int
    second: int
    neither: int
    difference: float
    interval: Interval
    p: float

    @property
    def samples(self) -> int:
        return self.both + self.first + self.second + self.neither


def paired(outcomes: Iterable[tuple[bool, bool]]) -> Paired:
    """Compare two runs on the samples that both were asked.

    The test is McNemar's (1947, Psychometrika 12:153-157) in its exact form: of the samples that only one of the two
    answered rightly, each is as likely to be the one's as the other's. The interval is Wald's after half a sample has
    been added to each of the four counts (Agresti and Min 2005, Statistics in Medicine 24:729-740).

    Args:
        outcomes: for each sample, whether the first and whether the second run answered it rightly.

    Raises:
        ValueError: there is no sample.
    """
    counts = {(a, b): 0 for a in (True, False) for b in (True, False)}
    for first, second in outcomes:
        counts[bool(first), bool(second)] += 1
    both, one, other, neither = (counts[key] for key in ((True, True), (True, False), (False, True), (False, False)))
    samples = both + one + other + neither
    if not samples:
        raise ValueError("the two runs share no sample")
    near, spread = (one - other) / (samples + 2), (one + other + 1) / (samples + 2)
    half = Z * sqrt(max(0.0, spread - near * near) / (samples + 2))
    interval = (max(-1.0, near - half), min(1.0, near + half))
    return Paired(both, one, other, neither, (one - other) / samples, interval, mcnemar(one, other))


def mcnemar(first: int, second: int) -> float:
    """p of the exact McNemar test, two-sided: ``first`` and ``second`` samples were right in only one of two runs."""
    if not (discordant := first + second):
        return 1.0
    term = tail = 1
    for k in range(min(first, second)):
        term = term * (discordant - k) // (k + 1)
        tail += term
    return float(min(Fraction(1), Fraction(2 * tail, 2**discordant)))
