"""Quote: what a cart costs now, line by line, with every discount and why; a promise for as long as its `token` stays the same."""

from dataclasses import dataclass
from typing import Literal

from shopkeeper.domain.ids import ProductId, PromotionId, VariantId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.texts import LocalizedText

LineFault = Literal["gone", "not_sold", "sold_out", "too_many"]
"""Why a line cannot be bought: no longer in the shop, not for sale here, none left, fewer left than wanted."""

CouponState = Literal["applied", "unknown", "not_yet", "over", "min_spend", "nothing_fits", "first_order", "used_up", "used_by_you", "not_better"]
"""What came of a code: applied, or why it was not. `not_better`: other offers give more and cannot be combined with it."""


@dataclass(frozen=True, slots=True)
class LineDiscount:
    """The part of a promotion that falls on one line."""

    promotion_id: PromotionId
    name: LocalizedText
    amount: Money


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """A line's price. `list_price` and `unit_price` are for one piece (they differ while a sale runs), `paid` is for all pieces after discounts.

    With a `fault` the line counts for nothing; `available` is then how many could be had.
    """

    product_id: ProductId
    variant_id: VariantId
    title: LocalizedText
    options: tuple[LocalizedText, ...]
    categories: tuple[str, ...]
    quantity: int
    list_price: Money
    unit_price: Money
    price_seen: Money
    discounts: tuple[LineDiscount, ...]
    fault: LineFault | None = None
    available: int | None = None
    counted: bool = False

    @property
    def gross(self) -> Money:
        """All pieces at the selling price, before promotions."""
        return self.unit_price.times(0 if self.fault else self.quantity)

    @property
    def paid(self) -> Money:
        """What the line costs in the end."""
        return Money(self.gross.minor - sum(part.amount.minor for part in self.discounts), self.unit_price.currency)

    @property
    def price_changed(self) -> bool:
        """True if one piece costs something else than when it was put into the cart."""
        return self.fault is None and self.unit_price != self.price_seen


@dataclass(frozen=True, slots=True)
class Coupon:
    """A code that was typed, and what came of it; `need` is the spending that is still missing with `min_spend`."""

    code: str
    state: CouponState
    need: Money | None = None


@dataclass(frozen=True, slots=True)
class DeliveryQuote:
    """A way of delivery with what it costs this cart; `discount` is what a free-shipping promotion takes off `fee`."""

    id: str
    name: LocalizedText
    fee: Money
    days: tuple[int, int]
    discount: LineDiscount | None = None

    @property
    def paid(self) -> Money:
        """What delivery costs in the end."""
        return self.fee if self.discount is None else self.fee - self.discount.amount


@dataclass(frozen=True, slots=True)
class Quote:
    """The whole price: `total` = goods − discounts + delivery; prices include tax. `deliveries` are the ways to choose from."""

    currency: Currency
    lines: tuple[QuoteLine, ...]
    discounts: tuple[LineDiscount, ...]
    coupons: tuple[Coupon, ...]
    delivery: DeliveryQuote | None
    deliveries: tuple[DeliveryQuote, ...]
    token: str

    @property
    def goods(self) -> Money:
        """All lines before promotions."""
        return Money(sum(line.gross.minor for line in self.lines), self.currency)

    @property
    def discount(self) -> Money:
        """What promotions take off the goods."""
        return Money(sum(part.amount.minor for part in self.discounts), self.currency)

    @property
    def total(self) -> Money:
        """What is to be paid."""
        delivery = self.delivery.paid.minor if self.delivery is not None else 0
        return Money(self.goods.minor - self.discount.minor + delivery, self.currency)

    @property
    def buyable(self) -> bool:
        """True if every line can be bought as it stands, and there is one."""
        return bool(self.lines) and not any(line.fault for line in self.lines)
