"""The door: signing in with a name and password or with an admin key, setting a first password by a one-time code, and out again."""

import secrets
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shopkeeper.access.accounts import parse_code
from shopkeeper.access.audit import Actor
from shopkeeper.access.key_format import parse_token
from shopkeeper.access.sessions import LASTS
from shopkeeper.domain.account import Account, Subject
from shopkeeper.errors import BadInput, Refused
from shopkeeper.web.console.contexts import SetUpContext, SignInContext
from shopkeeper.web.console.desk import NO_STORE, Console, Desk, Doorstep, desk, doorstep
from shopkeeper.web.console.session import DOOR_COOKIE, MARKET_COOKIE, SESSION_COOKIE, drop_cookie, set_cookie, token_holds
from shopkeeper.web.urls import local_path

if TYPE_CHECKING:
    from shopkeeper.bootstrap import Shop

_DOOR_HOLDS_S: Final = 3600


def sign_in(console: Console, request: Request) -> Response:
    """`GET /console/sign-in`"""
    at = doorstep(console, request)
    if desk(console, request) is not None:
        return RedirectResponse(at.url("console"), status_code=303, headers=NO_STORE)
    return _door(at, request, back=request.query_params.get("back", ""))


def try_to_sign_in(console: Console, request: Request, form: FormData) -> Response:
    """`POST /console/sign-in`: by `name` and `password`, or by `key`."""
    at = doorstep(console, request)
    key, name, password, back = (str(form.get(field, "")) for field in ("key", "name", "password", "back"))
    if not _from_our_door(at, request, form):
        return _door(at, request, back=back, name=name, problem="sign_in.stale", status=403)
    shop = _shop(console, str(form.get("shop", "")))
    guessed = f"{shop.id} {name.strip()}" if name.strip() and not key else ""
    allowance = console.guessing.allowance(at.address, guessed)
    if not allowance.granted:
        answer = _door(at, request, back=back, name=name, problem="sign_in.too_often", status=429)
        answer.headers["Retry-After"] = str(allowance.retry_after_s)
        return answer
    if key:
        found = _admin_key(console, key.strip())
        if found is None:
            console.guessing.failed(at.address)
            return _door(at, request, back=back, name=name, problem="sign_in.wrong_key", status=401)
        return _enter(at, request, *found, back=back)
    account = shop.accounts.sign_in(name, password)
    if account is None:
        console.guessing.failed(at.address, guessed)
        return _door(at, request, back=back, name=name, problem="sign_in.wrong", status=401)
    return _enter(at, request, shop, "account", account.id, back=back)


def _from_our_door(at: Doorstep, request: Request, form: FormData) -> bool:
    return token_holds(at.console.site.app.session_secret, request.cookies.get(DOOR_COOKIE, ""), str(form.get("form_token", "")))


def _shop(console: Console, name: str) -> "Shop":
    """The shop of that name; the default one where there is none such, so that a wrong name takes as long as a wrong password."""
    app = console.site.app
    return next((shop for shop in app.shops.values() if shop.id == name), app.shop())


def _admin_key(console: Console, text: str) -> "tuple[Shop, Subject, str] | None":
    token = parse_token(text)
    shop = console.site.app.shops.get(token.shop) if token is not None else None
    if shop is None:
        return None
    try:
        key = shop.keys.check(text)
    except Refused:
        return None
    return (shop, "key", key.id) if key.allows("admin") else None


def _enter(at: Doorstep, request: Request, shop: "Shop", subject: Subject, subject_id: str, *, back: str) -> Response:
    """A new session under a new token; the one that this browser had before ends."""
    before = desk(at.console, request)
    if before is not None:
        before.shop.sessions.end(before.session)
    token = shop.sessions.begin(subject, subject_id, address=at.address)
    answer = RedirectResponse(local_path(back, default=at.url("console")), status_code=303, headers=NO_STORE)
    set_cookie(answer, request, SESSION_COOKIE, f"{shop.id}.{token}", max_age=int(LASTS.total_seconds()))
    drop_cookie(answer, request, DOOR_COOKIE)
    return answer


def _door(at: Doorstep, request: Request, *, back: str, name: str = "", problem: str = "", status: int = 200) -> Response:
    nonce = request.cookies.get(DOOR_COOKIE) or secrets.token_urlsafe(16)
    shops = at.console.site.app.shops.values()
    context = SignInContext(
        t=at.t,
        url=at.url,
        fmt=at.fmt,
        frame=at.frame(str(at.t("sign_in.heading")), nonce=nonce),
        problem=str(at.t(problem)) if problem else "",
        back=local_path(back, default=""),
        name=name[:120],
        shops=tuple((shop.id, shop.name.get(at.lang) or shop.id) for shop in shops) if len(shops) > 1 else (),
        by_key=problem == "sign_in.wrong_key",
    )
    answer = at.page("console/sign_in.html", context, status=status)
    set_cookie(answer, request, DOOR_COOKIE, nonce, max_age=_DOOR_HOLDS_S)
    return answer


def set_up(console: Console, request: Request) -> Response:
    """`GET /console/set-up?code=`: where the holder of a one-time code sets a password."""
    return _set_up_page(doorstep(console, request), request, request.query_params.get("code", ""))


def try_to_set_up(console: Console, request: Request, form: FormData) -> Response:
    """`POST /console/set-up`: sets the password, uses the code up, and signs in."""
    at = doorstep(console, request)
    code, password, again = (str(form.get(field, "")) for field in ("code", "password", "again"))
    if not _from_our_door(at, request, form):
        return _set_up_page(at, request, code, problem="sign_in.stale", status=403)
    if not console.guessing.allowance(at.address).granted:
        return _set_up_page(at, request, code, problem="sign_in.too_often", status=429)
    if password != again:
        return _set_up_page(at, request, code, problem="set_up.differ", status=422)
    shop, account = _holder(console, code)
    if shop is None or account is None:
        console.guessing.failed(at.address)
        return _set_up_page(at, request, code, status=403)
    try:
        shop.accounts.set_up(code, password)
    except BadInput:
        return _set_up_page(at, request, code, problem="set_up.weak", status=422)
    shop.audit.record(Actor(account.name, at.request_id, at.address), "account.set_up", account.name)
    return _enter(at, request, shop, "account", account.id, back="")


def _holder(console: Console, code_text: str) -> "tuple[Shop | None, Account | None]":
    code = parse_code(code_text)
    shop = console.site.app.shops.get(code.shop) if code is not None else None
    return shop, None if shop is None else shop.accounts.holder(code_text)


def _set_up_page(at: Doorstep, request: Request, code: str, *, problem: str = "", status: int = 200) -> Response:
    nonce = request.cookies.get(DOOR_COOKIE) or secrets.token_urlsafe(16)
    _, account = _holder(at.console, code)
    heading = "set_up.heading" if account is not None else "set_up.over"
    context = SetUpContext(
        t=at.t,
        url=at.url,
        fmt=at.fmt,
        frame=at.frame(str(at.t(heading)), nonce=nonce),
        problem=str(at.t(problem)) if problem else "",
        code=code if account is not None else "",
        name=account.name if account is not None else "",
    )
    answer = at.page("console/set_up.html", context, status=status if account is not None else 403)
    set_cookie(answer, request, DOOR_COOKIE, nonce, max_age=_DOOR_HOLDS_S)
    return answer


def sign_out(at: Desk, request: Request, _form: FormData) -> Response:
    """`POST /console/sign-out`: ends this session, on the server too."""
    at.shop.sessions.end(at.session)
    return out(at, request)


def out(at: Desk, request: Request) -> Response:
    """To the door, without the cookie."""
    answer = RedirectResponse(at.url("console_sign_in"), status_code=303, headers=NO_STORE)
    drop_cookie(answer, request, SESSION_COOKIE)
    return answer


def choose_market(at: Desk, request: Request) -> Response:
    """`GET /console/market?to=…&back=…`: remembers which price list to look at for as long as a session lasts, and goes back."""
    answer = RedirectResponse(local_path(request.query_params.get("back", ""), default=at.url("console")), status_code=303, headers=NO_STORE)
    wanted = request.query_params.get("to", "")
    if wanted in [link.href for link in at.frame("").markets]:
        set_cookie(answer, request, MARKET_COOKIE, quote(wanted, safe=""), max_age=int(LASTS.total_seconds()))
    return answer
