"""For whoever runs the server: is it alive, can it serve, what are its figures."""

import ipaddress
from typing import Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from shopkeeper.access.key_format import parse_token
from shopkeeper.access.keys import not_valid
from shopkeeper.api.context import context_of
from shopkeeper.api.meters import CONTENT_TYPE
from shopkeeper.api.replies import json_reply
from shopkeeper.api.schemas.common import Shown
from shopkeeper.bootstrap import Shop
from shopkeeper.errors import ShopkeeperError

router = APIRouter(tags=["Operation"])


class Health(Shown):
    """The process answers."""

    status: Literal["ok"]


class Readiness(Shown):
    """`ready`: all parts serve. `degraded`: requests are answered, but from less than all parts. `unavailable`: a database does not answer."""

    status: Literal["ready", "degraded", "unavailable"]
    parts: dict[str, str]


@router.get("/health", response_model=Health, summary="Is the process alive", operation_id="health")
async def health() -> Response:
    """Always the same; touches nothing, so that a slow database never gets a living process killed."""
    return json_reply({"status": "ok"})


@router.get(
    "/ready",
    response_model=Readiness,
    responses={503: {"model": Readiness, "description": "A database does not answer: send no traffic here."}},
    summary="Can it serve",
    operation_id="ready",
)
def ready(request: Request) -> Response:
    """Asks each shop's database and looks for its artifacts; names no shop, since no key is needed to ask."""
    shops = context_of(request).installation.shops.values()
    parts = {
        "database": _summary([_database(shop) for shop in shops]),
        "search": _summary([_artifact(shop, "search") for shop in shops]),
        "recommendations": _summary([_artifact(shop, "recommend") for shop in shops]),
    }
    if parts["database"] != "ok":
        return json_reply({"status": "unavailable", "parts": parts}, status=503)
    return json_reply({"status": "ready" if set(parts.values()) == {"ok"} else "degraded", "parts": parts})


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Prometheus' text format."}},
    summary="Figures for Prometheus",
    operation_id="metrics",
)
def metrics(request: Request) -> Response:
    """Open to this machine; from elsewhere with a secret or admin key of any shop as the bearer token, since figures tell a shop's trade."""
    if not _from_here(request):
        scheme, _, text = request.headers.get("authorization", "").partition(" ")
        token = parse_token(text.strip()) if scheme.lower() == "bearer" else None
        shop = None if token is None else context_of(request).installation.shops.get(token.shop)
        if shop is None or not shop.keys.check(text.strip()).allows("secret"):
            raise not_valid()
    return Response(context_of(request).meters.text(), media_type=CONTENT_TYPE)


def _from_here(request: Request) -> bool:
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _database(shop: Shop) -> str:
    try:
        shop.database.products.revision()
    except ShopkeeperError as error:
        return str(error)
    return "ok"


def _artifact(shop: Shop, kind: Literal["search", "recommend"]) -> str:
    try:
        return "none yet" if shop.artifacts.current(kind) is None else "ok"
    except ShopkeeperError:
        return "damaged"


def _summary(states: list[str]) -> str:
    bad = [state for state in states if state != "ok"]
    return "ok" if not bad else f"{bad[0]} ({len(bad)} of {len(states)} shops)"
