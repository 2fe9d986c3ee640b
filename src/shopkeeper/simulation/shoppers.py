"""Shoppers with hidden tastes: what they like, what they are ready to pay, how often they come.

The chance that a shopper picks a product is proportional to taste for its department × taste for its type × taste for its brand × the product's
appeal × how near its price lies to what the shopper is used to: a multinomial logit with fixed tastes (Train, Discrete Choice Methods, 2009, ch. 3).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import exp

from shopkeeper.domain.ids import CustomerId, ProductId
from shopkeeper.domain.product import DEFAULT_MARKET, Market
from shopkeeper.domain.texts import Lang
from shopkeeper.simulation.catalogue.offers import US
from shopkeeper.simulation.catalogue.specs import departments
from shopkeeper.simulation.dice import Dice
from shopkeeper.simulation.wares import Ware

DEPARTMENT_SPREAD = 1.3
"""Standard deviation of the log tastes: at 1.3 the three dearest of 14 departments hold about two thirds of a shopper's picks."""
TYPE_SPREAD = 0.7
BRAND_SPREAD = 0.8
PRICE_PULL = 1.1


@dataclass(frozen=True, slots=True)
class Shopper:
    """One customer. Tastes multiply; `price_level` (-1 cheap … 1 dear) is where they look first; `orders_expected` is per 120 days."""

    id: CustomerId
    lang: Lang
    country: str
    departments: Mapping[str, float]
    types: Mapping[str, float]
    brands: Mapping[str, float]
    price_level: float
    orders_expected: float

    @property
    def market(self) -> Market:
        """The price list that this shopper buys from."""
        return US if self.country == "US" else DEFAULT_MARKET


def shoppers(count: int, *, seed: int) -> tuple[Shopper, ...]:
    """Return `count` shoppers; about one in eight lives in the United States and reads English, and so do a few in China."""
    return tuple(_shopper(number, seed) for number in range(count))


def _shopper(number: int, seed: int) -> Shopper:
    dice = Dice(seed, "shopper", number)
    abroad = dice.chance(0.12)
    return Shopper(
        id=CustomerId(f"c-{number + 1:05d}"),
        lang="en" if abroad or dice.chance(0.22) else "zh",
        country="US" if abroad else "CN",
        departments={d.key: d.appeal * exp(dice.normal(0.0, DEPARTMENT_SPREAD)) for d in departments()},
        types={kind.key: exp(dice.normal(0.0, TYPE_SPREAD)) for d in departments() for kind in d.types},
        brands={brand.key: exp(dice.normal(0.0, BRAND_SPREAD)) for d in departments() for brand in d.brands},
        price_level=max(-1.2, min(1.2, dice.normal(-0.1, 0.55))),
        orders_expected=max(0.6, 4.0 * exp(dice.normal(0.0, 0.55))),
    )


@dataclass(frozen=True, slots=True)
class Taste:
    """A shopper's chances over everything sold in their market: `running[i]` is the running sum of the weights of `products[: i + 1]`."""

    products: Sequence[ProductId]
    running: Sequence[float]

    def pick(self, dice: Dice) -> ProductId:
        """Return one product, by taste."""
        return dice.pick_by(self.products, self.running)


def taste(shopper: Shopper, wares: Mapping[ProductId, Ware]) -> Taste:
    """Return the shopper's chances over the wares."""
    sold = [ware for ware in wares.values() if any(True for _ in ware.product.offers(shopper.market))]
    return Taste([ware.product.id for ware in sold], list(accumulate(liking(shopper, ware) for ware in sold)))


def liking(shopper: Shopper, ware: Ware) -> float:
    """Return how much (relative, positive) the shopper is drawn to the product."""
    brand = shopper.brands[ware.product.brand.key] if ware.product.brand is not None else 1.0
    pull = exp(-PRICE_PULL * (ware.price_level - shopper.price_level) ** 2)
    return shopper.departments[ware.kind.department] * shopper.types[ware.kind.key] * brand * pull * ware.appeal * ware.kind.share
