"""Webhook: an address of the merchant's that hears what happens in the shop, and each message on its way there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from shopkeeper.domain.ids import Revision

WebhookEvent = Literal[
    "order.placed",
    "order.changed",
    "product.changed",
    "import.finished",
    "batch.finished",
    "experiment.started",
    "experiment.stopped",
    "shopper.erased",
]
"""What may be heard of. Names as in Standard Webhooks: what it is about, a full stop, what happened."""

WEBHOOK_EVENTS: Final[tuple[WebhookEvent, ...]] = get_args(WebhookEvent)
PING: Final = "webhook.ping"
"""The type of a trial message; nobody need choose it."""

DeliveryState = Literal["waiting", "delivered", "failed"]
DELIVERY_STATES: Final[tuple[DeliveryState, ...]] = get_args(DeliveryState)


@dataclass(frozen=True, slots=True)
class Message:
    """Something that happened. `body` is the JSON text that is signed and sent, the same to all and at every attempt. Nothing in it is personal."""

    id: str
    type: str
    at: datetime
    body: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to deliver: the status that came back (0 = no answer), what went wrong in words, and how long it took."""

    at: datetime
    status: int
    detail: str
    took_ms: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message on its way to one endpoint. `due` is when it is tried next; None once it has arrived or was given up."""

    message: Message
    endpoint: str
    state: DeliveryState = "waiting"
    due: datetime | None = None
    attempts: tuple[Attempt, ...] = ()


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """An address that messages are sent to.

    `secret` and `previous_secret` are sealed: only who holds the shop's key can read them; the previous one also signs, until `previous_until`.
    `seen` is the newest change of the catalogue that was told. `failing_since` is the first failure after the last success. No attempt is made
    before `paused_until`, and none at all while `disabled` is set.
    """

    id: str
    url: str
    events: tuple[WebhookEvent, ...]
    description: str
    created: datetime
    secret: bytes
    previous_secret: bytes = b""
    previous_until: datetime | None = None
    seen: Revision = Revision(0)
    failing_since: datetime | None = None
    paused_until: datetime | None = None
    disabled: datetime | None = None
    disabled_reason: str = ""

    @property
    def enabled(self) -> bool:
        """True while messages are sent to it."""
        return self.disabled is None
