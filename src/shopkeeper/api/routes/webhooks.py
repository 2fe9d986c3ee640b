"""Webhooks, for admins: addresses that hear what happens in the shop, signed as Standard Webhooks says."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from shopkeeper.api.caller import Admin
from shopkeeper.api.recording import record
from shopkeeper.api.replies import json_reply
from shopkeeper.api.schemas.common import PathId
from shopkeeper.api.schemas.webhooks import (
    WebhookDelivery,
    WebhookDeliveryList,
    WebhookIn,
    WebhookList,
    WebhookOut,
    WebhookPatch,
    WebhookWithSecret,
    delivery_json,
    webhook_json,
)
from shopkeeper.domain.webhook import DeliveryState

router = APIRouter(tags=["Webhooks"])
PAGE = 50


@router.get("/v1/webhooks", response_model=WebhookList, summary="List the webhooks", operation_id="listWebhooks")
def list_webhooks(caller: Admin) -> Response:
    """Every endpoint of the shop; never a secret."""
    return json_reply({"webhooks": [webhook_json(endpoint) for endpoint in caller.shop.webhooks.all()]})


@router.post("/v1/webhooks", status_code=201, response_model=WebhookWithSecret, summary="Add a webhook", operation_id="addWebhook")
def add_webhook(request: Request, caller: Admin, asked: WebhookIn) -> Response:
    """A new endpoint. Its secret is in this reply and nowhere else; a reply that was lost means `rotate`."""
    endpoint, secret = caller.shop.webhooks.add(asked.url, asked.events, description=asked.description)
    record(request, caller, "webhook.add", endpoint.id, after={"url": endpoint.url, "events": ", ".join(endpoint.events)})
    return json_reply(webhook_json(endpoint) | {"secret": secret}, status=201)


@router.get("/v1/webhooks/{endpoint_id}", response_model=WebhookOut, summary="Look at a webhook", operation_id="getWebhook")
def get_webhook(caller: Admin, endpoint_id: PathId) -> Response:
    """One endpoint, and whether it takes what is sent."""
    return json_reply(webhook_json(caller.shop.webhooks.get(endpoint_id)))


@router.patch("/v1/webhooks/{endpoint_id}", response_model=WebhookOut, summary="Change a webhook", operation_id="changeWebhook")
def change_webhook(request: Request, caller: Admin, endpoint_id: PathId, asked: WebhookPatch) -> Response:
    """Another address, other events, off or on again."""
    before = caller.shop.webhooks.get(endpoint_id)
    after = caller.shop.webhooks.change(endpoint_id, url=asked.url, events=asked.events, description=asked.description, enabled=asked.enabled)
    told = ({"url": one.url, "events": ", ".join(one.events), "enabled": one.enabled} for one in (before, after))
    record(request, caller, "webhook.change", endpoint_id, before=next(told), after=next(told))
    return json_reply(webhook_json(after))


@router.delete("/v1/webhooks/{endpoint_id}", status_code=204, summary="Delete a webhook", operation_id="deleteWebhook")
def delete_webhook(request: Request, caller: Admin, endpoint_id: PathId) -> Response:
    """Remove the endpoint, with its log and with what waits for it."""
    caller.shop.webhooks.delete(endpoint_id)
    record(request, caller, "webhook.delete", endpoint_id)
    return Response(status_code=204)


@router.post("/v1/webhooks/{endpoint_id}/rotate", response_model=WebhookWithSecret, summary="Make a new secret", operation_id="rotateWebhookSecret")
def rotate_webhook(request: Request, caller: Admin, endpoint_id: PathId) -> Response:
    """A new secret, shown this once. For a day messages carry two signatures, of the new one and of the one before."""
    endpoint, secret = caller.shop.webhooks.rotate(endpoint_id)
    record(request, caller, "webhook.rotate", endpoint_id)
    return json_reply(webhook_json(endpoint) | {"secret": secret})


@router.post(
    "/v1/webhooks/{endpoint_id}/ping", status_code=202, response_model=WebhookDelivery, summary="Send a trial message", operation_id="pingWebhook"
)
def ping_webhook(caller: Admin, endpoint_id: PathId) -> Response:
    """Queue a `webhook.ping`; how it went is in the endpoint's deliveries a moment later."""
    return json_reply(delivery_json(caller.shop.webhooks.ping(endpoint_id)), status=202)


@router.get("/v1/webhooks/{endpoint_id}/deliveries", response_model=WebhookDeliveryList, summary="List what was sent", operation_id="listDeliveries")
def list_deliveries(
    caller: Admin,
    endpoint_id: PathId,
    state: Annotated[DeliveryState | None, Query(description="Only those that wait, arrived, or were given up.")] = None,
    cursor: Annotated[str, Query(max_length=200, description="`next_cursor` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = PAGE,
) -> Response:
    """The endpoint's messages of the last thirty days with every attempt, newest first."""
    found = caller.shop.webhooks.deliveries(endpoint_id, state=state, before=cursor, limit=limit + 1)
    more = found[limit - 1].message.id if len(found) > limit else None
    return json_reply({"deliveries": [delivery_json(one) for one in found[:limit]], "next_cursor": more})


@router.post(
    "/v1/webhooks/{endpoint_id}/deliveries/{message_id}/redeliver",
    status_code=202,
    response_model=WebhookDelivery,
    summary="Send a message again",
    operation_id="redeliverWebhook",
)
def redeliver(request: Request, caller: Admin, endpoint_id: PathId, message_id: PathId) -> Response:
    """Queue the message again under its id, whether or not it had arrived."""
    delivery = caller.shop.webhooks.redeliver(endpoint_id, message_id)
    record(request, caller, "webhook.redeliver", endpoint_id, after={"message_id": message_id})
    return json_reply(delivery_json(delivery), status=202)
