"""The demo shop as a whole: what it sells, what was done and bought there, what was said, its rules, its offers and its pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from shopkeeper.domain.ids import CustomerId, ProductId, ReviewId, VariantId
from shopkeeper.domain.order import Order
from shopkeeper.domain.policy import Policy
from shopkeeper.domain.product import Market, Product
from shopkeeper.domain.review import Review
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.errors import Unavailable
from shopkeeper.simulation import orders as buying
from shopkeeper.simulation import reviews as reviewing
from shopkeeper.simulation.behaviour.adversaries import Push
from shopkeeper.simulation.behaviour.aftermath import opinions, refunds
from shopkeeper.simulation.behaviour.history import history
from shopkeeper.simulation.behaviour.queries import Query
from shopkeeper.simulation.behaviour.records import Deed
from shopkeeper.simulation.behaviour.world import World, world
from shopkeeper.simulation.catalogue import catalogue
from shopkeeper.simulation.catalogue.specs import common
from shopkeeper.simulation.pictures import pictures
from shopkeeper.simulation.policies import policies
from shopkeeper.simulation.promotions import Promotion, promotions
from shopkeeper.simulation.shoppers import Shopper, shoppers
from shopkeeper.simulation.wares import Ware, wares

DEFAULT_SIZE: Final = 1_600
DEFAULT_SEED: Final = 7
SHOPPERS_PER_PRODUCT: Final = 1.95
MEDIA: Final = "/media/"


@dataclass(frozen=True, slots=True)
class Cast:
    """Who and what there is before anything happens: enough to play on from now, without the past."""

    products: tuple[Product, ...]
    people: tuple[Shopper, ...]
    world: World
    seed: int

    @property
    def customers(self) -> tuple[Shopper, ...]:
        """The shoppers who mean it."""
        return tuple(one for one in self.people if one.family != "adversarial")


@dataclass(frozen=True, slots=True)
class HiddenTruth:
    """What the shop must not know and a test may.

    `shoppers` and `wares`: tastes, families, hidden sides. `said`: what each review said of which aspect. `ring_reviews`: which ring had a review
    written. `pushes`: what each ring's member did. `asked`: what was meant by a query, by the list that answered it. `shuffled`: the lists that
    stood in random order. `opening_stock`: what lay in the warehouse before the first order.
    """

    shoppers: Mapping[CustomerId, Shopper]
    wares: Mapping[ProductId, Ware]
    world: World = field(compare=False)
    said: Mapping[str, tuple[tuple[str, bool], ...]]
    ring_reviews: Mapping[ReviewId, int]
    pushes: tuple[Push, ...]
    asked: Mapping[str, Query]
    shuffled: frozenset[str]
    opening_stock: Mapping[tuple[VariantId, Market], int]


@dataclass(frozen=True, slots=True)
class DemoShop:
    """The demo shop. `deeds` is everything that was done, oldest first; `orders` are its purchases. `pictures` holds SVG text by the path that
    products name, such as `/media/mug-003-1.svg`; `attribute_names` is how people call the products' attributes."""

    products: tuple[Product, ...]
    deeds: tuple[Deed, ...]
    orders: tuple[Order, ...]
    reviews: tuple[Review, ...]
    policies: tuple[Policy, ...]
    promotions: tuple[Promotion, ...]
    pictures: Mapping[str, str]
    attribute_names: Mapping[str, LocalizedText]
    truth: HiddenTruth

    def write_pictures(self, folder: Path) -> int:
        """Write every picture into `folder` (made if missing) under its file name; return how many there are."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for path, svg in self.pictures.items():
                (folder / path.removeprefix(MEDIA)).write_text(svg, "utf-8")
        except OSError as error:
            raise Unavailable(f"the pictures could not be written: {error.strerror}", field="folder", value=str(folder)) from error
        return len(self.pictures)


def demo_cast(*, now: datetime, seed: int = DEFAULT_SEED, size: int = DEFAULT_SIZE) -> Cast:
    """Return the products, shoppers and prices of the demo shop of `size` products as of `now`."""
    plain = catalogue(seed=seed, size=size, now=now)
    offers = promotions(plain, seed=seed, now=now)
    people = shoppers(max(10, round(size * SHOPPERS_PER_PRODUCT)), seed=seed)
    return Cast(plain, people, world(wares(plain, seed=seed, now=now), offers, seed=seed, now=now), seed)


def demo_shop(*, now: datetime, seed: int = DEFAULT_SEED, size: int = DEFAULT_SIZE) -> DemoShop:
    """Return the demo shop of `size` products with the 120 days before `now`; the same arguments give the same shop, byte for byte."""
    cast = demo_cast(now=now, seed=seed, size=size)
    by_id = {shopper.id: shopper for shopper in cast.people}
    past = history(cast.people, cast.world, seed=seed)
    hidden = cast.world.wares
    bought = buying.orders(past.deeds, by_id, hidden, seed=seed, now=now)
    said = (*reviewing.reviews(bought, by_id, hidden, seed=seed, now=now), *reviewing.ring_reviews(past.pushes, seed=seed, now=now))
    said = tuple(sorted(said, key=lambda one: (one.review.written, one.review.id)))
    reviews = tuple(one.review for one in said)
    products = _rated(cast.products, reviews)
    deeds = (*past.deeds, *refunds(bought, by_id, seed=seed), *opinions(reviews, by_id, seed=seed))
    return DemoShop(
        products=products,
        deeds=tuple(sorted(deeds, key=lambda deed: (deed.occurred, deed.visitor_id))),
        orders=bought,
        reviews=reviews,
        policies=policies(),
        promotions=cast.world.promotions,
        pictures={path: svg for product in products for path, svg in pictures(product)},
        attribute_names=common().attributes,
        truth=HiddenTruth(
            shoppers=by_id,
            wares=hidden,
            world=cast.world,
            said={one.review.id: one.said for one in said},
            ring_reviews={one.review.id: one.ring for one in said if one.ring >= 0},
            pushes=past.pushes,
            asked=past.asked,
            shuffled=past.shuffled,
            opening_stock=buying.opening_stock(bought, by_id, cast.world),
        ),
    )


def _rated(products: tuple[Product, ...], reviews: Sequence[Review]) -> tuple[Product, ...]:
    """The products with the mean and number of the ratings that were really given."""
    stars: dict[ProductId, list[float]] = {}
    for review in reviews:
        if review.rating is not None:
            stars.setdefault(review.product_id, []).append(review.rating)
    return tuple(
        replace(product, rating=round(sum(given) / len(given), 2), rating_count=len(given)) if (given := stars.get(product.id)) else product
        for product in products
    )
