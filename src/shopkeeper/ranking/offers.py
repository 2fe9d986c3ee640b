"""What a product's offers in one market come to, now and when a sale begins or ends next."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shopkeeper.domain.money import Money
from shopkeeper.domain.product import Market, Offer, Product

NOT_SOLD: Final = -1
UNCOUNTED_STOCK: Final = 2**31 - 1
"""Stock of a buyable offer that is not counted, or more than fits."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One product in one market: prices in minor units, −1 where it is not sold."""

    price_minor: int
    list_minor: int
    buyable: bool
    stock: int


def standing(offers: Sequence[Offer], now: datetime) -> Standing:
    """Return the lowest price to pay at `now` (among buyable offers where there are any), with its list price, and the stock in all."""
    pool = [offer for offer in offers if offer.buyable]
    cheapest = min(pool or offers, key=lambda offer: offer.price_at(now).minor, default=None)
    if cheapest is None:
        return Standing(NOT_SOLD, NOT_SOLD, buyable=False, stock=0)
    counted = [offer.stock for offer in pool]
    stock = UNCOUNTED_STOCK if None in counted else min(UNCOUNTED_STOCK, sum(filter(None, counted)))
    return Standing(cheapest.price_at(now).minor, cheapest.price.minor, buyable=bool(pool), stock=stock)


def next_turn(offers: Sequence[Offer], now: datetime) -> datetime | None:
    """The next moment after `now` at which a sale of `offers` begins or ends; None where there is none."""
    moments = (moment for offer in offers if offer.sale_price is not None for moment in (offer.sale_starts, offer.sale_ends))
    return min((moment for moment in moments if moment is not None and moment > now), default=None)


def offers_by_market(product: Product) -> dict[Market, list[Offer]]:
    """The offers of all variants, by market, in the order of the variants."""
    found: dict[Market, list[Offer]] = {}
    for variant in product.variants:
        for offer in variant.offers:
            found.setdefault(offer.market, []).append(offer)
    return found


def timed(offers: Sequence[Offer]) -> bool:
    """True if the price may change by the clock alone."""
    return any(offer.sale_price is not None and (offer.sale_starts or offer.sale_ends) for offer in offers)


def offer_to_json(offer: Offer) -> list[object]:
    """Return what `offer_from_json` takes: only what a price by the clock needs."""
    sale = None if offer.sale_price is None else offer.sale_price.minor
    starts, ends = (None if moment is None else moment.isoformat() for moment in (offer.sale_starts, offer.sale_ends))
    return [offer.price.minor, offer.price.currency, sale, starts, ends, offer.availability, offer.stock]


def offers_from_json(raw: Sequence[Sequence], market: Market) -> Iterator[Offer]:
    """Yield the offers that `offer_to_json` described."""
    for price, currency, sale, starts, ends, availability, stock in raw:
        yield Offer(
            price=Money(price, currency),
            market=market,
            sale_price=None if sale is None else Money(sale, currency),
            sale_starts=None if starts is None else datetime.fromisoformat(starts),
            sale_ends=None if ends is None else datetime.fromisoformat(ends),
            availability=availability,
            stock=stock,
        )
