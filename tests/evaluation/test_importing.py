"""`bench import` on tiny data sets in the published layouts, on real SQLite, in processes of its own."""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson
import polars as pl
import pytest

from shopkeeper.adapters.storage import migrate, open_shop_database
from shopkeeper.catalog.service import CatalogService
from shopkeeper.domain.ids import ListId, ShopId
from shopkeeper.domain.shown_list import ShownList
from shopkeeper.errors import BadInput
from shopkeeper.evaluation.importing import recognised, run
from shopkeeper.evaluation.report import BenchRequest
from shopkeeper.orders.service import OrderHistory
from shopkeeper.ports.stores import ShopDatabase
from shopkeeper.search.request import Hit, SearchPage, SearchRequest
from tests.conftest import NOON


class _Scan:
    """A search that looks at every title."""

    def __init__(self, database: ShopDatabase) -> None:
        self._database = database
        self.ready = False

    def search(self, request: SearchRequest) -> SearchPage:
        stored = [change.product for change in self._database.products.changes() if change.product is not None]
        found = [product for product in stored if self.ready and request.query in product.title.en]
        hits = tuple(Hit(product, 1.0, None, True) for product in found)
        shown = ShownList(ListId("l"), NOON, "search", tuple(hit.product.id for hit in hits), "scan", (1.0,) * len(hits))
        return SearchPage(hits, len(hits), (), "", shown)


@dataclass
class _Shop:
    catalog: CatalogService
    orders: OrderHistory
    database: ShopDatabase
    search: _Scan
    close: Callable[[], None]

    def reindex(self) -> None:
        self.search.ready = True


def open_small_shop(folder: Path) -> _Shop:
    """A shop on SQLite whose search is a scan."""

    def now() -> datetime:
        return datetime.now(UTC)

    folder.mkdir(exist_ok=True)
    shop, url = ShopId("bench"), f"sqlite:///{folder}/{{shop}}.db"
    migrate(url, shop)
    database = open_shop_database(url, shop)
    catalog = CatalogService(database.products, database.reviews, database.policies, clock=now)
    return _Shop(catalog, OrderHistory(database.orders, database.products, clock=now), database, _Scan(database), database.close)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    chorus, retail = tmp_path / "chorus", tmp_path / "online_retail"
    chorus.mkdir()
    retail.mkdir()
    goods = [{"id": str(n), "title": f"Lamp number {n}", "supplier": "Acme", "price": 100 + n, "short_description": "x", "ean": ["1"], "name": "n",
              "img_500x500": "u", "date_released": "2009-12-10T00:00:00Z"} for n in range(7)]  # fmt: skip
    with zipfile.ZipFile(chorus / "1.json.zip", "w") as archive:
        archive.writestr("1.json", orjson.dumps(goods, option=orjson.OPT_INDENT_2))
    (chorus / "ratings.csv").write_text("query,docid,rating\n")
    pl.DataFrame(
        {
            "InvoiceNo": ["1", "1", "C2", "3"],
            "StockCode": ["10001a", "POST", "10001A", "10002"],
            "Description": ["CUP", "POSTAGE", "CUP", ""],
            "Quantity": [2, 1, -1, 5],
            "InvoiceDate": [datetime(2011, 1, 1)] * 4,
            "UnitPrice": [2.55, 1.0, 2.55, 0.0],
            "CustomerID": [17850.0, 17850.0, 17850.0, None],
            "Country": ["United Kingdom"] * 4,
        }
    ).write_parquet(retail / "online_retail.parquet")
    return tmp_path


def test_both_data_sets_are_imported_indexed_searched_and_accounted_for(data: Path) -> None:
    outcome = run(BenchRequest(data=[data], peers=True), open_shop=open_small_shop)
    rows = {(row.dataset, row.system): row for row in outcome.rows}
    assert set(rows) == {(name, system) for name in ("chorus", "online_retail") for system in ("shopkeeper", "parse-only")}
    chorus, retail = rows["chorus", "shopkeeper"], rows["online_retail", "shopkeeper"]
    assert (chorus.n, chorus.metrics["inserted"], chorus.metrics["searchable"]) == (7, 7, 1)
    assert {name: retail.metrics[name] for name in ("read", "kept", "inserted", "dropped_not_a_product", "dropped_no_price", "searchable")} == {
        "read": 4, "kept": 2, "inserted": 2, "dropped_not_a_product": 1, "dropped_no_price": 1, "searchable": 1,
    }  # fmt: skip
    for row in rows.values():
        assert row.metrics["seconds"] > 0 and 10 < row.metrics["peak_rss_mb"] < 2_000
        assert all(isinstance(value, float) and name == name.lower() for name, value in row.metrics.items())


def test_a_made_up_catalogue_of_any_size_is_imported_when_asked_for() -> None:
    (row,) = run(BenchRequest(data=[], options={"rows": "1500"}), open_shop=open_small_shop).rows
    assert (row.dataset, row.slice, row.n, row.metrics["inserted"]) == ("synthetic", "1500 rows", 1_500, 1_500)
    assert row.metrics["rows_per_second"] == pytest.approx(1_500 / row.metrics["import_seconds"])
    assert row.metrics["file_mb"] > 1


def test_a_folder_is_told_by_its_layout(data: Path) -> None:
    assert [job.name for job, _ in recognised(data)] == ["chorus", "online_retail"]
    assert [job.name for job, _ in recognised(data / "chorus")] == ["chorus"]
    (data / "empty").mkdir()
    with pytest.raises(BadInput, match="neither chorus nor online_retail"):
        run(BenchRequest(data=[data / "empty"]), open_shop=open_small_shop)
