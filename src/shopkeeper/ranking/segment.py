"""A run of catalogue rows as arrays: what never changes while the row lives (text-bound) and what changes often (live).

One segment is the published base (memory-mapped; its live arrays writable and shared by every process that opens the same live folder), another
holds what was added or reworded since (in memory, growing).
"""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np

from shopkeeper.domain.ids import ProductId, Revision
from shopkeeper.domain.product import Market, Offer, Product
from shopkeeper.domain.texts import Label, LocalizedText
from shopkeeper.errors import Broken
from shopkeeper.language.mapped import map_array
from shopkeeper.ranking.codes import CodePairs, CodeTable, GrowingArray, open_pairs, save_pairs
from shopkeeper.ranking.offers import NOT_SOLD, offer_to_json, offers_by_market, offers_from_json, standing, timed

ACTIVE: Final = 1
UNPRICED: Final = 2
"""The product has no offer in any market: a catalogue without prices is shown as it is."""

STATIC: Final = {"text_revision": np.int64, "created": np.int64, "rating": np.float32, "rating_count": np.int32}
LIVE: Final = {"flags": np.uint8, "popularity": np.float32, "revision": np.int64}
PER_MARKET: Final = {"price": np.int64, "list_price": np.int64, "buyable": np.uint8, "stock": np.int32}
UNKNOWN_MOMENT: Final = -(2**62)

Tables = dict[str, CodeTable]
"""The values of each facet, shared by the base and what came since: `brand`, `category`, `tag` and each attribute or option by name."""

MarketColumns = dict[str, GrowingArray]


def path_key(path: Sequence[str]) -> str:
    """`A > B`: how a category's path is written as one key."""
    return " > ".join(path)


class Segment:
    """The arrays of a run of rows. `tables` is shared with other segments of the same catalogue."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.ids: list[ProductId] = []
        self.static = {name: GrowingArray(dtype) for name, dtype in STATIC.items()}
        self.live = {name: GrowingArray(dtype) for name, dtype in LIVE.items()}
        self.markets: dict[Market, MarketColumns] = {}
        self.currencies: dict[Market, str] = {}
        self.pairs: dict[str, CodePairs] = {}
        self.sales: dict[int, dict[Market, list[Offer]]] = {}
        """Rows whose price may change by the clock alone, with the offers that say when."""
        self._common: tuple[int, list[str]] = (0, [])

    def __len__(self) -> int:
        return len(self.ids)

    def common_facets(self) -> list[str]:
        """The names of the facets, the ones with most values first; counted anew when the segment has grown by a tenth."""
        counted, names = self._common
        if len(self.ids) > 1.1 * counted or len(names) != len(self.pairs):
            names = sorted(self.pairs, key=lambda name: -self.pairs[name].rows.count)
            self._common = (len(self.ids), names)
        return names

    # -- writing ---------------------------------------------------------------------------------------------------------------------

    def append(self, product: Product, revision: Revision, text_revision: Revision, popularity: float, now: datetime) -> int:
        """Add a row for `product`; returns its number within the segment."""
        row = len(self.ids)
        created = UNKNOWN_MOMENT if product.created is None else int(product.created.timestamp())
        rating = np.nan if product.rating is None else product.rating
        for name, value in (("text_revision", text_revision), ("created", created), ("rating", rating), ("rating_count", product.rating_count)):
            self.static[name].append(value)
        for name in LIVE:
            self.live[name].append(0)
        for columns in self.markets.values():
            _append_unsold(columns)
        self.live["popularity"][row] = popularity
        for facet, labels in _values(product).items():
            if (table := self.tables.get(facet)) is None:
                table = self.tables[facet] = CodeTable()
            if (pairs := self.pairs.get(facet)) is None:
                pairs = self.pairs[facet] = CodePairs.empty()
            pairs.add(row, [table.code(label.key, label.names, *aliases) for label, aliases in labels])
        self.ids.append(product.id)
        self.write_live(row, product, revision, now)
        return row

    def write_live(self, row: int, product: Product, revision: Revision, now: datetime) -> None:
        """Write what may change without a new text: status, prices, stock."""
        markets = offers_by_market(product)
        flags = (ACTIVE if product.status == "active" else 0) | (0 if markets else UNPRICED)
        self.live["flags"][row] = flags
        self.live["revision"][row] = revision
        self.write_offers(row, markets, now)
        if any(timed(offers) for offers in markets.values()):
            self.sales[row] = markets
        else:
            self.sales.pop(row, None)

    def write_offers(self, row: int, markets: Mapping[Market, Sequence[Offer]], now: datetime) -> None:
        """Write prices and stock as they stand at `now`; a market that is not named is no longer sold in."""
        for market, offers in markets.items():
            columns = self.markets.get(market)
            if columns is None:
                columns = self.markets[market] = self._new_market()
            currency = self.currencies.setdefault(market, offers[0].price.currency)
            _write_standing(columns, row, [offer for offer in offers if offer.price.currency == currency], now)
        for market, columns in self.markets.items():
            if market not in markets:
                _write_standing(columns, row, (), now)

    def _new_market(self) -> MarketColumns:
        columns = {name: GrowingArray(dtype) for name, dtype in PER_MARKET.items()}
        for _ in range(self.live["flags"].count):
            _append_unsold(columns)
        return columns

    # -- keeping ---------------------------------------------------------------------------------------------------------------------

    def save(self, folder: Path) -> None:
        """Write everything into `folder` (made if needed): `columns.json`, `ids.json`, static arrays, and the live arrays as they start."""
        live = folder / "live"
        live.mkdir(parents=True, exist_ok=True)
        meta = {
            "rows": len(self.ids),
            "markets": list(self.markets),
            "currencies": self.currencies,
            "facets": save_pairs(self.pairs, folder),
            "tables": {name: table.to_json() for name, table in self.tables.items()},
            "sales": [[row, market, [offer_to_json(o) for o in offers]] for row, sold in self.sales.items() for market, offers in sold.items()],
        }
        (folder / "columns.json").write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")
        (folder / "ids.json").write_text(json.dumps(self.ids, ensure_ascii=False), encoding="utf-8")
        for name, array in self.static.items():
            np.save(folder / f"{name}.npy", array.filled())
        for name, array in self._live_arrays().items():
            np.save(live / f"{name}.npy", array.filled())

    def _live_arrays(self) -> dict[str, GrowingArray]:
        """All live arrays by file name; a market is named by its place in the list, so that any market's name will do."""
        arrays = dict(self.live)
        for number, columns in enumerate(self.markets.values()):
            arrays |= {f"market{number}.{name}": array for name, array in columns.items()}
        return arrays

    @classmethod
    def open(cls, folder: Path, live_folder: Path) -> "Segment":
        """Return the segment of `folder`, its live arrays memory-mapped and writable in `live_folder` (made whole from `folder`).

        Raises `Broken` naming what cannot be read.
        """
        try:
            meta = json.loads((folder / "columns.json").read_text(encoding="utf-8"))
            segment = cls({name: CodeTable.from_json(raw) for name, raw in meta["tables"].items()})
            segment.ids = json.loads((folder / "ids.json").read_text(encoding="utf-8"))
            rows = meta["rows"]
            segment.static = {name: GrowingArray.over(map_array(folder / f"{name}.npy")) for name in STATIC}
            segment.pairs = open_pairs(folder, meta["facets"])
            segment.currencies = meta["currencies"]
            segment.live = {name: _open_live(name, folder / "live", live_folder, rows) for name in LIVE}
            for number, market in enumerate(meta["markets"]):
                segment.markets[market] = {name: _open_live(f"market{number}.{name}", folder / "live", live_folder, rows) for name in PER_MARKET}
            for row, market, offers in meta["sales"]:
                segment.sales.setdefault(row, {})[market] = list(offers_from_json(offers, market))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Broken(
                f"the columns in {folder.name} cannot be read ({error})", hint="Run `shopkeeper train search` to build them anew."
            ) from error
        if len(segment.ids) != rows or any(array.count != rows for array in segment.static.values()):
            raise Broken(f"the columns in {folder.name} are not of one length", hint="Run `shopkeeper train search` to build them anew.")
        return segment


def _append_unsold(columns: MarketColumns) -> None:
    for name, array in columns.items():
        array.append(NOT_SOLD if name in ("price", "list_price") else 0)


def _write_standing(columns: MarketColumns, row: int, offers: Sequence[Offer], now: datetime) -> None:
    now_worth = standing(offers, now)
    columns["price"][row] = now_worth.price_minor
    columns["list_price"][row] = now_worth.list_minor
    columns["buyable"][row] = now_worth.buyable
    columns["stock"][row] = now_worth.stock


def _open_live(name: str, start: Path, live_folder: Path, rows: int) -> GrowingArray:
    """Map the live array `name`, copied from `start` first where it is absent or cut short.

    The whole file is written before it is mapped: writing to a mapped hole of a full disk would kill the process. Where nothing can be written (a
    full disk, a read-only folder) the values are this process's own: it serves on, and follows the shop by itself as every process does.
    """
    path = live_folder / f"{name}.npy"
    array = _map_if_whole(path, rows)
    if array is None:
        staged = live_folder / f".{name}.{os.getpid()}.npy"
        try:
            live_folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(start / f"{name}.npy", staged)
            staged.replace(path)
            array = map_array(path, "r+")
        except OSError:
            staged.unlink(missing_ok=True)
            array = map_array(start / f"{name}.npy", "c")
    return GrowingArray.over(array)


def _map_if_whole(path: Path, rows: int) -> np.ndarray | None:
    try:
        array = map_array(path, "r+")
    except (OSError, ValueError):
        return None
    return array if len(array) == rows else None


def _values(product: Product) -> dict[str, list[tuple[Label, tuple[str, ...]]]]:
    """The facet values of a product: per facet the labels, each with further names that a filter may use."""
    found: dict[str, list[tuple[Label, tuple[str, ...]]]] = {}
    if product.brand is not None:
        found["brand"] = [(product.brand, ())]
    for path in product.categories:
        for depth in range(1, len(path) + 1):
            found.setdefault("category", []).append(_category(path[:depth]))
    for tag in product.tags:
        if tag.strip():
            found.setdefault("tag", []).append((Label(tag), ()))
    for name, labels in product.attributes:
        found.setdefault(name, []).extend((label, ()) for label in labels)
    for variant in product.variants:
        for name, label in variant.options:
            found.setdefault(name, []).append((label, ()))
    return found


def _category(path: Sequence[Label]) -> tuple[Label, tuple[str, ...]]:
    """The node at the end of `path` as one Label, and its last step's own names: `category:Phones` finds it wherever it hangs."""
    last = path[-1]
    named = any(label.names for label in path)
    names = LocalizedText(zh=path_key([label.shown("zh") for label in path]), en=path_key([label.shown("en") for label in path]))
    return Label(path_key([label.key for label in path]), names if named else LocalizedText()), (last.key, *(w for _, w in last.names))
