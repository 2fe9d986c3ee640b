"""The catalogue as columns: one row per product, so that filters, facets, sorting and "may it be sold" are array arithmetic.

Two classes: `LiveColumns` follows the shop's changes (one writer, a lock around it); `CatalogColumns` is what a request reads: it keeps one number
of rows for its whole life, while prices and stock in it are always the present ones.
"""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from shopkeeper.domain.ids import ProductId, Revision
from shopkeeper.domain.money import Currency, exponent_of
from shopkeeper.domain.product import DEFAULT_MARKET, Market, Product
from shopkeeper.errors import BadInput
from shopkeeper.ports.stores import ProductChange
from shopkeeper.ranking import masks
from shopkeeper.ranking.codes import NO_PAIRS, GrowingArray, Ints
from shopkeeper.ranking.filters import Filter
from shopkeeper.ranking.offers import NOT_SOLD, next_turn
from shopkeeper.ranking.segment import ACTIVE, PER_MARKET, UNPRICED, Segment, Tables

Bools = npt.NDArray[np.bool_]
Applied = Literal["new text", "live", "gone", "old"]


@dataclass(frozen=True, slots=True)
class CatalogColumns:
    """What a request reads. Rows 0 … size−1; a row that was superseded or deleted is in no mask and has no id that leads to it."""

    _base: Segment
    _fresh: Segment
    _alive_base: GrowingArray
    _alive_fresh: GrowingArray
    _row: Mapping[ProductId, int]
    base_rows: int
    fresh_rows: int

    @property
    def size(self) -> int:
        """How many rows there are, dead ones too: the length of every column."""
        return self.base_rows + self.fresh_rows

    @property
    def tables(self) -> Tables:
        """The values of each facet."""
        return self._base.tables

    @property
    def ids(self) -> Sequence[ProductId]:
        """The product id of each row."""
        return [*self._base.ids, *self._fresh.ids[: self.fresh_rows]] if self.fresh_rows else self._base.ids

    def id(self, row: int) -> ProductId:
        """The product id of `row`."""
        return self._base.ids[row] if row < self.base_rows else self._fresh.ids[row - self.base_rows]

    def row(self, product_id: ProductId) -> int | None:
        """The row of a product that exists, else None."""
        row = self._row.get(product_id)
        return row if row is not None and row < self.size else None

    def rows(self, ids: Iterable[ProductId]) -> npt.NDArray[np.int64]:
        """The rows of `ids`, −1 where there is no such product."""
        found = (self.row(product_id) for product_id in ids)
        return np.array([-1 if row is None else row for row in found], dtype=np.int64)

    def alive(self) -> Bools:
        """True for each row that stands for an existing product."""
        return np.concatenate((self._alive_base.filled(self.base_rows), self._alive_fresh.filled(self.fresh_rows))).astype(bool)

    def active(self) -> Bools:
        """Alive and not hidden."""
        return self.alive() & ((self._column("live", "flags") & ACTIVE) != 0)

    def listed(self, market: Market = DEFAULT_MARKET) -> Bools:
        """Active and offered in `market` (or without any offer anywhere), buyable now or not."""
        return self.active() & ((self.price_minor(market) != NOT_SOLD) | ((self._column("live", "flags") & UNPRICED) != 0))

    def servable(self, market: Market = DEFAULT_MARKET) -> Bools:
        """Active and buyable now in `market`: what may be recommended."""
        return self.active() & self.buyable(market)

    def buyable(self, market: Market = DEFAULT_MARKET) -> Bools:
        """At least one variant can be bought in `market`; says nothing about hidden or deleted."""
        return self._of_market("buyable", market).astype(bool)

    def price_minor(self, market: Market = DEFAULT_MARKET) -> npt.NDArray[np.int64]:
        """What each product costs now, in minor units of `currency(market)`; −1 where it is not sold."""
        return self._of_market("price", market)

    def list_price_minor(self, market: Market = DEFAULT_MARKET) -> npt.NDArray[np.int64]:
        """The price before any sale, −1 where it is not sold."""
        return self._of_market("list_price", market)

    def stock(self, market: Market = DEFAULT_MARKET) -> npt.NDArray[np.int32]:
        """Pieces that can be bought; 2³¹−1 where they are not counted."""
        return self._of_market("stock", market)

    def popularity(self) -> npt.NDArray[np.float32]:
        """How much each product is wanted (see `ranking.popularity`); 0 where nothing is known."""
        return self._column("live", "popularity")

    def created(self) -> npt.NDArray[np.int64]:
        """Seconds since 1970; far below zero where it is not known."""
        return self._column("static", "created")

    def rating(self) -> npt.NDArray[np.float32]:
        """0–5, NaN where there is none."""
        return self._column("static", "rating")

    def rating_count(self) -> npt.NDArray[np.int32]:
        """How many ratings stand behind `rating`."""
        return self._column("static", "rating_count")

    def currency(self, market: Market = DEFAULT_MARKET) -> Currency | None:
        """The currency of `market`; None where nothing is sold there."""
        found = self._base.currencies.get(market) or self._fresh.currencies.get(market)
        return None if found is None else Currency(found)

    def minor_per_unit(self, market: Market = DEFAULT_MARKET) -> int:
        """Minor units in one unit of the market's currency: 100 for CNY, 1 for JPY."""
        currency = self.currency(market)
        return 100 if currency is None else 10 ** exponent_of(currency)

    def markets(self) -> list[Market]:
        """The markets in which something is sold."""
        return list(dict.fromkeys((*self._base.markets, *self._fresh.markets)))

    def check_market(self, market: Market) -> Market:
        """Return `market` if something is sold there or it is the default; else `BadInput` that names the known ones."""
        known = self.markets()
        if market == DEFAULT_MARKET or market in known:
            return market
        raise BadInput(f"{market!r} is not a market of this shop", field="market", value=market, hint=f"Known: {', '.join(known) or DEFAULT_MARKET}.")

    def facet_names(self) -> list[str]:
        """The names of all facets with codes, in order of first appearance."""
        return [name for name, table in self.tables.items() if len(table)]

    def common_facets(self) -> list[str]:
        """The names of all facets, the ones that most products have first."""
        return list(dict.fromkeys((*self._base.common_facets(), *self._fresh.common_facets())))

    def pairs(self, facet: str) -> list[tuple[int, Ints, Ints]]:
        """Which row has which value of `facet`: (row offset, rows, codes) of each segment; a row may have several values or none."""
        found = []
        for offset, count, segment in ((0, self.base_rows, self._base), (self.base_rows, self.fresh_rows, self._fresh)):
            pairs = segment.pairs.get(facet)
            if pairs is not None and count:
                found.append((offset, *pairs.until(count)))
        return found or [(0, *NO_PAIRS)]

    def codes_of(self, facet: str, rows: Ints) -> Ints:
        """The values of `facet` that `rows` (ascending) have, each as often as rows have it."""
        parts = [NO_PAIRS[1]]
        fresh_from = int(np.searchsorted(rows, self.base_rows))
        for segment, count, wanted in (
            (self._base, self.base_rows, rows[:fresh_from]),
            (self._fresh, self.fresh_rows, rows[fresh_from:] - self.base_rows),
        ):
            pairs = segment.pairs.get(facet)
            if pairs is not None and len(wanted):
                parts.append(pairs.of(wanted, count))
        return np.concatenate(parts)

    def mask(self, condition: Filter, market: Market = DEFAULT_MARKET) -> Bools:
        """True for each row for which `condition` holds in `market`; says nothing about hidden or deleted."""
        return masks.mask(self, condition, market)

    def _column(self, kind: Literal["static", "live"], name: str) -> np.ndarray:
        base, fresh = (self._base.static, self._fresh.static) if kind == "static" else (self._base.live, self._fresh.live)
        return _joined(base[name].filled(self.base_rows), fresh[name].filled(self.fresh_rows))

    def _of_market(self, name: str, market: Market) -> np.ndarray:
        default = NOT_SOLD if name in ("price", "list_price") else 0
        parts = []
        for count, segment in ((self.base_rows, self._base), (self.fresh_rows, self._fresh)):
            columns = segment.markets.get(market)
            parts.append(np.full(count, default, dtype=PER_MARKET[name]) if columns is None else columns[name].filled(count))
        return _joined(*parts)


def _joined(base: np.ndarray, fresh: np.ndarray) -> np.ndarray:
    return np.concatenate((base, fresh)) if len(fresh) else base


class LiveColumns:
    """Follows the shop's changes. Not for several threads at once: the caller holds a lock around every method but `read`."""

    def __init__(self, base: Segment, now: datetime) -> None:
        self._base = base
        self._fresh = Segment(base.tables)
        self._fresh.currencies = base.currencies
        self._alive = (GrowingArray.over(np.ones(len(base), dtype=bool)), GrowingArray(bool))
        self._row: dict[ProductId, int] = {product_id: row for row, product_id in enumerate(base.ids)}
        self._pending: dict[ProductId, int | None] = {}
        self._turns: list[tuple[datetime, int]] = []
        for row, markets in base.sales.items():
            self._base.write_offers(row, markets, now)
            self._expect_turn(row, now)

    @classmethod
    def empty(cls, now: datetime, currencies: Mapping[Market, str] | None = None) -> "LiveColumns":
        """Columns of a shop that has no index yet; `currencies` says what each market sells in, else its first offer does."""
        base = Segment({})
        base.currencies = dict(currencies or {})
        return cls(base, now)

    @classmethod
    def of(cls, products: Iterable[Product], now: datetime, popularity: Mapping[ProductId, float] | None = None) -> "LiveColumns":
        """Columns in memory over `products`; for tests and small things."""
        live = cls.empty(now)
        for number, product in enumerate(products, 1):
            live.apply(ProductChange(product.id, Revision(number), Revision(number), product), now)
        live.set_popularity(popularity or {})
        return live

    @classmethod
    def open(cls, folder: Path, live_folder: Path, now: datetime) -> "LiveColumns":
        """Columns over the published `folder`, live values in `live_folder` (shared with other processes that open the same one)."""
        return cls(Segment.open(folder, live_folder), now)

    def read(self) -> CatalogColumns:
        """What a request reads from now on. Rows that `apply` superseded go in this moment, together with the coming of their successors."""
        self._settle()
        base_rows, fresh_rows = len(self._base), len(self._fresh)
        return CatalogColumns(self._base, self._fresh, *self._alive, self._row, base_rows, fresh_rows)

    def _settle(self) -> None:
        for product_id, row in self._pending.items():
            if (before := self._row.get(product_id)) is not None:
                self._kill(before)
            if row is None:
                self._row.pop(product_id, None)
            else:
                self._row[product_id] = row
        self._pending.clear()

    def apply(self, change: ProductChange, now: datetime) -> Applied:
        """Take in one change. "new text": the product has a new row, the last one, and the text of it has to be indexed."""
        row = self._pending[change.id] if change.id in self._pending else self._row.get(change.id)
        if change.product is None:
            if row is None:
                return "old"
            self._replace(change.id, None)
            return "gone"
        if row is not None:
            segment, local = self._place(row)
            if change.revision < int(segment.live["revision"][local]):
                return "old"
            if change.text_revision <= int(segment.static["text_revision"][local]):
                segment.write_live(local, change.product, change.revision, now)
                self._expect_turn(row, now)
                return "live"
        popularity = 0.0 if row is None else float(self._popularity_at(row))
        local = self._fresh.append(change.product, change.revision, change.text_revision, popularity, now)
        self._alive[1].append(True)
        new_row = len(self._base) + local
        self._replace(change.id, new_row)
        self._expect_turn(new_row, now)
        return "new text"

    def _replace(self, product_id: ProductId, row: int | None) -> None:
        """`row` stands for the product from the next `read` on; a row that no reader has seen yet goes at once."""
        if (unseen := self._pending.get(product_id)) is not None:
            self._kill(unseen)
        self._pending[product_id] = row

    def newest_revision(self) -> Revision:
        """The newest change that the live values of the base have taken in, by this process or another."""
        revisions = self._base.live["revision"].filled()
        return Revision(int(revisions.max())) if len(revisions) else Revision(0)

    def set_popularity(self, popularity: Mapping[ProductId, float]) -> None:
        """Write how much each product is wanted; one that is not named gets 0."""
        self._settle()
        for product_id, row in self._row.items():
            segment, local = self._place(row)
            segment.live["popularity"][local] = popularity.get(product_id, 0.0)

    def advance(self, now: datetime) -> int:
        """Write the prices of products whose sale began or ended by `now`; returns how many products it touched."""
        touched = 0
        while self._turns and self._turns[0][0] <= now:
            _, row = heapq.heappop(self._turns)
            segment, local = self._place(row)
            if (markets := segment.sales.get(local)) is not None:
                segment.write_offers(local, markets, now)
                self._expect_turn(row, now)
                touched += 1
        return touched

    def due(self, now: datetime) -> bool:
        """True if `advance(now)` has something to do."""
        return bool(self._turns) and self._turns[0][0] <= now

    def _expect_turn(self, row: int, now: datetime) -> None:
        segment, local = self._place(row)
        moments = [next_turn(offers, now) for offers in segment.sales.get(local, {}).values()]
        if coming := [moment for moment in moments if moment is not None]:
            heapq.heappush(self._turns, (min(coming), row))

    def _place(self, row: int) -> tuple[Segment, int]:
        base_rows = len(self._base)
        return (self._base, row) if row < base_rows else (self._fresh, row - base_rows)

    def _popularity_at(self, row: int) -> np.generic:
        segment, local = self._place(row)
        return segment.live["popularity"][local]

    def _kill(self, row: int) -> None:
        segment, local = self._place(row)
        self._alive[0 if segment is self._base else 1][local] = False


def columns_of(products: Iterable[Product], now: datetime, popularity: Mapping[ProductId, float] | None = None) -> CatalogColumns:
    """Return columns in memory over `products`; for tests and small things."""
    return LiveColumns.of(products, now, popularity).read()
