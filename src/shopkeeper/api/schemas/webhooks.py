"""Webhook endpoints and what was sent to them."""

from typing import Annotated, Any

import orjson
from pydantic import Field

from shopkeeper.api.schemas.common import Shown, Strict
from shopkeeper.catalog.document_fields import moment_text
from shopkeeper.domain.webhook import Delivery, DeliveryState, WebhookEndpoint, WebhookEvent

Events = Annotated[list[WebhookEvent], Field(min_length=1, max_length=50, examples=[["order.placed", "order.changed"]])]
Url = Annotated[str, Field(min_length=1, max_length=2_000, examples=["https://shop.example/hooks/shopkeeper"])]


class WebhookIn(Strict):
    """An endpoint to make."""

    url: Url
    events: Events
    description: str = Field(default="", max_length=200)


class WebhookPatch(Strict):
    """What is to change; what is left out stays."""

    url: Url | None = None
    events: Events | None = None
    description: str | None = Field(default=None, max_length=200)
    enabled: bool | None = Field(default=None, description="`true` starts an endpoint again that was disabled, also by long failure.")


class WebhookOut(Shown):
    """An endpoint without its secret."""

    id: str
    url: str
    events: list[WebhookEvent]
    description: str
    created: str
    enabled: bool
    disabled: str | None = Field(description="Since when nothing is sent.")
    disabled_reason: str
    failing_since: str | None = Field(description="The first failure after the last message that arrived.")


class WebhookWithSecret(WebhookOut):
    """An endpoint whose `secret` is shown this once."""

    secret: str = Field(examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="])


class WebhookList(Shown):
    """Every endpoint, oldest first."""

    webhooks: list[WebhookOut]


class WebhookAttempt(Shown):
    """One try."""

    at: str
    status: int = Field(description="The HTTP status that came back; 0 = no answer.")
    detail: str
    took_ms: int


class WebhookDelivery(Shown):
    """A message on its way to an endpoint."""

    message_id: str = Field(description="The same at every attempt, sent as `webhook-id`: keep it to see a repetition.")
    type: str
    at: str
    state: DeliveryState
    due: str | None = Field(description="When it is tried next.")
    attempts: list[WebhookAttempt]
    body: dict[str, Any]


class WebhookDeliveryList(Shown):
    """Deliveries, newest first."""

    deliveries: list[WebhookDelivery]
    next_cursor: str | None


def webhook_json(endpoint: WebhookEndpoint) -> dict[str, object]:
    """The fields of `WebhookOut`."""
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "events": endpoint.events,
        "description": endpoint.description,
        "created": moment_text(endpoint.created),
        "enabled": endpoint.enabled,
        "disabled": None if endpoint.disabled is None else moment_text(endpoint.disabled),
        "disabled_reason": endpoint.disabled_reason,
        "failing_since": None if endpoint.failing_since is None else moment_text(endpoint.failing_since),
    }


def delivery_json(delivery: Delivery) -> dict[str, object]:
    """The fields of `WebhookDelivery`."""
    return {
        "message_id": delivery.message.id,
        "type": delivery.message.type,
        "at": moment_text(delivery.message.at),
        "state": delivery.state,
        "due": None if delivery.due is None else moment_text(delivery.due),
        "attempts": [{"at": moment_text(one.at), "status": one.status, "detail": one.detail, "took_ms": one.took_ms} for one in delivery.attempts],
        "body": orjson.loads(delivery.message.body),
    }
