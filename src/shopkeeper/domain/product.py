"""Product: what the shop offers, with its variants and their offers per market.

Product ── texts {zh, en}: title, description          one page, one search result
   ├── brand, categories, attributes: Labels            what filters and facets name
   └── Variant (size M, red) ── Offer per market        what is bought: price, stock
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final, Literal, NewType, TypeAlias

from shopkeeper.domain.ids import ProductId, VariantId, check_id
from shopkeeper.domain.money import Money
from shopkeeper.domain.texts import Label, LocalizedText
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told

Market = NewType("Market", str)
"""A price list: a country or channel with one currency, such as `default`, `cn`, `us-wholesale`."""

DEFAULT_MARKET = Market("default")

Availability = Literal["in_stock", "out_of_stock", "preorder", "backorder"]
Status = Literal["active", "hidden"]

MAX_TITLE = 1_000
MAX_DESCRIPTION = 100_000
MAX_VARIANTS = 2_000

Extras: TypeAlias = tuple[tuple[str, str], ...]
"""Columns of the feed that we do not interpret, as (`<format>:<column>`, value), in feed order: kept, and written back on export."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a variant costs in one market, and whether it can be had there. `stock` None = not counted."""

    price: Money
    market: Market = DEFAULT_MARKET
    sale_price: Money | None = None
    sale_starts: datetime | None = None
    sale_ends: datetime | None = None
    availability: Availability = "in_stock"
    stock: int | None = None

    def __post_init__(self) -> None:
        if self.sale_price is not None and self.sale_price.currency != self.price.currency:
            raise BadInput(told("sale_in_other_currency"), field="sale_price", value=str(self.sale_price))
        if self.stock is not None and self.stock < 0:
            raise BadInput(told("below_zero", value=self.stock), field="stock", value=self.stock)
        for field, moment in (("sale_starts", self.sale_starts), ("sale_ends", self.sale_ends)):
            if moment is not None and moment.tzinfo is None:
                raise BadInput(told("no_time_zone"), field=field, value=moment.isoformat(), hint=told("hint.moment"))
        if self.sale_starts and self.sale_ends and self.sale_ends < self.sale_starts:
            raise BadInput(told("ends_before_start"), field="sale_ends", value=self.sale_ends.isoformat())

    @property
    def buyable(self) -> bool:
        """True if an order may be placed now: not out of stock, and no counted stock of zero (unless it is pre- or back-ordered)."""
        if self.availability in ("preorder", "backorder"):
            return True
        return self.availability == "in_stock" and self.stock != 0

    def price_at(self, now: datetime) -> Money:
        """The price to pay at `now`: the sale price while the sale runs, else the list price."""
        if self.sale_price is None:
            return self.price
        begun = self.sale_starts is None or self.sale_starts <= now
        over = self.sale_ends is not None and now >= self.sale_ends
        return self.sale_price if begun and not over else self.price


@dataclass(frozen=True, slots=True)
class Variant:
    """One buyable form of a product: its options (`size` → M), codes, pictures and offers (at most one per market)."""

    id: VariantId
    options: tuple[tuple[str, Label], ...] = ()
    offers: tuple[Offer, ...] = ()
    gtin: str = ""
    mpn: str = ""
    images: tuple[str, ...] = ()
    extras: Extras = ()

    def __post_init__(self) -> None:
        check_id(self.id, field="variant.id")
        markets = [offer.market for offer in self.offers]
        if len(set(markets)) != len(markets):
            raise BadInput(told("two_offers"), field=f"variant {self.id} offers", value=markets)
        names = [name for name, _ in self.options]
        if len(set(names)) != len(names):
            raise BadInput(told("option_twice"), field=f"variant {self.id} options", value=names)

    def offer(self, market: Market = DEFAULT_MARKET) -> Offer | None:
        """The offer in `market`, or None where the variant is not sold there."""
        return next((offer for offer in self.offers if offer.market == market), None)


@dataclass(frozen=True, slots=True)
class Product:
    """A product of the catalogue. `categories` are paths from the root, each a tuple of Labels; the first is the main one.

    `attributes` are (name, values) pairs, each name once; the names `brand`, `category`, `price`, `stock` and the like are the product's own
    fields and never appear there. Every product has at least one variant; a feed without variants makes one with the product's own id.
    """

    id: ProductId
    title: LocalizedText
    variants: tuple[Variant, ...]
    description: LocalizedText = LocalizedText()
    brand: Label | None = None
    categories: tuple[tuple[Label, ...], ...] = ()
    attributes: tuple[tuple[str, tuple[Label, ...]], ...] = ()
    tags: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    link: str = ""
    status: Status = "active"
    created: datetime | None = None
    rating: float | None = None
    rating_count: int = 0
    extras: Extras = ()

    def __post_init__(self) -> None:
        check_id(self.id, field="id")
        if not self.title:
            raise BadInput(told("empty"), field="title", value="", hint=told("hint.title"))
        for lang, wording in self.title:
            if len(wording) > MAX_TITLE:
                raise BadInput(told("too_many_characters", count=len(wording), limit=MAX_TITLE), field=f"title.{lang}", value=wording[:80])
        for lang, wording in self.description:
            if len(wording) > MAX_DESCRIPTION:
                raise BadInput(
                    told("too_many_characters", count=len(wording), limit=MAX_DESCRIPTION), field=f"description.{lang}", value=wording[:80]
                )
        if not 1 <= len(self.variants) <= MAX_VARIANTS:
            raise BadInput(told("variant_count", count=len(self.variants), limit=MAX_VARIANTS), field="variants", value=len(self.variants))
        ids = [variant.id for variant in self.variants]
        if len(set(ids)) != len(ids):
            doubled = next(i for i in ids if ids.count(i) > 1)
            raise BadInput(told("variant_twice", id=doubled), field="variants", value=doubled)
        names = [name for name, _ in self.attributes]
        if len(set(names)) != len(names):
            raise BadInput(told("attribute_twice"), field="attributes", value=names)
        if self.rating is not None and not 0 <= self.rating <= 5:
            raise BadInput(told("not_rating_zero", value=self.rating), field="rating", value=self.rating)
        if self.rating_count < 0:
            raise BadInput(told("below_zero", value=self.rating_count), field="rating_count", value=self.rating_count)

    def offers(self, market: Market = DEFAULT_MARKET) -> Iterator[Offer]:
        """The variants' offers in `market`."""
        for variant in self.variants:
            if (offer := variant.offer(market)) is not None:
                yield offer

    def buyable(self, market: Market = DEFAULT_MARKET) -> bool:
        """True if the product is active and at least one variant can be bought in `market`."""
        return self.status == "active" and any(offer.buyable for offer in self.offers(market))

    def lowest_price(self, now: datetime, market: Market = DEFAULT_MARKET) -> Money | None:
        """The lowest price to pay at `now` in `market`, among buyable variants where there are any; None where it is not sold."""
        offers = list(self.offers(market))
        prices = [offer.price_at(now) for offer in offers if offer.buyable] or [offer.price_at(now) for offer in offers]
        return min(prices, key=lambda price: price.minor, default=None)


class Kept(Enum):
    """The type of `KEPT`."""

    KEPT = "kept"


KEPT: Final = Kept.KEPT
"""What a patch holds for a field that stays as it is, where None has a meaning of its own."""

SALE_FIELDS: Final = ("sale_price", "sale_starts", "sale_ends")


@dataclass(frozen=True, slots=True)
class OfferPatch:
    """A partial update of price and stock: what is not given stays. `variant_id` None = every variant of the product.

    Of a sale, None takes away what there is: `sale_price=None` ends the sale, its window with it; `sale_starts=None` and `sale_ends=None` leave
    that side of the window open.
    """

    product_id: ProductId
    variant_id: VariantId | None = None
    market: Market = DEFAULT_MARKET
    price: Money | None = None
    sale_price: Money | Kept | None = KEPT
    sale_starts: datetime | Kept | None = KEPT
    sale_ends: datetime | Kept | None = KEPT
    stock: int | None = None
    availability: Availability | None = None

    def changes(self) -> dict[str, object]:
        """The fields of an `Offer` that are to change, with their new values; empty if nothing is."""
        given: dict[str, object] = {name: value for name in ("price", "stock", "availability") if (value := getattr(self, name)) is not None}
        if self.sale_price is None:
            given |= {"sale_starts": None, "sale_ends": None}
        return given | {name: value for name in SALE_FIELDS if (value := getattr(self, name)) is not KEPT}
