"""Event: something that a shopper did, in the words of GA4 (Google Analytics 4, recommended events), as shops' front ends send it already."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from shopkeeper.domain.ids import EventId, ListId, OrderId, ProductId, SessionId, VariantId, check_id
from shopkeeper.domain.money import Money
from shopkeeper.domain.shopper import Identity, Purpose
from shopkeeper.domain.texts import Lang
from shopkeeper.errors import BadInput

EventName = Literal[
    "view_item",
    "view_item_list",
    "select_item",
    "search",
    "add_to_cart",
    "remove_from_cart",
    "add_to_wishlist",
    "begin_checkout",
    "purchase",
    "refund",
    "view_promotion",
    "select_promotion",
    "share",
    "rate",
    "review",
    "not_interested",
    "assistant_message",
]
EVENT_NAMES: Final[tuple[EventName, ...]] = get_args(EventName)

MAX_EVENT_ITEMS: Final = 500
MAX_EVENT_QUERY: Final = 1_000
MAX_QUANTITY: Final = 1_000_000
MAX_AGENT: Final = 300


@dataclass(frozen=True, slots=True)
class EventItem:
    """A product that the event is about. `position` is its place in the list that it stood in, 0 first; `price` is for one piece."""

    product_id: ProductId
    variant_id: VariantId | None = None
    quantity: int = 1
    price: Money | None = None
    position: int | None = None

    def __post_init__(self) -> None:
        check_id(self.product_id, field="product_id")
        if self.variant_id is not None:
            check_id(self.variant_id, field="variant_id")
        if not 1 <= self.quantity <= MAX_QUANTITY:
            raise BadInput(f"{self.quantity} pieces is out of range", field="quantity", value=self.quantity, hint=f"Use 1 to {MAX_QUANTITY}.")
        if self.position is not None and not 0 <= self.position < 100_000:
            raise BadInput(f"{self.position} is no place in a list", field="position", value=self.position, hint="The first place is 0.")


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `occurred` is when the shopper did it, by the sender's clock; `who` did it.

    `consent` holds the purposes that the shopper agreed to as the sender knows it; None = not told, then what the shop has on record decides.
    `list_id` is the shown list that the item was chosen from, `order_id` the order of a purchase or refund, `rating` 1 to 5 with `rate`.
    `session_id` is the sender's own; without one, sessions are cut by pauses. `agent` is the browser's User-Agent, for telling programs apart.
    """

    id: EventId
    name: EventName
    occurred: datetime
    who: Identity
    items: tuple[EventItem, ...] = ()
    session_id: SessionId | None = None
    query: str = ""
    list_id: ListId | None = None
    order_id: OrderId | None = None
    promotion_id: str = ""
    rating: float | None = None
    lang: Lang | None = None
    agent: str = ""
    consent: frozenset[Purpose] | None = None

    def __post_init__(self) -> None:
        check_id(self.id, field="event_id")
        if self.name not in EVENT_NAMES:
            raise BadInput(f"{self.name!r} is not an event", field="name", value=self.name, hint=f"Known: {', '.join(EVENT_NAMES)}.")
        if self.occurred.tzinfo is None:
            raise BadInput("has no time zone", field="timestamp", value=self.occurred.isoformat(), hint="Write it as 2026-01-31T00:00:00Z.")
        if len(self.items) > MAX_EVENT_ITEMS:
            raise BadInput(f"has {len(self.items)} items; at most {MAX_EVENT_ITEMS} are allowed", field="items", value=len(self.items))
        for field in ("session_id", "list_id", "order_id"):
            if (value := getattr(self, field)) is not None:
                check_id(value, field=field)
        for field, text, most in (("query", self.query, MAX_EVENT_QUERY), ("agent", self.agent, MAX_AGENT), ("promotion_id", self.promotion_id, 200)):
            if len(text) > most:
                raise BadInput(f"has {len(text)} characters; at most {most} are allowed", field=field, value=text[:80])
        if self.rating is not None and not 1 <= self.rating <= 5:
            raise BadInput(f"{self.rating} is not between 1 and 5", field="rating", value=self.rating)
        if self.name in _NEED_ITEMS and not self.items:
            raise BadInput("is empty", field="items", value=(), hint=f"{self.name} names at least one product.")


_NEED_ITEMS: Final = frozenset(
    {"view_item", "select_item", "add_to_cart", "remove_from_cart", "add_to_wishlist", "purchase", "rate", "not_interested"}
)
