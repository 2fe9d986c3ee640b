"""Shoppers in four families, with hidden tastes: what they like, what they are ready to pay, how often they come.

How much a shopper is drawn to a product is taste for its department × taste for its type × taste for its brand × its appeal × how near its price
lies to what the shopper is used to: a multinomial logit with fixed tastes (Train, Discrete Choice Methods, 2009, ch. 3). The families differ in how
much each factor counts: popularity-led shoppers go by appeal, price-led ones by price, taste-led ones by their tastes. Adversarial ones are no
customers at all: bots, and members of review rings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from shopkeeper.domain.ids import CustomerId, ProductId
from shopkeeper.domain.product import DEFAULT_MARKET, Market
from shopkeeper.domain.texts import Lang
from shopkeeper.simulation.catalogue.offers import US
from shopkeeper.simulation.catalogue.specs import ProductType, common, departments
from shopkeeper.simulation.dice import Dice
from shopkeeper.simulation.wares import Ware

Family = Literal["popularity", "price", "taste", "adversarial"]
Adversary = Literal["", "crawler", "agent", "clicker", "ring"]
"""crawler: walks the catalogue too fast; agent: says that it is a program; clicker: clicks one product again and again; ring: pushes a product."""

DEPARTMENT_SPREAD = 1.3
"""Standard deviation of the log tastes: at 1.3 the three dearest of 14 departments hold about two thirds of a shopper's picks."""
TYPE_SPREAD = 0.7
BRAND_SPREAD = 0.8
COLOUR_SPREAD = 0.9
RING_SIZE: Final = 8
SESSIONS: Final = 7.0
"""Visits of a typical shopper in 120 days. Most visits to a real shop end with nothing; here those are thinned out, so that a demo stays small."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What sets a family apart. `taste` scales the spread of tastes, `appeal` is the power of a product's appeal, `price_pull` how narrowly
    prices must fit, `elasticity` the power of a reduction (10 % off draws 1 / 0.9 ** elasticity as much), `price_level` where prices are sought."""

    share: float
    taste: float
    appeal: float
    price_pull: float
    elasticity: float
    price_level: float


TRAITS: Final[Mapping[Family, Traits]] = {
    "popularity": Traits(share=0.26, taste=0.5, appeal=1.4, price_pull=0.5, elasticity=1.0, price_level=0.0),
    "price": Traits(share=0.26, taste=0.9, appeal=0.5, price_pull=2.4, elasticity=5.0, price_level=-0.9),
    "taste": Traits(share=0.44, taste=1.45, appeal=0.35, price_pull=1.0, elasticity=1.2, price_level=-0.05),
    "adversarial": Traits(share=0.04, taste=0.0, appeal=0.0, price_pull=0.0, elasticity=0.0, price_level=0.0),
}


@dataclass(frozen=True, slots=True)
class Shopper:
    """One person (or program). Tastes multiply; `price_level` (-1 cheap … 1 dear) is where they look first; `sessions_expected` is per 120 days.

    `adversary` says what kind of adversary it is (empty for customers), `ring` which ring a ring's member belongs to (-1 for none).
    """

    id: CustomerId
    family: Family
    lang: Lang
    country: str
    departments: Mapping[str, float]
    types: Mapping[str, float]
    brands: Mapping[str, float]
    colours: Mapping[str, float]
    price_level: float
    sessions_expected: float
    adversary: Adversary = ""
    ring: int = -1

    @property
    def market(self) -> Market:
        """The price list that this shopper buys from."""
        return US if self.country == "US" else DEFAULT_MARKET

    @property
    def traits(self) -> Traits:
        """What the shopper's family goes by."""
        return TRAITS[self.family]


def shoppers(count: int, *, seed: int) -> tuple[Shopper, ...]:
    """Return `count` shoppers, adversaries last; about one in eight lives in the United States and reads English, and so do a few in China."""
    adversaries = round(count * TRAITS["adversarial"].share)
    honest = count - adversaries
    return (*(_customer(number, seed) for number in range(honest)), *(_adversary(place, honest + place, seed) for place in range(adversaries)))


def _customer(number: int, seed: int) -> Shopper:
    dice = Dice(seed, "shopper", number)
    customers: list[Family] = ["popularity", "price", "taste"]
    family = dice.pick_by(customers, np.cumsum([TRAITS[name].share for name in customers]).tolist())
    traits = TRAITS[family]
    abroad = dice.chance(0.12)
    return Shopper(
        id=CustomerId(f"c-{number + 1:05d}"),
        family=family,
        lang="en" if abroad or dice.chance(0.22) else "zh",
        country="US" if abroad else "CN",
        departments={d.key: d.appeal * exp(dice.normal(0.0, traits.taste * DEPARTMENT_SPREAD)) for d in departments()},
        types={kind.key: exp(dice.normal(0.0, traits.taste * TYPE_SPREAD)) for d in departments() for kind in d.types},
        brands={brand.key: exp(dice.normal(0.0, traits.taste * BRAND_SPREAD)) for d in departments() for brand in d.brands},
        colours={family: exp(dice.normal(0.0, traits.taste * COLOUR_SPREAD)) for family in common().families},
        price_level=max(-1.2, min(1.2, dice.normal(traits.price_level, 0.4))),
        sessions_expected=max(2.0, SESSIONS * exp(dice.normal(0.0, 0.5))),
    )


def _adversary(place: int, number: int, seed: int) -> Shopper:
    """Every second one a bot, of the three kinds in turn; the others fill rings of `RING_SIZE`."""
    dice = Dice(seed, "adversary", place)
    half, is_ring = divmod(place, 2)
    bots: tuple[Adversary, ...] = ("crawler", "agent", "clicker")
    return Shopper(
        id=CustomerId(f"c-{number + 1:05d}"),
        family="adversarial",
        lang="zh" if dice.chance(0.7) else "en",
        country="CN",
        departments={},
        types={},
        brands={},
        colours={},
        price_level=0.0,
        sessions_expected=3.0,
        adversary="ring" if is_ring else bots[half % 3],
        ring=half // RING_SIZE if is_ring else -1,
    )


@dataclass(frozen=True, slots=True)
class Assortment:
    """What one market sells, as columns: row i is `products[i]`; `kind` and `brand` index into `kinds` and `brands`."""

    products: tuple[ProductId, ...]
    row: Mapping[ProductId, int]
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
    products = tuple(ware.product.id for ware in sold)
    return Assortment(
        products=products,
        row={product: row for row, product in enumerate(products)},
        kinds=tuple(kinds.values()),
        brands=brands,
        kind=np.array([kind_at[ware.kind.key] for ware in sold], dtype=np.int64),
        brand=np.array([brand_at[ware.product.brand.key if ware.product.brand else ""] for ware in sold], dtype=np.int64),
        price_level=np.array([ware.price_level for ware in sold]),
        appeal=np.array([ware.appeal for ware in sold]),
    )


def liking(shopper: Shopper, sold: Assortment) -> NDArray[np.float64]:
    """Return how much the shopper is drawn to each row of the assortment at its list price: positive, only their ratios matter."""
    traits = shopper.traits
    kinds = np.array([shopper.departments[kind.department] * shopper.types[kind.key] * kind.share for kind in sold.kinds])
    brands = np.array([shopper.brands[brand] for brand in sold.brands])
    pull = np.exp(-traits.price_pull * (sold.price_level - shopper.price_level) ** 2)
    return kinds[sold.kind] * brands[sold.brand] * pull * sold.appeal**traits.appeal


@dataclass(frozen=True, slots=True)
class Taste:
    """A shopper's chances over everything sold in their market: `running[i]` is the running sum of the weights of `products[: i + 1]`."""

    products: Sequence[ProductId]
    running: Sequence[float]

    def pick(self, dice: Dice) -> ProductId:
        """Return one product, by taste."""
        return dice.pick_by(self.products, self.running)


def taste(shopper: Shopper, sold: Assortment) -> Taste:
    """Return the shopper's chances over the assortment."""
    return Taste(sold.products, np.cumsum(liking(shopper, sold)).tolist())
