"""The world that shoppers walk in: what is on sale at a moment, at what price, and what is left of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.money import Money
from shopkeeper.domain.product import DEFAULT_MARKET, Market, Offer, Product, Variant
from shopkeeper.simulation.catalogue.offers import US
from shopkeeper.simulation.dice import Dice
from shopkeeper.simulation.promotions import Promotion
from shopkeeper.simulation.shoppers import Assortment, assortment
from shopkeeper.simulation.wares import Ware

_EVER: Final = datetime.max.replace(tzinfo=UTC)


class Piece(NamedTuple):
    """A variant with its offer in one market, and until when it can be bought there."""

    variant: Variant
    offer: Offer
    until: datetime


class OnShelf(NamedTuple):
    """A product in one market: what can be bought of it from when, and until when any of it can."""

    pieces: tuple[Piece, ...]
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class World:
    """Everything that behaviour depends on and that does not change while it goes on. `shelves` holds what each market sells, `reductions` each
    product's percent promotions that need no code."""

    wares: Mapping[ProductId, Ware]
    sold: Mapping[Market, Assortment]
    shelves: Mapping[Market, Mapping[ProductId, OnShelf]]
    promotions: tuple[Promotion, ...]
    reductions: Mapping[ProductId, tuple[Promotion, ...]]
    now: datetime

    def on_sale(self, product: ProductId, market: Market, moment: datetime) -> list[Piece]:
        """The variants of `product` that can be bought in `market` at `moment`."""
        if not self.on_shelf(product, market, moment):
            return []
        return [piece for piece in self.shelves[market][product].pieces if moment < piece.until]

    def on_shelf(self, product: ProductId, market: Market, moment: datetime) -> bool:
        """True if at least one variant can be bought then."""
        shelf = self.shelves[market].get(product)
        return shelf is not None and shelf.since <= moment < shelf.until

    def reduction(self, product: ProductId, moment: datetime) -> Promotion | None:
        """The percent promotion without a code that reduces `product` most at `moment`."""
        running = [one for one in self.reductions[product] if one.running(moment)]
        return max(running, key=lambda one: (one.percent or 0, one.id), default=None)

    def price(self, product: ProductId, offer: Offer, moment: datetime) -> Money:
        """What one piece costs at `moment`: the offer's price then, less what a running promotion takes off."""
        price = offer.price_at(moment)
        promotion = self.reduction(product, moment)
        return price if promotion is None else Money(price.minor * (100 - (promotion.percent or 0)) // 100, price.currency)

    def price_ratio(self, product: ProductId, market: Market, moment: datetime) -> float:
        """What the product costs at `moment` as a share of its list price: 1 where nothing is reduced."""
        offer = self.shelves[market][product].pieces[0].offer
        return self.price(product, offer, moment).minor / offer.price.minor

    def mates(self, product: ProductId, market: Market) -> list[tuple[ProductId, float]]:
        """What goes with `product` and is sold in `market`, with weights."""
        return [(mate, weight) for mate, weight in self.wares[product].mates if mate in self.shelves[market]]


def world(wares: Mapping[ProductId, Ware], promotions: Sequence[Promotion], *, seed: int, now: datetime) -> World:
    """Return the world of these wares. What has no stock now sold out on a day of the last three weeks, all of a product's variants on the same."""
    reducing = [one for one in promotions if one.kind == "percent" and not one.code]
    markets = (DEFAULT_MARKET, US)
    return World(
        wares=wares,
        sold={market: assortment(wares, market) for market in markets},
        shelves={market: {id_: shelf for id_, ware in wares.items() if (shelf := _shelf(ware.product, market, seed, now))} for market in markets},
        promotions=tuple(promotions),
        reductions={id_: tuple(one for one in reducing if one.covers(ware.product)) for id_, ware in wares.items()},
        now=now,
    )


def _shelf(product: Product, market: Market, seed: int, now: datetime) -> OnShelf | None:
    gone = now - timedelta(days=1 + Dice(seed, "sold out", product.id).below(21))
    pieces = tuple(
        Piece(variant, offer, _EVER if offer.buyable else gone) for variant in product.variants if (offer := variant.offer(market)) is not None
    )
    if not pieces:
        return None
    return OnShelf(pieces, product.created or datetime.min.replace(tzinfo=UTC), max(piece.until for piece in pieces))
