"""Column maps for events: one row of the file is one event about at most one product.

[event]
name = "event_name"                        # or { value = "view_item" }
timestamp = { column = "time", zone = "Asia/Shanghai" }
visitor_id = "cookie"                      # visitor_id, user_id or both: the user counts where there is one
id = "event_id"                            # none: made of the row, so that importing the file again changes nothing
[item]
product_id = "sku"
price = "price"
currency = { value = "CNY" }
[names]
view = "view_item"                         # what the file calls an event, and what it is called here
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, cast

import orjson

from shopkeeper.catalog.cells import Values, moment_field, money_field, number_field, text_field, whole_field
from shopkeeper.catalog.column_map import ColumnMap, load_column_map
from shopkeeper.domain.event import EVENT_NAMES, Event, EventItem, EventName
from shopkeeper.domain.ids import EventId, ListId, OrderId, ProductId, SessionId, VariantId
from shopkeeper.domain.shopper import Identity
from shopkeeper.domain.texts import LANGS, Lang
from shopkeeper.errors import BadInput

EVENT_FIELDS: Final = frozenset(("id", "name", "timestamp", "visitor_id", "user_id", "session_id", "query", "list_id", "order_id", "rating", "lang"))
ITEM_FIELDS: Final = frozenset(("product_id", "variant_id", "quantity", "price", "currency", "position"))


@dataclass(frozen=True, slots=True)
class EventMap:
    """A column map for events, ready to use."""

    columns: ColumnMap
    names: Mapping[str, str]


def load_event_map(path: Path) -> EventMap:
    """The column map in a file; `BadInput` names the key that is wrong or missing."""
    columns = load_column_map(path, tables={"event": EVENT_FIELDS, "item": ITEM_FIELDS}, other=frozenset(("names",)))
    event = columns.sources["event"]
    for field in ("name", "timestamp"):
        if field not in event:
            raise BadInput("is missing", field=f"event.{field}", value=columns.name, hint="An event needs it.")
    if "visitor_id" not in event and "user_id" not in event:
        raise BadInput("is missing", field="event.visitor_id", value=columns.name, hint="Name a column of visitor_id or of user_id.")
    names: Mapping[str, Any] = columns.other.get("names", {})
    for written, name in names.items():
        if name not in EVENT_NAMES:
            raise BadInput(f"{name!r} is not an event", field=f"names.{written}", value=str(name)[:80], hint=f"Known: {', '.join(EVENT_NAMES)}.")
    return EventMap(columns, names)


def mapped_event(values: Values, event_map: EventMap, currency: str | None) -> Event:
    """The event in a row; `BadInput` names the field."""
    event, item = event_map.columns.sources["event"], event_map.columns.sources["item"]

    def text(name: str) -> str:
        return text_field(values, event.get(name), field=f"event.{name}")

    occurred = moment_field(values, event["timestamp"], field="event.timestamp")
    if occurred is None:
        raise BadInput("is missing", field="event.timestamp", value="")
    user, visitor = text("user_id"), text("visitor_id")
    if not user and not visitor:
        raise BadInput("is missing", field="event.visitor_id", value="", hint="A row needs a visitor or a user.")
    name, lang = text("name"), text("lang")
    return Event(
        id=EventId(text("id") or _made_id(values)),
        name=cast(EventName, event_map.names.get(name, name)),
        occurred=occurred,
        who=Identity("user", user) if user else Identity("visitor", visitor),
        items=_items(values, item, currency),
        session_id=cast(SessionId, text("session_id")) or None,
        query=text("query"),
        list_id=cast(ListId, text("list_id")) or None,
        order_id=cast(OrderId, text("order_id")) or None,
        rating=number_field(values, event.get("rating"), field="event.rating"),
        lang=cast(Lang, lang) if lang in LANGS else None,
    )


def _items(values: Values, item: Mapping[str, Any], currency: str | None) -> tuple[EventItem, ...]:
    product = text_field(values, item.get("product_id"), field="item.product_id")
    if not product:
        return ()
    variant = text_field(values, item.get("variant_id"), field="item.variant_id")
    quantity = whole_field(values, item.get("quantity"), field="item.quantity")
    spoken = text_field(values, item.get("currency"), field="item.currency") or currency
    return (
        EventItem(
            product_id=ProductId(product),
            variant_id=VariantId(variant) if variant else None,
            quantity=1 if quantity is None else quantity,
            price=money_field(values, item["price"], spoken, field="item.price") if "price" in item else None,
            position=whole_field(values, item.get("position"), field="item.position"),
        ),
    )


def _made_id(values: Values) -> str:
    """An id that the same row always gets; two rows that say word for word the same are one event."""
    content = orjson.dumps(
        {str(key): value if isinstance(value, int | float | str | datetime) else str(value) for key, value in values.items()},
        option=orjson.OPT_SORT_KEYS,
    )
    return f"row-{hashlib.blake2b(content, digest_size=16).hexdigest()}"
