"""Webhook endpoints and the outbox: a delivery is written in the transaction of the change that it tells of: neither is there without the other."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, cast

import orjson
from sqlalchemy import Connection, Row, and_, delete, exists, func, insert, or_, select, tuple_, update

from shopkeeper.adapters.storage.engine import Connections
from shopkeeper.adapters.storage.rows import findable, from_micros, storable, to_micros
from shopkeeper.adapters.storage.schema import counters, products, webhook_deliveries, webhook_endpoints
from shopkeeper.domain.ids import Revision
from shopkeeper.domain.webhook import Attempt, Delivery, DeliveryState, Message, WebhookEndpoint, WebhookEvent
from shopkeeper.errors import NotFound

_PRODUCTS = "product.changed"
_NEWEST = select(counters.c.value).where(counters.c.name == "catalog").scalar_subquery()


def post(connection: Connection, message: Message | None, *, to: str = "") -> int:
    """Write `message` into the outbox of whoever wants it, within the transaction of `connection`; see the port. None is nothing to tell."""
    if message is None:
        return 0
    wanting = (
        select(webhook_endpoints.c.id, webhook_endpoints.c.events).where(webhook_endpoints.c.disabled.is_(None)).order_by(webhook_endpoints.c.id)
    )
    found = [row.id for row in connection.execute(wanting) if (row.id == to if to else message.type in orjson.loads(row.events))]
    if found:
        at = to_micros(message.at)
        same = {"message_id": message.id, "type": message.type, "at": at, "state": "waiting", "due": at, "attempts": "[]", "body": message.body}
        connection.execute(insert(webhook_deliveries), [same | {"endpoint": endpoint} for endpoint in found])
    return len(found)


class SqlWebhookStore:
    """`ports.webhooks.WebhookStore` on SQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, endpoint: WebhookEndpoint) -> WebhookEndpoint:
        """Keep a new endpoint; see the port."""

        def work(connection: Connection) -> WebhookEndpoint:
            connection.execute(insert(webhook_endpoints).values(**_row(endpoint) | {"seen": _newest(connection), "leased_by": "", "leased_until": 0}))
            return _endpoint(connection.execute(select(webhook_endpoints).where(webhook_endpoints.c.id == endpoint.id)).one())

        return self._connections.write(work)

    def get(self, endpoint_id: str) -> WebhookEndpoint | None:
        """The endpoint, or None."""
        with self._connections.read() as connection:
            row = connection.execute(select(webhook_endpoints).where(webhook_endpoints.c.id.in_(findable([endpoint_id])))).one_or_none()
        return None if row is None else _endpoint(row)

    def all(self) -> list[WebhookEndpoint]:
        """Every endpoint, oldest first."""
        with self._connections.read() as connection:
            rows = connection.execute(select(webhook_endpoints).order_by(webhook_endpoints.c.created, webhook_endpoints.c.id))
            return [_endpoint(row) for row in rows]

    def change(self, endpoint_id: str, change: Callable[[WebhookEndpoint], WebhookEndpoint]) -> WebhookEndpoint:
        """The endpoint after `change`; see the port."""

        def work(connection: Connection) -> WebhookEndpoint | None:
            return _changed(connection, endpoint_id, change)

        if (after := self._connections.write(work)) is None:
            raise NotFound(f"There is no webhook endpoint {endpoint_id!r}.", field="endpoint_id", value=endpoint_id)
        return after

    def delete(self, endpoint_id: str) -> bool:
        """Remove the endpoint with its deliveries; returns whether it was there."""

        def work(connection: Connection) -> bool:
            ids = findable([endpoint_id])
            gone = connection.execute(delete(webhook_endpoints).where(webhook_endpoints.c.id.in_(ids))).rowcount
            connection.execute(delete(webhook_deliveries).where(webhook_deliveries.c.endpoint.in_(ids)))
            return gone == 1

        return self._connections.write(work)

    def post(self, message: Message, *, endpoint: str = "") -> int:
        """Write a delivery of `message` for whoever wants it; see the port."""
        return self._connections.write(lambda connection: post(connection, message, to=endpoint))

    def tell_changes(self, endpoint_id: str, write: Callable[[list[tuple[str, bool]], int], Message], *, limit: int) -> int:
        """Write one message of changed products; see the port."""
        if not self._has_changes(endpoint_id):
            return 0

        def work(connection: Connection) -> int:
            endpoint = _locked(connection, endpoint_id)
            waiting = select(webhook_deliveries.c.message_id).where(
                webhook_deliveries.c.endpoint == endpoint_id, webhook_deliveries.c.state == "waiting", webhook_deliveries.c.type == _PRODUCTS
            )
            if endpoint is None or not endpoint.enabled or _PRODUCTS not in endpoint.events or connection.scalar(waiting.limit(1)) is not None:
                return 0
            newer = select(products.c.id, products.c.deleted, products.c.revision).where(products.c.revision > endpoint.seen)
            rows = connection.execute(newer.order_by(products.c.revision).limit(limit)).all()
            if not rows:
                return 0
            post(connection, write([(row.id, row.deleted) for row in rows], rows[-1].revision), to=endpoint_id)
            connection.execute(update(webhook_endpoints).where(webhook_endpoints.c.id == endpoint_id).values(seen=rows[-1].revision))
            return len(rows)

        return self._connections.write(work)

    def _has_changes(self, endpoint_id: str) -> bool:
        behind = select(webhook_endpoints.c.id).where(webhook_endpoints.c.id.in_(findable([endpoint_id])), webhook_endpoints.c.seen < _NEWEST)
        with self._connections.read() as connection:
            return connection.scalar(behind) is not None

    def to_serve(self, now: datetime) -> list[str]:
        """Endpoints that have something to send and are free; see the port."""
        at = to_micros(now)
        columns = webhook_endpoints.c
        due = exists().where(webhook_deliveries.c.endpoint == columns.id, webhook_deliveries.c.state == "waiting", webhook_deliveries.c.due <= at)
        held = exists().where(
            webhook_deliveries.c.endpoint == columns.id, webhook_deliveries.c.state == "waiting", webhook_deliveries.c.type == _PRODUCTS
        )
        changed = and_(columns.events.contains(f'"{_PRODUCTS}"'), columns.seen < _NEWEST, ~held)
        free = and_(columns.disabled.is_(None), columns.leased_until <= at, or_(columns.paused_until.is_(None), columns.paused_until <= at))
        with self._connections.read() as connection:
            return list(connection.scalars(select(columns.id).where(free, or_(due, changed)).order_by(columns.id)))

    def claim(self, endpoint_id: str, holder: str, *, now: datetime, until: datetime) -> bool:
        """Take or keep the endpoint for `holder`; False while another has it."""
        mine = or_(webhook_endpoints.c.leased_by == holder, webhook_endpoints.c.leased_until <= to_micros(now))
        wanted = update(webhook_endpoints).where(webhook_endpoints.c.id.in_(findable([endpoint_id])), mine)
        taken = wanted.values(leased_by=holder, leased_until=to_micros(until))
        return self._connections.write(lambda connection: connection.execute(taken).rowcount == 1)

    def release(self, endpoint_id: str, holder: str) -> None:
        """Give the endpoint back, if `holder` has it."""
        held = update(webhook_endpoints).where(webhook_endpoints.c.id.in_(findable([endpoint_id])), webhook_endpoints.c.leased_by == holder)
        self._connections.write(lambda connection: connection.execute(held.values(leased_by="", leased_until=0)))

    def due(self, endpoint_id: str, now: datetime, *, limit: int) -> list[Delivery]:
        """Deliveries that are due, the one that waits longest first."""
        columns = webhook_deliveries.c
        waiting = select(webhook_deliveries).where(columns.endpoint.in_(findable([endpoint_id])), columns.state == "waiting")
        with self._connections.read() as connection:
            rows = connection.execute(waiting.where(columns.due <= to_micros(now)).order_by(columns.due, columns.message_id).limit(limit))
            return [_delivery(row) for row in rows]

    def record(self, delivery: Delivery, change: Callable[[WebhookEndpoint], WebhookEndpoint]) -> None:
        """Keep how a delivery went; see the port."""
        attempts = orjson.dumps([[to_micros(one.at), one.status, one.detail, one.took_ms] for one in delivery.attempts]).decode()
        values = {
            "state": delivery.state,
            "due": None if delivery.due is None else to_micros(delivery.due),
            "attempts": storable(attempts, field="attempts"),
        }

        def work(connection: Connection) -> None:
            if _changed(connection, delivery.endpoint, change) is not None:
                this = _is(delivery.endpoint, delivery.message.id)
                connection.execute(update(webhook_deliveries).where(this).values(values))

        self._connections.write(work)

    def deliveries(self, endpoint_id: str, *, state: DeliveryState | None = None, before: Message | None = None, limit: int = 50) -> list[Delivery]:
        """The endpoint's newest deliveries, newest first; see the port."""
        columns = webhook_deliveries.c
        wanted = select(webhook_deliveries).where(columns.endpoint.in_(findable([endpoint_id])))
        if state is not None:
            wanted = wanted.where(columns.state == state)
        if before is not None:
            wanted = wanted.where(tuple_(columns.at, columns.message_id) < tuple_(to_micros(before.at), before.id))
        with self._connections.read() as connection:
            rows = connection.execute(wanted.order_by(columns.at.desc(), columns.message_id.desc()).limit(limit))
            return [_delivery(row) for row in rows]

    def delivery(self, endpoint_id: str, message_id: str) -> Delivery | None:
        """One delivery, or None."""
        if len(findable({endpoint_id, message_id})) < len({endpoint_id, message_id}):
            return None
        with self._connections.read() as connection:
            row = connection.execute(select(webhook_deliveries).where(_is(endpoint_id, message_id))).one_or_none()
        return None if row is None else _delivery(row)

    def forget(self, before: datetime) -> int:
        """Remove finished deliveries of older messages; returns how many."""
        columns = webhook_deliveries.c
        orphan = ~exists().where(webhook_endpoints.c.id == columns.endpoint)  # written while its endpoint was being deleted
        old = delete(webhook_deliveries).where(columns.at < to_micros(before), or_(columns.state != "waiting", orphan))
        return self._connections.write(lambda connection: connection.execute(old).rowcount)


def _is(endpoint_id: str, message_id: str) -> Any:
    return and_(webhook_deliveries.c.endpoint == endpoint_id, webhook_deliveries.c.message_id == message_id)


def _newest(connection: Connection) -> int:
    return connection.scalar(select(func.coalesce(_NEWEST, 0))) or 0


def _locked(connection: Connection, endpoint_id: str) -> WebhookEndpoint | None:
    wanted = select(webhook_endpoints).where(webhook_endpoints.c.id.in_(findable([endpoint_id]))).with_for_update()
    row = connection.execute(wanted).one_or_none()
    return None if row is None else _endpoint(row)


def _changed(connection: Connection, endpoint_id: str, change: Callable[[WebhookEndpoint], WebhookEndpoint]) -> WebhookEndpoint | None:
    before = _locked(connection, endpoint_id)
    if before is None:
        return None
    after = change(before)
    if after != before:
        newly = _PRODUCTS in after.events and _PRODUCTS not in before.events
        more: dict[str, Any] = {"seen": _newest(connection)} if newly else {}
        connection.execute(update(webhook_endpoints).where(webhook_endpoints.c.id == endpoint_id).values(**_row(after) | more))
    return after


def _row(endpoint: WebhookEndpoint) -> dict[str, Any]:
    return {
        "id": endpoint.id,
        "url": storable(endpoint.url, field="url"),
        "events": _json(endpoint.events),
        "description": storable(endpoint.description, field="description"),
        "created": to_micros(endpoint.created),
        "secret": endpoint.secret,
        "previous_secret": endpoint.previous_secret,
        "previous_until": _micros(endpoint.previous_until),
        "failing_since": _micros(endpoint.failing_since),
        "paused_until": _micros(endpoint.paused_until),
        "disabled": _micros(endpoint.disabled),
        "disabled_reason": endpoint.disabled_reason,
    }


def _json(events: Sequence[str]) -> str:
    return orjson.dumps(list(events)).decode()


def _micros(moment: datetime | None) -> int | None:
    return None if moment is None else to_micros(moment)


def _moment(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)


def _endpoint(row: Row[Any]) -> WebhookEndpoint:
    return WebhookEndpoint(
        id=row.id,
        url=row.url,
        events=tuple(cast(list[WebhookEvent], orjson.loads(row.events))),
        description=row.description,
        created=from_micros(row.created),
        secret=bytes(row.secret),
        previous_secret=bytes(row.previous_secret),
        previous_until=_moment(row.previous_until),
        seen=Revision(row.seen),
        failing_since=_moment(row.failing_since),
        paused_until=_moment(row.paused_until),
        disabled=_moment(row.disabled),
        disabled_reason=row.disabled_reason,
    )


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        message=Message(row.message_id, row.type, from_micros(row.at), row.body),
        endpoint=row.endpoint,
        state=cast(DeliveryState, row.state),
        due=_moment(row.due),
        attempts=tuple(Attempt(from_micros(at), status, detail, took) for at, status, detail, took in orjson.loads(row.attempts)),
    )
