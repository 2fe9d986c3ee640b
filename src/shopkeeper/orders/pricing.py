"""The price of a cart: (cart, products, promotions, rules, now) → Quote. Pure, in whole minor units.

In this order: 1. each line at its price now (the sale price while a sale runs); 2. the promotions that hold, in the set that is best for the shopper
(`best_set`), each working on what the ones before it left: pieces given, then percentages, then amounts, by id among equals; 3. delivery, whose
free-from looks at the goods before promotions; 4. free delivery. Docs: `docs/decisions/0010-prices-and-stock.md`.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, cast

import orjson

from shopkeeper.domain.cart import Cart, CartLine
from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.product import Market, Offer, Product, Variant
from shopkeeper.domain.promotion import Promotion, PromotionKind
from shopkeeper.domain.quote import Coupon, CouponState, DeliveryQuote, LineDiscount, LineFault, Quote, QuoteLine
from shopkeeper.domain.shop_rules import DeliveryMethod, ShopRules
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.orders.discounts import Priced, category_keys, missing_spend, shopper_may, taken_off

_ORDER: Final[dict[PromotionKind, int]] = {"buy_x_get_y": 0, "percentage": 1, "amount_off": 2, "free_shipping": 3}
UNCOUNTED: Final = ("preorder", "backorder")
"""What can be ordered without a piece in stock: its stock is not touched."""


@dataclass(frozen=True, slots=True)
class Shopping:
    """What a price depends on besides cart and catalogue. `uses`: by promotion, the orders of all and of this shopper that used it."""

    promotions: Sequence[Promotion]
    rules: ShopRules
    currency: str
    uses: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    first_order: bool = True
    delivery: str = ""
    country: str = ""


def quote(cart: Cart, products: Mapping[ProductId, Product], shopping: Shopping, *, now: datetime) -> Quote:
    """What the cart costs at `now`. Lines that cannot be bought are told apart and cost nothing; the order of lines changes no amount."""
    lines = [_line(line, products.get(line.product_id), cart.market, shopping.currency, now) for line in cart.lines]
    by_key = sorted(range(len(lines)), key=lambda i: (lines[i].product_id, lines[i].variant_id))
    priced = [_priced(lines[i], products.get(lines[i].product_id)) for i in by_key]
    goods = sum(one.gross for one in priced)
    fees = [_delivery(method, goods) for method in shopping.rules.deliveries if goods and _goes_to(method, shopping)]
    chosen = next((one for one in fees if one.id == shopping.delivery), min(fees, key=lambda one: one.fee.minor, default=None))
    held, states = _held(cart, priced, shopping, now)
    best = _best_set(held, priced, chosen.fee.minor if chosen is not None else 0)
    parts: list[list[LineDiscount]] = [[] for _ in lines]
    sums = []
    for promotion, off in best.off:
        if whole := sum(off):
            sums.append(_part(promotion, whole, shopping.currency))
            for place, amount in zip(by_key, off, strict=True):
                parts[place] += [_part(promotion, amount, shopping.currency)] if amount else []
    if chosen is not None and best.free is not None and chosen.fee.minor:
        chosen = _freed(chosen, best.free)
        fees = [_freed(one, best.free) if one.id == chosen.id else one for one in fees]
    used = {part.promotion_id for part in sums} | ({best.free.id} if best.free is not None else set())
    return _sealed(
        Quote(
            currency=Currency(shopping.currency),
            lines=tuple(_with(line, tuple(given)) for line, given in zip(lines, parts, strict=True)),
            discounts=tuple(sums),
            coupons=tuple(_told(coupon, used, held) for coupon in states),
            delivery=chosen,
            deliveries=tuple(fees),
            token="",
        )
    )


@dataclass(frozen=True, slots=True)
class _Applied:
    """A set of promotions at work: what each takes off each line, and which one frees delivery."""

    total: int
    off: tuple[tuple[Promotion, list[int]], ...]
    free: Promotion | None


def _best_set(held: Sequence[Promotion], priced: Sequence[Priced], fee: int) -> _Applied:
    """The cheapest of: none, each promotion alone, all combinable ones together; among equals the one with the fewest promotions.

    Free-from limits and minimum spends look at prices before promotions, so that one discount never takes another away: all combinable ones together
    are then never dearer than some of them, but for the rounding of one minor unit each.
    """
    combinable = [promotion for promotion in held if promotion.stacking == "combinable"]
    sets = [[], *([promotion] for promotion in held), *([combinable] if len(combinable) > 1 else [])]
    applied = [_apply(chosen, priced, fee) for chosen in sets]
    return min(applied, key=lambda one: (one.total, len(one.off) + (one.free is not None), [promotion.id for promotion, _ in one.off]))


def _apply(chosen: Sequence[Promotion], priced: Sequence[Priced], fee: int) -> _Applied:
    left = [line.gross for line in priced]
    off: list[tuple[Promotion, list[int]]] = []
    free: Promotion | None = None
    for promotion in sorted(chosen, key=lambda one: (_ORDER[one.kind], one.id)):
        if promotion.kind == "free_shipping":
            free = free or (promotion if fee else None)
            continue
        parts = taken_off(promotion, priced, left)
        if any(parts):
            off.append((promotion, parts))
            left = [cost - part for cost, part in zip(left, parts, strict=True)]
    return _Applied(sum(left) + (0 if free is not None else fee), tuple(off), free)


def _held(cart: Cart, priced: Sequence[Priced], shopping: Shopping, now: datetime) -> tuple[list[Promotion], list[Coupon]]:
    """The promotions whose conditions hold, and for each typed code how it stands (for now `not_better`, if it holds)."""
    by_code = {promotion.code: promotion for promotion in shopping.promotions if promotion.code and promotion.active}
    held = [one for one in shopping.promotions if not one.code and _stands(one, cart, priced, shopping, now) == "not_better"]
    states = []
    for code in cart.coupons:
        promotion = by_code.get(code)
        state: CouponState = "unknown" if promotion is None else _stands(promotion, cart, priced, shopping, now)
        need = missing_spend(promotion, priced) if promotion is not None and state == "min_spend" else 0
        states.append(Coupon(code, state, Money(need, Currency(shopping.currency)) if need else None))
        if promotion is not None and state == "not_better":
            held.append(promotion)
    return held, states


def _stands(promotion: Promotion, cart: Cart, priced: Sequence[Priced], shopping: Shopping, now: datetime) -> CouponState:
    conditions = promotion.conditions
    if conditions.ends is not None and now >= conditions.ends:
        return "over"
    if not promotion.running(now):
        return "not_yet"
    amounts = [amount for amount in (promotion.amount, conditions.min_spend) if amount is not None]
    if (conditions.markets and cart.market not in conditions.markets) or any(amount.currency != shopping.currency for amount in amounts):
        return "nothing_fits"
    if why := shopper_may(promotion, shopping.uses, first_order=shopping.first_order):
        return cast(CouponState, why)
    if missing_spend(promotion, priced):
        return "min_spend"
    if promotion.kind != "free_shipping" and not any(taken_off(promotion, priced, [line.gross for line in priced])):
        return "nothing_fits"
    return "not_better"


def _told(coupon: Coupon, used: set, held: Sequence[Promotion]) -> Coupon:
    applied = any(promotion.code == coupon.code and promotion.id in used for promotion in held)
    return Coupon(coupon.code, "applied") if applied else coupon


def _line(line: CartLine, product: Product | None, market: Market, currency: str, now: datetime) -> QuoteLine:
    variant, offer, fault = offered(product, line.variant_id, market, currency)
    available = None if offer is None or not counted(offer) else offer.stock
    if fault is None and available is not None and available < line.quantity:
        fault = "too_many" if available else "sold_out"
    price = offer.price_at(now) if offer is not None else line.price_seen
    return QuoteLine(
        product_id=line.product_id,
        variant_id=line.variant_id,
        title=product.title if product is not None and product.status == "active" else LocalizedText(),
        options=tuple(LocalizedText(label.shown("zh"), label.shown("en")) for _, label in variant.options) if variant is not None else (),
        categories=category_keys(product) if product is not None else (),
        quantity=line.quantity,
        list_price=offer.price if offer is not None else price,
        unit_price=price,
        price_seen=line.price_seen,
        discounts=(),
        fault=fault,
        available=0 if fault in ("gone", "not_sold", "sold_out") else available,
        counted=available is not None,
    )


def offered(product: Product | None, variant_id: str, market: Market, currency: str) -> tuple[Variant | None, Offer | None, LineFault | None]:
    """The version, its offer, and why it cannot be bought. A hidden product is told like one that is gone."""
    variant = next((one for one in product.variants if one.id == variant_id), None) if product is not None else None
    if product is None or product.status != "active" or variant is None:
        return None, None, "gone"
    offer = variant.offer(market)
    if offer is None or offer.price.currency != currency:
        return variant, None, "not_sold"
    return variant, offer, None if offer.buyable else "sold_out"


def counted(offer: Offer) -> bool:
    """True if pieces come out of a counted stock."""
    return offer.stock is not None and offer.availability not in UNCOUNTED


def _priced(line: QuoteLine, product: Product | None) -> Priced:
    brand = product.brand.key if product is not None and product.brand is not None else ""
    return Priced(line.product_id, line.categories, brand, 0 if line.fault else line.quantity, line.unit_price.minor)


def _with(line: QuoteLine, discounts: tuple[LineDiscount, ...]) -> QuoteLine:
    return replace(line, discounts=discounts) if discounts else line


def _part(promotion: Promotion, amount: int, currency: str) -> LineDiscount:
    return LineDiscount(promotion.id, promotion.name, Money(amount, Currency(currency)))


def _goes_to(method: DeliveryMethod, shopping: Shopping) -> bool:
    there = not method.countries or not shopping.country or shopping.country in method.countries
    return there and method.price.currency == shopping.currency


def _delivery(method: DeliveryMethod, goods: int) -> DeliveryQuote:
    free = method.free_from is not None and goods >= method.free_from.minor
    return DeliveryQuote(method.id, method.name, Money(0, method.price.currency) if free else method.price, method.days)


def _freed(one: DeliveryQuote, promotion: Promotion) -> DeliveryQuote:
    return DeliveryQuote(one.id, one.name, one.fee, one.days, LineDiscount(promotion.id, promotion.name, one.fee))


def _sealed(priced: Quote) -> Quote:
    """The quote with its token: a digest of everything that the shopper agrees to. Another price, discount or delivery is another token."""
    lines = [[line.product_id, line.variant_id, line.quantity, line.unit_price.minor, line.paid.minor, line.fault] for line in priced.lines]
    delivery = [priced.delivery.id, priced.delivery.paid.minor] if priced.delivery is not None else None
    said = [sorted(lines, key=lambda one: (one[0], one[1])), sorted([part.promotion_id, part.amount.minor] for part in priced.discounts), delivery]
    digest = hashlib.sha256(orjson.dumps([priced.currency, said, priced.total.minor])).hexdigest()
    return replace(priced, token=digest[:32])
