"""Intervals that hold at every moment: one may look every day, and stop when one likes, without being wrong more often than promised.

Asymptotic confidence sequences for a mean (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central limit theory and asymptotic
confidence sequences", Annals of Statistics 52(6), 2024, Theorem 2.2): with n observations of standard deviation s,

    mean ± s · sqrt( 2 (n rho² + 1) / (n² rho²) · log( sqrt(n rho² + 1) / alpha ) )

covers the true mean at all n at once with probability 1 − alpha, in the limit. The difference of two arms is such a mean: each shopper stands for
AIPW's pseudo-outcome (their section 4), whose variance is s1²/p1 + s0²/p0 where p1, p0 are the shares of the arms.

Observations are shoppers whose outcome is final, one after the other: what one shopper does is one draw, however many lists they saw.
A share of lists (CTR) is no mean of shoppers but a ratio of two; see `experiments.ratio` for how a shopper becomes one draw of it.
"""

from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import NormalDist
from typing import Final, Protocol

from shopkeeper.errors import BadInput

ALPHA: Final = 0.05
TUNED_FOR: Final = 2_000
"""Shoppers at which the interval is tightest; elsewhere it is a little wider than the best possible."""
FEWEST: Final = 100
"""Shoppers an arm below which nothing is claimed: the theory is a limit, and a handful of conversions is not near it."""

MOST_NEEDED: Final = 1_000_000_000
"""Where counting shoppers ends: nobody waits for more."""


class Measured(Protocol):
    """What an arm came to: so many `units` (shoppers), a `rate`, and the variance of what one unit says about it."""

    @property
    def units(self) -> int: ...
    @property
    def rate(self) -> float: ...
    @property
    def variance(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Tally:
    """Outcomes of one arm: `units` shoppers, of whom `successes` reached the goal."""

    units: int
    successes: int

    @property
    def rate(self) -> float:
        """The share who reached the goal; 0 where there is nobody."""
        return self.successes / self.units if self.units else 0.0

    @property
    def variance(self) -> float:
        """The variance of one shopper's outcome, with one imagined success and failure, so that an arm without successes is not taken for certain."""
        rate = (self.successes + 1) / (self.units + 2)
        return rate * (1 - rate)


@dataclass(frozen=True, slots=True)
class Difference:
    """How much an arm's rate lies above the control's: `low` to `high` holds at all looks; `p_value` is valid at all looks too.

    `enough` is False while either arm has fewer than `FEWEST` shoppers: then the interval is everything and the p-value 1.
    """

    estimate: float
    low: float
    high: float
    p_value: float
    enough: bool

    @property
    def decided(self) -> bool:
        """True if 0 lies outside of the interval."""
        return self.enough and not self.low <= 0 <= self.high


def rho_squared(alpha: float = ALPHA, tuned_for: int = TUNED_FOR) -> float:
    """The parameter that makes the sequence tightest at `tuned_for` observations (their equation 48)."""
    return (-2 * log(alpha) + log(-2 * log(alpha) + 1)) / tuned_for


def half_width(deviation: float, n: int, *, alpha: float = ALPHA) -> float:
    """Half the width of the confidence sequence at `n` observations of standard deviation `deviation`."""
    rho2 = rho_squared(alpha)
    return deviation * sqrt(2 * (n * rho2 + 1) / (n * n * rho2) * log(sqrt(n * rho2 + 1) / alpha))


def around(measured: Measured, *, alpha: float = ALPHA) -> tuple[float, float]:
    """The interval around one arm's own rate, between 0 and 1; all of it while the arm has fewer than `FEWEST` shoppers."""
    if measured.units < FEWEST:
        return 0.0, 1.0
    width = half_width(sqrt(measured.variance), measured.units, alpha=alpha)
    return max(0.0, measured.rate - width), min(1.0, measured.rate + width)


def difference(arm: Measured, control: Measured, *, arm_share: float, control_share: float, comparisons: int = 1, alpha: float = ALPHA) -> Difference:
    """The arm's rate less the control's. The shares are those that were meant (0 to 1 of all who take part in one of the two).

    With several arms each is one of `comparisons`, and all of them hold together: every interval is made for alpha / comparisons (Bonferroni).
    The p-value is the smallest alpha at which the sequence leaves 0 out, solved for the width in use, times `comparisons`.
    """
    n = arm.units + control.units
    estimate = arm.rate - control.rate
    if min(arm.units, control.units) < FEWEST:
        return Difference(estimate, -1.0, 1.0, 1.0, enough=False)
    deviation = sqrt(arm.variance / arm_share + control.variance / control_share)
    width = half_width(deviation, n, alpha=alpha / comparisons)
    p_value = min(1.0, comparisons * _p_value(estimate, deviation, n, rho2=rho_squared(alpha / comparisons)))
    return Difference(estimate, max(-1.0, estimate - width), min(1.0, estimate + width), p_value, enough=True)


def shoppers_needed(rate: float, change: float, *, arm_share: float = 0.5, control_share: float = 0.5, power: float = 0.8) -> int:
    """About how many shoppers in the two arms it takes until a rate that truly changes from `rate` by `change` (in points of 1) is told from 0.

    With probability `power` the estimate lies above `change` less its own quantile; the interval must be narrower than that.
    """
    if change == 0:
        raise BadInput("is no change: nothing can be told from it", field="change", value=change)
    changed = min(1.0, max(0.0, rate + change))
    deviation = sqrt(changed * (1 - changed) / arm_share + rate * (1 - rate) / control_share)
    quantile = NormalDist().inv_cdf(power)

    def wide(n: int) -> bool:
        return half_width(deviation, n) + quantile * deviation / sqrt(n) > abs(change)

    least, most = 2 * FEWEST, 4 * FEWEST
    while wide(most) and most < MOST_NEEDED:
        least, most = most, 2 * most
    while least < most:
        middle = (least + most) // 2
        least, most = (middle + 1, most) if wide(middle) else (least, middle)
    return least


def _p_value(estimate: float, deviation: float, n: int, *, rho2: float) -> float:
    exponent = estimate * estimate * n * n * rho2 / (2 * deviation * deviation * (n * rho2 + 1))
    return min(1.0, sqrt(n * rho2 + 1) * exp(-exponent))
