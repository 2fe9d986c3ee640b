"""Search: read conditions → understand → retrieve → filter → count → sort → show."""

import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from shopkeeper.domain.ids import ListId, ProductId, Revision
from shopkeeper.domain.product import DEFAULT_MARKET, Market, Product
from shopkeeper.domain.shown_list import ShownList, Surface
from shopkeeper.domain.texts import Lang
from shopkeeper.errors import BadInput, NotFound
from shopkeeper.ports.artifacts import ArtifactStore
from shopkeeper.ports.lexical import LexicalIndexes
from shopkeeper.ports.stores import ProductStore
from shopkeeper.ranking.columns import CatalogColumns
from shopkeeper.search.completing import complete
from shopkeeper.search.conditions import Reading, read_conditions
from shopkeeper.search.cursor import read_cursor
from shopkeeper.search.explaining import explain
from shopkeeper.search.facets import count_facet, facet_names
from shopkeeper.search.filling import fill
from shopkeeper.search.follow import Follower
from shopkeeper.search.highlight import highlight, snippet
from shopkeeper.search.narrowing import Narrowing, narrow
from shopkeeper.search.nearby import read_quotes, with_phrases, with_word_in_earnest
from shopkeeper.search.paging import Ordered, page_of
from shopkeeper.search.personal import Taste, taste_of
from shopkeeper.search.request import MAX_LIMIT, Facet, Hit, SearchPage, SearchRequest, Sort, Suggestion
from shopkeeper.search.retrieve import Found, retrieve, rows_with
from shopkeeper.search.similar import similar_rows
from shopkeeper.search.sorting import relevance, sort_keys
from shopkeeper.search.understand import check_query, understand
from shopkeeper.search.view import View
from shopkeeper.shoppers.profile import Profile
from shopkeeper.shoppers.service import Whose

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
        profile: Callable[[Whose], Profile | None] | None = None,
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
        reading = read_conditions(request.query, columns.currency(request.market))
        found = self._matching(view, request, reading, narrowing)
        kept = np.flatnonzero(narrowing.all_of[found.rows])
        rows, scores = found.rows[kept], found.scores[kept]
        facets = _facets(view, request, found.rows, rows, narrowing)
        sort = reading.sort if reading.sort is not None and request.sort == "relevance" else request.sort
        taste = self._taste(columns, request)
        keys = sort_keys(columns, rows, scores, sort, request.market)
        if taste is not None and sort == "relevance":
            keys = keys * (1 + taste.shares[rows])
        page = page_of(Ordered(view.version, keys, scores, rows), request, place)
        shown_rows = rows[page.places]
        relevant = relevance(columns, shown_rows, scores[page.places], request.market)
        hits = self._hits(view, request, shown_rows, relevant, found.terms, taste)
        if request.explain:
            hits = _explained(view, request, hits, found, sort)
        return SearchPage(
            hits=hits,
            total=len(rows),
            facets=facets,
            next_cursor=page.next_cursor,
            previous_cursor=page.previous_cursor,
            shown=self._shown([hit.product.id for hit in hits], "search", query=request.query, first=page.first),
            understood=found.understood,
            conditions=reading.conditions,
            rest=reading.rest,
            seconds=time.perf_counter() - began,
        )

    def _taste(self, columns: CatalogColumns, request: SearchRequest) -> Taste | None:
        """What the shopper is drawn to, where that may move the hits; None leaves every search as it is for everybody."""
        if request.shopper is None or self._profile is None or request.personalisation == 0 or request.sort != "relevance":
            return None
        profile = self._profile(request.shopper)
        strength = 1.0 if request.personalisation is None else request.personalisation
        return None if profile is None else taste_of(columns, profile, request.market, strength=strength)

    def suggest(
        self,
        prefix: str,
        *,
        lang: Lang = "en",
        market: Market = DEFAULT_MARKET,
        shop_filters: str = "",
        limit: int = 8,
        shopper: Whose | None = None,
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

    def _matching(self, view: View, request: SearchRequest, reading: Reading, narrowing: Narrowing) -> Found:
        """The rows that the query's words, phrases and conditions match, before the shopper's filters."""
        quoted = read_quotes(reading.rest)
        universe = narrowing.universe
        if (priced := _within_price(view.columns, reading, request.market)) is not None:
            universe = universe & priced
        query = understand(quoted.plain, view.frequencies, view.spelling.correct)
        if quoted.plain.strip():
            found = retrieve(view, query, universe)
        else:
            rows = np.flatnonzero(universe).astype(np.int32)
            found = Found(rows, np.ones(len(rows), dtype=np.float32), "")
        for word in reading.without:
            meant = found.among(rows_with(view, word))
            found = found.only(~meant | ~self._in_earnest(view, found.rows, meant, word))
        if quoted.phrases:
            found = found.only(with_phrases(view, self._products, found.rows, found.scores, quoted.phrases))
        return found if len(found.rows) >= request.fill else fill(view, query, narrowing.universe, found, request.fill)

    def _in_earnest(self, view: View, rows: npt.NDArray[np.int32], meant: npt.NDArray[np.bool_], word: str) -> npt.NDArray[np.bool_]:
        """Of `rows`, those among `meant` that do more than deny `word`."""
        held = np.zeros(len(rows), dtype=bool)
        held[meant] = with_word_in_earnest(view, self._products, rows[meant], word)
        return held

    def _hits(
        self,
        view: View,
        request: SearchRequest,
        rows: npt.NDArray[np.int32],
        scores: npt.NDArray[np.floating],
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
                hits.append(Hit(product, score, price, product.buyable(request.market), _highlights(product, request.lang, terms), personal=personal))
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
    if request.personalisation is not None and not 0 <= request.personalisation <= 1:  # NaN too
        raise BadInput(f"{request.personalisation} is not between 0 and 1", field="personalisation", value=request.personalisation)
    if request.offset < 0:
        raise BadInput(f"{request.offset} is below zero", field="offset", value=request.offset)


def _explained(view: View, request: SearchRequest, hits: tuple[Hit, ...], found: Found, sort: Sort) -> tuple[Hit, ...]:
    """The hits, each with why it stands where it does."""
    rows = np.array([view.columns.row(hit.product.id) for hit in hits], dtype=np.int32)
    explanations = explain(view, found.groups, rows, [hit.product for hit in hits], sort=sort, market=request.market)
    return tuple(replace(hit, explanation=explanation) for hit, explanation in zip(hits, explanations, strict=True))


def _within_price(columns: CatalogColumns, reading: Reading, market: Market) -> npt.NDArray[np.bool_] | None:
    """True for what costs what the query's words say; None where they say nothing."""
    if reading.low is None and reading.high is None:
        return None
    price, unit = columns.price_minor(market), columns.minor_per_unit(market)
    low, high = (float(bound) * unit if bound is not None else None for bound in (reading.low, reading.high))
    held = price >= (0 if low is None else low)
    return held if high is None else held & (price <= high)


def _facets(
    view: View, request: SearchRequest, matching: npt.NDArray[np.int32], kept: npt.NDArray[np.int32], narrowing: Narrowing
) -> tuple[Facet, ...]:
    """The facets asked for, each counted without its own filter: a shopper sees what a second brand would add."""
    if not request.facets:
        return ()
    names = facet_names(view.columns, request.facets)
    return tuple(
        count_facet(
            view.columns,
            name,
            matching[narrowing.without(name)[matching]] if name in narrowing.by_field else kept,
            market=request.market,
            lang=request.lang,
        )
        for name in names
    )


def _highlights(product: Product, lang: Lang, terms: frozenset[str]) -> tuple[tuple[str, str], ...]:
    if not terms:
        return ()
    found = [("title", highlight(product.title.get(lang), terms))]
    if part := snippet(product.description.get(lang), terms):
        found.append(("description", part))
    return tuple(found)
