"""Is the experiment itself sound? Two checks that come before any result.

*Sample ratio*: the arms must get the shares that were meant; if they did not, something lost shoppers on the way and no result can be trusted
(Fabijan et al., "Diagnosing sample ratio mismatch in online controlled experiments", KDD 2019). Pearson's chi-squared test at .001, so that a look
each day for a month raises a false alarm in at most one experiment in thirty.
*A/A*: two arms that do the same must not be told apart; see `experiments.intervals` and its test.
"""

from collections.abc import Sequence
from typing import Final

MISMATCH_BELOW: Final = 0.001


def sample_ratio_p(units: Sequence[int], shares: Sequence[float]) -> float:
    """The p-value of counts `units` if each arm had its share; 1 where nobody came yet."""
    from scipy.special import chdtrc  # scipy takes its time to load, and only this page needs it

    total = sum(units)
    if not total:
        return 1.0
    expected = [total * share for share in shares]
    statistic = sum((seen - wanted) ** 2 / wanted for seen, wanted in zip(units, expected, strict=True))
    return float(chdtrc(len(units) - 1, statistic))
