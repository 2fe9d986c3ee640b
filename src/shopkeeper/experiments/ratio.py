"""A share of lists, with the variance that belongs to it: lists of one shopper are not independent, shoppers are.

CTR is the ratio of two sums over shoppers, clicked lists (y) by lists (x). By the delta method (Deng, Knoblich and Lu, "Applying the delta method in
metric analytics", KDD 2018, section 3; Budylin et al., "Consistent transformation of ratio metrics", WSDM 2018) shopper i stands for

    R + (y_i − R x_i) / mean(x),     R = Σy / Σx,

whose variance over shoppers is that of R times their number. Counting lists as if each were a coin of its own makes intervals too narrow as soon as
some shoppers see many lists; `shopkeeper bench experiments` measures by how much.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ratio:
    """Sums over `units` shoppers of `top` (y), `bottom` (x), their squares and their product."""

    units: int = 0
    top: float = 0.0
    bottom: float = 0.0
    top_squared: float = 0.0
    bottom_squared: float = 0.0
    product: float = 0.0

    @classmethod
    def of(cls, pairs: Iterable[tuple[float, float]]) -> "Ratio":
        """The sums of each shopper's (y, x); a shopper with x = 0 says nothing and is left out."""
        units = 0
        top = bottom = top_squared = bottom_squared = product = 0.0
        for y, x in pairs:
            if x:
                units += 1
                top, bottom, product = top + y, bottom + x, product + x * y
                top_squared, bottom_squared = top_squared + y * y, bottom_squared + x * x
        return cls(units, top, bottom, top_squared, bottom_squared, product)

    @property
    def rate(self) -> float:
        """Σy / Σx; 0 where there is nothing."""
        return self.top / self.bottom if self.bottom else 0.0

    @property
    def variance(self) -> float:
        """The variance of what one shopper says, with two imagined average shoppers, one with every list clicked and one with none, as in `Tally`."""
        size = self.bottom / self.units if self.units else 1.0
        units = self.units + 2
        top, bottom = self.top + size, self.bottom + 2 * size
        rate = top / bottom
        top_squared, product, bottom_squared = self.top_squared + size**2, self.product + size**2, self.bottom_squared + 2 * size**2
        return max(0.0, top_squared - 2 * rate * product + rate**2 * bottom_squared) / units / size**2
