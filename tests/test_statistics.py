"""Intervals and paired tests, against scipy and published values."""

from __future__ import annotations

from itertools import product
from math import comb
from random import Random

import pytest
from scipy.stats import binomtest

from metarfft.evaluate.statistics import mcnemar, mean_interval, paired, wilson


@pytest.mark.parametrize("asked", [1, 3, 5, 29, 300])
def test_wilson_is_scipys(asked: int) -> None:
    for right in {0, 1, asked // 3, asked - 1, asked}:
        expected = binomtest(right, asked).proportion_ci(0.95, method="wilson")
        assert wilson(right, asked) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_wilson_is_the_published_one() -> None:
    """Newcombe 1998, Statistics in Medicine 17:857-872, table I, method 3."""
    for (right, asked), interval in {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0.0000, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }.items():
        assert wilson(right, asked) == pytest.approx(interval, abs=5e-5)


@pytest.mark.parametrize(("right", "asked"), [(1, 0), (-1, 5), (6, 5)])
def test_what_is_no_share_is_refused(right: int, asked: int) -> None:
    with pytest.raises(ValueError, match="is no share"):
        wilson(right, asked)


def test_mean_of_shares() -> None:
    assert mean_interval([(7, 10, 1)]) == pytest.approx(wilson(7, 10))
    assert mean_interval([(7, 10, 1), (2, 10, 1), (0, 10, 1)]) == pytest.approx(wilson(9, 30))
    low, high = mean_interval([(70, 100, 1), (7, 10, 1)])  # a mean is not known better than its worst part allows
    assert wilson(77, 110)[0] > low > wilson(7, 10)[0]
    assert wilson(77, 110)[1] < high < wilson(7, 10)[1]
    assert mean_interval([(5, 10, 3), (1, 4, 1)]) == pytest.approx(mean_interval([(5, 10, 0.75), (1, 4, 0.25)]))
    assert mean_interval([(10, 10, 1)] * 3)[1] == 1
    with pytest.raises(ValueError, match="no shares"):
        mean_interval([])


@pytest.mark.parametrize("asked", [(8, 8, 8), (4, 12, 8)])
def test_mean_of_shares_covers(asked: tuple[int, int, int]) -> None:
    """Exactly, over all outcomes of three tasks of different difficulty."""
    truths = (0.2, 0.7, 0.95)
    covered = 0.0
    for counts in product(*(range(n + 1) for n in asked)):
        low, high = mean_interval([(right, n, 1) for right, n in zip(counts, asked, strict=True)])
        if low <= sum(truths) / 3 <= high:
            chance = 1.0
            for right, n, p in zip(counts, asked, truths, strict=True):
                chance *= comb(n, right) * p**right * (1 - p) ** (n - right)
            covered += chance
    assert covered > 0.95


@pytest.mark.parametrize(("first", "second"), [(0, 0), (0, 1), (1, 5), (10, 3), (7, 7), (40, 61), (300, 250)])
def test_mcnemar_is_the_binomial_test(first: int, second: int) -> None:
    expected = binomtest(first, first + second, 0.5).pvalue if first + second else 1.0
    assert mcnemar(first, second) == pytest.approx(expected, rel=1e-9)
    assert mcnemar(second, first) == mcnemar(first, second)


def test_paired_counts_and_difference() -> None:
    outcomes = [(True, True)] * 20 + [(True, False)] * 9 + [(False, True)] * 2 + [(False, False)] * 5
    found = paired(outcomes)
    assert (found.both, found.first, found.second, found.neither, found.samples) == (20, 9, 2, 5, 36)
    assert found.difference == pytest.approx(29 / 36 - 22 / 36)
    assert found.p == pytest.approx(binomtest(2, 11, 0.5).pvalue)
    # (9.5 - 2.5) / 38, and 1.959964 * sqrt((9.5 + 2.5) / 38 - (7 / 38) ** 2) / sqrt(38) = 0.168799, by hand
    assert found.interval == pytest.approx((0.184211 - 0.168799, 0.184211 + 0.168799), abs=1e-5)


def test_two_runs_that_agree_everywhere() -> None:
    found = paired([(True, True)] * 10)
    assert (found.difference, found.p) == (0, 1)
    assert found.interval[0] < 0 < found.interval[1]


def test_the_interval_of_a_difference_covers() -> None:
    rng = Random(0)
    chances = {(True, True): 0.5, (True, False): 0.2, (False, True): 0.1, (False, False): 0.2}
    cells, weights = list(chances), list(chances.values())
    runs = [paired(rng.choices(cells, weights, k=40)).interval for _ in range(2000)]
    assert 0.93 < sum(low <= 0.1 <= high for low, high in runs) / len(runs) < 0.97


def test_no_shared_sample() -> None:
    with pytest.raises(ValueError, match="share no sample"):
        paired([])
