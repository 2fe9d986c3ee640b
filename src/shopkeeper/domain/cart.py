"""Cart: what a shopper means to buy, with the price that was seen when it was put there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from shopkeeper.domain.ids import ProductId, ShopperId, VariantId, check_id
from shopkeeper.domain.money import Money
from shopkeeper.domain.product import DEFAULT_MARKET, Market
from shopkeeper.errors import BadInput

MAX_CART_LINES: Final = 200
MAX_PIECES: Final = 999
"""Pieces of one version in a cart; more is not a shopper's basket but a question to the shop."""
MAX_COUPONS: Final = 10
MAX_CODE: Final = 60

LineKey: TypeAlias = tuple[ProductId, VariantId]
"""What a line is known by: a version of a product stands in a cart once."""


@dataclass(frozen=True, slots=True)
class CartLine:
    """`quantity` pieces of a version; `price_seen` is what one cost when the shopper last chose the quantity."""

    product_id: ProductId
    variant_id: VariantId
    quantity: int
    price_seen: Money
    added: datetime

    def __post_init__(self) -> None:
        check_id(self.product_id, field="product_id")
        check_id(self.variant_id, field="variant_id")
        if not 1 <= self.quantity <= MAX_PIECES:
            raise BadInput(
                f"{self.quantity} pieces is out of range", field="quantity", value=self.quantity, hint=f"1 to {MAX_PIECES} of one version fit."
            )

    @property
    def key(self) -> LineKey:
        """What the line is known by."""
        return self.product_id, self.variant_id


@dataclass(frozen=True, slots=True)
class Cart:
    """One shopper's cart. `version` counts its changes: a change that was made on an older version is refused, not lost."""

    shopper: ShopperId
    lines: tuple[CartLine, ...] = ()
    coupons: tuple[str, ...] = ()
    market: Market = DEFAULT_MARKET
    version: int = 0
    updated: datetime | None = None

    def __post_init__(self) -> None:
        if len(self.lines) > MAX_CART_LINES:
            raise BadInput(f"has {len(self.lines)} lines; at most {MAX_CART_LINES} are allowed", field="lines", value=len(self.lines))
        if len({line.key for line in self.lines}) < len(self.lines):
            raise BadInput("names a version twice", field="lines", value=[line.key for line in self.lines][:5])
        if len(self.coupons) > MAX_COUPONS or len(set(self.coupons)) < len(self.coupons):
            raise BadInput(f"holds more than {MAX_COUPONS} codes, or one twice", field="coupons", value=self.coupons[:3])

    @property
    def pieces(self) -> int:
        """How many pieces are in it."""
        return sum(line.quantity for line in self.lines)

    def line(self, key: LineKey) -> CartLine | None:
        """The line of that version, None where it is not in the cart."""
        return next((line for line in self.lines if line.key == key), None)
