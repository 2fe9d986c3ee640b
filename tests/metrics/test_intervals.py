import math

import numpy as np
import pytest

from shopkeeper.metrics.intervals import bootstrap, paired_bootstrap, resampled_means


def test_the_interval_of_a_fair_coin_has_the_known_width():
    tosses = np.tile([0.0, 1.0], 500)
    estimate = bootstrap(tosses)
    # standard error sqrt(.25 / 1000) = .0158; 1.96 of them on each side
    assert estimate.mean == 0.5
    assert estimate.low == pytest.approx(0.5 - 0.031, abs=0.004)
    assert estimate.high == pytest.approx(0.5 + 0.031, abs=0.004)
    assert estimate.n == 1000


def test_equal_figures_have_an_interval_of_no_width():
    assert bootstrap([0.25] * 8).interval == (0.25, 0.25)


def test_the_same_figures_give_the_same_interval():
    figures = np.random.default_rng(3).random(50)
    assert bootstrap(figures) == bootstrap(figures)
    assert bootstrap(figures) != bootstrap(figures, seed=1)


def test_cases_without_an_answer_are_left_out():
    assert bootstrap([1.0, math.nan, 1.0]).n == 2
    assert bootstrap([1.0, math.nan, 1.0]).mean == 1.0


def test_no_case_gives_no_figure():
    estimate = bootstrap([math.nan])
    assert estimate.n == 0
    assert math.isnan(estimate.mean)
    assert math.isnan(estimate.low)


def test_pairing_sees_a_small_steady_gain_that_the_spread_hides():
    rng = np.random.default_rng(0)
    peer = rng.random(400)
    ours = peer + 0.01 + rng.normal(0, 0.01, 400)
    assert paired_bootstrap(ours, peer).low > 0
    assert bootstrap(ours).low < bootstrap(peer).high


def test_pairs_must_be_of_the_same_cases():
    with pytest.raises(ValueError, match="same cases"):
        paired_bootstrap([1.0, 2.0], [1.0])


def test_a_paired_difference_to_itself_is_nothing():
    assert paired_bootstrap([0.1, 0.7, 0.4], [0.1, 0.7, 0.4]).interval == (0.0, 0.0)


def test_columns_are_resampled_together_and_in_bounded_memory():
    figures = np.random.default_rng(1).random((3_000, 2))
    together = resampled_means(figures, resamples=5)
    apart = resampled_means(figures[:, 1], resamples=5)
    assert together.shape == (5, 2)
    assert together[:, 1] == pytest.approx(apart)
