"""What is secretly true of each product: how much it pleases, how good it is, in which respects, and what it is bought with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import exp
from typing import Final

from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.product import Product
from shopkeeper.simulation.catalogue.specs import Aspect, ProductType, common, departments, product_types
from shopkeeper.simulation.dice import Dice

MATES_PER_TYPE = 2
MUST_AGREE: Final = ("phone_model", "skin_type")
"""Attributes in which two things must agree to go together: nobody buys a case for one phone and glass for another."""


@dataclass(frozen=True, slots=True)
class Ware:
    """A product's hidden side. `appeal` is how well it sells (1 = typical), `quality` and the aspects are standard normal, `mates` sum to 1."""

    product: Product
    kind: ProductType
    appeal: float
    quality: float
    aspects: tuple[tuple[Aspect, float], ...]
    mates: tuple[tuple[ProductId, float], ...]
    price_level: float


def type_of(product: Product) -> ProductType:
    """Return the product type that `product` was made from."""
    return product_types()[dict(product.attributes)["type"][0].key]


def wares(products: Sequence[Product], *, seed: int, now: datetime) -> dict[ProductId, Ware]:
    """Return the hidden side of every product, by id."""
    by_type: dict[str, list[Product]] = {}
    for product in products:
        by_type.setdefault(type_of(product).key, []).append(product)
    appeal = {product.id: exp(Dice(seed, "appeal", product.id).normal(0.0, 0.9)) for product in products}
    levels = _price_levels(by_type, now)
    found: dict[ProductId, Ware] = {}
    for product in products:
        kind, dice = type_of(product), Dice(seed, "ware", product.id)
        quality = dice.normal()
        aspects = tuple((aspect, 0.5 * quality + dice.normal(0.0, 0.9)) for aspect in aspects_of(kind, product))
        mates = _mates(product, kind, by_type, appeal, dice)
        found[product.id] = Ware(product, kind, appeal[product.id], quality, aspects, mates, levels[product.id])
    return found


def aspects_of(kind: ProductType, product: Product) -> tuple[Aspect, ...]:
    """What reviewers of this product may speak of: its type's aspects first, then those of any parcel."""
    has = {label.key for _, labels in product.attributes for label in labels}
    own = {aspect.key: aspect for department in departments() if department.key == kind.department for aspect in department.aspects}
    shared = {aspect.key: aspect for aspect in common().aspects}
    named = [own.get(key) or shared[key] for key in kind.aspects]
    named = [aspect for aspect in named if not has & set(aspect.without)]
    return (*named, *(aspect for aspect in shared.values() if aspect not in named and (aspect.key != "colour" or kind.colour_role == "choice")))


def _price_levels(by_type: Mapping[str, Sequence[Product]], now: datetime) -> dict[ProductId, float]:
    """Each product's price rank among its type, from -1 (cheapest) to 1."""
    levels: dict[ProductId, float] = {}
    for products in by_type.values():
        prices = {product.id: price.minor if (price := product.lowest_price(now)) is not None else 0 for product in products}
        ranked = sorted(products, key=lambda product: (prices[product.id], product.id))
        for place, product in enumerate(ranked):
            levels[product.id] = 0.0 if len(ranked) == 1 else 2.0 * place / (len(ranked) - 1) - 1.0
    return levels


def _mates(
    product: Product, kind: ProductType, by_type: Mapping[str, Sequence[Product]], appeal: Mapping[ProductId, float], dice: Dice
) -> tuple[tuple[ProductId, float], ...]:
    """The few products that go with this one: of the types its own goes with, fitting it, rather of its brand, rather what sells."""
    chosen: list[tuple[ProductId, float]] = []
    for other, strength in kind.goes_with:
        scored = sorted(
            (mate for mate in by_type.get(other, ()) if _fit(product, mate)),
            key=lambda mate: (-appeal[mate.id] * (3.0 if mate.brand == product.brand else 1.0) * (0.5 + dice.throw()), mate.id),
        )
        for rank, mate in enumerate(scored[:MATES_PER_TYPE]):
            chosen.append((mate.id, strength / (rank + 1)))
    total = sum(weight for _, weight in chosen)
    return tuple((mate, weight / total) for mate, weight in chosen)


def _fit(product: Product, other: Product) -> bool:
    """True if the two agree in what they must, as far as both have it; normal skin may use what is made for any."""
    mine, theirs = dict(product.attributes), dict(other.attributes)
    return all(
        {"normal"} & {label.key for label in (*mine[name], *theirs[name])} or set(mine[name]) & set(theirs[name])
        for name in MUST_AGREE
        if name in mine and name in theirs
    )
