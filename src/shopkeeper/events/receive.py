"""An event as it comes in from outside: what the sender left out is filled in, what it may not claim is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from shopkeeper.catalog.document_fields import moment_text, text
from shopkeeper.domain.event import MAX_AGENT, Event
from shopkeeper.errors import BadInput
from shopkeeper.events.documents import event_from_document

OLDEST: Final = timedelta(days=400)
"""A little more than a year, so that last year's season can still be sent; what is older comes by `shopkeeper import events`."""
AHEAD: Final = timedelta(minutes=10)
"""How far a sender's clock may be ahead of ours."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends. `trusted`: with a secret key, which may say which signed-in user did something. `agent`: the request's User-Agent."""

    trusted: bool
    agent: str = ""


def received_event(document: Mapping[str, Any], sender: Sender, *, now: datetime, oldest: timedelta | None = OLDEST) -> Event:
    """The event in `document` as it may be kept; `BadInput` names the field.

    Whoever holds a public key could claim any `user_id`, so there it is dropped where a `visitor_id` stands beside it and refused where none does.
    """
    given = dict(document)
    if given.get("timestamp") is None:
        given["timestamp"] = moment_text(now)
    if not sender.trusted:
        if given.get("user_id") and not given.get("visitor_id"):
            raise BadInput(
                "cannot be verified: this key is public",
                field="user_id",
                value=text(given, "user_id")[:80],
                hint="Send a visitor_id, or send the event from your server with a secret key.",
            )
        given.pop("user_id", None)
        if not given.get("agent"):
            given["agent"] = sender.agent[:MAX_AGENT]
    event = event_from_document(given)
    check_moment(event.occurred, now, oldest)
    return event


def check_moment(occurred: datetime, now: datetime, oldest: timedelta | None) -> None:
    """Raise `BadInput` for a moment that lies ahead, or longer ago than `oldest` (None: however long)."""
    if occurred > now + AHEAD:
        ahead = int((occurred - now).total_seconds())
        hint = f"The sender's clock seems to be {ahead} s ahead of ours; leave timestamp out to have the moment of arrival."
        raise BadInput("lies in the future", field="timestamp", value=moment_text(occurred), hint=hint)
    if oldest is not None and occurred < now - oldest:
        hint = "Check the sender's clock and unit; history comes in by `shopkeeper import events`."
        raise BadInput(f"is more than {oldest.days} days ago", field="timestamp", value=moment_text(occurred), hint=hint)
