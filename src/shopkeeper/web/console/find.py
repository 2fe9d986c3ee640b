"""The search over everything: pages of the console, products, orders and imports; each person finds what the role may open."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from shopkeeper.domain.ids import OrderId, ProductId
from shopkeeper.errors import ShopkeeperError
from shopkeeper.orders.checkout import folded_number
from shopkeeper.search.request import SearchRequest
from shopkeeper.web.console.contexts import FindContext
from shopkeeper.web.console.desk import Desk
from shopkeeper.web.console.imports import kind_words
from shopkeeper.web.console.rail import rail
from shopkeeper.web.contexts import Link

MOST: Final = 8
MAX_QUERY: Final = 200
_TASKS: Final = 200
Found = tuple[tuple[Link, str], ...]


def find(at: Desk, request: Request) -> Response:
    """`GET /console/find?q=`"""
    query = request.query_params.get("q", "").strip()[:MAX_QUERY]
    groups = ()
    if query:
        kinds = (("pages", _pages), ("products", _products), ("orders", _orders), ("tasks", _tasks))
        groups = tuple((str(at.t(f"find.{name}")), found) for name, look in kinds if (found := look(at, query)))
    count = sum(len(found) for _, found in groups)
    key = "find.answer" if count else "find.answer_none" if query else "find.answer_empty"
    context = FindContext(
        t=at.t,
        url=at.url,
        fmt=at.fmt,
        frame=at.frame(str(at.t("find.title")), query=query),
        answer=str(at.t(key, n=count, query=query)),
        groups=groups,
    )
    return at.page("console/find.html", context)


def _pages(at: Desk, query: str) -> Found:
    wanted = query.casefold()
    return tuple((link, group.label) for group in rail(at, "") for _, link in group.links if wanted in link.label.casefold())


def _products(at: Desk, query: str) -> Found:
    if not at.may("see_catalogue"):
        return ()
    found = list(at.shop.database.products.get([ProductId(query)]).values())
    try:
        page = at.shop.search.search(SearchRequest(query=query, lang=at.lang, market=at.market, limit=MOST))
        found += [hit.product for hit in page.hits if hit.product.id != query]
    except ShopkeeperError:  # a query that search cannot read may still be an id
        pass
    links = [Link(at.url("console_catalogue", query=[("open", one.id)], anchor="sheet"), one.title.get(at.lang)) for one in found]
    return tuple(zip(links, (one.id for one in found), strict=True))[:MOST]


def _orders(at: Desk, query: str) -> Found:
    if not at.may("see_orders"):
        return ()
    order = at.shop.database.orders.get(OrderId(query)) or at.shop.database.orders.get(OrderId(folded_number(query)))
    if order is None:
        return ()
    words = str(at.t("find.order", n=sum(line.quantity for line in order.lines), moment=at.fmt.minute(order.placed)))
    return ((Link(at.url("console_order", id=order.id), order.id), words),)


def _tasks(at: Desk, query: str) -> Found:
    if not at.may("import"):
        return ()
    wanted = query.casefold()
    tasks = [task for task in at.shop.database.tasks.recent(limit=_TASKS) if wanted in task.source.casefold() or wanted == task.id]
    return tuple(
        (Link(at.url("console_import", id=task.id), task.source or task.id), f"{kind_words(task.kind, at)} · {at.fmt.minute(task.created)}")
        for task in tasks[:MOST]
    )
