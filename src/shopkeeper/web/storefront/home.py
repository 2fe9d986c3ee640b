"""Home: the search field first, then ways in, then rows that say why they are there."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from shopkeeper.errors import Unavailable
from shopkeeper.search.request import SearchPage, SearchRequest
from shopkeeper.web.contexts import CategoryTile, HomeContext, Row
from shopkeeper.web.site import Site, Visit, visit
from shopkeeper.web.storefront.cards import first_picture, popular_row, row_about
from shopkeeper.web.storefront.selection import CATEGORY_SEPARATOR, quoted

MAX_TILES: Final = 24


def home(site: Site, request: Request) -> Response:
    """`GET /`"""
    seen = visit(site, request)
    whole = browse(seen)
    context = HomeContext(
        t=seen.t,
        url=seen.url,
        fmt=seen.fmt,
        frame=seen.frame("", description=seen.t("home.description", shop=seen.shop.name.get(seen.lang)), canonical=seen.url("home")),
        products=(whole.total or None) if whole is not None else None,
        categories=tiles(whole, (), seen, pictures=True) if whole is not None else (),
        rows=rows(seen),
    )
    return seen.page("home.html", context)


def browse(seen: Visit) -> SearchPage | None:
    """The whole catalogue with its categories counted; None while there is no index."""
    try:
        return seen.shop.search.search(SearchRequest(lang=seen.lang, facets=("category",), limit=1))
    except Unavailable:
        return None


def tiles(page: SearchPage, parent: tuple[str, ...], seen: Visit, *, pictures: bool) -> tuple[CategoryTile, ...]:
    """The categories right below `parent` that the page's products are in, the largest first; each with a popular product's picture if wanted."""
    values = next((facet.values for facet in page.facets if facet.name == "category"), ())
    found = []
    for value in values:
        path = tuple(value.key.split(CATEGORY_SEPARATOR))
        if path[:-1] == parent:
            label = value.label.split(CATEGORY_SEPARATOR)[-1]
            picture = _picture(value.key, seen) if pictures and len(found) < MAX_TILES else ""
            found.append(CategoryTile(seen.url("category", path=category_path(path)), label, value.count, picture))
    return tuple(found[:MAX_TILES])


def category_path(path: tuple[str, ...]) -> str:
    """The steps of a category as a path; a slash within a step is told apart by quoting (`%2F`), which `url` quotes once more."""
    return "/".join(step.replace("%", "%25").replace("/", "%2F") for step in path)


def _picture(key: str, seen: Visit) -> str:
    def make() -> str:
        request = SearchRequest(lang=seen.lang, filters=f"category:{quoted(key)}", sort="popularity", limit=1)
        hits = seen.shop.search.search(request).hits
        return first_picture(hits[0].product, seen) if hits else ""

    return seen.site.pictures.get((seen.shop.id, key), make, seen.now)


def rows(seen: Visit) -> tuple[Row, ...]:
    """For one who has looked at something: what follows from it. For everyone: what was bought most."""
    own = row_about("recommended_for_you", seen, history=seen.viewed, forget=bool(seen.viewed)) if seen.viewed or seen.shopper else None
    return tuple(one for one in (own, popular_row(seen)) if one is not None)
