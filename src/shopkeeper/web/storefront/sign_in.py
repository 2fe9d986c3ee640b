"""Sign-in to the storefront: by a signed link of the shop's own backend; in the demo also by picking a name, which says that it is a demo."""

import re
from typing import Final
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shopkeeper.domain.shopper import Identity
from shopkeeper.errors import NotFound, Refused
from shopkeeper.web.account import account_cookie, keep_signed_in, user_of_link
from shopkeeper.web.shopper_contexts import SignInPageContext
from shopkeeper.web.site import Site, Visit, visit
from shopkeeper.web.visitor import VISITOR_COOKIE

DEMO_NAMES: Final = ("林晓", "陈默", "Anna", "Noah")
DEMO_USER: Final = "demo-"
"""What the demo's user ids begin with, so that nobody can pick a real customer's."""
MOST_NAME: Final = 40


def sign_in(site: Site, request: Request) -> Response:
    """`GET /sign-in`, with `?token=` from the shop's backend to be signed in at once."""
    seen = visit(site, request)
    token = request.query_params.get("token", "")
    if not token:
        return _door(seen)
    user = user_of_link(token, seen.shop, site.app.session_secret, seen.now)
    return _door(seen, problem="sign_in_shop.bad_link", status=401) if user is None else _in(seen, request, user)


async def demo_sign_in(site: Site, request: Request) -> Response:
    """`POST /sign-in`: the demo's form; no shop of a merchant has it."""
    form = await request.form(max_files=0, max_fields=10)
    return await run_in_threadpool(_demo_sign_in, site, request, form)


def _demo_sign_in(site: Site, request: Request, form: FormData) -> Response:
    seen = visit(site, request)
    if not seen.shop.demo:
        raise NotFound("this shop has no demo sign-in", field="path", value="/sign-in")
    seen.visitor.check_form(site.app.session_secret, str(form.get("form_token", "")))
    name = re.sub(r"\s+", "-", str(form.get("name", "")).strip().lower())[:MOST_NAME]
    if not name or not name.isprintable():
        return _door(seen, problem="sign_in_shop.no_name", status=422)
    return _in(seen, request, Identity("user", DEMO_USER + quote(name, safe="-")))


async def sign_out(site: Site, request: Request) -> Response:
    """`POST /sign-out`: the next one at this browser is a new visitor."""
    form = await request.form(max_files=0, max_fields=10)
    return await run_in_threadpool(_sign_out, site, request, form)


def _sign_out(site: Site, request: Request, form: FormData) -> Response:
    seen = visit(site, request)
    seen.visitor.check_form(site.app.session_secret, str(form.get("form_token", "")))
    response = RedirectResponse(seen.url("home"), status_code=303)
    response.delete_cookie(account_cookie(seen.shop), path="/")
    response.delete_cookie(VISITOR_COOKIE, path="/")
    return response


def _in(seen: Visit, request: Request, user: Identity) -> Response:
    """Merge the visitor into the user and keep them signed in. A visitor that belongs to somebody else stays theirs, and a new one begins."""
    response = RedirectResponse(seen.url("my_data"), status_code=303)
    try:
        seen.shop.shoppers.merge(seen.visitor.id, user.value)
        seen.visitor.keep(response)
    except Refused:
        response.delete_cookie(VISITOR_COOKIE, path="/")
    keep_signed_in(response, request, seen.shop, user, seen.site.app.session_secret, seen.now)
    return response


def _door(seen: Visit, *, problem: str = "", status: int = 200) -> Response:
    context = SignInPageContext(
        t=seen.t,
        url=seen.url,
        fmt=seen.fmt,
        frame=seen.frame(str(seen.t("sign_in_shop.title")), indexable=False),
        form_token=seen.form_token,
        problem=str(seen.t(problem)) if problem else "",
        demo=seen.shop.demo,
        names=DEMO_NAMES,
    )
    return seen.page("sign_in.html", context, status=status)
