"""Order: what was bought, when, by whom, and what came back."""

from dataclasses import dataclass
from datetime import datetime

from shopkeeper.domain.ids import CustomerId, OrderId, ProductId, VariantId, check_id
from shopkeeper.domain.money import Currency, Money
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told


@dataclass(frozen=True, slots=True)
class OrderLine:
    """`quantity` pieces of a product at `unit_price` each (the price that was paid)."""

    product_id: ProductId
    quantity: int
    unit_price: Money
    variant_id: VariantId | None = None

    def __post_init__(self) -> None:
        check_id(self.product_id, field="product_id")
        if not 1 <= self.quantity <= 1_000_000:
            raise BadInput(told("pieces_out_of_range", count=self.quantity), field="quantity", value=self.quantity, hint=told("hint.pieces"))


@dataclass(frozen=True, slots=True)
class Return:
    """Pieces that came back; `quantity` may be less than was bought."""

    product_id: ProductId
    quantity: int
    returned: datetime
    reason: str = ""

    def __post_init__(self) -> None:
        if self.quantity < 1:
            raise BadInput(told("pieces_out_of_range", count=self.quantity), field="quantity", value=self.quantity)


@dataclass(frozen=True, slots=True)
class Order:
    """An order with its lines (one currency) and returns. `placed` carries a time zone; `customer_id` is None for a guest."""

    id: OrderId
    placed: datetime
    lines: tuple[OrderLine, ...]
    customer_id: CustomerId | None = None
    country: str = ""
    returns: tuple[Return, ...] = ()

    def __post_init__(self) -> None:
        check_id(self.id, field="order_id")
        if self.placed.tzinfo is None:
            raise BadInput(told("no_time_zone"), field="placed", value=self.placed.isoformat())
        if not self.lines and not self.returns:
            raise BadInput(told("no_lines"), field="lines", value=())
        if len({line.unit_price.currency for line in self.lines}) > 1:
            raise BadInput(told("mixed_currencies"), field="lines", value=[str(line.unit_price) for line in self.lines][:5])

    @property
    def currency(self) -> Currency | None:
        """The currency of the lines; None for an order that holds returns only."""
        return self.lines[0].unit_price.currency if self.lines else None
