"""Signing in with an admin key, and out again."""

import secrets
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shopkeeper.access.key_format import parse_token
from shopkeeper.domain.api_key import ApiKey
from shopkeeper.domain.ids import ShopId
from shopkeeper.errors import Refused
from shopkeeper.web.console.contexts import SignInContext
from shopkeeper.web.console.desk import NO_STORE, Console, Desk, desk
from shopkeeper.web.console.session import DOOR_COOKIE, LASTS, SESSION_COOKIE, Session, token_holds, write_session
from shopkeeper.web.urls import local_path

ATTEMPTS_PER_MINUTE: Final = 6
"""Wrong keys that one address may show: a person mistypes a few times, a program tries thousands."""


def sign_in(console: Console, request: Request) -> Response:
    """`GET /console/sign-in`"""
    at = desk(console, request)
    if at.session is not None:
        return RedirectResponse(at.url("console"), status_code=303, headers=NO_STORE)
    return _door(at, request, back=request.query_params.get("back", ""))


async def try_key(console: Console, request: Request) -> Response:
    """`POST /console/sign-in`"""
    form = await request.form(max_files=0, max_fields=10)
    given = {name: str(form.get(name, "")) for name in ("key", "form_token", "back")}
    return await run_in_threadpool(_try_key, console, request, given)


def _try_key(console: Console, request: Request, given: dict[str, str]) -> Response:
    at = desk(console, request)
    app = console.site.app
    if not token_holds(app.session_secret, request.cookies.get(DOOR_COOKIE, ""), given["form_token"]):
        return _door(at, request, back=given["back"], problem="sign_in.stale", status=403)
    address = f"sign-in {request.client.host if request.client is not None else 'unknown'}"
    if not (allowance := console.attempts.peek(address, per_minute=ATTEMPTS_PER_MINUTE)).granted:
        answer = _door(at, request, back=given["back"], problem="sign_in.too_often", status=429)
        answer.headers["Retry-After"] = str(allowance.retry_after_s)
        return answer
    found = _admin_key(console, given["key"].strip())
    if found is None:
        console.attempts.take(address, per_minute=ATTEMPTS_PER_MINUTE)
        return _door(at, request, back=given["back"], problem="sign_in.wrong", status=401)
    shop, key = found
    answer = RedirectResponse(local_path(given["back"], default=at.url("console")), status_code=303, headers=NO_STORE)
    session = write_session(Session.begin(shop, key.id, at.now), app.session_secret)
    _set_cookie(answer, request, SESSION_COOKIE, session, max_age=int(LASTS.total_seconds()))
    answer.delete_cookie(DOOR_COOKIE, path=at.url("console"))
    return answer


def _admin_key(console: Console, text: str) -> tuple[ShopId, ApiKey] | None:
    token = parse_token(text)
    shop = console.site.app.shops.get(token.shop) if token is not None else None
    if shop is None:
        return None
    try:
        key = shop.keys.check(text)
    except Refused:
        return None
    return (shop.id, key) if key.allows("admin") else None


async def sign_out(console: Console, request: Request) -> Response:
    """`POST /console/sign-out`"""
    form = await request.form(max_files=0, max_fields=10)
    at = await run_in_threadpool(desk, console, request)
    if at.session is not None:
        at.check_form(str(form.get("form_token", "")))
    answer = RedirectResponse(at.url("console_sign_in"), status_code=303, headers=NO_STORE)
    answer.delete_cookie(SESSION_COOKIE, path=at.url("console"))
    return answer


def _door(at: Desk, request: Request, *, back: str, problem: str = "", status: int = 200) -> Response:
    nonce = request.cookies.get(DOOR_COOKIE) or secrets.token_urlsafe(16)
    frame = at.frame(str(at.t("sign_in.heading")), nonce=nonce)
    context = SignInContext(at.t, at.url, at.fmt, frame, problem=str(at.t(problem)) if problem else "", back=local_path(back, default=""))
    answer = at.page("console/sign_in.html", context, status=status)
    _set_cookie(answer, request, DOOR_COOKIE, nonce, max_age=3600)
    return answer


def _set_cookie(answer: Response, request: Request, name: str, value: str, *, max_age: int) -> None:
    path = str(request.scope.get("app_root_path", "")) + "/console"
    answer.set_cookie(name, value, max_age=max_age, path=path, httponly=True, samesite="lax", secure=request.url.scheme == "https")
