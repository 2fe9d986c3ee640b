"""Shoppers with hidden tastes: what they like, what they are ready to pay, how often they come.

The chance that a shopper picks a product is proportional to taste for its department × taste for its type × taste for its brand × the product's
appeal × how near its price lies to what the shopper is used to: a multinomial logit with fixed tastes (Train, Discrete Choice Methods, 2009, ch. 3).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp

import numpy as np
from numpy.typing import NDArray

from shopkeeper.domain.ids import CustomerId, ProductId
from shopkeeper.domain.product import DEFAULT_MARKET, Market
from shopkeeper.domain.texts import Lang
from shopkeeper.simulation.catalogue.offers import US
from shopkeeper.simulation.catalogue.specs import ProductType, departments
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


@dataclass(frozen=True, slots=True)
class Assortment:
    """What one market sells, as columns: row i is `products[i]`; `kind` and `brand` index into `kinds` and `brands`."""

    products: tuple[ProductId, ...]
    kinds: tuple[ProductType, ...]
    brands: tuple[str, ...]
    kind: NDArray[np.int64]
    brand: NDArray[np.int64]
    price_level: NDArray[np.float64]
    appeal: NDArray[np.float64]


def assortment(wares: Mapping[ProductId, Ware], market: Market) -> Assortment:
    """Return the wares that have an offer in `market`."""
    sold = [ware for ware in wares.values() if next(ware.product.offers(market), None) is not None]
    kinds = {kind.key: kind for department in departments() for kind in department.types}
    brands = tuple(brand.key for department in departments() for brand in department.brands)
    kind_at, brand_at = ({key: place for place, key in enumerate(keys)} for keys in (kinds, brands))
    return Assortment(
        products=tuple(ware.product.id for ware in sold),
        kinds=tuple(kinds.values()),
        brands=brands,
        kind=np.array([kind_at[ware.kind.key] for ware in sold], dtype=np.int64),
        brand=np.array([brand_at[ware.product.brand.key if ware.product.brand else ""] for ware in sold], dtype=np.int64),
        price_level=np.array([ware.price_level for ware in sold]),
        appeal=np.array([ware.appeal for ware in sold]),
    )


def liking(shopper: Shopper, sold: Assortment) -> NDArray[np.float64]:
    """Return how much the shopper is drawn to each row of the assortment: positive, only their ratios matter."""
    kinds = np.array([shopper.departments[kind.department] * shopper.types[kind.key] * kind.share for kind in sold.kinds])
    brands = np.array([shopper.brands[brand] for brand in sold.brands])
    pull = np.exp(-PRICE_PULL * (sold.price_level - shopper.price_level) ** 2)
    return kinds[sold.kind] * brands[sold.brand] * pull * sold.appeal


def taste(shopper: Shopper, sold: Assortment) -> Taste:
    """Return the shopper's chances over the assortment."""
    return Taste(sold.products, np.cumsum(liking(shopper, sold)).tolist())
