"""Events as they are sent, and what is answered; `events.documents` reads them."""

from typing import Literal

from pydantic import Field

from shopkeeper.api.schemas.common import LangCode, Shown, Strict
from shopkeeper.api.schemas.products import PriceText
from shopkeeper.domain.event import MAX_AGENT, MAX_EVENT_ITEMS, MAX_EVENT_QUERY, MAX_QUANTITY, EventName

MAX_EVENTS = 1_000


class EventItemDocument(Strict):
    """A product that the event is about."""

    product_id: str = Field(min_length=1, max_length=200)
    variant_id: str | None = None
    quantity: int = Field(default=1, ge=1, le=MAX_QUANTITY)
    price: PriceText | None = Field(default=None, description="For one piece.")
    position: int | None = Field(default=None, ge=0, description="Its place in the list that it stood in, 0 first.")


class ConsentDocument(Strict):
    """The shopper's whole answer: a purpose that is not named is not agreed to."""

    analytics: bool = False
    personalisation: bool = False
    marketing: bool = False


class EventDocument(Strict):
    """Something that a shopper did, by GA4's names."""

    event_id: str = Field(min_length=1, max_length=200, description="Yours, one for each event: an event that is sent again is kept once.")
    name: EventName
    timestamp: str | None = Field(default=None, description="When it happened, ISO 8601 with a time zone; absent = now.")
    visitor_id: str | None = Field(default=None, max_length=200, description="An id kept in the browser. With a public key it is needed.")
    user_id: str | None = Field(default=None, max_length=200, description="An id of the shop's accounts. Believed with a secret key only.")
    session_id: str | None = Field(default=None, max_length=200)
    items: list[EventItemDocument] = Field(default=[], max_length=MAX_EVENT_ITEMS)
    query: str = Field(default="", max_length=MAX_EVENT_QUERY)
    list_id: str | None = Field(default=None, max_length=200, description="The shown list that the item was chosen from (`list.id` of a reply).")
    order_id: str | None = Field(default=None, max_length=200)
    promotion_id: str = Field(default="", max_length=200)
    rating: float | None = Field(default=None, ge=1, le=5)
    lang: LangCode | None = None
    agent: str = Field(default="", max_length=MAX_AGENT, description="The browser's User-Agent; with a public key absent = that of the request.")
    consent: ConsentDocument | None = Field(
        default=None, description="What the shopper agreed to; absent = what is on record, else the shop's default."
    )


class EventBatch(Strict):
    """Up to 1,000 events."""

    events: list[EventDocument] = Field(min_length=1, max_length=MAX_EVENTS)


class RejectedEvent(Shown):
    """An event of a batch that was not kept; the others were."""

    index: int = Field(description="Its place in the batch, from 0.")
    field: str
    message: str
    value: str | int | float | bool | None = None
    kind: Literal["bad-input", "rate-limited"]


class EventsTaken(Shown):
    """What became of the events: durable when this is sent."""

    accepted: int
    duplicates: int = Field(description="Their `event_id` was there already.")
    gated: int = Field(description="Not kept: the shopper has not agreed to being counted.")
    rejected: list[RejectedEvent] = Field(default=[])
