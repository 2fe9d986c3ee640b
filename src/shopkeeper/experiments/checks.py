"""Is the experiment itself sound? Two checks that come before any result.

*Sample ratio*: the arms must get the shares that were meant; if they did not, something lost shoppers on the way and no result can be trusted
(Fabijan et al., "Diagnosing sample ratio mismatch in online controlled experiments", KDD 2019). As with the results one looks whenever one likes, so
the test holds at every look: the Bayes factor of counts against the shares, mixed over what else the shares may be by a Dirichlet that is centred on
them (Lindon and Malek, "Anytime-valid inference for multinomial count data", NeurIPS 2022). By Ville's inequality it exceeds 1 / p once in an
experiment's whole life with probability p at most. Pearson's chi-squared test, looked at as often, cries wolf; the bench measures how often.
*A/A*: two arms that do the same must not be told apart; see `experiments.intervals` and its test.
"""

from collections.abc import Sequence
from math import exp, lgamma, log
from typing import Final

MISMATCH_BELOW: Final = 0.01
CONCENTRATION: Final = 100.0
"""How near to the meant shares a mismatch is looked for: half and half within about five points of a hundred (Beta(50, 50) deviates by .05)."""


def sample_ratio_p(units: Sequence[int], shares: Sequence[float]) -> float:
    """The p-value of counts `units` if each arm had its share, valid at every look; 1 where nobody came yet."""
    total = sum(units)
    if not total:
        return 1.0
    prior = [CONCENTRATION * share for share in shares]
    against = lgamma(CONCENTRATION) - lgamma(CONCENTRATION + total)
    against += sum(lgamma(weight + seen) - lgamma(weight) for weight, seen in zip(prior, units, strict=True))
    meant = sum(seen * log(share) for seen, share in zip(units, shares, strict=True))
    return min(1.0, exp(min(0.0, meant - against)))
