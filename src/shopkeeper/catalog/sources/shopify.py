"""Shopify product CSV, read in both header dialects, written in either.

The rows of one handle stand together: the first carries the product and its first variant, the next ones a variant or a further picture each.
Prices carry no currency, so the shop's must be given. A compare-at price above the price is a sale. The HTML of a description is kept beside
its text, and written back as long as the text is still the one it says.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest
from typing import BinaryIO, Final

from shopkeeper.catalog.feed import Part
from shopkeeper.catalog.html_text import html_text
from shopkeeper.catalog.language_of import localized_text
from shopkeeper.catalog.prices import amount_text, price_of
from shopkeeper.catalog.report import Bad, Found, Item, bad_row
from shopkeeper.catalog.sources.fields import Attributes, path_of, path_text, unique, whole_of
from shopkeeper.catalog.sources.shopify_columns import ATTRIBUTES, CLASSIC, NEWER, classic_name, newer_name, of_variant
from shopkeeper.catalog.sources.source import ReadOptions, WriteOptions
from shopkeeper.catalog.table_rows import TableRow, TableWriter, table_rows
from shopkeeper.domain.ids import ProductId, VariantId, check_id
from shopkeeper.domain.product import Availability, Extras, Offer, Product, Status, Variant
from shopkeeper.domain.texts import Label
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told

KEPT: Final = "shopify:"
ALT_TEXT: Final = "Image Alt Text"
_OPTION_NUMBERS: Final = (1, 2, 3)
_PRODUCT_FIELDS: Final = frozenset(
    ("Handle", "Title", "Body (HTML)", "Vendor", "Type", "Tags", "Published", "Status", "Image Src", "Image Position", ALT_TEXT)
)
_VARIANT_FIELDS: Final = frozenset((
    "Variant SKU", "Variant Barcode", "Variant Price", "Variant Compare At Price", "Variant Inventory Tracker", "Variant Inventory Qty",
    "Variant Inventory Policy", "Variant Image", "Google Shopping / MPN",
    *(f"Option{n} {part}" for n in _OPTION_NUMBERS for part in ("Name", "Value")),
))  # fmt: skip
_NO = ("false", "no", "0")


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    cells: Mapping[str, str]
    raw: str


def read_shopify(part: Part, options: ReadOptions) -> Iterator[Item]:
    """The products of a Shopify CSV, one for each run of rows with the same handle."""
    if options.currency is None:
        raise BadInput(told("amounts_without_currency"), field="source", value=part.name, hint=told("hint.shop_currency"))
    for handle, rows in groupby(table_rows(part, options.encoding), key=_handle):
        yield from _read_product(handle, [_classic(row) for row in rows], options)


def _handle(row: TableRow) -> str:
    return row.cells.get("Handle", "") or next((cell for name, cell in row.cells.items() if classic_name(name) == "Handle"), "")


def _classic(row: TableRow) -> TableRow:
    return TableRow(row.line, {classic_name(name): cell for name, cell in row.cells.items()}, row.raw, row.fault)


def _read_product(handle: str, rows: Sequence[TableRow], options: ReadOptions) -> Iterator[Found | Bad]:
    good = [_Row(row.line, row.cells, row.raw) for row in rows if row.fault is None]
    for row in rows:
        if row.fault is not None:
            yield bad_row(row.line, row.fault, row=row.raw, id=handle)
    if not good:
        return
    variants: list[Variant] = []
    names = [good[0].cells.get(f"Option{n} Name", "") for n in _OPTION_NUMBERS]
    for row in good:
        if not _is_variant(row, first=row is good[0]):
            continue
        try:
            variants.append(_variant(row, handle, names, {variant.id for variant in variants}, options))
        except BadInput as fault:
            yield bad_row(row.line, fault, row=row.raw, id=handle)
    if not variants:
        return
    try:
        yield Found(good[0].line, _product(handle, good, variants, options))
    except BadInput as fault:
        yield bad_row(good[0].line, fault, row=good[0].raw, id=handle)


def _is_variant(row: _Row, *, first: bool) -> bool:
    return first or any(row.cells.get(name) for name in ("Option1 Value", "Variant SKU", "Variant Price"))


def _variant(row: _Row, handle: str, names: Sequence[str], taken: set[VariantId], options: ReadOptions) -> Variant:
    cells = row.cells
    values = [cells.get(f"Option{n} Value", "") for n in _OPTION_NUMBERS]
    pairs = [(name, Label(value)) for name, value in zip(names, values, strict=True) if name and value]
    if [(name, label.key) for name, label in pairs] == [("Title", "Default Title")]:
        pairs = []
    extras = [(KEPT + name, cell) for name, cell in cells.items() if cell and name not in _VARIANT_FIELDS and of_variant(name)]
    sku = cells.get("Variant SKU", "")
    if sku and VariantId(sku) in taken:
        extras.append((KEPT + "Variant SKU", sku))  # Shopify allows it twice; an id must differ
    id = sku if sku and VariantId(sku) not in taken else own_id(handle, [label.key for _, label in pairs])
    offer, kept = _offer(cells, options)
    picture = cells.get("Variant Image", "")
    return Variant(
        id=VariantId(check_id(id, field="Variant SKU")),
        options=tuple(pairs),
        offers=(offer,),
        gtin=cells.get("Variant Barcode", "").removeprefix("'"),  # exports write '0123 so that spreadsheets keep the zero
        mpn=cells.get("Google Shopping / MPN", ""),
        images=(picture,) if picture else (),
        extras=tuple(sorted((*extras, *kept))),
    )


def own_id(handle: str, values: Sequence[str]) -> str:
    """The id of a variant that has no SKU of its own."""
    return "/".join([handle, *values])


def _offer(cells: Mapping[str, str], options: ReadOptions) -> tuple[Offer, Extras]:
    price = price_of(_given(cells, "Variant Price"), field="Variant Price", currency=options.currency)
    compare_at = cells.get("Variant Compare At Price", "")
    before = price_of(compare_at, field="Variant Compare At Price", currency=options.currency) if compare_at else None
    kept: list[tuple[str, str]] = []
    on_sale = before is not None and before > price
    if before is not None and not on_sale:
        kept.append((KEPT + "Variant Compare At Price", compare_at))
    stock, availability = None, "in_stock"
    quantity, policy = cells.get("Variant Inventory Qty", ""), cells.get("Variant Inventory Policy", "").lower()
    tracker = cells.get("Variant Inventory Tracker", "")
    goes_on = policy in ("continue", "true")
    if tracker and quantity:
        counted = whole_of(quantity, field="Variant Inventory Qty")
        stock = max(counted, 0)
        if counted < 0:  # oversold
            kept.append((KEPT + "Variant Inventory Qty", quantity))
        availability = _availability(stock, goes_on=goes_on)
    elif quantity:
        kept.append((KEPT + "Variant Inventory Qty", quantity))
    if goes_on and availability != "backorder":
        kept.append((KEPT + "Variant Inventory Policy", "continue"))
    if tracker not in ("", "shopify") or (tracker and not quantity):
        kept.append((KEPT + "Variant Inventory Tracker", tracker))
    return Offer(before if on_sale and before else price, options.market, price if on_sale else None, None, None, availability, stock), tuple(kept)


def _availability(stock: int, *, goes_on: bool) -> Availability:
    return "in_stock" if stock else "backorder" if goes_on else "out_of_stock"


def _given(cells: Mapping[str, str], column: str) -> str:
    if not (cell := cells.get(column, "")):
        raise BadInput(told("missing"), field=column, value="")
    return cell


def _product(handle: str, rows: Sequence[_Row], variants: Sequence[Variant], options: ReadOptions) -> Product:
    cells = rows[0].cells
    html = cells.get("Body (HTML)", "")
    text = html_text(html)
    category, kind = cells.get("Product Category", ""), cells.get("Type", "")
    pictures = _pictures(rows)
    attributes = Attributes()
    for column, name in ATTRIBUTES.items():
        attributes.add(name, cells.get(column, ""))
    return Product(
        id=ProductId(check_id(handle, field="Handle")),
        title=localized_text(_given(cells, "Title"), options.lang),
        variants=tuple(variants),
        description=localized_text(text, options.lang),
        brand=Label(cells["Vendor"]) if cells.get("Vendor") else None,
        categories=tuple(dict.fromkeys(path for path in (path_of(kind), path_of(category)) if path)),
        attributes=attributes.done(),
        tags=unique(tag.strip() for tag in cells.get("Tags", "").split(",")),
        images=tuple(pictures),
        status=_status(cells),
        extras=_product_extras(cells, html if html != text else "", list(pictures.values())),
    )


def _pictures(rows: Sequence[_Row]) -> dict[str, str]:
    """Alt text by picture, in the order of their positions."""
    placed = []
    for row in rows:
        if url := row.cells.get("Image Src", ""):
            position = row.cells.get("Image Position", "")
            placed.append((int(position) if position.isascii() and position.isdigit() else len(placed) + 1, url, row.cells.get(ALT_TEXT, "")))
    pictures: dict[str, str] = {}
    for _, url, alt in sorted(placed, key=lambda place: place[0]):
        pictures.setdefault(url, alt)
    return pictures


def _status(cells: Mapping[str, str]) -> Status:
    hidden = cells.get("Status", "").lower() not in ("", "active") or cells.get("Published", "").lower() in _NO
    return "hidden" if hidden else "active"


def _product_extras(cells: Mapping[str, str], html: str, alts: Sequence[str]) -> Extras:
    extras = [
        (KEPT + name, cell)
        for name, cell in cells.items()
        if cell and not (name in _PRODUCT_FIELDS or name in _VARIANT_FIELDS or name in ATTRIBUTES or of_variant(name))
    ]
    if html:
        extras.append((KEPT + "Body (HTML)", html))
    if cells.get("Status", "").lower() not in ("", "active"):
        extras.append((KEPT + "Status", cells["Status"].lower()))
    if cells.get("Published", "").lower() in _NO:
        extras.append((KEPT + "Published", "FALSE"))
    extras += [(f"{KEPT}{ALT_TEXT} {at}", alt) for at, alt in enumerate(alts, 1) if alt]
    return tuple(sorted(extras))


def write_shopify(products: Callable[[], Iterable[Product]], out: BinaryIO, options: WriteOptions) -> None:
    """Write the CSV with the headers of today's template."""
    _write(products, out, options, list(NEWER.values()), newer_name)


def write_shopify_classic(products: Callable[[], Iterable[Product]], out: BinaryIO, options: WriteOptions) -> None:
    """Write the CSV with the older headers."""
    _write(products, out, options, list(CLASSIC), lambda column: column)


def _write(products: Callable[[], Iterable[Product]], out: BinaryIO, options: WriteOptions, columns: list[str], name: Callable[[str], str]) -> None:
    known = dict.fromkeys(columns)
    for product in products():
        for row in product_rows(product, options):
            known.update(dict.fromkeys(row))
    writer = TableWriter(out, [name(column) for column in known], ",")
    for product in products():
        for row in product_rows(product, options):
            writer.row({name(column): cell for column, cell in row.items()})


def product_rows(product: Product, options: WriteOptions) -> Iterator[dict[str, str]]:
    """The product's rows, by older column names; variants that are not sold in the market are left out, and so is a product without any."""
    sold = [variant for variant in product.variants if variant.offer(options.market) is not None]
    if not sold:
        return
    names = list(dict.fromkeys(name for variant in sold for name, _ in variant.options))[: len(_OPTION_NUMBERS)]
    kept = _kept(product.extras)
    for at, (variant, picture) in enumerate(zip_longest(sold, product.images), 1):
        row = {"Handle": str(product.id)}
        if at == 1:
            row |= _product_cells(product, kept, options) | {f"Option{n} Name": name for n, name in enumerate(names or ["Title"], 1)}
        if variant is not None:
            row |= _variant_cells(product, variant, names, options)
        if picture is not None:
            row |= {"Image Src": picture, "Image Position": str(at), ALT_TEXT: kept.get(f"{ALT_TEXT} {at}", "")}
        yield row


def _kept(extras: Extras) -> dict[str, str]:
    return {name.removeprefix(KEPT): value for name, value in extras if name.startswith(KEPT)}


def _product_cells(product: Product, kept: Mapping[str, str], options: WriteOptions) -> dict[str, str]:
    cells = {name: value for name, value in kept.items() if not name.startswith(ALT_TEXT)}
    description = product.description.get(options.lang)
    if html_text(kept.get("Body (HTML)", "")) != description:  # the text has changed since
        cells["Body (HTML)"] = description
    category = path_of(kept.get("Product Category", ""))
    kinds = [path for path in product.categories if path != category]
    hidden = product.status == "hidden"
    attributes = dict(product.attributes)
    cells |= {
        "Title": product.title.get(options.lang),
        "Vendor": product.brand.shown(options.lang) if product.brand is not None else "",
        "Type": path_text(kinds[0], options.lang) if kinds else "",
        "Tags": ", ".join(product.tags),
        "Status": kept.get("Status", "active" if "Published" in kept else "draft") if hidden else "active",
        "Published": kept.get("Published", "TRUE") if hidden else "TRUE",
    }
    return cells | {column: attributes[name][0].shown(options.lang) for column, name in ATTRIBUTES.items() if name in attributes}


def _variant_cells(product: Product, variant: Variant, names: Sequence[str], options: WriteOptions) -> dict[str, str]:
    offer = variant.offer(options.market)
    assert offer is not None
    labels = dict(variant.options)
    values = [labels[name].shown(options.lang) if name in labels else "" for name in names] or ["Default Title"]
    kept = _kept(variant.extras)
    generated = variant.id == own_id(product.id, [label.key for _, label in variant.options])
    on_sale = offer.sale_price is not None and offer.sale_price < offer.price
    counted = offer.stock is not None or offer.availability != "in_stock"
    stock = 0 if offer.availability != "in_stock" or offer.stock is None else offer.stock
    own = {
        "Variant SKU": "" if generated else variant.id,
        "Variant Barcode": variant.gtin,
        "Google Shopping / MPN": variant.mpn,
        "Variant Image": next(iter(variant.images), ""),
        "Variant Price": amount_text(offer.sale_price if on_sale and offer.sale_price else offer.price),
        "Variant Compare At Price": amount_text(offer.price) if on_sale else "",
        "Variant Inventory Tracker": "shopify" if counted else "",
        "Variant Inventory Qty": str(stock) if counted else "",
        "Variant Inventory Policy": "continue" if offer.availability in ("backorder", "preorder") else "deny" if counted else "",
        **{f"Option{n} Value": value for n, value in enumerate(values, 1)},
    }
    return own | {name: value for name, value in kept.items() if _still_holds(name, offer, on_sale=on_sale)}


def _still_holds(column: str, offer: Offer, *, on_sale: bool) -> bool:
    """False for a kept cell that the offer has overtaken since it was imported."""
    if column == "Variant Compare At Price":
        return not on_sale
    if column == "Variant Inventory Qty":
        return not offer.stock
    return True
