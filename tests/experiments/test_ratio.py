"""A share of lists varies as its shoppers do."""

import numpy as np
import pytest

from shopkeeper.experiments.intervals import Tally, difference
from shopkeeper.experiments.ratio import Ratio


def test_one_list_a_shopper_is_a_share_of_shoppers() -> None:
    ratio, tally = Ratio.of([(1, 1)] * 3 + [(0, 1)] * 7), Tally(10, 3)
    assert (ratio.units, ratio.rate) == (10, 0.3)
    assert ratio.variance == pytest.approx(tally.variance)


def test_the_variance_is_that_of_the_delta_method() -> None:
    # by hand, with the two imagined shoppers of 2 lists, (2, 2) and (0, 2): y = 3, 1, 2, 0; x = 3, 1, 2, 2; R = 6/8, so y − R x = .75, .25, .5, −1.5
    # whose squares add up to 3.125; over 4 shoppers and the mean 2 squared: 3.125 / 4 / 4
    ratio = Ratio.of([(3, 3), (1, 1)])
    assert ratio.rate == 1.0
    assert ratio.variance == pytest.approx(3.125 / 16)


def test_a_shopper_without_lists_says_nothing() -> None:
    assert Ratio.of([(0, 0), (1, 2)]) == Ratio.of([(1, 2)])
    assert (Ratio.of([]).rate, Ratio.of([]).units) == (0.0, 0)


def test_it_is_as_wide_as_the_rate_really_varies() -> None:
    rng = np.random.default_rng(0)

    def shoppers(count: int) -> Ratio:
        lists = 1 + rng.geometric(0.2, count)
        return Ratio.of(zip(rng.binomial(lists, rng.beta(0.5, 2.0, count)).tolist(), lists.tolist(), strict=True))

    rates = [shoppers(400).rate for _ in range(2_000)]
    assert shoppers(100_000).variance / 400 == pytest.approx(float(np.var(rates)), rel=0.1)


def test_several_arms_share_the_doubt() -> None:
    one = difference(Tally(4_000, 480), Tally(4_000, 400), arm_share=0.5, control_share=0.5)
    three = difference(Tally(4_000, 480), Tally(4_000, 400), arm_share=0.5, control_share=0.5, comparisons=3)
    assert three.low < one.low and three.high > one.high and three.p_value > one.p_value
    assert three.decided == (three.p_value <= 0.05)
