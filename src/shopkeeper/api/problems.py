"""Every error as an RFC 9457 problem document (application/problem+json): the one place where an error becomes HTTP."""

import math
import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from shopkeeper.api.buying import refusal_json
from shopkeeper.api.replies import json_reply
from shopkeeper.errors import BadInput, Broken, NotFound, Refused, ShopkeeperError, Unavailable

PROBLEM_JSON: Final = "application/problem+json"
TYPE_PREFIX: Final = "urn:shopkeeper:problem:"
RETRY_UNAVAILABLE_S: Final = 2
"""A lock is over in moments, a full disk is not; two seconds keep clients from hammering while nobody waits long."""

MAX_SHOWN_VALUE: Final = 200
_KINDS: Final[tuple[tuple[type[ShopkeeperError], str], ...]] = (
    (BadInput, "bad-input"),
    (NotFound, "not-found"),
    (Refused, "refused"),
    (Unavailable, "unavailable"),
    (Broken, "broken"),
)
_REFUSALS: Final = {401: "unauthorized", 409: "conflict", 413: "too-large", 429: "rate-limited"}
_KEY_TEXT: Final = re.compile(r"(sk_[a-z0-9]{1,31}_[0-9a-f]{4})[0-9a-zA-Z_-]*")

log = structlog.get_logger("shopkeeper.api")


def register(api: FastAPI) -> None:
    """Send every error of the app's routes through this module."""
    api.add_exception_handler(ShopkeeperError, _on_shopkeeper_error)
    api.add_exception_handler(RequestValidationError, _on_validation_error)
    api.add_exception_handler(HTTPException, _on_http_exception)


def problem(error: ShopkeeperError, scope: Scope) -> Response:
    """The reply to one of the five kinds of error."""
    errors = [] if error.field is None else [fault_fields(error.field, error.message, error.value)]
    headers: dict[str, str] = {}
    if isinstance(error, Unavailable):
        headers["Retry-After"] = str(RETRY_UNAVAILABLE_S)
    elif isinstance(error, Refused) and error.retry_after_s is not None:
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after_s)))
    if error.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="shopkeeper"'
    if error.status >= 500:
        log.log(40 if isinstance(error, Broken) else 30, "problem", status=error.status, detail=hide_keys(str(error)))
    return _reply(error.status, _kind(error), error.title, told(error), errors, scope, headers=headers, more=refusal_json(error))


def unexpected(scope: Scope) -> Response:
    """The reply to an exception that is none of ours: says nothing about it but the request's id, under which it is logged."""
    detail = "Something went wrong on our side. Quote the request id to whoever runs this shop; it is in the log."
    return _reply(500, "broken", Broken.title, detail, [], scope)


def told(error: ShopkeeperError, *, field: bool = True) -> str:
    """The error in sentences: where, what, and what to do."""
    where = f"{error.field}: " if field and error.field else ""
    ended = error.message if error.message.endswith((".", "!", "?", "。")) else f"{error.message}."
    return f"{where}{ended} {error.hint}" if error.hint else f"{where}{error.message}"


def hide_keys(text: str) -> str:
    """`text` with the secrets of API keys cut off."""
    return _KEY_TEXT.sub(r"\1…", text)


def _on_shopkeeper_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ShopkeeperError)  # registered for this type only
    return problem(error, request.scope)


def _on_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = [fault_fields(field_path(fault["loc"]), _sentence(fault), fault.get("input")) for fault in error.errors()]
    first = errors[0] if errors else {"field": "body", "message": "cannot be read"}
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return _reply(422, "bad-input", BadInput.title, f"{first['field']}: {first['message']}{more}", errors, request.scope)


def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return http_problem(error, request)


def http_problem(error: HTTPException, request: Request) -> Response:
    """The reply to what the web framework refuses."""
    phrase = HTTPStatus(error.status_code).phrase
    details = {
        404: f"There is nothing at {request.url.path[:200]}; see /openapi.json for what there is.",
        405: f"{request.method[:20]} is not possible at {request.url.path[:200]}.",
    }
    slug = _REFUSALS.get(error.status_code, phrase.lower().replace(" ", "-"))
    detail = details.get(error.status_code, str(error.detail))
    return _reply(error.status_code, slug, phrase, detail, [], request.scope, headers=dict(error.headers or {}))


def field_path(loc: Sequence[int | str]) -> str:
    """A pydantic location as callers write it: ("body", "operations", 3, "id") → `operations[3].id`; the body as a whole is `body`."""
    parts = list(loc[1:]) if loc and loc[0] in ("body", "query", "path", "header", "cookie") else list(loc)
    path = ""
    for part in parts:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    if not path or (loc and loc[0] == "body" and len(parts) == 1 and isinstance(parts[0], int)):  # an int is then the place of a JSON fault
        return "body"
    return path


def _sentence(fault: dict[str, Any]) -> str:
    if fault.get("type") == "json_invalid":
        return f"is not JSON: {fault.get('ctx', {}).get('error', '')} at character {fault['loc'][-1]}"
    return str(fault["msg"]).removeprefix("Value error, ")


def fault_fields(field: str, message: str, value: object) -> dict[str, object]:
    """One fault as it is sent: where, what, and what stood there, cut short and with no key in it."""
    shown = value if value is None or isinstance(value, (bool, int, float)) else hide_keys(str(value))[:MAX_SHOWN_VALUE]
    if isinstance(shown, int) and not -(2**53) < shown < 2**53:
        shown = str(shown)[:MAX_SHOWN_VALUE]
    if isinstance(shown, str):
        shown = shown.encode("utf-8", "replace").decode()  # a lone surrogate cannot be sent
    return {"field": field, "message": message, "value": shown}


def _kind(error: ShopkeeperError) -> str:
    if error.status in _REFUSALS:
        return _REFUSALS[error.status]
    return next(slug for kind, slug in _KINDS if isinstance(error, kind))


def _reply(
    status: int,
    slug: str,
    title: str,
    detail: str,
    errors: list[dict[str, object]],
    scope: Scope,
    *,
    headers: dict[str, str] | None = None,
    more: dict[str, Any] | None = None,
) -> Response:
    detail = hide_keys(detail).encode("utf-8", "replace").decode()
    content: dict[str, object] = {"type": TYPE_PREFIX + slug, "title": title, "status": status, "detail": detail}
    path = scope.get("path", "")
    content["instance"] = path.encode("utf-8", "replace").decode()[:MAX_SHOWN_VALUE]
    content["request_id"] = scope.get("state", {}).get("request_id", "")
    if errors:
        content["errors"] = errors
    if path.startswith("/1/"):
        content["message"] = detail  # where Algolia's clients look
    content |= more or {}
    return json_reply(content, status=status, headers=headers, media_type=PROBLEM_JSON)
