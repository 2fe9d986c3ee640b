"""What a shopper did, as plain records with the names of GA4, and as the documents that `POST /v1/events` takes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias, get_args

from shopkeeper.domain.ids import OrderId, ProductId, VariantId
from shopkeeper.domain.money import Money
from shopkeeper.domain.texts import Lang

DeedName = Literal[
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
    "rate",
    "review",
    "not_interested",
]
DEED_NAMES: Final[tuple[DeedName, ...]] = get_args(DeedName)

Consent: TypeAlias = frozenset[str] | None
"""The purposes that were agreed to (analytics, personalisation, marketing); None = the sender does not say."""
PURPOSES: Final = ("analytics", "personalisation", "marketing")


@dataclass(frozen=True, slots=True)
class DeedItem:
    """A product that a deed is about. `position` is its place in the list that it stood in, 0 first; `price` is what one piece costs then."""

    product_id: ProductId
    variant_id: VariantId | None = None
    quantity: int = 1
    price: Money | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that a shopper did. `user_id` is there while they are signed in; `agent` is the browser's User-Agent."""

    event_id: str
    name: DeedName
    occurred: datetime
    visitor_id: str
    session_id: str
    user_id: str = ""
    items: tuple[DeedItem, ...] = ()
    query: str = ""
    list_id: str = ""
    order_id: OrderId | None = None
    promotion_id: str = ""
    rating: float | None = None
    lang: Lang = "zh"
    agent: str = ""
    consent: Consent = None


def event_document(deed: Deed) -> dict[str, Any]:
    """The deed as an event document (JSON object); what is empty is left out."""
    document: dict[str, Any] = {
        "event_id": deed.event_id,
        "name": deed.name,
        "timestamp": deed.occurred.isoformat().replace("+00:00", "Z"),
        "visitor_id": deed.visitor_id,
        "user_id": deed.user_id,
        "session_id": deed.session_id,
        "items": [_item(item) for item in deed.items],
        "query": deed.query,
        "list_id": deed.list_id,
        "order_id": deed.order_id,
        "promotion_id": deed.promotion_id,
        "rating": deed.rating,
        "lang": deed.lang,
        "agent": deed.agent,
    }
    kept = {key: value for key, value in document.items() if value not in (None, "", [])}
    if deed.consent is not None:
        kept["consent"] = {purpose: purpose in deed.consent for purpose in PURPOSES}
    return kept


def _item(item: DeedItem) -> dict[str, Any]:
    document: dict[str, Any] = {"product_id": item.product_id}
    if item.variant_id is not None:
        document["variant_id"] = item.variant_id
    if item.quantity != 1:
        document["quantity"] = item.quantity
    if item.price is not None:
        document["price"] = str(item.price)
    if item.position is not None:
        document["position"] = item.position
    return document
