"""The OpenAPI description: what FastAPI derives, with every error told as a problem document."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from shopkeeper.api.problems import PROBLEM_JSON
from shopkeeper.api.schemas.common import Problem
from shopkeeper.api.schemas.events import EventBatch
from shopkeeper.api.schemas.instantsearch import AlgoliaQueries
from shopkeeper.api.schemas.orders import OrderBatch, ReviewBatch
from shopkeeper.api.schemas.products import ProductBatch, ProductDocument

DESCRIPTION: Final = """Search, recommendations and the catalogue of a shop.

Every request carries an API key (`shopkeeper keys add`): **public** keys read and may stand in a page, **secret** keys also write, **admin** keys
also upload feeds and make keys. The key says which shop is meant.

Prices are whole minor units with their currency (`{"minor": 1999, "currency": "CNY"}`); product documents write them out (`"19.99 CNY"`).
Times are ISO 8601 in UTC. Errors are problem documents (RFC 9457) that name the field, what stood there and what to do. Lists go on by
`next_cursor`. Limits are told in the `RateLimit` and `RateLimit-Policy` fields."""

TAGS: Final = [
    "Search",
    "Recommendations",
    "Events",
    "Products",
    "Tasks",
    "Reviews",
    "Orders",
    "Cart",
    "Buying",
    "Shoppers",
    "Imports",
    "Keys",
    "Settings",
    "Webhooks",
    "InstantSearch",
    "Operation",
]
_MEANINGS: Final = {
    400: "The body cannot be read.",
    401: "No valid key was sent.",
    403: "The key's scope does not allow this.",
    404: "There is no such thing in this shop.",
    405: "Another method is meant here.",
    409: "Not possible in the present state.",
    413: "The request is too large.",
    422: "Something that was sent cannot be used; `errors` names it.",
    429: "Too many requests; see Retry-After.",
    500: "A fault of ours; quote the request id.",
    503: "A part does not answer now; see Retry-After.",
}
_READ_BY_HAND: Final[tuple[type[BaseModel], ...]] = (
    Problem,
    ProductDocument,
    ProductBatch,
    OrderBatch,
    ReviewBatch,
    AlgoliaQueries,
    EventBatch,
)
"""Models of bodies that routes read themselves, which FastAPI therefore does not know."""


_CONTENDED: Final = ("/v1/cart", "/v1/checkout", "/v1/orders/{")
"""Where stock, prices, versions and the shop's rules may stand against a request."""


def describe(api: FastAPI) -> dict[str, Any]:
    """The description of `api`, made once."""
    if api.openapi_schema is None:
        schema = get_openapi(title=api.title, version=api.version, description=DESCRIPTION, routes=api.routes, tags=[{"name": tag} for tag in TAGS])
        components = schema.setdefault("components", {}).setdefault("schemas", {})
        for unused in ("HTTPValidationError", "ValidationError"):
            components.pop(unused, None)
        for model in _READ_BY_HAND:
            described = model.model_json_schema(ref_template="#/components/schemas/{model}")
            components.update(described.pop("$defs", {}))
            components[model.__name__] = described
        for path, operations in schema["paths"].items():
            for method, operation in operations.items():
                _tell_problems(path, method, operation)
        schema["components"]["schemas"] = dict(sorted(components.items()))
        api.openapi_schema = schema
    return api.openapi_schema


def _tell_problems(path: str, method: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    responses.pop("422", None)
    for status in _statuses(path, method, operation):
        responses.setdefault(
            str(status),
            {"description": _MEANINGS[status], "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}},
        )


_CONFLICTS: Final = {
    ("/v1/keys/{key_id}", "delete"),
    ("/v1/settings", "patch"),
    ("/v1/settings/restore", "post"),
    ("/v1/shoppers/merge", "post"),
    ("/v1/webhooks", "post"),
    ("/v1/webhooks/{endpoint_id}/ping", "post"),
    ("/v1/webhooks/{endpoint_id}/deliveries/{message_id}/redeliver", "post"),
}


def _statuses(path: str, method: str, operation: dict[str, Any]) -> list[int]:
    if path in ("/health", "/ready"):
        return [500]
    if path == "/metrics":
        return [401, 500, 503]
    statuses = [401, 403, 422, 429, 500, 503]
    if "{" in path:
        statuses.append(404)
    if "requestBody" in operation:
        statuses += [400, 413]
    repeatable = any(parameter.get("name") == "Idempotency-Key" for parameter in operation.get("parameters", ()))
    if repeatable or (path, method) in _CONFLICTS or path.startswith(_CONTENDED):
        statuses.append(409)
    if (path, method) == ("/v1/settings/restore", "post") or path.startswith("/v1/cart"):
        statuses.append(404)
    return sorted(statuses)
