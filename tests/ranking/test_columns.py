"""The catalogue as columns: filters on them, prices by the clock, and following changes."""

import errno
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from shopkeeper.domain.ids import ProductId, Revision, VariantId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.product import Market, Offer, Product, Status, Variant
from shopkeeper.domain.texts import Label, LocalizedText
from shopkeeper.errors import BadInput, Broken
from shopkeeper.ports.stores import ProductChange
from shopkeeper.ranking.columns import CatalogColumns, LiveColumns, columns_of
from shopkeeper.ranking.filters import parse_filter
from shopkeeper.ranking.segment import Segment

CNY = Currency("CNY")
PHONES = (Label("electronics", LocalizedText(zh="数码", en="Electronics")), Label("phones", LocalizedText(zh="手机", en="Phones")))
RED = Label("red", LocalizedText(zh="红色", en="Red"))


def offer(minor: int, *, market: str = "default", sale: int | None = None, **rest: object) -> Offer:
    sale_price = None if sale is None else Money(sale, CNY)
    return Offer(Money(minor, CNY), market=Market(market), sale_price=sale_price, **rest)  # pyright: ignore[reportArgumentType]


def product(name: str, *offers: Offer, brand: Label | None = None, status: Status = "active", **rest: object) -> Product:
    variants = tuple(Variant(VariantId(f"{name}-{n}"), offers=(each,)) for n, each in enumerate(offers)) or (Variant(VariantId(name)),)
    return Product(ProductId(name), LocalizedText(en=name), variants, brand=brand, status=status, **rest)  # pyright: ignore[reportArgumentType]


def change(revision: int, changed: Product, *, text: int | None = None) -> ProductChange:
    return ProductChange(changed.id, Revision(revision), Revision(revision if text is None else text), changed)


def gone(revision: int, name: str) -> ProductChange:
    return ProductChange(ProductId(name), Revision(revision), Revision(revision), None)


def held(columns: CatalogColumns, text: str, market: str = "default") -> set[str]:
    return {str(columns.id(int(row))) for row in np.flatnonzero(columns.mask(parse_filter(text), Market(market)) & columns.alive())}


@pytest.fixture
def columns(noon: datetime) -> CatalogColumns:
    return columns_of(
        [
            product("cheap", offer(29_999), brand=Label("sony", LocalizedText(en="Sony")), categories=(PHONES,), attributes=(("color", (RED,)),)),
            product("dear", offer(500_000, sale=400_000), brand=Label("Bose"), tags=("refurbished",), attributes=(("size", (Label("6.1 inch"),)),)),
            product("sold-out", offer(1_000, stock=0), created=noon, rating=4.5),
            product("hidden", offer(2_000), status="hidden"),
            product("abroad", offer(100, market="us")),
            product("unpriced"),
        ],
        noon,
        {ProductId("dear"): 3.0},
    )


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("price = 299.99", {"cheap"}),
        ("price <= 299.99 AND in_stock", {"cheap", "hidden"}),
        ("price:3000..5000", {"dear"}),
        ("list_price > 4500", {"dear"}),
        ("on_sale", {"dear"}),
        ("NOT in_stock", {"sold-out", "abroad", "unpriced"}),
        ("stock > 100", {"cheap", "dear", "hidden"}),
        ("brand:Sony", {"cheap"}),
        ("brand:[SONY, bose]", {"cheap", "dear"}),
        ('category:"electronics>phones"', {"cheap"}),
        ('category:"数码 > 手机"', {"cheap"}),
        ("category:Phones", {"cheap"}),
        ("category:electronics", {"cheap"}),
        ("color:紅色", {"cheap"}),
        ("size > 6", {"dear"}),
        ("size > 7", set()),
        ("tag:refurbished", {"dear"}),
        ("id:[cheap, nobody]", {"cheap"}),
        ("rating >= 4", {"sold-out"}),
        ("NOT rating >= 4", {"cheap", "dear", "hidden", "abroad", "unpriced"}),
        ("created > 2026-01-01", {"sold-out"}),
        ("popularity > 1", {"dear"}),
        ("never_heard_of:x", set()),
        ("never_heard_of > 3", set()),
    ],
)
def test_a_condition_holds_for_the_products_it_means(columns: CatalogColumns, text: str, names: set[str]) -> None:
    assert held(columns, text) == names


def test_what_is_listed_and_what_may_be_served_differ_by_market_stock_and_status(columns: CatalogColumns) -> None:
    def names(mask: np.ndarray) -> set[str]:
        return {str(columns.id(int(row))) for row in np.flatnonzero(mask)}

    assert names(columns.listed()) == {"cheap", "dear", "sold-out", "unpriced"}
    assert names(columns.servable()) == {"cheap", "dear"}
    assert names(columns.servable(Market("us"))) == {"abroad"}
    assert columns.markets() == ["default", "us"]
    with pytest.raises(BadInput, match="'mars' is not a market"):
        columns.check_market(Market("mars"))


def test_a_sale_begins_and_ends_by_the_clock(noon: datetime) -> None:
    sale = offer(1_000, sale=800, sale_starts=noon + timedelta(hours=1), sale_ends=noon + timedelta(hours=2))
    live = LiveColumns.of([product("a", sale), product("b", offer(500))], noon)
    columns = live.read()
    assert columns.price_minor().tolist() == [1_000, 500]
    assert not live.due(noon)
    assert live.advance(noon + timedelta(hours=1)) == 1
    assert columns.price_minor().tolist() == [800, 500]
    assert live.advance(noon + timedelta(hours=2)) == 1
    assert columns.price_minor().tolist() == [1_000, 500]


def test_a_price_changes_in_place_and_a_new_text_gets_a_row_of_its_own(noon: datetime) -> None:
    live = LiveColumns.of([product("a", offer(1_000)), product("b", offer(500))], noon)
    before = live.read()
    assert live.apply(change(3, product("a", offer(900)), text=1), noon) == "live"
    assert before.price_minor()[0] == 900
    assert live.apply(change(4, product("a", offer(700), brand=Label("New"))), noon) == "new text"
    assert before.row(ProductId("a")) == 0, "a view that is being read does not change under its reader"
    assert before.alive().tolist() == [True, True]
    after = live.read()
    assert after.row(ProductId("a")) == 2
    assert after.alive().tolist() == [False, True, True]
    assert held(after, "brand:New") == {"a"}
    assert live.apply(gone(5, "a"), noon) == "gone"
    assert live.read().row(ProductId("a")) is None
    assert live.apply(change(1, product("b", offer(1)), text=1), noon) == "old"


def test_a_product_that_is_deleted_and_put_again_between_two_views_is_there_once(noon: datetime) -> None:
    live = LiveColumns.of([product("a", offer(1))], noon)
    live.apply(gone(2, "a"), noon)
    live.apply(change(3, product("a", offer(2))), noon)
    live.apply(change(4, product("a", offer(3), brand=Label("x"))), noon)
    columns = live.read()
    assert [columns.id(int(row)) for row in np.flatnonzero(columns.alive())] == ["a"]
    assert columns.price_minor()[columns.row(ProductId("a"))] == 3


def _saved(folder: Path, noon: datetime) -> None:
    segment = Segment({})
    for number, each in enumerate((product("a", offer(1_000), categories=(PHONES,)), product("b", offer(2_000, market="us"))), 1):
        segment.append(each, Revision(number), Revision(number), 0.5, noon)
    segment.save(folder)


def test_saved_columns_open_again_and_share_live_values_between_processes(tmp_path: Path, noon: datetime) -> None:
    _saved(tmp_path / "columns", noon)
    one = LiveColumns.open(tmp_path / "columns", tmp_path / "live", noon)
    two = LiveColumns.open(tmp_path / "columns", tmp_path / "live", noon)
    seen_by_two = two.read()
    assert held(seen_by_two, "category:手机") == {"a"}
    assert seen_by_two.popularity().tolist() == [0.5, 0.5]
    one.apply(change(9, product("a", offer(777), categories=(PHONES,)), text=1), noon)
    assert seen_by_two.price_minor()[0] == 777
    assert np.load(tmp_path / "columns" / "live" / "market0.price.npy")[0] == 1_000, "the artifact itself is never written to"


def test_a_live_file_that_was_cut_short_is_made_anew(tmp_path: Path, noon: datetime) -> None:
    _saved(tmp_path / "columns", noon)
    LiveColumns.open(tmp_path / "columns", tmp_path / "live", noon)
    cut = tmp_path / "live" / "market0.price.npy"
    cut.write_bytes(cut.read_bytes()[:100])
    assert LiveColumns.open(tmp_path / "columns", tmp_path / "live", noon).read().price_minor()[0] == 1_000


def test_a_full_disk_leaves_a_process_with_live_values_of_its_own(tmp_path: Path, noon: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    _saved(tmp_path / "columns", noon)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    live = LiveColumns.open(tmp_path / "columns", tmp_path / "live", noon)
    live.apply(change(9, product("a", offer(5)), text=1), noon)
    assert live.read().price_minor()[0] == 5


def test_damaged_columns_are_refused_with_what_to_do(tmp_path: Path, noon: datetime) -> None:
    _saved(tmp_path / "columns", noon)
    path = tmp_path / "columns" / "facet_rows.npy"
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(Broken, match="build them anew"):
        LiveColumns.open(tmp_path / "columns", tmp_path / "live", noon)
