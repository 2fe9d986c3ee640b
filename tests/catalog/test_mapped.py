"""Column maps: products from any table."""

import io
from pathlib import Path

import orjson
import polars as pl
import pytest

from shopkeeper.catalog.report import ImportOptions
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.errors import BadInput
from tests.catalog.feeds import FakeShop

MAP = """
keep = ["shelf"]
[product]
id = "sku"
group = "parent"
title = { en = "name", zh = "名称" }
description = ["long", "short"]
brand = "maker"
categories = { column = "path", separator = "/", split = ";" }
images = ["img1", "img2"]
price = "price"
currency = { value = "EUR" }
stock = "stock"
[options]
size = "size"
[attributes]
prefix = ["attr_"]
colour = "farbe"
"""
GOODS = [
    {"sku": "m", "parent": "shirt", "name": "Shirt", "名称": "衬衫", "short": "Soft", "maker": "Acme", "path": "Tops/Shirts;Sale", "img1": "https://s/1",
     "price": 19.9, "stock": 3, "size": "M", "attr_fit": "slim", "farbe": "red", "shelf": "A1"},
    {"sku": "cup", "name": "Cup", "long": "Long", "short": "Short", "price": 5, "attr_litres": 0.5, "img1": "https://s/2", "img2": "https://s/3"},
    {"sku": "l", "parent": "shirt", "name": "Shirt", "名称": "衬衫", "price": 21.0, "stock": 0, "size": "L"},
]  # fmt: skip


def options(folder: Path, text: str = MAP, **more) -> ImportOptions:
    path = folder / "map.toml"
    path.write_text(text, encoding="utf-8")
    return ImportOptions(column_map=path, **more)


def as_csv(delimiter: str) -> bytes:
    return pl.DataFrame(GOODS, infer_schema_length=None).write_csv(separator=delimiter).encode()


def as_parquet() -> bytes:
    out = io.BytesIO()
    pl.DataFrame(GOODS, infer_schema_length=None).write_parquet(out)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        orjson.dumps(GOODS),
        orjson.dumps(GOODS, option=orjson.OPT_INDENT_2),
        b"\n".join(map(orjson.dumps, GOODS)),
        as_csv(","),
        as_csv(";"),
        as_csv("\t"),
        as_parquet(),
    ],
    ids=["json", "indented", "lines", "comma", "semicolon", "tab", "parquet"],
)
def test_every_kind_of_file_gives_the_same_products(shop: FakeShop, content: bytes) -> None:
    report = shop.load(content, options(shop.folder))
    assert (report.format, report.inserted, report.rejects) == ("mapped", 2, 0)
    shirt, cup = shop.by_id()["shirt"], shop.by_id()["cup"]
    assert shirt.title == LocalizedText("衬衫", "Shirt") and shirt.description.zh + shirt.description.en == "Soft"
    assert [[label.key for label in path] for path in shirt.categories] == [["Tops", "Shirts"], ["Sale"]]
    assert [(variant.id, variant.options[0][1].key) for variant in shirt.variants] == [("m", "M"), ("l", "L")]
    assert [variant.offers[0].availability for variant in shirt.variants] == ["in_stock", "out_of_stock"]
    assert {name: labels[0].key for name, labels in shirt.attributes} == {"colour": "red", "fit": "slim"}
    assert shirt.extras == (("map:shelf", "A1"),)
    assert cup.images == ("https://s/2", "https://s/3") and cup.description.en == "Long"
    assert cup.variants[0].offers[0].price == Money(500, Currency("EUR"))
    assert cup.attributes[0][1][0].key == "0.5"


def test_a_column_that_is_not_there_is_named_with_those_that_are(shop: FakeShop) -> None:
    with pytest.raises(BadInput) as caught:
        shop.load(as_csv(","), options(shop.folder, MAP.replace('brand = "maker"', 'brand = "makr"')))
    assert caught.value.field == "product.brand"
    assert "'makr'" in caught.value.message and "Did you mean 'maker'" in str(caught.value) and "sku" in str(caught.value)
    assert shop.products.writes == 0


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("[product]\nid = 'sku'\n", "product.title"),
        ("[product]\nid = 'sku'\ntitle = 'name'\nprize = 'price'\n", "prize"),
        ("[products]\n", "products"),
        ("[product]\nid = 3\ntitle = 'name'\n", "product.id"),
        ("[file]\nkind = 'xlsx'\n[product]\nid = 'sku'\ntitle = 'name'\n", "file.kind"),
        ("[product\n", "map"),
        ("[product]\nid = 'sku'\ntitle = { colum = 'name' }\n", "colum"),
    ],
)
def test_a_map_that_is_wrong_is_refused_by_the_key(shop: FakeShop, text: str, field: str) -> None:
    with pytest.raises(BadInput) as caught:
        shop.load(as_csv(","), options(shop.folder, text))
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("price", "map_price", "minor"),
    [
        ("12,50", '{ column = "price", decimal = "," }', 1250),
        ("12.50", '"price"', 1250),
        ("€12.50", '"price"', 1250),
        ("12.50 USD", '"price"', 1250),
        ("1250", '{ column = "price", unit = "minor" }', 1250),
        ("12,50", '"price"', None),
        ("1.250,00", '{ column = "price", decimal = "," }', None),
        ("-1", '"price"', None),
        ("", '"price"', None),
        ("nan", '"price"', None),
    ],
)
def test_a_price_is_read_as_the_map_says_or_refused(shop: FakeShop, price: str, map_price: str, minor: int | None) -> None:
    text = f'[product]\nid = "id"\ntitle = "title"\nprice = {map_price}\ncurrency = {{ value = "EUR" }}\n'
    shop.load(f'id,title,price\na,A,"{price}"\n', options(shop.folder, text))
    found = shop.by_id()
    assert (found["a"].variants[0].offers[0].price.minor if found else None) == minor


def test_wrong_types_in_a_parquet_file_cost_their_rows(shop: FakeShop) -> None:
    out = io.BytesIO()
    pl.DataFrame({"id": ["a", "b"], "title": [["A"], []], "price": [{"x": 1}, {"x": 2}]}).write_parquet(out)
    report = shop.load(out.getvalue(), options(shop.folder, '[product]\nid = "id"\ntitle = "title"\nprice = "price"\n'))
    assert (report.inserted == 0 and [field for _, field, _ in shop.told()] == ["price", "title"]) or report.rejects == 2


def test_a_broken_object_in_an_array_costs_itself(shop: FakeShop) -> None:
    rows = [orjson.dumps({"sku": f"p{n}", "name": "Cup"}) for n in range(6)]
    text = '[product]\nid = "sku"\ntitle = "name"\n'
    for joint, bad in ((b",\n ", b'{"sku": "p2", "name": }'), (b",", b'{"sku" "p2"}')):
        mine = FakeShop(shop.folder)
        mine.load(b"[" + joint.join([*rows[:2], bad, *rows[3:]]) + b"]", options(shop.folder, text))
        assert list(mine.by_id()) == ["p0", "p1", "p3", "p4", "p5"]
        assert len(mine.rejects) == 1


def test_a_folder_is_read_by_its_pattern(shop: FakeShop) -> None:
    (shop.folder / "in").mkdir()
    (shop.folder / "in" / "a.json").write_bytes(orjson.dumps([{"sku": "a", "name": "A"}]))
    (shop.folder / "in" / "b.json").write_bytes(orjson.dumps([{"sku": "b", "name": "B"}]))
    (shop.folder / "in" / "notes.csv").write_text("x,y\n1,2\n")
    chosen = options(shop.folder, '[file]\nfiles = "*.json"\n[product]\nid = "sku"\ntitle = "name"\n')
    assert shop.service.import_products(shop.folder / "in", chosen).inserted == 2
