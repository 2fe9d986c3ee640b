"""What a merchant does with webhooks: name addresses, choose events, see what was sent, send again."""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from shopkeeper.domain.webhook import WEBHOOK_EVENTS, Delivery, DeliveryState, WebhookEndpoint, WebhookEvent
from shopkeeper.errors import BadInput, NotFound, Refused
from shopkeeper.ports.webhooks import WebhookStore
from shopkeeper.privacy.sealing import seal, unseal
from shopkeeper.webhooks import messages
from shopkeeper.webhooks.signing import new_secret
from shopkeeper.webhooks.url import checked_url

MAX_ENDPOINTS: Final = 50
MAX_DESCRIPTION: Final = 200
OVERLAP: Final = timedelta(days=1)
"""How long the secret before the newest also signs: time for the receiver to take the new one."""

KEPT: Final = timedelta(days=30)


class WebhookService:
    """The endpoints of one shop. `shop_key` seals their secrets; `private` allows addresses of one's own network."""

    def __init__(self, store: WebhookStore, shop_key: Callable[[], bytes], *, private: bool, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._shop_key = shop_key
        self._private = private
        self._clock = clock

    def add(self, url: str, events: Sequence[WebhookEvent], *, description: str = "") -> tuple[WebhookEndpoint, str]:
        """A new endpoint and its secret, which is shown this once."""
        if len(self._store.all()) >= MAX_ENDPOINTS:
            raise Refused(f"A shop has at most {MAX_ENDPOINTS} webhook endpoints.", status=409, hint="Delete one that nobody needs.")
        id_, secret = f"ep_{secrets.token_hex(8)}", new_secret()
        endpoint = WebhookEndpoint(
            id=id_,
            url=checked_url(url, private=self._private),
            events=_chosen(events),
            description=_said(description),
            created=self._clock(),
            secret=self._sealed(id_, secret),
        )
        return self._store.add(endpoint), secret

    def change(
        self,
        endpoint_id: str,
        *,
        url: str | None = None,
        events: Sequence[WebhookEvent] | None = None,
        description: str | None = None,
        enabled: bool | None = None,
    ) -> WebhookEndpoint:
        """The endpoint with what is given changed. Enabling it forgets past failures; what it was to hear of the catalogue meanwhile is told then."""
        now = self._clock()
        wanted = {} if url is None else {"url": checked_url(url, private=self._private)}
        more = {} if events is None else {"events": _chosen(events)}
        said = {} if description is None else {"description": _said(description)}

        def changed(endpoint: WebhookEndpoint) -> WebhookEndpoint:
            after = replace(endpoint, **wanted, **more, **said)  # type: ignore[arg-type]  # each part is of its field's type
            if enabled:
                return replace(after, disabled=None, disabled_reason="", failing_since=None, paused_until=None)
            if enabled is False and after.enabled:
                return replace(after, disabled=now, disabled_reason="by hand")
            return after

        return self._store.change(endpoint_id, changed)

    def rotate(self, endpoint_id: str) -> tuple[WebhookEndpoint, str]:
        """The endpoint with a new secret, which is shown this once; the one before also signs for a day."""
        secret, until = new_secret(), self._clock() + OVERLAP

        def changed(endpoint: WebhookEndpoint) -> WebhookEndpoint:
            return replace(endpoint, secret=self._sealed(endpoint.id, secret), previous_secret=endpoint.secret, previous_until=until)

        return self._store.change(endpoint_id, changed), secret

    def delete(self, endpoint_id: str) -> None:
        """Remove the endpoint, with what waits for it. `NotFound`."""
        if not self._store.delete(endpoint_id):
            raise _no_endpoint(endpoint_id)

    def get(self, endpoint_id: str) -> WebhookEndpoint:
        """The endpoint. `NotFound`."""
        if (found := self._store.get(endpoint_id)) is None:
            raise _no_endpoint(endpoint_id)
        return found

    def all(self) -> list[WebhookEndpoint]:
        """Every endpoint, oldest first."""
        return self._store.all()

    def ping(self, endpoint_id: str) -> Delivery:
        """Send a trial message to the endpoint; returns it as it waits. `Refused` (409) while the endpoint is disabled."""
        if not self.get(endpoint_id).enabled:
            raise Refused("The endpoint is disabled.", status=409, field="endpoint_id", value=endpoint_id, hint="Enable it first.")
        trial = messages.ping(endpoint_id, self._clock())
        self._store.post(trial, endpoint=endpoint_id)
        return self.delivery(endpoint_id, trial.id)

    def deliveries(self, endpoint_id: str, *, state: DeliveryState | None = None, before: str = "", limit: int = 50) -> list[Delivery]:
        """The endpoint's newest deliveries, newest first, from after the message called `before` on. `NotFound`."""
        self.get(endpoint_id)
        last = self.delivery(endpoint_id, before).message if before else None
        return self._store.deliveries(endpoint_id, state=state, before=last, limit=limit)

    def delivery(self, endpoint_id: str, message_id: str) -> Delivery:
        """One delivery with its attempts. `NotFound`."""
        found = self._store.delivery(endpoint_id, message_id)
        if found is None:
            raise NotFound(f"There is no delivery of {message_id!r} to this endpoint.", field="message_id", value=message_id)
        return found

    def redeliver(self, endpoint_id: str, message_id: str) -> Delivery:
        """Send a message again under its id, whether or not it had arrived; returns it as it waits. `Refused` (409): the endpoint is disabled."""
        if not self.get(endpoint_id).enabled:
            raise Refused("The endpoint is disabled.", status=409, field="endpoint_id", value=endpoint_id, hint="Enable it first.")
        again = replace(self.delivery(endpoint_id, message_id), state="waiting", due=self._clock())
        self._store.record(again, lambda endpoint: replace(endpoint, paused_until=None))
        return self.delivery(endpoint_id, message_id)

    def forget_old(self) -> int:
        """Remove finished deliveries that are older than thirty days; returns how many."""
        return self._store.forget(self._clock() - KEPT)

    def secrets_of(self, endpoint: WebhookEndpoint) -> list[str]:
        """The secrets that sign now, newest first. `Broken` where they were sealed under another key, as after a restore without the shop's keys."""
        found = [self._opened(endpoint.id, endpoint.secret)]
        if endpoint.previous_until is not None and self._clock() < endpoint.previous_until:
            found.append(self._opened(endpoint.id, endpoint.previous_secret))
        return found

    def _sealed(self, endpoint_id: str, secret: str) -> bytes:
        return seal(self._key(), secret.encode(), bound_to=f"webhook {endpoint_id}")

    def _opened(self, endpoint_id: str, sealed: bytes) -> str:
        return unseal(self._key(), sealed, bound_to=f"webhook {endpoint_id}").decode()

    def _key(self) -> bytes:
        """A key of our own, derived from the shop's: no key serves two purposes."""
        return hashlib.blake2b(b"webhook secrets", key=self._shop_key(), digest_size=32).digest()


def _chosen(events: Sequence[WebhookEvent]) -> tuple[WebhookEvent, ...]:
    known = ", ".join(WEBHOOK_EVENTS)
    for event in events:
        if event not in WEBHOOK_EVENTS:
            raise BadInput(f"{event!r} is not an event", field="events", value=event, hint=f"Known: {known}.")
    if not events:
        raise BadInput("is empty", field="events", value=(), hint=f"Known: {known}.")
    return tuple(dict.fromkeys(events))


def _said(description: str) -> str:
    if len(description) > MAX_DESCRIPTION or not description.isprintable():
        raise BadInput(f"is longer than {MAX_DESCRIPTION} characters, or cannot be printed", field="description", value=description[:80])
    return description.strip()


def _no_endpoint(endpoint_id: str) -> NotFound:
    return NotFound(f"There is no webhook endpoint {endpoint_id!r}.", field="endpoint_id", value=endpoint_id)
