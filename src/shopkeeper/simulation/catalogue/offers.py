"""Prices and stock: what a variant costs in yuan and in dollars, what is on sale, what is sold out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.product import DEFAULT_MARKET, Market, Offer
from shopkeeper.simulation.dice import Dice

US: Final = Market("us")
CNY: Final = Currency("CNY")
USD: Final = Currency("USD")
_FEN_PER_CENT: Final = 6.1
"""What a US shop asks for goods of this price: below the exchange rate, for freight and duty are in it."""


@dataclass(frozen=True, slots=True)
class PriceTag:
    """What holds for all variants of a product: the yuan price of the plain variant, the sale if any, whether it is sold abroad."""

    yuan: float
    sale_share: float | None
    sale_starts: datetime | None
    sale_ends: datetime | None
    abroad: bool
    sold_out: bool


def tidy_yuan(amount: float) -> int:
    """Return a price in fen that a Chinese shop would print: whole yuan ending in 9 or 8 from ¥30, in .9 below."""
    if amount < 30:
        return max(int(amount) * 100 - 10, 490)
    if amount < 1000:
        return (max(round(amount / 10), 3) * 10 - 1) * 100
    return (round(amount / 50) * 50 - 1) * 100


def tidy_dollars(amount: float) -> int:
    """Return a price in cents that ends in .99 below $20, in .50 below $100 and in whole dollars above."""
    if amount < 20:
        return max(round(amount), 2) * 100 - 1
    return round(amount) * 100 + 50 if amount < 100 else round(amount / 5) * 500


def price_tag(low: int, high: int, factor: float, now: datetime, dice: Dice) -> PriceTag:
    """Return the price tag of a product that lies between `low` and `high` yuan, times `factor` for brand and material."""
    yuan = dice.between(low, high) * factor
    sale_share = dice.pick((0.9, 0.85, 0.8, 0.75, 0.7)) if dice.chance(0.2) else None
    starts = now - timedelta(days=1 + dice.below(12)) if sale_share is not None else None
    ends = now + timedelta(days=3 + dice.below(18)) if sale_share is not None else None
    return PriceTag(yuan, sale_share, starts, ends, abroad=dice.chance(0.6), sold_out=dice.chance(0.04))


def offers(tag: PriceTag, factor: float, dice: Dice) -> tuple[Offer, ...]:
    """Return one variant's offers; `factor` is what its options add (the larger pack, the larger size)."""
    plain = tidy_yuan(tag.yuan * factor)
    stock = 0 if tag.sold_out or dice.chance(0.06) else 2 + int(dice.throw() ** 2 * 180)
    here = _offer(tag, Money(plain, CNY), DEFAULT_MARKET, stock)
    if not tag.abroad:
        return (here,)
    return here, _offer(tag, Money(tidy_dollars(plain / 100 / _FEN_PER_CENT), USD), US, 0 if tag.sold_out else stock // 3)


def _offer(tag: PriceTag, price: Money, market: Market, stock: int) -> Offer:
    sale = None
    if tag.sale_share is not None:
        tidy = tidy_yuan if market == DEFAULT_MARKET else tidy_dollars
        reduced = tidy(price.minor / 100 * tag.sale_share)
        sale = Money(reduced, price.currency) if reduced < price.minor else None
    running = sale is not None
    return Offer(
        price=price,
        market=market,
        sale_price=sale,
        sale_starts=tag.sale_starts if running else None,
        sale_ends=tag.sale_ends if running else None,
        availability="in_stock" if stock else "out_of_stock",
        stock=stock,
    )
