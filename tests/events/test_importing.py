"""A shop's past comes in from JSON Lines, CSV and Parquet, once however often, and orders become purchases."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import orjson
import polars as pl
import pytest

from shopkeeper import bootstrap
from shopkeeper.bootstrap import Shop
from shopkeeper.catalog.report import ImportOptions
from shopkeeper.domain.ids import CustomerId, OrderId, ProductId, ShopId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.order import Order, OrderLine
from shopkeeper.domain.shopper import Consent, Identity
from shopkeeper.domain.task import Reject
from shopkeeper.errors import BadInput
from shopkeeper.events.importing import NO_CONSENT
from shopkeeper.settings import Settings, ShopSettings

MAP = """
[event]
name = "what"
timestamp = { column = "time", zone = "Asia/Shanghai" }
visitor_id = "cookie"
user_id = "account"
[item]
product_id = "sku"
price = "price"
[names]
pv = "view_item"
buy = "purchase"
"""
ROWS = [
    {"what": "pv", "time": "2024-11-11 00:00:01", "cookie": "c1", "account": "", "sku": "mug", "price": "39.00"},
    {"what": "buy", "time": "2024-11-11 00:05:00", "cookie": "c1", "account": "anna", "sku": "mug", "price": "35.00"},
    {"what": "fav", "time": "2024-11-11 00:05:00", "cookie": "c2", "account": "", "sku": "mug", "price": ""},
    {"what": "pv", "time": "2096-11-11 00:05:00", "cookie": "c2", "account": "", "sku": "mug", "price": ""},
    {"what": "pv", "time": "2024-11-11 00:05:00", "cookie": "", "account": "", "sku": "mug", "price": ""},
]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    settings = Settings(home=tmp_path / "home", shops={"main": ShopSettings()})
    bootstrap.create_shop(settings, ShopId("main"))
    with bootstrap.build(settings) as app:
        yield app.shop()


@pytest.fixture(params=["csv", "jsonl", "parquet"])
def table(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / f"events.{request.param}"
    frame = pl.DataFrame(ROWS)
    {"csv": frame.write_csv, "jsonl": frame.write_ndjson, "parquet": frame.write_parquet}[request.param](path)
    return path


def options(tmp_path: Path, **more: object) -> ImportOptions:
    (tmp_path / "map.toml").write_text(MAP)
    return ImportOptions(column_map=tmp_path / "map.toml", currency="CNY", **more)  # pyright: ignore[reportArgumentType]


def test_good_rows_of_any_table_land_once_and_bad_ones_are_named(shop: Shop, table: Path, tmp_path: Path) -> None:
    rejects: list[Reject] = []
    would = shop.history.import_events(table, options(tmp_path, dry_run=True))
    assert (would.inserted, would.rejects, list(shop.events.scan())) == (2, 3, [])
    first = shop.history.import_events(table, options(tmp_path), rejects=rejects.append)
    assert (first.read, first.inserted, first.rejects) == (5, 2, 3)
    assert [reject.field for reject in rejects] == ["name", "timestamp", "event.visitor_id"]
    again = shop.history.import_events(table, options(tmp_path))
    assert (again.inserted, again.unchanged) == (0, 2)
    view, purchase = (one.event for one in shop.events.scan())
    assert (view.who, view.occurred) == (Identity("visitor", "c1"), datetime(2024, 11, 10, 16, 0, 1, tzinfo=UTC))
    assert (purchase.name, purchase.who, str(purchase.items[0].price)) == ("purchase", Identity("user", "anna"), "35.00 CNY")


def test_our_own_json_lines_need_no_map_and_who_refused_is_left_out(shop: Shop, tmp_path: Path) -> None:
    anna = shop.events.numbers([Identity("user", "anna")])[Identity("user", "anna")]
    shop.database.shoppers.consent(anna, [Consent("analytics", False, datetime(2020, 1, 1, tzinfo=UTC))])
    lines = [{"event_id": f"e{n}", "name": "search", "timestamp": "2001-01-01T00:00:00Z", "user_id": user} for n, user in enumerate(("anna", "bert"))]
    (tmp_path / "own.jsonl").write_bytes(b"\n".join(map(orjson.dumps, lines)) + b"\nnot json\n")
    report = shop.history.import_events(tmp_path / "own.jsonl")
    assert (report.inserted, report.dropped, report.rejects) == (1, {NO_CONSENT: 1}, 1)
    assert [one.event.who.value for one in shop.events.scan()] == ["bert"]


def test_a_customers_order_is_one_purchase_and_a_guests_is_none(shop: Shop) -> None:
    line = OrderLine(ProductId("mug"), 2, Money(3900, Currency("CNY")))
    placed = datetime(2026, 1, 2, tzinfo=UTC)
    orders = [Order(OrderId("1"), placed, (line,), customer_id=CustomerId("anna")), Order(OrderId("2"), placed, (line,))]
    for _ in range(2):
        shop.history.keep_purchases(orders)
    (kept,) = shop.events.scan()
    assert (kept.event.id, kept.event.order_id, kept.event.items[0].quantity, kept.event.occurred) == ("order:1", "1", 2, placed)


@pytest.mark.parametrize(
    ("written", "field"),
    [
        ('[event]\ntimestamp = "t"\nvisitor_id = "v"', "event.name"),
        ('[event]\nname = "n"\ntimestamp = "t"', "event.visitor_id"),
        ('[event]\nname = "n"\ntimestamp = "t"\nvisitor_id = "v"\n[names]\npv = "view"', "names.pv"),
        ('[event]\nnam = "n"', "nam"),
    ],
)
def test_a_map_that_cannot_be_used_names_its_key(shop: Shop, tmp_path: Path, written: str, field: str) -> None:
    (tmp_path / "map.toml").write_text(written)
    (tmp_path / "e.csv").write_text("n,t,v\n")
    with pytest.raises(BadInput) as caught:
        shop.history.import_events(tmp_path / "e.csv", ImportOptions(column_map=tmp_path / "map.toml"))
    assert caught.value.field == field
