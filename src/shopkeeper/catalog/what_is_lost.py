"""What each format cannot hold, found out by trying: a product that has everything is written, read again, and compared field by field.

`docs/reference/formats.md` holds the table; a test compares it with `loss_table()`.
"""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from shopkeeper.catalog.feed import Part
from shopkeeper.catalog.report import Found
from shopkeeper.catalog.sources.formats import FORMATS
from shopkeeper.catalog.sources.source import Format, ReadOptions, WriteOptions
from shopkeeper.domain.ids import ProductId, VariantId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.product import Market, Offer, Product, Variant
from shopkeeper.domain.texts import Label, LocalizedText

_START, _END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
_EUR: Final = Currency("EUR")


def _variant(id: str, size: str, cut: str, *, stock: int | None) -> Variant:
    offer = Offer(Money(1990, _EUR), sale_price=Money(1490, _EUR), sale_starts=_START, sale_ends=_END, stock=stock)
    return Variant(
        id=VariantId(id),
        options=(("size", Label(size)), ("Cut", Label(cut))),
        offers=(offer, Offer(Money(2190, Currency("USD")), Market("us"))),
        gtin="4006381333931",
        mpn="MPN-1",
        images=(f"https://shop.example/{id}.jpg",),
    )


FULL: Final = Product(
    id=ProductId("shirt"),
    title=LocalizedText("衬衫", "Shirt"),
    description=LocalizedText("柔软", "Soft"),
    variants=(_variant("shirt-m", "M", "slim", stock=5), _variant("shirt-l", "L", "wide", stock=0)),
    brand=Label("acme", LocalizedText("艾克", "Acme")),
    categories=((Label("Tops"), Label("Shirts")), (Label("Sale"),)),
    attributes=(("fabric", (Label("cotton"), Label("linen"))), ("gender", (Label("unisex"),))),
    tags=("new", "summer"),
    images=("https://shop.example/1.jpg", "https://shop.example/2.jpg"),
    link="https://shop.example/shirt",
    created=_START,
    rating=4.5,
    rating_count=12,
    extras=(("erp:bin", "A-12"),),
)
"""A product that has everything."""


def _offers(product: Product) -> list[Offer]:
    return list(product.offers())


FIELDS: Final[tuple[tuple[str, Callable[[Product], object]], ...]] = (
    ("title, description in one language", lambda p: (p.title.en, p.description.en)),
    ("title, description in the other", lambda p: (p.title.zh, p.description.zh)),
    ("names of values in each language", lambda p: p.brand.names if p.brand is not None else None),
    ("brand", lambda p: p.brand.shown("en") if p.brand is not None else None),
    ("main category", lambda p: p.categories[:1]),
    ("further categories", lambda p: p.categories[1:]),
    ("attributes", lambda p: [dict(p.attributes).get(name) for name in ("fabric", "gender")]),
    ("tags", lambda p: p.tags),
    ("pictures of the product", lambda p: p.images),
    ("pictures of each variant", lambda p: [variant.images for variant in p.variants]),
    ("link", lambda p: p.link),
    ("day of creation", lambda p: p.created),
    ("rating", lambda p: (p.rating, p.rating_count)),
    ("variants and their ids", lambda p: [variant.id for variant in p.variants]),
    ("option `size`", lambda p: [dict(variant.options).get("size") for variant in p.variants]),
    ("options of other names", lambda p: [dict(variant.options).get("Cut") for variant in p.variants]),
    ("GTIN", lambda p: [variant.gtin for variant in p.variants]),
    ("MPN", lambda p: [variant.mpn for variant in p.variants]),
    ("price", lambda p: [offer.price for offer in _offers(p)]),
    ("sale price", lambda p: [offer.sale_price for offer in _offers(p)]),
    ("days of the sale", lambda p: [(offer.sale_starts, offer.sale_ends) for offer in _offers(p)]),
    ("stock", lambda p: [offer.stock for offer in _offers(p)]),
    ("prices in other markets", lambda p: [variant.offer(Market("us")) for variant in p.variants]),
    ("columns kept from another format", lambda p: p.extras),
)


def kept_fields(format: Format) -> list[bool]:
    """For each of `FIELDS`, whether `FULL` still has it after it was written in `format` and read again."""
    out = io.BytesIO()
    assert format.write is not None
    format.write(lambda: [FULL], out, WriteOptions("en"))
    part = Part("full", len(out.getvalue()), lambda: io.BytesIO(out.getvalue()))
    found = [item.product for item in format.read(part, ReadOptions(currency="EUR")) if isinstance(item, Found)]
    assert len(found) == 1, found
    return [field(found[0]) == field(FULL) for _, field in FIELDS]


def loss_table() -> str:
    """The table in Markdown: a row for each field, a column for each format."""
    formats = [format for format in FORMATS.values() if format.write is not None]
    kept = [kept_fields(format) for format in formats]
    rows = [f"| field | {' | '.join(f'`{format.name}`' for format in formats)} |", f"|---|{'---|' * len(formats)}"]
    for at, (name, _) in enumerate(FIELDS):
        rows.append(f"| {name} | {' | '.join('yes' if column[at] else '—' for column in kept)} |")
    return "\n".join(rows) + "\n"
