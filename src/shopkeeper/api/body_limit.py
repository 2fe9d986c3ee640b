"""How large a request may be: refused by its declared length before a byte is read, or as soon as the bytes exceed it."""

from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shopkeeper.api.problems import problem
from shopkeeper.errors import Refused

MAX_JSON_BYTES: Final = 10 * 2**20
MAX_LINES_BYTES: Final = 64 * 2**20
"""A batch as JSON Lines is written to disk as it comes, so it may be larger."""

MAX_UPLOAD_BYTES: Final = 2 * 2**30
_LINES: Final = ("application/x-ndjson", "application/jsonl", "application/jsonlines", "application/x-jsonlines")


class BodyLimit:
    """ASGI middleware: answers 413 where a request body is too large."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        limit = _limit(scope["path"], headers.get("content-type", ""))
        declared = headers.get("content-length", "")
        if declared.isdecimal() and len(declared) < 20 and int(declared) > limit:
            await problem(_too_large(limit), scope)(scope, receive, send)
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                # not a `Refused`: FastAPI lets only an HTTPException pass through its reading of the body
                raise HTTPException(413, detail=str(_too_large(limit)))
            return message

        await self._app(scope, counted, send)


def is_lines(content_type: str) -> bool:
    """True if the media type says JSON Lines."""
    return content_type.partition(";")[0].strip().lower() in _LINES


def _limit(path: str, content_type: str) -> int:
    if path in ("/v1/imports", "/console/imports"):  # the console's upload form comes through the same application
        return MAX_UPLOAD_BYTES
    return MAX_LINES_BYTES if is_lines(content_type) else MAX_JSON_BYTES


def _too_large(limit: int) -> Refused:
    return Refused(
        f"The request is larger than {limit // 2**20} MB.",
        status=413,
        field="body",
        hint="Send it in parts, as JSON Lines (application/x-ndjson, up to 64 MB), or upload a file to /v1/imports.",
    )
