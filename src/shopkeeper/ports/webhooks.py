"""What webhooks need: a database that keeps each message with the change that it tells of, and somebody who carries it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shopkeeper.domain.webhook import Delivery, DeliveryState, Message, WebhookEndpoint


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `status` 0 = nothing did, and `detail` says why; else `detail` is the beginning of a refusal's body."""

    status: int
    detail: str = ""
    took_ms: int = 0
    retry_after_s: float | None = None


class Courier(Protocol):
    """Who carries a message over the network."""

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """What came back, within a bounded time; never raises for what is wrong with the receiver."""
        ...


class WebhookStore(Protocol):
    """Endpoints and deliveries. The other stores write a delivery for every endpoint that wants it in the transaction of the change itself."""

    def add(self, endpoint: WebhookEndpoint) -> WebhookEndpoint:
        """Keep a new endpoint, which hears of changes of the catalogue from now on. Returns it as it is kept."""
        ...

    def get(self, endpoint_id: str) -> WebhookEndpoint | None:
        """The endpoint, or None."""
        ...

    def all(self) -> list[WebhookEndpoint]:
        """Every endpoint, oldest first."""
        ...

    def change(self, endpoint_id: str, change: Callable[[WebhookEndpoint], WebhookEndpoint]) -> WebhookEndpoint:
        """The endpoint after `change`, read and written in one transaction. One that newly asks for `product.changed` hears of what comes from now
        on. `NotFound`."""
        ...

    def delete(self, endpoint_id: str) -> bool:
        """Remove the endpoint with its deliveries; returns whether it was there."""
        ...

    def post(self, message: Message, *, endpoint: str = "") -> int:
        """Write a delivery of `message`, due at once, for every enabled endpoint that wants its type, or for `endpoint` alone whatever it wants;
        returns for how many."""
        ...

    def tell_changes(self, endpoint_id: str, write: Callable[[list[tuple[str, bool]], int], Message], *, limit: int) -> int:
        """Write one message of up to `limit` changed products (id, deleted?) and the newest revision among them, if the endpoint wants them, is
        enabled, and has none waiting; what it was told is noted in the same transaction. Returns how many products are in it."""
        ...

    def to_serve(self, now: datetime) -> list[str]:
        """Endpoints that have something due, or changes of the catalogue to hear of, and are neither disabled, paused nor served by another."""
        ...

    def claim(self, endpoint_id: str, holder: str, *, now: datetime, until: datetime) -> bool:
        """Take or keep the endpoint for `holder` until then; False while another has it."""
        ...

    def release(self, endpoint_id: str, holder: str) -> None:
        """Give the endpoint back, if `holder` has it."""
        ...

    def due(self, endpoint_id: str, now: datetime, *, limit: int) -> list[Delivery]:
        """Deliveries that are due, the one that waits longest first."""
        ...

    def record(self, delivery: Delivery, change: Callable[[WebhookEndpoint], WebhookEndpoint]) -> None:
        """Keep how a delivery went and what that means for its endpoint, in one transaction. Nothing happens where the endpoint is gone."""
        ...

    def deliveries(self, endpoint_id: str, *, state: DeliveryState | None = None, before: Message | None = None, limit: int = 50) -> list[Delivery]:
        """The endpoint's newest deliveries, newest first, from after the message `before` on."""
        ...

    def delivery(self, endpoint_id: str, message_id: str) -> Delivery | None:
        """One delivery, or None."""
        ...

    def forget(self, before: datetime) -> int:
        """Remove deliveries of messages older than that which no longer wait; returns how many."""
        ...
