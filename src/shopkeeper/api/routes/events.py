"""Events: what shoppers do, from a browser or a server.

The busiest route of all: it reads its body itself, and `ShortWay` spares it the router (which describes it, and answers all other methods).
"""

from datetime import datetime
from typing import Final

import orjson
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from shopkeeper.api.body_limit import is_lines
from shopkeeper.api.caller import Caller, Reader, require_caller
from shopkeeper.api.context import ApiContext, context_of
from shopkeeper.api.door import EVENTS_PATH
from shopkeeper.api.problems import fault_fields, http_problem, problem, told
from shopkeeper.api.replies import json_reply
from shopkeeper.api.routes.products import body_of
from shopkeeper.api.schemas.events import MAX_EVENTS, EventBatch, EventsTaken
from shopkeeper.catalog.document_fields import refuse_unknown, wrong_type
from shopkeeper.domain.event import Event
from shopkeeper.errors import BadInput, Refused, ShopkeeperError
from shopkeeper.events.intake import Source
from shopkeeper.events.receive import Sender, received_event
from shopkeeper.kit import wordings

PER_VISITOR_A_MINUTE: Final = 600
"""Events of one visitor_id in a minute by a public key: ten a second is more than any hand clicks, and one broken page must not fill the disk."""

_LARGE_BODY: Final = 16_384
"""Above this a body is read in a thread: reading a thousand events takes tens of milliseconds, in which others would wait."""

EXAMPLE: Final = {
    "event_id": "0b7e6a3c-5f0d-4a43-9c57-1a1f5a3f2b10",
    "name": "add_to_cart",
    "visitor_id": "v-3f1c9d",
    "items": [{"product_id": "mug", "quantity": 2, "price": "39.00 CNY", "position": 0}],
    "list_id": "l-20260131-7f3a",
    "consent": {"analytics": True, "personalisation": True},
}


Row = Event | BadInput | Refused


async def _take(request: Request, caller: Caller) -> Response:
    context = context_of(request)
    body = await request.body()
    now = context.clock()
    sender = Sender(caller.key.allows("secret"), request.headers.get("user-agent", ""))
    lines = is_lines(request.headers.get("content-type", ""))
    if len(body) > _LARGE_BODY:
        rows, alone = await run_in_threadpool(_rows, body, sender, now, lines=lines)
    else:
        rows, alone = _rows(body, sender, now, lines=lines)
    if not sender.trusted:
        rows = [_capped(context, caller, row) for row in rows]
    good = [row for row in rows if isinstance(row, Event)]
    bad = [(index, row) for index, row in enumerate(rows) if not isinstance(row, Event)]
    source: Source = "server" if sender.trusted else "browser"
    if bad:
        caller.shop.intake.refuse(len(bad), source=source)
        context.meters.events(caller.shop.id, "rejected", len(bad))
        if alone:
            raise bad[0][1]
    states = await context.deliveries.keep(caller.shop.intake, good, source=source) if good else []
    counted = {state: states.count(state) for state in ("accepted", "duplicate", "gated")}
    for state, count in counted.items():
        if count:
            context.meters.events(caller.shop.id, state, count)
    taken = {"accepted": counted["accepted"], "duplicates": counted["duplicate"], "gated": counted["gated"]}
    return json_reply(taken | {"rejected": [_told(index, fault) for index, fault in bad]}, status=202)


def _rows(body: bytes, sender: Sender, now: datetime, *, lines: bool) -> tuple[list[Row], bool]:
    """Each event of the body or what is wrong with it, and whether it came alone. `BadInput` where the body as a whole cannot be read."""
    if lines:
        found = [line for line in body.splitlines() if line.strip()]
        _check_size(len(found))
        return [_line(line, sender, now) for line in found], False
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadInput(f"is not JSON: {error}", field="body", hint="Send JSON in UTF-8; it has no NaN.") from None
    if not isinstance(document, dict):
        raise BadInput("is not a JSON object", field="body", hint='Send one event, or {"events": […]}.')
    if "events" not in document:
        return [_row(document, sender, now)], True
    refuse_unknown(document, frozenset(["events"]))
    events = document["events"]
    if not isinstance(events, list):
        raise wrong_type(events, wordings.told("a.list_of_objects"), field="events")
    _check_size(len(events))
    return [_row(event, sender, now) for event in events], False


def _check_size(events: int) -> None:
    if not 1 <= events <= MAX_EVENTS:
        raise BadInput(f"holds {events}; 1 to {MAX_EVENTS} are allowed", field="events", value=events, hint="Send several batches.")


def _line(line: bytes, sender: Sender, now: datetime) -> Row:
    try:
        return _row(orjson.loads(line), sender, now)
    except orjson.JSONDecodeError as error:
        return BadInput(f"is not JSON: {error}", field="event", value=line[:80].decode("utf-8", "replace"))


def _row(document: object, sender: Sender, now: datetime) -> Row:
    if not isinstance(document, dict):
        return wrong_type(document, wordings.told("a.object"), field="event")
    try:
        return received_event(document, sender, now=now)
    except BadInput as fault:
        return fault


def _capped(context: ApiContext, caller: Caller, row: Row) -> Row:
    if not isinstance(row, Event):
        return row
    allowance = context.visitors.take(f"{caller.shop.id} {row.who.value}", per_minute=PER_VISITOR_A_MINUTE)
    if allowance.granted:
        return row
    context.meters.events(caller.shop.id, "capped", 1)
    return Refused(
        f"more than {PER_VISITOR_A_MINUTE} events a minute came from this visitor",
        status=429,
        field="visitor_id",
        value=row.who.value,
        retry_after_s=allowance.retry_after_s,
        hint="Events that a server sends for many shoppers go with a secret key.",
    )


def _told(index: int, fault: BadInput | Refused) -> dict[str, object]:
    kind = "bad-input" if isinstance(fault, BadInput) else "rate-limited"
    return {"index": index, "kind": kind, **fault_fields(fault.field or "event", told(fault, field=False), fault.value)}


router = APIRouter(tags=["Events"])


@router.post(
    "/v1/events",
    status_code=202,
    response_model=EventsTaken,
    openapi_extra=body_of(EventBatch, alone="EventDocument", example=EXAMPLE, lines=True),
    summary="Send events",
    operation_id="sendEvents",
)
async def send_events(request: Request, caller: Reader) -> Response:
    """One event, `{"events": […]}` with up to 1,000, or JSON Lines. Durable before the 202; sending an event again keeps it once.

    One bad event of several is named in `rejected` and the others are kept; one that was sent alone is a 422. For `navigator.sendBeacon` a body of
    `text/plain` is read as JSON, and a public key may stand in the query as `?key=…`.
    """
    return await _take(request, caller)


class ShortWay:
    """ASGI middleware: answers `POST /v1/events` itself, without routing, dependencies and compression. The rest goes on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != EVENTS_PATH or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        scope["route"] = _Counted()
        request = Request(scope, receive)
        try:
            reply = await _take(request, require_caller(request, "public"))
        except ShopkeeperError as error:
            reply = problem(error, scope)
        except HTTPException as error:  # the body became too large while it was read
            reply = http_problem(error, request)
        await reply(scope, receive, send)


class _Counted:
    """What `Observe` counts the short way under."""

    path = EVENTS_PATH
