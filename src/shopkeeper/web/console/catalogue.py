"""The catalogue: every product with its state, hidden ones too, and beside the list one product with the reasons why shoppers do not see it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from starlette.requests import Request
from starlette.responses import Response

from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.money import Money
from shopkeeper.domain.product import Product
from shopkeeper.ranking.columns import CatalogColumns
from shopkeeper.ranking.offers import UNCOUNTED_STOCK
from shopkeeper.search.request import MAX_LIMIT, SearchRequest
from shopkeeper.web.console.contexts import CatalogueContext, ProductSheet, TaskState, Tone
from shopkeeper.web.console.desk import Desk
from shopkeeper.web.console.tables import PAGE_SIZE, Asked, Cell, Cells, Column, Field, State, csv_answer, table
from shopkeeper.web.console.why import why_not_shown

STATES: Final = ("shown", "sellable", "sold_out", "hidden", "not_sold_here")
_LOOKS: Final = 2_000
"""Products that shoppers do not see, and whose texts are looked through for a word; beyond that the page says that it is partial."""

_TONES: Final[dict[str, tuple[Tone, str]]] = {
    "sellable": ("good", "check"),
    "sold_out": ("warn", "alert"),
    "hidden": ("info", "circle"),
    "not_sold_here": ("info", "circle"),
    "other_currency": ("warn", "alert"),
    "not_indexed": ("warn", "clock"),
}
Rows = npt.NDArray[np.intp]


def catalogue(at: Desk, request: Request) -> Response:
    """`GET /console/catalogue?q=&state=&sort=&open=`, also `format=csv`."""
    head = columns_of(at)
    asked = Asked.of(request, head, at.url("console_catalogue"))
    columns = at.shop.search.columns()
    found = _found(at, columns, asked)
    rows = _ordered(at, columns, found.rows, asked)
    if asked.csv:
        return csv_answer("catalogue", head, _all_cells(at, columns, rows, asked))
    page = rows[(asked.page - 1) * PAGE_SIZE : asked.page * PAGE_SIZE]
    products = at.shop.database.products.get([columns.id(row) for row in page.tolist()])
    cells = [_cells(at, product, columns, asked) for product in products.values()]
    opened = asked.value("open")
    shown = table(
        asked,
        head,
        cells,
        caption=str(at.t("catalogue.caption")),
        empty=str(at.t("catalogue.none_found" if asked.value("q") or asked.value("state") else "catalogue.none")),
        total=len(rows),
        fields=_fields(at, asked),
        state=found.state,
        message=found.message,
        current=next((place for place, id_ in enumerate(products) if id_ == opened), None),
    )
    frame = at.frame(str(at.t("rail.console_catalogue")), place="console_catalogue")
    context = CatalogueContext(at.t, at.url, at.fmt, frame, _answer(at, columns), shown, _sheet(at, opened, asked))
    return at.page("console/catalogue.html", context)


def columns_of(at: Desk) -> tuple[Column, ...]:
    """The columns of the table."""
    t = at.t
    return (
        Column("title", str(t("catalogue.title")), sortable=False),
        Column("id", str(t("catalogue.id")), shown=False),
        Column("state", str(t("catalogue.state")), sortable=False),
        Column("price", str(t("catalogue.price")), number=True),
        Column("stock", str(t("catalogue.stock")), number=True),
        Column("rating", str(t("catalogue.rating")), number=True, shown=False),
        Column("brand", str(t("catalogue.brand")), sortable=False, shown=False),
    )


def _fields(at: Desk, asked: Asked) -> tuple[Field, ...]:
    states = (("", str(at.t("catalogue.any_state"))), *((state, str(at.t(f"product_state.{state}"))) for state in STATES))
    return (
        Field("q", str(at.t("catalogue.query")), asked.value("q"), kind="search"),
        Field("state", str(at.t("catalogue.state")), asked.value("state"), states, "select"),
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """The rows of the columns that answer, and whether that is all."""

    rows: Rows
    state: State = "full"
    message: str = ""


def _found(at: Desk, columns: CatalogColumns, asked: Asked) -> _Found:
    mask = _mask(at, columns, asked.value("state"))
    query = asked.value("q")
    if not query:
        return _Found(np.flatnonzero(mask))
    page = at.shop.search.search(SearchRequest(query=query, lang=at.lang, market=at.market, limit=MAX_LIMIT))
    unseen = np.flatnonzero(columns.alive() & ~columns.listed(at.market))
    rows = [columns.row(ProductId(query)), *(columns.row(hit.product.id) for hit in page.hits), *_named(at, columns, unseen[:_LOOKS], query)]
    kept = [row for row in dict.fromkeys(rows) if row is not None and row < len(mask) and mask[row]]
    partial = page.total > MAX_LIMIT or len(unseen) > _LOOKS
    message = str(at.t("catalogue.partial", n=page.total, shown=len(kept))) if partial else ""
    return _Found(np.array(kept, dtype=np.intp), "partial" if partial else "full", message)


def _named(at: Desk, columns: CatalogColumns, rows: Rows, query: str) -> Iterator[int]:
    """Those of `rows`, which search does not look at, that have the query in their title or id."""
    wanted = query.casefold()
    ids = [columns.id(row) for row in rows.tolist()]
    for product in at.shop.database.products.get(ids).values():
        texts = (product.title.zh, product.title.en, product.id)
        row = columns.row(product.id)
        if row is not None and any(wanted in text.casefold() for text in texts):
            yield row


def _mask(at: Desk, columns: CatalogColumns, state: str) -> npt.NDArray[np.bool_]:
    alive, listed, buyable = columns.alive(), columns.listed(at.market), columns.buyable(at.market)
    masks = {
        "shown": listed,
        "sellable": listed & buyable,
        "sold_out": listed & ~buyable,
        "hidden": alive & ~columns.active(),
        "not_sold_here": columns.active() & ~listed,
    }
    return masks.get(state, alive)


def _ordered(at: Desk, columns: CatalogColumns, rows: Rows, asked: Asked) -> Rows:
    if asked.sort == "id":
        order = np.array(sorted(range(len(rows)), key=lambda place: columns.id(int(rows[place]))), dtype=np.intp)
    elif asked.sort in ("price", "stock", "rating"):
        by = {"price": lambda: columns.price_minor(at.market), "stock": lambda: columns.stock(at.market), "rating": columns.rating}
        order = np.argsort(np.nan_to_num(by[asked.sort]()[rows].astype(np.float64), nan=-1.0), kind="stable")
    else:
        return rows
    return rows[order[::-1] if asked.descending else order]


def _all_cells(at: Desk, columns: CatalogColumns, rows: Rows, asked: Asked) -> Iterator[Cells]:
    for start in range(0, len(rows), 500):
        ids = [columns.id(row) for row in rows[start : start + 500].tolist()]
        for product in at.shop.database.products.get(ids).values():
            yield _cells(at, product, columns, asked)


def _cells(at: Desk, product: Product, columns: CatalogColumns, asked: Asked) -> dict[str, Cell]:
    state = state_of(at, product)
    price = product.lowest_price(at.now, at.market)
    row = columns.row(product.id)
    stock = int(columns.stock(at.market)[row]) if row is not None else 0
    counted = stock < UNCOUNTED_STOCK
    rating = product.rating
    return {
        "title": Cell(product.title.get(at.lang), asked(open=product.id) + "#sheet", order=product.title.get(at.lang)),
        "id": Cell(product.id),
        "state": Cell(state.words, tone=state.tone, icon=state.icon),
        "price": Cell(at.fmt.money(price) if price is not None else "–", order=str(price.amount) if price is not None else ""),
        "stock": Cell(at.fmt.number(stock) if counted else str(at.t("catalogue.uncounted")), order=stock if counted else ""),
        "rating": Cell(at.fmt.number(rating, 1) if rating is not None else "–", order=rating if rating is not None else ""),
        "brand": Cell(product.brand.shown(at.lang) if product.brand is not None else ""),
    }


def state_of(at: Desk, product: Product) -> TaskState:
    """How the product stands with shoppers, in a word."""
    name = next(iter(why_not_shown(at.shop, product, at.market, now=at.now)), "sellable")
    tone, icon = _TONES[name]
    return TaskState(str(at.t(f"product_state.{name}")), tone, icon)


def _answer(at: Desk, columns: CatalogColumns) -> str:
    alive, listed = int(columns.alive().sum()), int(columns.listed(at.market).sum())
    sellable = int((columns.listed(at.market) & columns.buyable(at.market)).sum())
    if not alive:
        return str(at.t("catalogue.answer_none"))
    return str(at.t("catalogue.answer", n=alive, listed=listed, sellable=sellable))


def _sheet(at: Desk, opened: str, asked: Asked) -> ProductSheet | None:
    product = at.shop.database.products.get([ProductId(opened)]).get(ProductId(opened)) if opened else None
    if product is None:
        return None
    t, lang = at.t, at.lang
    facts = [(str(t("catalogue.id")), product.id)]
    facts += [(str(t("catalogue.brand")), product.brand.shown(lang))] if product.brand is not None else []
    facts += [(str(t("catalogue.category")), _path(product.categories[0], at))] if product.categories else []
    facts += [(str(t("catalogue.rating")), at.fmt.number(product.rating, 1))] if product.rating is not None else []
    picture = next((address for image in product.images if (address := at.storefront.picture(image))), "")
    return ProductSheet(
        title=product.title.get(lang),
        id=product.id,
        picture=picture,
        state=state_of(at, product),
        reasons=tuple(str(t(f"why.{reason}")) for reason in why_not_shown(at.shop, product, at.market, now=at.now)),
        facts=tuple(facts),
        variants=tuple(_variants(at, product)),
        storefront=at.storefront("product", id=product.id) if product.status == "active" else "",
        close=asked("open"),
    )


def _path(labels: Sequence, at: Desk) -> str:
    return " › ".join(label.shown(at.lang) for label in labels)


def _variants(at: Desk, product: Product) -> Iterator[tuple[str, str, str]]:
    for variant in product.variants:
        offer = variant.offer(at.market)
        name = str(at.t("list.comma")).join(label.shown(at.lang) for _, label in variant.options) or variant.id
        price: Money | None = offer.price_at(at.now) if offer is not None else None
        stock = str(at.t("catalogue.uncounted")) if offer is None or offer.stock is None else at.fmt.number(offer.stock)
        yield name, at.fmt.money(price) if price is not None else "–", stock if offer is not None else "–"
