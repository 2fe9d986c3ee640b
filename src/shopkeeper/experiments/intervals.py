"""Intervals that hold at every moment: one may look every day, and stop when one likes, without being wrong more often than promised.

Asymptotic confidence sequences for a mean (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central limit theory and asymptotic
confidence sequences", Annals of Statistics 52(6), 2024, Theorem 2.2): with n observations of standard deviation s,

    mean ± s · sqrt( 2 (n rho² + 1) / (n² rho²) · log( sqrt(n rho² + 1) / alpha ) )

covers the true mean at all n at once with probability 1 − alpha, in the limit. The difference of two arms is such a mean: each shopper stands for
AIPW's pseudo-outcome (their section 4), whose variance is s1²/p1 + s0²/p0 where p1, p0 are the shares of the arms.
"""

from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Final

ALPHA: Final = 0.05
TUNED_FOR: Final = 2_000
"""Shoppers at which the interval is tightest; elsewhere it is a little wider than the best possible."""
FEWEST: Final = 100
"""Shoppers an arm below which nothing is claimed: the theory is a limit, and a handful of conversions is not near it."""


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


def difference(arm: Tally, control: Tally, *, arm_share: float, control_share: float, alpha: float = ALPHA) -> Difference:
    """The arm's rate less the control's. The shares are those that were meant (0 to 1 of all who take part in one of the two).

    The p-value is the smallest alpha at which the sequence leaves 0 out, solved for the width in use.
    """
    n = arm.units + control.units
    estimate = arm.rate - control.rate
    if min(arm.units, control.units) < FEWEST:
        return Difference(estimate, -1.0, 1.0, 1.0, enough=False)
    deviation = sqrt(arm.variance / arm_share + control.variance / control_share)
    width = half_width(deviation, n, alpha=alpha)
    return Difference(estimate, max(-1.0, estimate - width), min(1.0, estimate + width), _p_value(estimate, deviation, n), enough=True)


def _p_value(estimate: float, deviation: float, n: int) -> float:
    rho2 = rho_squared()
    exponent = estimate * estimate * n * n * rho2 / (2 * deviation * deviation * (n * rho2 + 1))
    return min(1.0, sqrt(n * rho2 + 1) * exp(-exponent))
