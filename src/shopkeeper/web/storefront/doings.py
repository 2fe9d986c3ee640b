"""What a shopper may do besides reading: switch the language, have the looked-at products forgotten, get suggestions while typing."""

from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from shopkeeper.domain.texts import LANGS
from shopkeeper.errors import Unavailable
from shopkeeper.search.request import Suggestion
from shopkeeper.web.contexts import SuggestionLine, SuggestionsContext
from shopkeeper.web.site import LANGUAGE_COOKIE, Site, Visit, filled, viewed_cookie, visit
from shopkeeper.web.storefront.cards import only_marks
from shopkeeper.web.storefront.home import category_path
from shopkeeper.web.storefront.selection import CATEGORY_SEPARATOR
from shopkeeper.web.urls import local_path

YEAR_S: Final = 60 * 60 * 24 * 365
MOST_SUGGESTIONS: Final = 8
MOST_TYPED: Final = 100


def switch_language(site: Site, request: Request) -> Response:
    """`GET /language?to=en&back=/…`: remembers the language for a year and goes back to where one was."""
    seen = visit(site, request)
    response = RedirectResponse(local_path(request.query_params.get("back", ""), default=seen.url("home")), status_code=303)
    if (wanted := request.query_params.get("to")) in LANGS:
        secure = request.url.scheme == "https"
        response.set_cookie(LANGUAGE_COOKIE, wanted, max_age=YEAR_S, path="/", httponly=True, samesite="lax", secure=secure)
    return response


async def forget_viewed(site: Site, request: Request) -> Response:
    """`POST /viewed/clear`: forgets which products were looked at; nothing of it was kept anywhere but in the cookie."""
    seen = visit(site, request)
    back = str((await request.form()).get("back", ""))
    response = RedirectResponse(local_path(back, default=seen.url("home")), status_code=303)
    response.delete_cookie(viewed_cookie(seen.shop.id), path="/")
    return response


def suggest(site: Site, request: Request) -> Response:
    """`GET /suggest?q=`: the lines of the list under the search field."""
    seen = visit(site, request)
    prefix = request.query_params.get("q", "")[:MOST_TYPED]
    try:
        found = seen.shop.search.suggest(prefix, lang=seen.lang, limit=MOST_SUGGESTIONS, shopper=seen.shopper) if prefix.strip() else []
    except Unavailable:
        found = []
    context = SuggestionsContext(tuple(_line(one, seen) for one in found))
    return HTMLResponse(
        filled(site, "suggestions.html", context), headers={"Cache-Control": "private, max-age=60", "Vary": "Cookie, Accept-Language"}
    )


def _line(found: Suggestion, seen: Visit) -> SuggestionLine:
    if found.kind == "product" and found.product_id:
        href = seen.url("product", id=found.product_id)
    elif found.kind == "category":
        href = seen.url("category", path=category_path(tuple(found.key.split(CATEGORY_SEPARATOR))))
    elif found.kind == "brand":
        href = seen.url("brand", key=found.key)
    else:
        href = seen.url("search", query=[("q", found.text)])
    return SuggestionLine(href, found.text, only_marks(found.highlighted), str(seen.t(f"suggest.{found.kind}")))
