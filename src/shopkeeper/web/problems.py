"""Around every page: security headers, and a plain page in the shopper's language where something went wrong."""

import logging
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shopkeeper.domain.texts import LANGS
from shopkeeper.errors import Refused, ShopkeeperError
from shopkeeper.web.console.contexts import ConsoleProblemContext
from shopkeeper.web.console.desk import NOT_PERMITTED, Console, Desk, Doorstep, desk, doorstep
from shopkeeper.web.console.rail import first_page
from shopkeeper.web.contexts import Frame, Link, ProblemContext
from shopkeeper.web.formats import Formats
from shopkeeper.web.site import LANG_TAGS, NO_SHOP_NAME, PRIVATE, Site, filled, here, language, other_language, root_of, seal_of, visit
from shopkeeper.web.urls import Urls
from shopkeeper.web.words import words

CONTENT_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' https: http:",  # pictures may stand on the merchant's own servers, as the feed says
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS: Final = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_KINDS: Final = {
    404: "not_found",
    405: "not_found",
    413: "too_large",
    422: "bad_input",
    400: "bad_input",
    403: "refused",
    409: "refused",
    429: "refused",
    503: "unavailable",
}
log = logging.getLogger(__name__)


class Guard:
    """ASGI middleware around the pages: security headers, and the last resort where the code failed."""

    def __init__(self, app: ASGIApp, *, console: Console) -> None:
        self._app = app
        self._console = console

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:
            if begun:
                raise
            log.error("a page failed: %s %s", scope["method"], scope["path"], exc_info=error)
            answer = await run_in_threadpool(problem_page, self._console, Request(scope), error)
            await answer(scope, receive, sending)


def problem_page(console: Console, request: Request, error: Exception) -> Response:
    """The page that says what went wrong in the shopper's words; never what the code was doing."""
    status = error.status if isinstance(error, ShopkeeperError) else error.status_code if isinstance(error, HTTPException) else 500
    if status >= 500 and isinstance(error, ShopkeeperError):
        log.warning("a page is not to be had: %s: %s", request.scope["path"], error)
    kind = "not_permitted" if isinstance(error, Refused) and error.field == NOT_PERMITTED else _KINDS.get(status, "broken")
    told = _Told(kind, status, str(request.scope.get("state", {}).get("request_id", "")) if status >= 500 else "")
    try:
        if request.scope["path"].startswith(f"{root_of(request)}/console"):
            answer = _in_console(desk(console, request) or doorstep(console, request), told)
        else:
            answer = _in_shop(console.site, request, told)
    except Exception:
        log.exception("the page that says what went wrong failed too")
        answer = PlainTextResponse(f"{status} {HTTPStatus(status).phrase}", status_code=status)
    if isinstance(error, HTTPException) and error.headers:
        answer.headers.update(error.headers)
    return answer


@dataclass(frozen=True, slots=True)
class _Told:
    """What is said: the words' key, the status, and under which reference the log has it."""

    kind: str
    status: int
    reference: str


def _in_shop(site: Site, request: Request, told: _Told) -> Response:
    try:
        seen = visit(site, request)
        t, url, fmt = seen.t, seen.url, seen.fmt
        frame = seen.frame(str(t(f"problem.{told.kind}")), indexable=False)
    except ShopkeeperError:  # no such shop, or its database does not answer: a page of nobody's
        lang = language(request, LANGS)
        t, url, fmt = words(lang), Urls(root_of(request)), Formats(lang)
        frame = _bare_frame(request, str(t(f"problem.{told.kind}")))
    ways = (Link(url("home"), str(t("problem.to_home"))), Link(url("search"), str(t("problem.to_search"))))
    context = ProblemContext(t, url, fmt, frame, str(t(f"problem.{told.kind}")), str(t(f"problem.{told.kind}_why")), told.reference, ways)
    return HTMLResponse(filled(site, "problem.html", context), status_code=told.status, headers=PRIVATE)


def _bare_frame(request: Request, title: str) -> Frame:
    lang = language(request, LANGS)
    name = NO_SHOP_NAME.get(lang)
    other = other_language(lang, LANGS, Urls(root_of(request)), here(request))
    return Frame(LANG_TAGS[lang], name, seal_of(NO_SHOP_NAME), f"{title} · {name}", "", "", "", other, (), False, here(request), indexable=False)


def _in_console(at: Desk | Doorstep, told: _Told) -> Response:
    heading = str(at.t(f"problem.{told.kind}"))
    href = first_page(at) if isinstance(at, Desk) else at.url("console_sign_in")
    ways = (Link(href, str(at.t("problem.to_console" if isinstance(at, Desk) else "sign_in.heading"))),)
    context = ConsoleProblemContext(at.t, at.url, at.fmt, at.frame(heading), heading, str(at.t(f"problem.{told.kind}_why")), told.reference, ways)
    return at.page("console/problem.html", context, status=told.status)
