"""The choice model: what a shopper looks at in a list, clicks, puts into the cart.

P(click at k) = examined(k) * attraction(i)                    the position-based model (Craswell et al., WSDM 2008; Chuklin et al. 2015, 3.3)
examined(k)   = (1 + k) ** -BIAS                               the first place is always looked at
attraction(i) = CEILING * relevance(i) * w / (w + 1)           w = how much i is wanted, 1 = like the better things of its kind
w             = liking(i) / usual * ratio(i) ** -elasticity    ratio = price to pay now / list price
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from shopkeeper.domain.ids import ProductId
from shopkeeper.simulation.behaviour.world import World
from shopkeeper.simulation.dice import Dice
from shopkeeper.simulation.shoppers import Shopper, Taste, liking
from shopkeeper.simulation.wares import Ware

BIAS: Final = 0.7
CEILING: Final = 0.75
SAME_SHELF: Final = 0.2
ELSEWHERE: Final = 0.03
USUAL_OF_KIND: Final = 0.7
"""The quantile of a shopper's liking among a type's products that counts as `usual` for somebody who wants that type."""
USUAL_OF_ALL: Final = 0.93


def examined(position: int) -> float:
    """The chance that the place is looked at, 0 being the first."""
    return (1.0 + position) ** -BIAS


class Mind:
    """What one shopper wants. Built once per shopper: the liking of everything sold in their market, and what is usual for them."""

    def __init__(self, shopper: Shopper, world: World) -> None:
        self.shopper = shopper
        self.world = world
        sold = world.sold[shopper.market]
        liked = liking(shopper, sold)
        self._row = sold.row
        self._liking: list[float] = liked.tolist()
        self._usual = _quantile(liked, USUAL_OF_ALL)
        self._liked = liked
        self._kind = sold.kind
        self._usual_of: dict[str, float] = {}
        self.taste = Taste(sold.products, np.cumsum(liked).tolist())

    def wants(self, product: ProductId, moment: datetime, goal: Ware | None = None) -> float:
        """How much the product is wanted, 1 = like the better ones: of the type in mind where there is one, else of everything."""
        row = self._row.get(product)
        if row is None:
            return 0.0
        ratio = self.world.price_ratio(product, self.shopper.market, moment)
        draw = self._liking[row] if ratio == 1.0 else self._liking[row] * ratio**-self.shopper.traits.elasticity
        if goal is None:
            return draw / self._usual
        relevance = self._relevance(self.world.wares[product], goal)
        return relevance * draw / self._usual_for(self.world.wares[product] if relevance == 1.0 else goal)

    def clicks(self, shown: Sequence[ProductId], moment: datetime, dice: Dice, goal: Ware | None = None) -> list[int]:
        """The places of `shown` that are clicked, in their order."""
        return [
            place
            for place, product in enumerate(shown)
            if dice.chance(examined(place)) and dice.chance(attraction(self.wants(product, moment, goal)))
        ]

    def _relevance(self, ware: Ware, goal: Ware) -> float:
        if ware.kind.key == goal.kind.key:
            return 1.0
        return SAME_SHELF if ware.kind.shelf == goal.kind.shelf else ELSEWHERE

    def _usual_for(self, ware: Ware) -> float:
        usual = self._usual_of.get(ware.kind.key)
        if usual is None:
            own = self._liked[self._kind == self._kind[self._row[ware.product.id]]]
            usual = self._usual_of[ware.kind.key] = _quantile(own, USUAL_OF_KIND)
        return usual


def _quantile(values: NDArray[np.float64], share: float) -> float:
    """The value that `share` of `values` lie below, one of them: NumPy's own takes several times as long on short arrays."""
    return float(np.sort(values)[int(share * (len(values) - 1))])


def attraction(wanted: float) -> float:
    """The chance that what is looked at is clicked."""
    return CEILING * wanted / (wanted + 1.0)
