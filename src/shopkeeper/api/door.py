"""The door of the API: which key is this, may it call now, and from which web origin. All of it before a byte of the body is read."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qs

import anyio.to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shopkeeper.access.key_format import ANY_ORIGIN, parse_token
from shopkeeper.access.keys import not_valid
from shopkeeper.access.rate_limit import Allowance, RateLimiter
from shopkeeper.api.caller import Caller
from shopkeeper.api.problems import problem
from shopkeeper.bootstrap import App
from shopkeeper.errors import Refused, ShopkeeperError

API_PATH: Final = re.compile(r"/(v1|1)(/|$)")
FAILED_PER_MINUTE: Final = 60
"""Wrong keys that one address may show in a minute; after that only keys that were met before are looked at."""

EVENTS_PATH: Final = "/v1/events"
PREFLIGHT_S: Final = 600
_ALGOLIA_PATH: Final = re.compile(r"/(1/indexes/|v1/instantsearch$)")
_ALLOWED_HEADERS: Final = (
    "Authorization, Content-Type, Idempotency-Key, X-API-Key, X-Algolia-API-Key, X-Algolia-Application-Id, X-Algolia-Agent, X-Request-ID"
)
_EXPOSED_HEADERS: Final = "Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-ID, Idempotent-Replayed"


class Door:
    """ASGI middleware: puts the `Caller` into the request's state, or answers 401 or 429 itself; answers CORS preflights."""

    def __init__(self, app: ASGIApp, *, installation: App, limiter: RateLimiter) -> None:
        self._app = app
        self._installation = installation
        self._limiter = limiter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not API_PATH.match(scope["path"]):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if scope["method"] == "OPTIONS" and "origin" in headers and "access-control-request-method" in headers:
            await (await self._preflight(headers["origin"], scope))(scope, receive, send)
            return
        try:
            caller = await self._caller(scope, headers)
        except ShopkeeperError as error:
            await problem(error, scope)(scope, receive, send)
            return
        if scope["path"] == EVENTS_PATH and caller.key.scope != "public" and b"key=" in scope.get("query_string", b""):
            hidden = Refused("A key that may write does not belong in an address, which is logged.", hint="Send it as a header, or use a public key.")
            await problem(hidden, scope)(scope, receive, send)
            return
        scope.setdefault("state", {})["caller"] = caller
        allowance = self._limiter.take(f"key {caller.key.id}", per_minute=caller.key.rate_per_minute)
        sending = _with_headers(send, allowance.fields() | _cors(headers.get("origin"), caller))
        if allowance.granted:
            await self._app(scope, receive, sending)
        else:
            await problem(_too_often(allowance), scope)(scope, receive, sending)

    async def _caller(self, scope: Scope, headers: Headers) -> Caller:
        text = _key_text(scope, headers)
        if not text:
            raise Refused("No API key was sent.", status=401, hint="Send one as `Authorization: Bearer sk_…` or `X-API-Key: sk_…`.")
        token = parse_token(text)
        shop = None if token is None else self._installation.shops.get(token.shop)
        if shop is not None and (key := shop.keys.checked_lately(text)) is not None:
            return Caller(shop, key)
        address = f"failed {(scope.get('client') or ('unknown',))[0]}"
        failures = self._limiter.peek(address, per_minute=FAILED_PER_MINUTE)
        if not failures.granted and not (shop is not None and shop.keys.knows(text)):
            raise Refused("Too many wrong keys came from this address.", status=429, retry_after_s=failures.retry_after_s)
        try:
            if shop is None:
                raise not_valid()
            return Caller(shop, await anyio.to_thread.run_sync(shop.keys.check, text))
        except Refused:
            self._limiter.take(address, per_minute=FAILED_PER_MINUTE)
            raise

    async def _preflight(self, origin: str, scope: Scope) -> Response:
        """A preflight carries no key, so an origin that any key of any shop names may go on to the request, whose key then decides."""
        for shop in self._installation.shops.values():
            try:
                origins = await anyio.to_thread.run_sync(shop.keys.origins)
            except ShopkeeperError as error:
                return problem(error, scope)
            if origin in origins or ANY_ORIGIN in origins:
                return Response(
                    status_code=204,
                    headers={
                        "Access-Control-Allow-Origin": origin,
                        "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
                        "Access-Control-Allow-Headers": _ALLOWED_HEADERS,
                        "Access-Control-Max-Age": str(PREFLIGHT_S),
                        "Vary": "Origin",
                    },
                )
        return problem(Refused(f"No key may be used from {origin[:200]}.", hint="Add the origin to a key: `shopkeeper keys add --origin …`."), scope)


def _key_text(scope: Scope, headers: Headers) -> str:
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip()
    if found := headers.get("x-api-key") or headers.get("x-algolia-api-key"):
        return found.strip()
    if scope["path"] == EVENTS_PATH:  # `navigator.sendBeacon` can send no header; only a public key is let in this way
        return parse_qs(scope.get("query_string", b"").decode("latin-1")).get("key", [""])[0]
    if _ALGOLIA_PATH.match(scope["path"]):  # Algolia's browser client puts its (public) key here to spare a preflight
        return parse_qs(scope.get("query_string", b"").decode("latin-1")).get("x-algolia-api-key", [""])[0]
    return ""


def _cors(origin: str | None, caller: Caller) -> dict[str, str]:
    if origin is None:
        return {}
    if origin in caller.key.origins or ANY_ORIGIN in caller.key.origins:
        return {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": _EXPOSED_HEADERS, "Vary": "Origin"}
    return {"Vary": "Origin"}


def _too_often(allowance: Allowance) -> Refused:
    return Refused(
        f"This key may send {allowance.per_minute} requests a minute, and has.",
        status=429,
        retry_after_s=allowance.retry_after_s,
        hint=f"Try again in {allowance.retry_after_s} s.",
    )


def _with_headers(send: Send, added: Mapping[str, str]) -> Send:
    plain = [(name.lower().encode(), value.encode("latin-1")) for name, value in added.items() if name != "Vary"]
    names = {name for name, _ in plain}

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [header for header in message["headers"] if header[0] not in names] + plain
            if "Vary" in added:
                MutableHeaders(scope=message).add_vary_header(added["Vary"])
        await send(message)

    return sending
