"""The demo shop as a whole: what it sells, what was bought, what was said, its rules and its pictures."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from shopkeeper.domain.ids import CustomerId, ProductId
from shopkeeper.domain.order import Order
from shopkeeper.domain.policy import Policy
from shopkeeper.domain.product import Product
from shopkeeper.domain.review import Review
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.errors import Unavailable
from shopkeeper.simulation import orders as buying
from shopkeeper.simulation import reviews as reviewing
from shopkeeper.simulation.catalogue import catalogue
from shopkeeper.simulation.catalogue.specs import common
from shopkeeper.simulation.pictures import pictures
from shopkeeper.simulation.policies import policies
from shopkeeper.simulation.shoppers import Shopper, shoppers
from shopkeeper.simulation.wares import Ware, wares

SHOPPERS_PER_PRODUCT = 2.9
MEDIA = "/media/"


@dataclass(frozen=True, slots=True)
class HiddenTruth:
    """What the shop must not know and a test may: the shoppers' tastes, the products' hidden sides, what each review said of which aspect."""

    shoppers: Mapping[CustomerId, Shopper]
    wares: Mapping[ProductId, Ware]
    said: Mapping[str, tuple[tuple[str, bool], ...]]


@dataclass(frozen=True, slots=True)
class DemoShop:
    """The demo shop. `pictures` holds SVG text by the path that products name, such as `/media/mug-003-1.svg`; `attribute_names` is how
    people call the products' attributes."""

    products: tuple[Product, ...]
    orders: tuple[Order, ...]
    reviews: tuple[Review, ...]
    policies: tuple[Policy, ...]
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


def demo_shop(*, now: datetime, seed: int = 7, size: int = 320) -> DemoShop:
    """Return the demo shop of `size` products with the 120 days of orders before `now`; the same arguments give the same shop."""
    plain = catalogue(seed=seed, size=size, now=now)
    hidden = wares(plain, seed=seed, now=now)
    people = shoppers(max(10, round(size * SHOPPERS_PER_PRODUCT)), seed=seed)
    by_id = {shopper.id: shopper for shopper in people}
    bought = buying.orders(people, hidden, seed=seed, now=now)
    said = reviewing.reviews(bought, by_id, hidden, seed=seed, now=now)
    products = _rated(plain, [one.review for one in said])
    return DemoShop(
        products=products,
        orders=bought,
        reviews=tuple(one.review for one in said),
        policies=policies(),
        pictures={path: svg for product in products for path, svg in pictures(product)},
        attribute_names=common().attributes,
        truth=HiddenTruth(by_id, hidden, {one.review.id: one.said for one in said}),
    )


def _rated(products: tuple[Product, ...], reviews: list[Review]) -> tuple[Product, ...]:
    """The products with the mean and number of the ratings that were really given."""
    stars: dict[ProductId, list[float]] = {}
    for review in reviews:
        if review.rating is not None:
            stars.setdefault(review.product_id, []).append(review.rating)
    return tuple(
        replace(product, rating=round(sum(given) / len(given), 2), rating_count=len(given)) if (given := stars.get(product.id)) else product
        for product in products
    )
