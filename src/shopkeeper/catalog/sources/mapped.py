"""Products from any CSV, JSON, JSON Lines or Parquet, by a column map."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, cast

import orjson

from shopkeeper.catalog.cells import Values, as_text, list_field, localized_field, moment_field, money_field, number_field, text_field, whole_field
from shopkeeper.catalog.column_map import ColumnMap, Source, load_column_map, parse_column_map, source_of
from shopkeeper.catalog.documents import AVAILABILITIES, product_from_document, product_to_document
from shopkeeper.catalog.feed import Part
from shopkeeper.catalog.groups import Groups
from shopkeeper.catalog.language_of import lang_of
from shopkeeper.catalog.records import Record, open_records
from shopkeeper.catalog.report import Found, Gone, Item, bad_row
from shopkeeper.catalog.sources.fields import Attributes, path_of, unique
from shopkeeper.catalog.sources.source import ReadOptions
from shopkeeper.catalog.sources.variants import merged
from shopkeeper.domain.ids import ProductId, VariantId, check_id
from shopkeeper.domain.product import Availability, Offer, Product, Variant
from shopkeeper.domain.texts import Label, Lang
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told

PRODUCT_FIELDS: Final = frozenset((
    "id", "group", "title", "description", "brand", "categories", "tags", "images", "link", "status", "created", "rating", "rating_count",
    "price", "sale_price", "currency", "stock", "availability", "gtin", "mpn", "deleted",
))  # fmt: skip
_REQUIRED: Final = ("id", "title")
_OTHER: Final = frozenset(("keep", "attributes"))
_TABLES: Final = {"product": PRODUCT_FIELDS, "options": None}
_HIDDEN: Final = ("false", "no", "0", "n", "hidden", "draft", "inactive", "archived")
_AVAILABLE: Final = {"true": "in_stock", "yes": "in_stock", "1": "in_stock", "false": "out_of_stock", "no": "out_of_stock", "0": "out_of_stock"}
KEPT: Final = "map:"


@dataclass(frozen=True, slots=True)
class ProductMap:
    """A column map for products, ready to use. `keep` names columns that go to the extras as they are."""

    columns: ColumnMap
    prefixes: tuple[str, ...]
    attributes: Mapping[str, Source]
    keep: tuple[str, ...]

    def of(self, name: str) -> Source | None:
        """The source of a product's field."""
        return self.columns.sources["product"].get(name)


def load_product_map(path: Path) -> ProductMap:
    """The column map in a file."""
    return _product_map(load_column_map(path, tables=_TABLES, other=_OTHER))


def parse_product_map(text: str, *, name: str = "map") -> ProductMap:
    """The column map in a TOML text."""
    return _product_map(parse_column_map(text, name=name, tables=_TABLES, other=_OTHER))


def _product_map(columns: ColumnMap) -> ProductMap:
    for name in _REQUIRED:
        if name not in columns.sources["product"]:
            raise BadInput(told("missing"), field=f"product.{name}", value=columns.name, hint=told("hint.id_and_title"))
    given = columns.other.get("attributes", {})
    if not isinstance(given, dict):
        raise BadInput(told("not_table"), field="attributes", value=str(given)[:80])
    prefixes = given.get("prefix", [])
    keep = columns.other.get("keep", [])
    for field, names in (("attributes.prefix", prefixes), ("keep", keep)):
        if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
            raise BadInput(told("not_texts"), field=field, value=str(names)[:80])
    sources = {name: source_of(value, f"attributes.{name}") for name, value in given.items() if name != "prefix"}
    return ProductMap(columns, tuple(prefixes), sources, tuple(keep))


def read_mapped(part: Part, options: ReadOptions, product_map: ProductMap) -> Iterator[Item]:
    """The products of a mapped file; where the map names a group, its rows are variants and come after all single products."""
    shape = product_map.columns.file
    records = open_records(part, kind=shape.kind, encoding=shape.encoding, delimiter=shape.delimiter, root=shape.root)
    product_map.columns.check(records)
    with Groups() as groups:
        for record in records.rows:
            item = _read(record, options, product_map)
            if isinstance(item, Found) and item.product.id != item.product.variants[0].id:
                groups.add(item.product.id, (item.line, product_to_document(item.product)))
            else:
                yield item
        for _, rows in groups.drain():
            yield from merged([(line, product_from_document(document)) for line, document in rows])


def _read(record: Record, options: ReadOptions, product_map: ProductMap) -> Item:
    id = ""
    try:
        if record.fault is not None:
            raise record.fault
        values = record.values
        own = check_id(text_field(values, product_map.of("id"), field="id"), field="id")
        id = text_field(values, product_map.of("group"), field="group") or own
        if text_field(values, product_map.of("deleted"), field="deleted").lower() in ("true", "yes", "1"):
            return Gone(record.line, ProductId(id))
        return Found(record.line, _product(values, id, own, options, product_map))
    except BadInput as fault:
        raw = record.raw or orjson.dumps(dict(record.values), default=str).decode()
        return bad_row(record.line, fault, row=raw, id=id)


def _product(values: Values, id: str, own: str, options: ReadOptions, product_map: ProductMap) -> Product:
    of = product_map.of
    title = of("title")
    shape = product_map.columns.file
    lang: Lang = options.lang or ("zh" if shape.lang == "zh" else "en" if shape.lang == "en" else lang_of(text_field(values, title, field="title")))
    brand = text_field(values, of("brand"), field="brand")
    category = of("categories")
    return Product(
        id=ProductId(id),
        title=localized_field(values, title, lang, field="title"),
        variants=(_variant(values, own, options, product_map),),
        description=localized_field(values, of("description"), lang, field="description"),
        brand=Label(brand) if brand else None,
        categories=tuple(
            dict.fromkeys(
                path
                for written in list_field(values, category, field="categories")
                if (path := path_of(written, category.separator if category is not None else ">"))
            )
        ),
        attributes=_attributes(values, product_map),
        tags=unique(list_field(values, of("tags"), field="tags")),
        images=unique(list_field(values, of("images"), field="images")),
        link=text_field(values, of("link"), field="link"),
        status="hidden" if text_field(values, of("status"), field="status").lower() in _HIDDEN else "active",
        created=moment_field(values, of("created"), field="created"),
        rating=number_field(values, of("rating"), field="rating"),
        rating_count=whole_field(values, of("rating_count"), field="rating_count") or 0,
        extras=tuple((KEPT + column, text) for column in product_map.keep if (text := _kept_text(values.get(column)))),
    )


def _kept_text(value: object) -> str:
    if isinstance(value, dict | list):
        return orjson.dumps(value, default=str).decode()
    return as_text(value, field="keep")


def _attributes(values: Values, product_map: ProductMap) -> tuple[tuple[str, tuple[Label, ...]], ...]:
    attributes = Attributes()
    for name, source in product_map.attributes.items():
        for value in list_field(values, source, field=f"attributes.{name}"):
            attributes.add(name, value)
    for column, value in values.items():
        if value is not None and (name := _name_under(column, product_map.prefixes)):
            for item in value if isinstance(value, list) else [value]:
                attributes.add(name, as_text(item, field=column))
    return attributes.done()


@lru_cache(maxsize=16_384)
def _name_under(column: str, prefixes: tuple[str, ...]) -> str:
    """What the column's name says after one of the prefixes; empty if it begins with none."""
    prefix = next((prefix for prefix in prefixes if column.startswith(prefix)), None)
    return "" if prefix is None else column.removeprefix(prefix)


def _variant(values: Values, own: str, options: ReadOptions, product_map: ProductMap) -> Variant:
    of = product_map.of
    options_of = product_map.columns.sources["options"]
    labels = [(name, text_field(values, source, field=f"options.{name}")) for name, source in options_of.items()]
    return Variant(
        id=VariantId(own),
        options=tuple((name, Label(text)) for name, text in labels if text),
        offers=_offers(values, options, product_map),
        gtin=text_field(values, of("gtin"), field="gtin"),
        mpn=text_field(values, of("mpn"), field="mpn"),
    )


def _offers(values: Values, options: ReadOptions, product_map: ProductMap) -> tuple[Offer, ...]:
    of = product_map.of
    currency = text_field(values, of("currency"), field="currency") or options.currency
    price = money_field(values, of("price"), currency, field="price")
    if price is None:
        if of("price") is not None:
            raise BadInput(told("missing"), field="price", value="")
        return ()
    written = text_field(values, of("availability"), field="availability").lower().replace(" ", "_")
    availability = _AVAILABLE.get(written, written) or "in_stock"
    if availability not in AVAILABILITIES:
        raise BadInput(
            told("not_known", given=written), field="availability", value=written, hint=told("hint.one_of", known=", ".join(AVAILABILITIES))
        )
    stock = whole_field(values, of("stock"), field="stock")
    sale = money_field(values, of("sale_price"), currency, field="sale_price")
    if stock == 0 and not written:
        availability = "out_of_stock"
    return (Offer(price, options.market, sale, None, None, cast(Availability, availability), stock),)
