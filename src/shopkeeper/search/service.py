"""Search: understand → retrieve → filter → count → sort → show."""

import time
import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from shopkeeper.domain.ids import ListId, ProductId, Revision
from shopkeeper.domain.product import DEFAULT_MARKET, Market, Product
from shopkeeper.domain.shopper import Identity
from shopkeeper.domain.shown_list import ShownList, Surface
from shopkeeper.domain.texts import Lang
from shopkeeper.errors import BadInput, NotFound
from shopkeeper.ports.artifacts import ArtifactStore
from shopkeeper.ports.lexical import LexicalIndexes
from shopkeeper.ports.stores import ProductStore
from shopkeeper.ranking.columns import CatalogColumns
from shopkeeper.search.completing import complete
from shopkeeper.search.cursor import Place, read_cursor, write_cursor
from shopkeeper.search.facets import count_facet, facet_names
from shopkeeper.search.follow import Follower
from shopkeeper.search.highlight import highlight, snippet
from shopkeeper.search.narrowing import Narrowing, narrow
from shopkeeper.search.personal import Taste, taste_of
from shopkeeper.search.request import MAX_LIMIT, Facet, Hit, SearchPage, SearchRequest, Suggestion
from shopkeeper.search.retrieve import Found, retrieve
from shopkeeper.search.similar import similar_rows
from shopkeeper.search.sorting import best_first, sort_keys
from shopkeeper.search.understand import check_query, understand
from shopkeeper.search.view import View
from shopkeeper.shoppers.profile import Profile

POLICY = "lexical.v1"
"""The name under which shown lists say how they were ranked."""


class SearchService:
    """One shop's search. Opens the newest artifact at the first call, and from then on follows the shop in a thread until `close`."""

    def __init__(
        self,
        products: ProductStore,
        artifacts: ArtifactStore,
        lexical: LexicalIndexes,
        live_folder: Path,
        *,
        clock: Callable[[], datetime],
        profile: Callable[[Identity], Profile | None] | None = None,
    ) -> None:
        self._products = products
        self._clock = clock
        self._profile = profile
        self._follower = Follower(products, artifacts, lexical, live_folder, clock=clock)

    def refresh(self) -> Revision:
        """Take in what changed in the shop up to now (also a newly published index); returns the revision that is served."""
        return self._follower.refresh()

    def columns(self) -> CatalogColumns:
        """The catalogue as columns, up to date."""
        return self._follower.view().columns

    def close(self) -> None:
        """Stop following the shop."""
        self._follower.close()

    def search(self, request: SearchRequest) -> SearchPage:
        """Return the page of products that answer `request`.

        Raises `BadInput` for a query, filter, cursor, market or page that cannot be used.
        """
        began = time.perf_counter()
        _check_page(request)
        check_query(request.query)
        place = read_cursor(request) if request.cursor else None
        view = self._follower.view()
        columns = view.columns
        columns.check_market(request.market)
        narrowing = narrow(columns, request.filters, request.shop_filters, request.market)
        found = _matching(view, request.query, narrowing)
        matching = np.zeros(columns.size, dtype=bool)
        matching[found.rows] = True
        kept = narrowing.all_of[found.rows]
        rows, scores = found.rows[kept], found.scores[kept]
        facets = _facets(view, request, matching, narrowing)
        taste = self._taste(columns, request)
        page, seen, next_cursor = _page(view, request, rows, scores, place, taste)
        hits = self._hits(view, request, rows[page], scores[page], found.terms, taste)
        return SearchPage(
            hits=hits,
            total=len(rows),
            facets=facets,
            next_cursor=next_cursor,
            shown=self._shown([hit.product.id for hit in hits], "search", query=request.query, first=seen),
            understood=found.understood,
            seconds=time.perf_counter() - began,
        )

    def _taste(self, columns: CatalogColumns, request: SearchRequest) -> Taste | None:
        """What the shopper is drawn to, where that may move the hits; None leaves every search as it is for everybody."""
        if request.shopper is None or self._profile is None or request.personalisation == 0 or request.sort != "relevance":
            return None
        profile = self._profile(request.shopper)
        return None if profile is None else taste_of(columns, profile, request.market, strength=request.personalisation)

    def suggest(
        self,
        prefix: str,
        *,
        lang: Lang = "en",
        market: Market = DEFAULT_MARKET,
        shop_filters: str = "",
        limit: int = 8,
        shopper: Identity | None = None,
    ) -> list[Suggestion]:
        """Return completions of what is being typed, each of which leads to at least one product on offer; what `shopper` is drawn to first."""
        check_query(prefix)
        view = self._follower.view()
        view.columns.check_market(market)
        profile = self._profile(shopper) if shopper is not None and self._profile is not None else None
        likes = None if profile is None else {facet: profile.affinities(facet) for facet in ("category", "brand")}
        limit = min(max(limit, 0), 50)
        return complete(view, prefix, self._products, lang=lang, market=market, shop_filters=shop_filters, limit=limit, likes=likes)

    def similar(
        self, product_id: ProductId, *, lang: Lang = "en", market: Market = DEFAULT_MARKET, limit: int = 12, shop_filters: str = ""
    ) -> SearchPage:
        """Return products whose text is like that of `product_id`, buyable ones only. Raises `NotFound` where there is no such product."""
        began = time.perf_counter()
        request = SearchRequest(lang=lang, market=market, shop_filters=shop_filters, limit=limit)
        _check_page(request)
        view = self._follower.view()
        row = view.columns.row(product_id)
        if row is None:
            raise NotFound(f"There is no product {product_id!r}.", field="product_id", value=product_id)
        view.columns.check_market(market)
        narrowing = narrow(view.columns, "", shop_filters, market)
        rows, scores = similar_rows(view, row, narrowing.all_of & view.columns.buyable(market), limit)
        hits = self._hits(view, request, rows, scores, frozenset())
        shown = self._shown([hit.product.id for hit in hits], "similar")
        return SearchPage(hits, len(hits), (), "", shown, seconds=time.perf_counter() - began)

    def similar_ids(self, product_id: ProductId, limit: int = 12) -> list[tuple[ProductId, float]]:
        """Return the ids of products whose text is like that of `product_id` with scores in (0, 1]; none for an unknown id."""
        view = self._follower.view()
        row = view.columns.row(product_id)
        if row is None:
            return []
        rows, scores = similar_rows(view, row, view.columns.active(), limit)
        return [(view.columns.id(r), s) for r, s in zip(rows.tolist(), scores.tolist(), strict=True)]

    def _hits(
        self,
        view: View,
        request: SearchRequest,
        rows: npt.NDArray[np.int32],
        scores: npt.NDArray[np.float32],
        terms: frozenset[str],
        taste: Taste | None = None,
    ) -> tuple[Hit, ...]:
        """The products of `rows`; one that was deleted this moment is left out."""
        ids = [view.columns.id(row) for row in rows.tolist()]
        products = self._products.get(ids)
        now = self._clock()
        hits = []
        for product_id, score, row in zip(ids, scores.tolist(), rows.tolist(), strict=True):
            if (product := products.get(product_id)) is not None:
                price = product.lowest_price(now, request.market)
                personal = None if taste is None else taste.told(view.columns, row)
                hits.append(Hit(product, score, price, product.buyable(request.market), _highlights(product, request.lang, terms), personal))
        return tuple(hits)

    def _shown(self, items: list[ProductId], surface: Surface, *, query: str = "", first: int = 0) -> ShownList:
        context = (("first_position", str(first)),) if first else ()
        return ShownList(
            id=ListId(uuid.uuid4().hex),
            shown=self._clock(),
            surface=surface,
            items=tuple(items),
            policy=POLICY,
            propensity=(1.0,) * len(items),
            query=query,
            context=context,
        )


def _check_page(request: SearchRequest) -> None:
    if not 0 <= request.limit <= MAX_LIMIT:
        raise BadInput(f"{request.limit} is not between 0 and {MAX_LIMIT}", field="limit", value=request.limit)
    if not 0 <= request.personalisation <= 1:  # NaN too
        raise BadInput(f"{request.personalisation} is not between 0 and 1", field="personalisation", value=request.personalisation)
    if request.offset < 0:
        raise BadInput(f"{request.offset} is below zero", field="offset", value=request.offset)


def _matching(view: View, query: str, narrowing: Narrowing) -> Found:
    """The rows that the query's words match, before the shopper's filters."""
    if not query.strip():
        rows = np.flatnonzero(narrowing.universe).astype(np.int32)
        return Found(rows, np.ones(len(rows), dtype=np.float32), "", frozenset())
    understanding = understand(query, view.frequencies, view.spelling.correct)
    return retrieve(view, understanding, narrowing.universe)


def _facets(view: View, request: SearchRequest, matching: npt.NDArray[np.bool_], narrowing: Narrowing) -> tuple[Facet, ...]:
    """The facets asked for, each counted without its own filter: a shopper sees what a second brand would add."""
    if not request.facets:
        return ()
    names = facet_names(view.columns, request.facets)
    kept = matching & narrowing.all_of
    return tuple(
        count_facet(
            view.columns,
            name,
            matching & narrowing.without(name) if name in narrowing.by_field else kept,
            market=request.market,
            lang=request.lang,
        )
        for name in names
    )


def _page(
    view: View, request: SearchRequest, rows: npt.NDArray[np.int32], scores: npt.NDArray[np.float32], place: Place | None, taste: Taste | None
) -> tuple[npt.NDArray[np.intp], int, str]:
    """The places (in `rows`) of the page's hits, how many hits came before it, and the cursor of the next page."""
    keys = sort_keys(view.columns, rows, scores, request.sort, request.market)
    if taste is not None:
        keys = keys * (1 + taste.shares[rows])
    seen = request.offset
    behind = np.ones(len(rows), dtype=bool)
    skip = request.offset
    if place is not None:
        seen = place.seen
        if place.version == view.version:
            behind = _behind(keys, scores, rows, place)
            skip = 0
        else:
            skip = place.seen
    candidates = np.flatnonzero(behind)
    ordered = best_first(keys[candidates], scores[candidates], rows[candidates], skip + request.limit)[skip:]
    page = candidates[ordered]
    if not len(page) or len(candidates) <= skip + len(page):
        return page, seen, ""
    last = page[-1]
    here = Place(view.version, seen + len(page), float(keys[last]), float(scores[last]), int(rows[last]))
    return page, seen, write_cursor(request, here)


def _behind(keys: npt.NDArray[np.float64], scores: npt.NDArray[np.float32], rows: npt.NDArray[np.int32], place: Place) -> npt.NDArray[np.bool_]:
    """True for what comes after `place` in the order of `best_first`."""
    score = np.float32(place.score)
    tied = (keys == place.key) & ((scores < score) | ((scores == score) & (rows > place.row)))
    return (keys < place.key) | tied


def _highlights(product: Product, lang: Lang, terms: frozenset[str]) -> tuple[tuple[str, str], ...]:
    if not terms:
        return ()
    found = [("title", highlight(product.title.get(lang), terms))]
    if part := snippet(product.description.get(lang), terms):
        found.append(("description", part))
    return tuple(found)
