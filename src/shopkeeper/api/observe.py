"""Around every request: its id, its line in the log, its figures, the security headers, and an answer where the code failed."""

import random
import re
import time
from typing import Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shopkeeper.api.caller import caller_of
from shopkeeper.api.door import API_PATH, EVENTS_PATH
from shopkeeper.api.meters import Meters
from shopkeeper.api.problems import unexpected

_GIVEN_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")
_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
_API_HEADERS: Final = (*_HEADERS, (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"), (b"cache-control", b"no-store"))
"""As ASGI has them: bytes, in lower case. Every reply passes here, so nothing is encoded or searched twice."""

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
        given = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"x-request-id"), "")
        request_id = given if _GIVEN_ID.fullmatch(given) else f"{random.getrandbits(64):016x}"  # a name, no secret: no call into the system
        scope.setdefault("state", {})["request_id"] = request_id
        defaults = _API_HEADERS if API_PATH.match(scope["path"]) else _HEADERS
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = list(message["headers"])
                there = {name for name, _ in headers}
                headers += [header for header in defaults if header[0] not in there]
                headers.append((b"x-request-id", request_id.encode()))
                message["headers"] = headers
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
        # events come by the thousand and each is kept anyway: one that was taken is a figure, not a line
        log.log(
            10 if status == 202 and scope["path"] == EVENTS_PATH else 20,
            "request",
            method=scope["method"],
            path=scope["path"],
            status=status,
            ms=round(seconds * 1e3, 2),
            shop=None if caller is None else caller.shop.id,
            key=None if caller is None else caller.key.id,
        )
