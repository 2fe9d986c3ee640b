"""JSON replies, written by orjson from plain dicts and lists.

The routers build what they send themselves and hand back a finished `Response`: the response models are there for the documentation, and the tests
hold replies and models together. Validating 24 hits on their way out would cost more than the search that found them.
"""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from shopkeeper.domain.texts import Lang
from shopkeeper.kit.accept_language import best_language

JSON = "application/json"


def json_reply(content: Any, *, status: int = 200, headers: Mapping[str, str] | None = None, media_type: str = JSON) -> Response:
    """A reply whose body is `content` as JSON (UTF-8, dates in ISO 8601 UTC)."""
    body = orjson.dumps(content, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)
    return Response(body, status_code=status, headers=dict(headers) if headers else None, media_type=media_type)


def document_reply(document: bytes, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A reply whose body is a JSON document that is already written."""
    return Response(document, status_code=status, headers=dict(headers) if headers else None, media_type=JSON)


def reader_lang(request: Request) -> Lang:
    """The language in which reasons are told: that of Accept-Language, else English."""
    return best_language(request.headers.get("accept-language", ""), ("en", "zh"))
