"""ShopRules: what the shop promises and allows, as data: ways of delivery, cancelling, returns, exchanges. Code enforces it; pages quote it."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from shopkeeper.domain.ids import PolicyId
from shopkeeper.domain.money import Money
from shopkeeper.domain.placed_order import OrderStatus, Payer, ReturnReason
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.errors import BadInput

CANCELLABLE: Final[tuple[OrderStatus, ...]] = ("placed", "paid", "packed")
"""Up to which status a shop may let an order be cancelled; what is on its way can only be returned."""


@dataclass(frozen=True, slots=True)
class DeliveryMethod:
    """A way of delivery. `free_from` looks at the goods at their selling price before promotions; `countries` empty = everywhere."""

    id: str
    name: LocalizedText
    price: Money
    free_from: Money | None = None
    days: tuple[int, int] = (1, 7)
    countries: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.name:
            raise BadInput("is empty", field="name", value="", hint="Say in zh or en what the shopper reads.")
        if not 0 <= self.days[0] <= self.days[1] <= 365:
            raise BadInput("is not a span of days", field="days", value=self.days, hint="Such as [2, 4].")
        if self.free_from is not None and self.free_from.currency != self.price.currency:
            raise BadInput("has another currency than the price", field="free_from", value=str(self.free_from))


@dataclass(frozen=True, slots=True)
class CategoryRule:
    """What holds for one category instead: its own window, no return without a fault, or a `condition` that the shopper is told before confirming and
    that the shop checks when the goods arrive. `category` is a key or a path, as in promotions."""

    category: str
    days: int | None = None
    returnable: bool = True
    condition: LocalizedText = LocalizedText()


@dataclass(frozen=True, slots=True)
class ShopRules:
    """The whole document. `policy` fields are the ids of the pages that say it in words; `postage` says who pays the way back, by reason.

    A fault (`faulty`, `wrong_item`) is judged by `faulty_days` and by no category.
    """

    deliveries: tuple[DeliveryMethod, ...]
    delivery_policy: PolicyId | None = None
    unpaid_after: timedelta = timedelta(minutes=30)
    cancel_until: OrderStatus = "paid"
    cancel_policy: PolicyId | None = None
    return_days: int = 14
    faulty_days: int = 365
    return_categories: tuple[CategoryRule, ...] = ()
    return_policy: PolicyId | None = None
    restock: bool = True
    refund_delivery: bool = True
    exchange_days: int = 14
    exchange_policy: PolicyId | None = None
    postage: dict[ReturnReason, Payer] = field(default_factory=dict)
    version: int = 0

    def __post_init__(self) -> None:
        ids = [method.id for method in self.deliveries]
        if not ids or len(set(ids)) < len(ids):
            raise BadInput("needs at least one way of delivery, each id once", field="delivery", value=ids)
        if self.cancel_until not in CANCELLABLE:
            raise BadInput(f"{self.cancel_until!r} is too late", field="cancel.until", value=self.cancel_until, hint=f"Use {', '.join(CANCELLABLE)}.")
        for name in ("return_days", "faulty_days", "exchange_days"):
            days: int = getattr(self, name)
            if not 0 <= days <= 3_650:
                raise BadInput(f"{days} days is out of range", field=name, value=days)
