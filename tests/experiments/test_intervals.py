"""The intervals hold at every look, and find what is there."""

import numpy as np
import pytest

from shopkeeper.errors import BadInput
from shopkeeper.experiments.checks import sample_ratio_p
from shopkeeper.experiments.intervals import FEWEST, Tally, around, difference, half_width, rho_squared, shoppers_needed


def looks(rates: tuple[float, float], *, shoppers: int, every: int, rng: np.random.Generator) -> list[tuple[Tally, Tally]]:
    """Two arms, looked at after each `every` shoppers."""
    arm = rng.random(shoppers) < 0.5
    reached = rng.random(shoppers) < np.where(arm, rates[1], rates[0])
    found = []
    for n in range(every, shoppers + 1, every):
        first, goal = arm[:n], reached[:n]
        found.append((Tally(int(first.sum()), int((first & goal).sum())), Tally(int((~first).sum()), int((~first & goal).sum()))))
    return found


def judged(tallies: tuple[Tally, Tally]):
    return difference(*tallies, arm_share=0.5, control_share=0.5)


def test_the_width_is_that_of_the_formula() -> None:
    # by hand: alpha .05, 2,000 observations, deviation 1: rho² = (5.99146 + log 6.99146) / 2000 = .0039681; n rho² = 7.9362
    assert rho_squared() == pytest.approx(0.0039681, abs=1e-6)
    # sqrt(2 · 8.9362 / (2000 · 7.9362) · log(sqrt(8.9362) / .05)) = sqrt(.00112601 · 4.090704)
    assert half_width(1.0, 2_000) == pytest.approx(0.067869, abs=2e-5)


def test_the_p_value_is_alpha_where_the_interval_touches_zero() -> None:
    touching = difference(Tally(1_000, 500), Tally(1_000, 500), arm_share=0.5, control_share=0.5)
    assert touching.p_value == 1.0
    arm, control = Tally(4_000, 480), Tally(4_000, 400)
    there = difference(arm, control, arm_share=0.5, control_share=0.5)
    at_its_p = difference(arm, control, arm_share=0.5, control_share=0.5, alpha=there.p_value)
    # rho is tuned for .05, so the two agree only nearly for other alphas
    assert abs(at_its_p.low) < 0.1 * there.estimate


def test_nothing_is_claimed_of_a_handful() -> None:
    few = difference(Tally(FEWEST - 1, 90), Tally(10_000, 10), arm_share=0.5, control_share=0.5)
    assert (few.enough, few.decided, few.low, few.high, few.p_value) == (False, False, -1.0, 1.0, 1.0)


@pytest.mark.parametrize("rate", [0.02, 0.3])
def test_a_a_is_called_different_in_at_most_five_of_a_hundred_however_often_one_looks(rate: float) -> None:
    rng = np.random.default_rng(0)
    wrong = sum(any(judged(look).decided for look in looks((rate, rate), shoppers=5_000, every=50, rng=rng)) for _ in range(1_000))
    assert wrong <= 50


def test_a_real_difference_is_found_and_lies_in_the_interval() -> None:
    rng = np.random.default_rng(1)
    runs = [[judged(look) for look in looks((0.10, 0.15), shoppers=8_000, every=200, rng=rng)] for _ in range(100)]
    assert sum(run[-1].decided for run in runs) >= 95
    assert sum(all(one.low <= 0.05 <= one.high for one in run) for run in runs) >= 93


def test_the_shoppers_that_it_takes_find_what_is_there() -> None:
    needed = shoppers_needed(0.10, 0.05)
    rng = np.random.default_rng(3)
    found = sum(judged(looks((0.10, 0.15), shoppers=needed, every=needed, rng=rng)[-1]).decided for _ in range(400))
    assert 0.75 <= found / 400 <= 0.87
    assert shoppers_needed(0.10, 0.025) > 3 * needed
    with pytest.raises(BadInput):
        shoppers_needed(0.10, 0)


def test_the_interval_around_an_arm_holds_its_rate() -> None:
    low, high = around(Tally(5_000, 500))
    assert 0 < low < 0.1 < high < 0.13
    assert around(Tally(FEWEST - 1, 9)) == (0.0, 1.0)


def test_arms_that_lost_shoppers_are_noticed_and_fair_ones_are_not() -> None:
    # by hand: under Beta(50, 50) one shopper in each arm has ½ · 50/101 · 2, against ½ · ½ · 2 as meant: nothing speaks against the shares
    assert sample_ratio_p([1, 1], [0.5, 0.5]) == 1.0
    # two in one arm: mixed ½ · 51/101, meant ½ · ½
    assert sample_ratio_p([2, 0], [0.5, 0.5]) == pytest.approx(101 / 102)
    assert sample_ratio_p([5_000, 5_300], [0.5, 0.5]) > 0.01
    assert sample_ratio_p([5_000, 5_600], [0.5, 0.5]) < 0.001
    assert sample_ratio_p([], []) == 1.0


def test_fair_arms_are_accused_once_in_a_hundred_lives_at_most() -> None:
    rng = np.random.default_rng(2)
    shares = [0.5, 0.3, 0.2]
    accused = 0
    for _ in range(1_000):
        counts = np.cumsum(rng.multinomial(100, shares, size=60), axis=0)
        accused += any(sample_ratio_p(look.tolist(), shares) < 0.01 for look in counts)
    assert accused <= 10
