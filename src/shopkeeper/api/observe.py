"""Around every request: its id, its line in the log, its figures, the security headers, and an answer where the code failed."""

import re
import secrets
import time
from typing import Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shopkeeper.api.caller import caller_of
from shopkeeper.api.door import API_PATH
from shopkeeper.api.meters import Meters
from shopkeeper.api.problems import unexpected

_GIVEN_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_API_HEADERS: Final = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "Cache-Control": "no-store"}

log = structlog.get_logger("shopkeeper.api")


class Observe:
    """ASGI middleware, the outermost of ours."""

    def __init__(self, app: ASGIApp, *, meters: Meters) -> None:
        self._app = app
        self._meters = meters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _GIVEN_ID.fullmatch(given) else secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        defaults = _HEADERS | _API_HEADERS if API_PATH.match(scope["path"]) else _HEADERS
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                for name, value in defaults.items():
                    headers.setdefault(name, value)
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, sending)
            except Exception:
                log.exception("unexpected", method=scope["method"], path=scope["path"])
                if status:
                    raise  # the reply has begun; only the server can cut it off
                await unexpected(scope)(scope, receive, sending)
            finally:
                self._note(scope, status, time.perf_counter() - begun)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "(none)")
        self._meters.request(scope["method"], route, status, seconds)
        caller = caller_of(scope.get("state", {}))
        # the path without its query: a query may hold a shopper's words or an Algolia key
        log.info(
            "request",
            method=scope["method"],
            path=scope["path"],
            status=status,
            ms=round(seconds * 1e3, 2),
            shop=None if caller is None else caller.shop.id,
            key=None if caller is None else caller.key.id,
        )
