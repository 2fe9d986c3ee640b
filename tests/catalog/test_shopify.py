"""Shopify's product CSV, in both header dialects."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopkeeper.catalog.report import ImportOptions
from shopkeeper.catalog.sources.shopify_columns import NEWER
from shopkeeper.domain.money import Currency, Money
from shopkeeper.errors import BadInput
from tests.catalog.feeds import FakeShop, round_trip
from tests.catalog.strategies import words

EUR = ImportOptions(currency="EUR")
SHIRT = """Handle,Title,Body (HTML),Vendor,Type,Tags,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Compare At Price,\
Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Barcode,Image Src,Image Position,Image Alt Text,Variant Grams,Status
shirt,Shirt,"<p>Soft &amp; <b>warm</b></p><p>Washable</p>",Acme,Tops > Shirts,"new, cotton",Size,M,S-M,25.00,30.00,shopify,5,deny,'0123,https://s/1.jpg,1,front,200,active
shirt,,,,,,,L,S-L,25.00,,shopify,0,continue,,https://s/2.jpg,2,,210,
shirt,,,,,,,XL,,25.00,,shopify,-2,deny,,,,,220,
shirt,,,,,,,,,,,,,,,https://s/3.jpg,3,,,
"""


def newer(classic: str) -> str:
    """The same table with the headers of today's template."""
    names = {old: new for new, old in NEWER.items()}
    rows = list(csv.reader(io.StringIO(classic)))
    out = io.StringIO()
    csv.writer(out).writerows([[names.get(name, name) for name in rows[0]], *rows[1:]])
    return out.getvalue()


@pytest.mark.parametrize("dialect", [str, newer])
def test_a_product_with_its_variants_and_pictures(shop: FakeShop, dialect) -> None:
    report = shop.load(dialect(SHIRT), EUR)
    (product,) = shop.products.all
    assert (report.format, report.inserted, report.rejects) == ("shopify", 1, 0)
    assert product.description.en == "Soft & warm\nWashable"
    assert product.tags == ("new", "cotton")
    assert product.images == ("https://s/1.jpg", "https://s/2.jpg", "https://s/3.jpg")
    assert [variant.id for variant in product.variants] == ["S-M", "S-L", "shirt/XL"]
    offers = [variant.offers[0] for variant in product.variants]
    assert (offers[0].price, offers[0].sale_price) == (Money(3000, Currency("EUR")), Money(2500, Currency("EUR")))
    assert [(offer.stock, offer.availability) for offer in offers] == [(5, "in_stock"), (0, "backorder"), (0, "out_of_stock")]
    assert product.variants[0].gtin == "0123"


@pytest.mark.parametrize("format", ["shopify", "shopify-classic"])
def test_both_dialects_come_back(tmp_path: Path, format) -> None:
    shop = round_trip(tmp_path, SHIRT, format, EUR)
    rows = list(csv.DictReader(io.StringIO(shop.written("shopify-classic").decode())))
    assert rows[0]["Body (HTML)"] == "<p>Soft &amp; <b>warm</b></p><p>Washable</p>"
    assert [row["Variant Inventory Qty"] for row in rows] == ["5", "0", "-2"]
    assert [row["Variant SKU"] for row in rows] == ["S-M", "S-L", ""]


def test_the_html_gives_way_once_the_text_has_changed(shop: FakeShop) -> None:
    from dataclasses import replace

    shop.load(SHIRT, EUR)
    (product,) = shop.products.all
    shop.service.put([replace(product, description=type(product.description)(en="Quite new"))])
    rows = list(csv.DictReader(io.StringIO(shop.written("shopify").decode())))
    assert rows[0]["Description"] == "Quite new"


def test_without_a_currency_nothing_is_read(shop: FakeShop) -> None:
    with pytest.raises(BadInput, match="currency"):
        shop.load(SHIRT)


def test_a_bad_variant_costs_itself_and_a_bad_title_the_product(shop: FakeShop) -> None:
    feed = (
        'Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\na,A,Size,S,a1,1\na,,,M,a2,"1,5"\na,,,L,a3,3\nb,,Size,S,b1,1\nc,C,,,,2\n'
    )
    shop.load(feed, EUR)
    assert {id: [variant.id for variant in product.variants] for id, product in shop.by_id().items()} == {"a": ["a1", "a3"], "c": ["c"]}
    assert [(line, field) for line, field, _ in shop.told()] == [(3, "Variant Price"), (5, "Title")]


def test_a_handle_that_comes_back_later_is_a_duplicate(shop: FakeShop) -> None:
    shop.load("Handle,Title,Variant Price\na,A,1\nb,B,1\na,A again,2\n", EUR)
    assert shop.by_id()["a"].title.en == "A"
    assert shop.told() == [(4, "id", "a")]


@pytest.mark.parametrize(
    ("status", "published", "hidden"), [("active", "TRUE", False), ("draft", "TRUE", True), ("active", "false", True), ("", "", False)]
)
def test_drafts_and_unpublished_products_are_hidden(tmp_path: Path, status: str, published: str, hidden: bool) -> None:
    feed = f"Handle,Title,Variant Price,Status,Published\na,A,1,{status},{published}\n"
    assert (round_trip(tmp_path, feed, "shopify", EUR).by_id()["a"].status == "hidden") is hidden


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {"Handle": st.sampled_from("ab"), "Title": words, "Variant Price": st.sampled_from(("1", "2.50", "x"))},
            optional={
                "Body (HTML)": words | words.map(lambda word: f"<p>{word}</p>"),
                "Type": words,
                "Product Category": words,
                "Option1 Name": st.sampled_from(("Size", "Title")),
                "Option1 Value": words,
                "Variant SKU": st.sampled_from(("s", "t")),
                "Variant Compare At Price": st.sampled_from(("0.50", "9")),
                "Variant Inventory Tracker": st.sampled_from(("shopify", "other")),
                "Variant Inventory Qty": st.sampled_from(("0", "-1", "5")),
                "Variant Inventory Policy": st.sampled_from(("deny", "continue")),
                "Variant Grams": words,
                "Image Src": st.sampled_from(("https://s/1", "https://s/2")),
                "Image Alt Text": words,
                "Status": st.sampled_from(("active", "draft", "archived")),
                "Published": st.sampled_from(("TRUE", "FALSE")),
                "Own (product.metafields.custom.own)": words,
                "Google Shopping / Gender": words,
                "Cost per item": words,
            },
        ),
        min_size=1,
        max_size=5,
    )
)
def test_what_was_imported_comes_back(tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]]) -> None:
    out = io.StringIO()
    columns = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(out, columns)
    writer.writeheader()
    writer.writerows(rows)
    folder = tmp_path_factory.mktemp("trip")
    round_trip(folder, out.getvalue(), "shopify", EUR)
    round_trip(folder, out.getvalue(), "shopify-classic", EUR)
