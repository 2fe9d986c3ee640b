"""OrderHistory: orders from lines that a file scatters."""

import io
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from shopkeeper.catalog.report import ImportOptions, ImportReport
from shopkeeper.domain.ids import ProductId, VariantId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.product import Offer, Product, Variant
from shopkeeper.domain.task import Reject
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.errors import BadInput
from shopkeeper.evaluation.datasets import online_retail
from shopkeeper.orders.documents import order_to_json
from shopkeeper.orders.service import OrderHistory
from tests.catalog.fakes import FakeOrders, FakeProducts
from tests.conftest import NOON

MAP = """
[order]
id = "order"
placed = { column = "date", zone = "Europe/London" }
customer_id = "who"
[line]
product_id = { column = "sku", case = "upper" }
quantity = "pieces"
unit_price = "price"
currency = { value = "GBP" }
title = "what"
[rules]
product_pattern = "^[0-9]"
return_prefix = "C"
drop_without_price = true
"""
LINES = """order,date,who,sku,what,pieces,price
1,2026-01-05 10:00,7,11a,Blue cup,2,9.90
2,2026-07-05 10:00,,22,Teapot,1,29.00
1,2026-01-05 10:00,7,POST,Postage,1,4.00
1,2026-01-05 10:01,7,22,Teapot,1,28.00
C3,2026-02-01 09:00,7,11A,Blue Cup,-1,9.90
C3,2026-02-01 09:00,7,22,Teapot,1,9.90
4,2026-02-02 09:00,8,33,,1,0
4,2026-02-02 09:00,8,11A,Blue cup,0,9.90
5,2026-02-03 09:00,8,11A,Blue cup,1,9.905
6,yesterday,8,11A,Blue cup,1,9.90
7,2026-02-04 09:00,9,11A,cup,3,8.50
7,2026-02-04 09:00,9,11A,,-1,8.50
"""


class FakeHistory:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.orders = FakeOrders()
        self.products = FakeProducts()
        self.rejects: list[Reject] = []

    def load(self, content: str | bytes, text: str | None = MAP, **options) -> ImportReport:
        path = self.folder / "orders.dat"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        if text is not None:
            mapping = self.folder / "map.toml"
            mapping.write_text(text, encoding="utf-8")
            options["column_map"] = mapping
        self.rejects.clear()
        history = OrderHistory(self.orders, self.products, clock=lambda: NOON)
        return history.import_orders(path, ImportOptions(**options), rejects=self.rejects.append)


@pytest.fixture
def history(tmp_path: Path) -> FakeHistory:
    return FakeHistory(tmp_path)


def test_lines_of_an_order_come_together_wherever_they_stand(history: FakeHistory) -> None:
    history.load(LINES)
    first = history.orders.rows["1"]
    assert [(line.product_id, line.quantity) for line in first.lines] == [("11A", 2), ("22", 1)]
    assert first.customer_id == "7" and first.placed == datetime(2026, 1, 5, 10, tzinfo=UTC)
    assert history.orders.rows["2"].customer_id is None
    assert history.orders.rows["2"].placed == datetime(2026, 7, 5, 9, tzinfo=UTC)  # summer time


def test_returns_are_returns(history: FakeHistory) -> None:
    history.load(LINES)
    cancelled = history.orders.rows["C3"]
    assert not cancelled.lines and [(back.product_id, back.quantity) for back in cancelled.returns] == [("11A", 1)]
    partly = history.orders.rows["7"]
    assert [line.quantity for line in partly.lines] == [3] and [back.quantity for back in partly.returns] == [1]


def test_every_line_is_kept_dropped_or_rejected(history: FakeHistory) -> None:
    report = history.load(LINES)
    assert report.read == 12
    assert report.dropped == {"not_a_product": 1, "sale_in_a_return": 1, "no_price": 1, "no_quantity": 1}
    assert [(reject.line, reject.field) for reject in history.rejects] == [(10, "line.unit_price"), (11, "order.placed")]
    assert report.kept == 6 == sum(len(order.lines) + len(order.returns) for order in history.orders.scan())
    assert report.inserted == 4


def test_a_second_import_changes_nothing_and_a_dry_run_writes_nothing(history: FakeHistory) -> None:
    assert history.load(LINES, dry_run=True).inserted == 4
    assert not history.orders.rows
    history.load(LINES)
    assert history.load(LINES).unchanged == 4
    assert history.load(LINES, dry_run=True).unchanged == 4


def test_an_order_in_two_currencies_rejects_each_of_its_lines(history: FakeHistory) -> None:
    text = MAP.replace('{ value = "GBP" }', '"cur"')
    report = history.load(
        "order,date,who,sku,what,pieces,price,cur\n1,2026-01-05,7,1,a,1,1,GBP\n1,2026-01-05,7,2,b,1,1,EUR\n2,2026-01-05,7,2,b,1,1,EUR\n", text
    )
    assert (report.inserted, report.rejects, report.kept) == (1, 2, 1)


class TestDerivedProducts:
    def test_title_price_and_day_are_told_from_the_lines(self, history: FakeHistory) -> None:
        history.load(LINES, derive_products=True)
        products: dict[str, Product] = {product.id: product for product in history.products.all}
        assert set(products) == {"11A", "22"}
        assert products["11A"].title.en == "Blue cup"
        assert products["11A"].variants[0].offers[0].price == Money(850, Currency("GBP"))
        assert products["22"].variants[0].offers[0].price == Money(2900, Currency("GBP"))
        assert products["22"].created == datetime(2026, 1, 5, 10, 1, tzinfo=UTC)

    def test_a_product_of_a_catalogue_is_not_overwritten(self, history: FakeHistory) -> None:
        own = Product(ProductId("22"), LocalizedText(en="Our teapot"), (Variant(VariantId("22"), offers=(Offer(Money(1, Currency("GBP"))),)),))
        history.products.put([own])
        history.load(LINES, derive_products=True)
        assert history.products.get([ProductId("22")])[ProductId("22")] == own
        before = history.products.revision()
        history.load(LINES, derive_products=True)
        assert history.products.revision() == before


def test_parquet_and_csv_give_the_same_orders(history: FakeHistory) -> None:
    history.load(LINES)
    other = FakeHistory(history.folder)
    out = io.BytesIO()
    frame = pl.read_csv(LINES.replace("9.905", "9.9050").encode(), infer_schema_length=None, try_parse_dates=False)
    frame.with_columns(pl.col("who").cast(pl.Float64)).write_parquet(out)
    other.load(out.getvalue())
    assert other.orders.rows == history.orders.rows


def test_our_own_json_lines_need_no_map(history: FakeHistory) -> None:
    history.load(LINES)
    lines = b"\n".join(order_to_json(order) for order in history.orders.scan())
    other = FakeHistory(history.folder)
    report = other.load(lines + b'\n{"id":"x"}\n' + lines.split(b"\n")[0], None)
    assert (report.inserted, report.rejects) == (4, 2)
    assert other.orders.rows == history.orders.rows


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (MAP.replace('"sku"', '"skuu"'), "line.product_id"),
        (MAP.replace("[rules]", "[rule]"), "rule"),
        (MAP.replace('product_pattern = "^[0-9]"', 'product_pattern = "["'), "rules.product_pattern"),
        (MAP.replace('quantity = "pieces"', ""), "line.quantity"),
        (MAP.replace("Europe/London", "Europe/Londen"), "zone"),
    ],
)
def test_a_wrong_map_is_refused_by_the_key(history: FakeHistory, text: str, field: str) -> None:
    if field == "zone":
        report = history.load(LINES, text)
        assert report.inserted == 0 and "Europe/Londen" in history.rejects[0].reason
        return
    with pytest.raises(BadInput) as caught:
        history.load(LINES, text)
    assert caught.value.field == field


def test_many_orders_are_spilled_and_come_back_whole(history: FakeHistory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shopkeeper.catalog.groups.IN_MEMORY", 1_000)
    rows = [f"{n % 300},2026-01-05,c,{n},x,1,1.00" for n in range(3_000)]
    history.load("order,date,who,sku,what,pieces,price\n" + "\n".join(rows))
    assert {len(order.lines) for order in history.orders.scan()} == {10}
    assert [line.product_id for line in history.orders.rows["7"].lines] == [str(7 + 300 * step) for step in range(10)]


@pytest.mark.data
def test_the_541909_lines_of_online_retail_are_all_accounted_for(history: FakeHistory, data_dir: Path) -> None:
    folder = data_dir / "online_retail"
    if not online_retail.is_online_retail(folder):
        pytest.skip("online_retail is not there")
    service = OrderHistory(history.orders, history.products, clock=lambda: NOON)
    report = service.import_orders(folder, ImportOptions(column_map=online_retail.MAP, derive_products=True))
    assert report.read == online_retail.LINES
    assert not report.rejected
    assert report.dropped == {"not_a_product": 2_995, "no_price": 2_485}
    assert report.kept == sum(len(order.lines) + len(order.returns) for order in history.orders.scan())
    assert report.kept + sum(report.dropped.values()) == 541_909
    titles: dict[str, str] = {product.id: product.title.en for product in history.products.all}
    assert titles["85123A"] == "WHITE HANGING HEART T-LIGHT HOLDER"
