"""Events as JSON documents: what the API takes in, what histories hold line by line, and what is sealed."""

from datetime import datetime
from typing import Any, Final, cast

import orjson

from shopkeeper.catalog.document_fields import (
    Document,
    each,
    load_object,
    moment,
    moment_text,
    money,
    money_text,
    number,
    refuse_unknown,
    text,
    whole,
    wrong_type,
)
from shopkeeper.domain.event import MAX_EVENT_ITEMS, Event, EventItem, EventName
from shopkeeper.domain.ids import EventId, ListId, OrderId, ProductId, SessionId, VariantId
from shopkeeper.domain.shopper import PURPOSES, Identity, IdentityKind, Purpose
from shopkeeper.domain.texts import LANGS, Lang
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told

EVENT_KEYS: Final = frozenset(
    {
        "event_id",
        "name",
        "timestamp",
        "visitor_id",
        "user_id",
        "session_id",
        "items",
        "query",
        "list_id",
        "order_id",
        "promotion_id",
        "rating",
        "lang",
        "agent",
        "consent",
    }
)
_ITEM_KEYS: Final = frozenset({"product_id", "variant_id", "quantity", "price", "position"})


def event_to_document(event: Event) -> dict[str, Any]:
    """The event as a JSON object; what is empty is left out."""
    document: dict[str, Any] = {
        "event_id": event.id,
        "name": event.name,
        "timestamp": moment_text(event.occurred),
        f"{event.who.kind}_id": event.who.value,
    }
    return document | event_details(event)


def event_details(event: Event) -> dict[str, Any]:
    """What the event says beside its id, name, time and who did it."""
    details: dict[str, Any] = {
        "session_id": event.session_id,
        "items": [_item_out(item) for item in event.items],
        "query": event.query,
        "list_id": event.list_id,
        "order_id": event.order_id,
        "promotion_id": event.promotion_id,
        "rating": event.rating,
        "lang": event.lang,
        "agent": event.agent,
    }
    kept = {key: value for key, value in details.items() if value not in (None, "", [])}
    if event.consent is not None:
        kept["consent"] = {purpose: purpose in event.consent for purpose in PURPOSES}
    return kept


def event_to_json(event: Event) -> bytes:
    """The event's document as one line of JSON."""
    return orjson.dumps(event_to_document(event))


def event_from_json(raw: bytes | str) -> Event:
    """The event in a document; `BadInput` names the field (a path such as `items[0].price`) that cannot be read."""
    return event_from_document(load_object(raw, what="event"))


def event_from_document(document: Document) -> Event:
    """The event in a JSON object; see `event_from_json`. A `user_id` goes before a `visitor_id` where both stand in it."""
    refuse_unknown(document, EVENT_KEYS)
    occurred = moment(document, "timestamp")
    if occurred is None:
        raise BadInput("is missing", field="timestamp", hint="Write when it happened, as 2026-01-31T00:00:00Z.")
    return _event(document, occurred)


def _event(document: Document, occurred: datetime) -> Event:
    user, visitor = text(document, "user_id"), text(document, "visitor_id")
    if not user and not visitor:
        raise BadInput("is missing", field="visitor_id", hint="Send visitor_id (an id kept in the browser) or user_id.")
    lang = text(document, "lang")
    return Event(
        id=EventId(text(document, "event_id")),
        name=cast(EventName, text(document, "name")),
        occurred=occurred,
        who=Identity("user", user) if user else Identity("visitor", visitor),
        items=_items(document),
        session_id=cast(SessionId, text(document, "session_id")) or None,
        query=text(document, "query"),
        list_id=cast(ListId, text(document, "list_id")) or None,
        order_id=cast(OrderId, text(document, "order_id")) or None,
        promotion_id=text(document, "promotion_id"),
        rating=number(document, "rating"),
        lang=cast(Lang, lang) if lang in LANGS else None,
        agent=text(document, "agent"),
        consent=_consent(document),
    )


def seal_content(event: Event) -> bytes:
    """What is sealed of an event: all but the columns of its row."""
    return orjson.dumps(event_details(event) | {"who": [event.who.kind, event.who.value]})


def unsealed_event(content: bytes, *, id_: EventId, name: EventName, occurred: datetime) -> Event:
    """The event whose row's columns and unsealed content these are."""
    details = orjson.loads(content)
    kind, value = cast(tuple[IdentityKind, str], details.pop("who"))
    return _event(details | {"event_id": id_, "name": name, f"{kind}_id": value}, occurred)


def _items(document: Document) -> tuple[EventItem, ...]:
    said = document.get("items")
    if type(said) is list and len(said) > MAX_EVENT_ITEMS:  # before they are all read
        raise BadInput(f"has {len(said)} items; at most {MAX_EVENT_ITEMS} are allowed", field="items", value=len(said))
    return each(document, "items", _item_in)


def _item_out(item: EventItem) -> dict[str, Any]:
    document: dict[str, Any] = {"product_id": item.product_id}
    if item.variant_id is not None:
        document["variant_id"] = item.variant_id
    if item.quantity != 1:
        document["quantity"] = item.quantity
    if item.price is not None:
        document["price"] = money_text(item.price)
    if item.position is not None:
        document["position"] = item.position
    return document


def _item_in(document: dict[str, Any]) -> EventItem:
    refuse_unknown(document, _ITEM_KEYS)
    variant = text(document, "variant_id")
    quantity = whole(document, "quantity")
    return EventItem(
        product_id=ProductId(text(document, "product_id")),
        variant_id=VariantId(variant) if variant else None,
        quantity=1 if quantity is None else quantity,
        price=money(document, "price"),
        position=whole(document, "position"),
    )


def _consent(document: Document) -> frozenset[Purpose] | None:
    said = document.get("consent")
    if said is None:
        return None
    if type(said) is not dict:
        raise wrong_type(said, told("a.object"), field="consent")
    for purpose, granted in said.items():
        if purpose not in PURPOSES:
            raise BadInput(f"{purpose!r} is not a purpose", field="consent", value=purpose, hint=f"Known: {', '.join(PURPOSES)}.")
        if type(granted) is not bool:
            raise wrong_type(granted, told("a.true_or_false"), field=f"consent.{purpose}")
    return frozenset(purpose for purpose in PURPOSES if said.get(purpose))
