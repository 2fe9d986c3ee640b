"""Sending what waits: claim an endpoint, write down what changed in the catalogue, try what is due, keep how it went.

Each message is delivered at least once, with the same id: where the process dies between the receiver's answer and the note of it, it comes again.
Order is that of the messages as long as nothing fails; a message that failed does not hold up those after it.
"""

import random
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from shopkeeper.domain.webhook import Attempt, Delivery, WebhookEndpoint
from shopkeeper.errors import Broken
from shopkeeper.ports.webhooks import Answer, Courier, WebhookStore
from shopkeeper.webhooks import messages, retry
from shopkeeper.webhooks.service import WebhookService
from shopkeeper.webhooks.signing import headers

LEASE: Final = timedelta(seconds=15)
"""How long an endpoint is ours without a sign of life; longer than the longest attempt."""

ROUND: Final = 100
"""Messages of one endpoint that are tried before others get their turn."""

PRODUCTS_A_MESSAGE: Final = 500
KEPT_ATTEMPTS: Final = 30
USER_AGENT: Final = "Shopkeeper-Webhooks/1"
GONE: Final = 410
"""The receiver's way to say: never again."""


class WebhookSender:
    """Sends the messages of one shop; safe to call from several threads and servers, of which one at a time serves an endpoint."""

    def __init__(
        self,
        store: WebhookStore,
        service: WebhookService,
        courier: Courier,
        *,
        clock: Callable[[], datetime],
        dice: Callable[[], float] = random.random,
        holder: str = "",
        lease: timedelta = LEASE,
    ) -> None:
        self._store = store
        self._service = service
        self._courier = courier
        self._clock = clock
        self._dice = dice
        self._holder = holder or secrets.token_hex(8)
        self._lease = lease

    def to_serve(self) -> list[str]:
        """Endpoints with something to send."""
        return self._store.to_serve(self._clock())

    def serve(self, endpoint_id: str, *, stopping: Callable[[], bool] = lambda: False) -> int:
        """Send what is due to the endpoint; returns how many messages were tried, 0 where another serves it."""
        if not self._claim(endpoint_id):
            return 0
        tried = failures = 0
        try:
            now = self._clock()
            self._store.tell_changes(endpoint_id, lambda changes, at: messages.products_changed(changes, at, now), limit=PRODUCTS_A_MESSAGE)
            for delivery in self._store.due(endpoint_id, self._clock(), limit=ROUND):
                endpoint = self._store.get(endpoint_id)
                if stopping() or endpoint is None or not endpoint.enabled or not self._claim(endpoint_id):
                    break
                tried += 1
                failures = 0 if self._try(endpoint, delivery) else failures + 1
                if failures >= retry.PAUSE_AFTER:
                    self._pause(endpoint_id)
                    break
        finally:
            self._store.release(endpoint_id, self._holder)
        return tried

    def _claim(self, endpoint_id: str) -> bool:
        now = self._clock()
        return self._store.claim(endpoint_id, self._holder, now=now, until=now + self._lease)

    def _pause(self, endpoint_id: str) -> None:
        until = self._clock() + retry.PAUSE
        self._store.change(endpoint_id, lambda endpoint: replace(endpoint, paused_until=until))

    def _try(self, endpoint: WebhookEndpoint, delivery: Delivery) -> bool:
        began, body = self._clock(), delivery.message.body.encode()
        try:
            signed = headers(self._service.secrets_of(endpoint), id=delivery.message.id, at=began, body=body)
        except Broken:
            self._store.change(endpoint.id, lambda found: _disabled(found, began, "its secret cannot be read any more: make a new one"))
            return False
        answer = self._courier.post(endpoint.url, signed | {"content-type": "application/json", "user-agent": USER_AGENT}, body)
        arrived = 200 <= answer.status < 300
        self._store.record(self._after(delivery, answer, began, arrived=arrived), lambda found: _judged(found, answer, began, arrived=arrived))
        return arrived

    def _after(self, delivery: Delivery, answer: Answer, began: datetime, *, arrived: bool) -> Delivery:
        attempts = (*delivery.attempts, Attempt(began, answer.status, answer.detail, answer.took_ms))[-KEPT_ATTEMPTS:]
        if arrived:
            return replace(delivery, state="delivered", due=None, attempts=attempts)
        asked = None if answer.retry_after_s is None else timedelta(seconds=answer.retry_after_s)
        due = retry.next_due(delivery.message.at, self._clock(), len(attempts), dice=self._dice(), asked=asked)
        if answer.status == GONE:
            due = None
        return replace(delivery, state="waiting" if due else "failed", due=due, attempts=attempts)


def _judged(endpoint: WebhookEndpoint, answer: Answer, at: datetime, *, arrived: bool) -> WebhookEndpoint:
    """The endpoint after an attempt."""
    if arrived:
        return endpoint if endpoint.failing_since is None else replace(endpoint, failing_since=None)
    if answer.status == GONE:
        return _disabled(endpoint, at, "it answered 410 Gone")
    failing = endpoint.failing_since or at
    if at - failing >= retry.DISABLE_AFTER:
        return _disabled(endpoint, at, f"nothing arrived for {retry.DISABLE_AFTER.days} days")
    return endpoint if endpoint.failing_since else replace(endpoint, failing_since=at)


def _disabled(endpoint: WebhookEndpoint, at: datetime, reason: str) -> WebhookEndpoint:
    return endpoint if endpoint.disabled else replace(endpoint, disabled=at, disabled_reason=reason)
