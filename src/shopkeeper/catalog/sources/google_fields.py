"""Google Merchant items <-> products: the same attributes in TSV and XML (docs/decisions/0007 quotes the specification).

An item is a list of (attribute, value) pairs as they stand in the feed. Items with one `item_group_id` are the variants of one product: what the
first item says of the whole product (title, brand, type …) is the product's; where another item differs, its own wording is kept with its variant
and written back.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias, cast

from shopkeeper.catalog.documents import AVAILABILITIES
from shopkeeper.catalog.language_of import localized_text
from shopkeeper.catalog.prices import price_of
from shopkeeper.catalog.report import Bad, Found, bad_row
from shopkeeper.catalog.sources.fields import (
    Attributes,
    attribute_name,
    images_of,
    moment_of,
    path_of,
    path_text,
    raw_attribute_name,
    unique,
    whole_of,
)
from shopkeeper.catalog.sources.source import ReadOptions, WriteOptions
from shopkeeper.domain.ids import ProductId, VariantId, check_id
from shopkeeper.domain.product import Availability, Offer, Product, Status, Variant
from shopkeeper.domain.texts import Label
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told

Pairs: TypeAlias = Sequence[tuple[str, str]]
KEPT: Final = "google:"
OPTIONS: Final = ("color", "size", "pattern", "material", "age_group", "gender")
"""What variants of an item group may differ in, by Google's definition of item_group_id."""
PLAIN_ATTRIBUTES: Final = (
    "condition", "energy_efficiency_class", "custom_label_0", "custom_label_1", "custom_label_2", "custom_label_3", "custom_label_4",
)  # fmt: skip
OF_PRODUCT: Final = (
    "title", "description", "link", "brand", "product_type", *PLAIN_ATTRIBUTES, "product_detail", "image_link", "additional_image_link", "pause",
)  # fmt: skip
OF_VARIANT: Final = (
    "id", "item_group_id", *OPTIONS, "price", "sale_price", "sale_price_effective_date", "availability", "quantity", "gtin", "mpn",
)  # fmt: skip
REQUIRED: Final = ("id", "title", "price")
_STRUCTURED: Final = ("product_type", "product_detail")
_IMAGES: Final = ("image_link", "additional_image_link")
_KNOWN: Final = frozenset((*OF_PRODUCT, *OF_VARIANT))


def attribute(raw: str) -> str:
    """An attribute's name as Google writes it: lower case, underscores, without the `g:` of XML."""
    name = raw.strip().lower().removeprefix("g:").removeprefix("g_")
    head, bracket, rest = name.partition("(")  # shipping(country:price) keeps its list of sub-attributes
    return head.strip().replace(" ", "_") + bracket + rest


def group_of(pairs: Pairs) -> str:
    """The item's item_group_id, or empty."""
    return next((value for name, value in pairs if name == "item_group_id" and value), "")


def item_id(pairs: Pairs) -> str:
    """The item's id, or empty."""
    return next((value for name, value in pairs if name == "id"), "")


def products_of(items: Iterable[tuple[int, Pairs, str]], options: ReadOptions) -> Iterator[Found | Bad]:
    """The product made of (line, pairs, raw row) items of one group (or of one single item), and the items that cannot be used."""
    good: list[tuple[int, Pairs, Variant, str]] = []
    lines: dict[str, int] = {}
    group = ""
    for line, pairs, raw in items:
        group = group_of(pairs)
        product_id = group or item_id(pairs)
        try:
            variant = _variant(pairs, options)
            if variant.id in lines:
                raise BadInput(told("repeated", line=lines[variant.id]), field="id", value=variant.id)
            check_id(product_id, field="item_group_id")
            if not good:  # what cannot be a product must not be its first item
                _product([(pairs, variant)], product_id, options)
        except BadInput as fault:
            yield bad_row(line, fault, row=raw, id=product_id)
            continue
        lines[variant.id] = line
        good.append((line, pairs, variant, raw))
    if not good:
        return
    line, pairs, _, raw = good[0]
    try:
        yield Found(line, _product([(pairs, variant) for _, pairs, variant, _ in good], group or item_id(pairs), options))
    except BadInput as fault:
        yield bad_row(line, fault, row=raw, id=group or item_id(pairs))


def _variant(pairs: Pairs, options: ReadOptions) -> Variant:
    first = _firsts(pairs)
    for name in REQUIRED:
        if not first.get(name):
            raise BadInput(told("missing"), field=name, value="")
    return Variant(
        id=VariantId(check_id(first["id"], field="id")),
        options=tuple((name, Label(first[name])) for name in OPTIONS if first.get(name)),
        offers=(_offer(first, options),),
        gtin=first.get("gtin", ""),
        mpn=first.get("mpn", ""),
    )


def _offer(first: Mapping[str, str], options: ReadOptions) -> Offer:
    starts = ends = None
    if dates := first.get("sale_price_effective_date"):
        begin, slash, end = dates.partition("/")
        if not slash:
            raise BadInput(told("not_span", written=dates), field="sale_price_effective_date", value=dates, hint=told("hint.span"))
        starts = moment_of(begin, field="sale_price_effective_date")
        ends = moment_of(end, field="sale_price_effective_date")
    sale = first.get("sale_price")
    quantity = first.get("quantity")
    return Offer(
        price=price_of(first["price"], field="price", currency=options.currency),
        market=options.market,
        sale_price=price_of(sale, field="sale_price", currency=options.currency) if sale else None,
        sale_starts=starts,
        sale_ends=ends,
        availability=_availability(first.get("availability", "")),
        stock=whole_of(quantity, field="quantity") if quantity else None,
    )


def _availability(written: str) -> Availability:
    name = written.strip().lower().replace(" ", "_") or "in_stock"
    if name not in AVAILABILITIES:
        raise BadInput(
            told("not_known", given=written), field="availability", value=written, hint=told("hint.one_of", known=", ".join(AVAILABILITIES))
        )
    return cast(Availability, name)


def _product(items: Sequence[tuple[Pairs, Variant]], product_id: str, options: ReadOptions) -> Product:
    leading = _lists(items[0][0])
    first = {name: values[0] for name, values in leading.items()}
    status: Status = "hidden" if first.get("pause") == "all" else "active"
    return Product(
        id=ProductId(product_id),
        title=localized_text(first["title"], options.lang),
        variants=tuple(_with_own_words(pairs, variant, leading) for pairs, variant in items),
        description=localized_text(first.get("description", ""), options.lang),
        brand=Label(first["brand"]) if first.get("brand") else None,
        categories=tuple(path for written in leading.get("product_type", ()) if (path := path_of(written))),
        attributes=_attributes(leading),
        images=_images(leading),
        link=first.get("link", ""),
        status=status,
    )


def _attributes(leading: Mapping[str, Sequence[str]]) -> tuple[tuple[str, tuple[Label, ...]], ...]:
    attributes = Attributes()
    for name in PLAIN_ATTRIBUTES:
        for value in leading.get(name, ()):
            attributes.add(name, value)
    for detail in leading.get("product_detail", ()):
        attributes.add(*_read_detail(detail))
    return attributes.done()


def _images(lists: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    return unique(image for name in _IMAGES for image in lists.get(name, ()))


def _with_own_words(pairs: Pairs, variant: Variant, leading: Mapping[str, Sequence[str]]) -> Variant:
    lists = _lists(pairs)
    own: list[tuple[str, str]] = []
    for name, values in lists.items():
        if name not in _KNOWN or (name in OF_PRODUCT and name not in _IMAGES and values != leading.get(name)):
            own += [(KEPT + name, value) for value in values]
    own.sort(key=lambda pair: pair[0])  # by name, whatever the order of the columns
    images = _images(lists)
    return Variant(
        id=variant.id,
        options=variant.options,
        offers=variant.offers,
        gtin=variant.gtin,
        mpn=variant.mpn,
        images=images if images != _images(leading) else (),
        extras=tuple(own),
    )


def _firsts(pairs: Pairs) -> dict[str, str]:
    first: dict[str, str] = {}
    for name, value in pairs:
        if value:
            first.setdefault(name, value)
    return first


def _lists(pairs: Pairs) -> dict[str, list[str]]:
    """Values by attribute, those with a structure in one fixed spelling, so that what says the same compares equal."""
    lists: dict[str, list[str]] = {}
    for name, value in pairs:
        written = _one_spelling(name, value)
        known = lists.setdefault(name, [])
        if written and not (name in _STRUCTURED and written in known):
            known.append(written)
    return {name: values for name, values in lists.items() if values}


def _one_spelling(name: str, value: str) -> str:
    if name == "product_type":
        return path_text(path_of(value), "en")
    if name == "product_detail":
        named, text = _read_detail(value)
        return detail(attribute_name(named), text) if named and text else ""
    return value


def _read_detail(written: str) -> tuple[str, str]:
    """(name with its section before it, value) of a product_detail; empty where it lacks one."""
    parts = [part.strip() for part in split_parts(written, ":", limit=3)]
    section, name, value = ["", *parts] if len(parts) == 2 else [*parts, "", ""][:3]
    return (f"{section}: {name}" if section and name else name), value


def items_of(product: Product, options: WriteOptions) -> Iterator[list[tuple[str, str]]]:
    """One item (pairs in a fixed order) for each variant that has an offer in the market."""
    shared = list(_product_pairs(product, options))
    grouped = [variant.id for variant in product.variants] != [product.id]
    for variant in product.variants:
        offer = variant.offer(options.market)
        if offer is None:
            continue
        own = [(name.removeprefix(KEPT), value) for name, value in variant.extras if name.startswith(KEPT)]
        replaced = {name for name, _ in own}
        pairs = [("id", variant.id), *(pair for pair in shared if pair[0] not in replaced)]
        if grouped:
            pairs.append(("item_group_id", product.id))
        pairs += [("additional_image_link" if at else "image_link", image) for at, image in enumerate(images_of(product, variant))]
        pairs += _offer_pairs(offer)
        pairs += [(name, label.shown(options.lang)) for name, label in variant.options if name in OPTIONS]
        pairs += [("product_detail", detail(name, label.shown(options.lang))) for name, label in variant.options if name not in OPTIONS]
        pairs += [(name, value) for name, value in (("gtin", variant.gtin), ("mpn", variant.mpn)) if value]
        yield pairs + own


def _product_pairs(product: Product, options: WriteOptions) -> Iterator[tuple[str, str]]:
    lang = options.lang
    yield "title", product.title.get(lang)
    if product.description:
        yield "description", product.description.get(lang)
    if product.link:
        yield "link", product.link
    if product.brand is not None:
        yield "brand", product.brand.shown(lang)
    for path in product.categories:
        yield "product_type", path_text(path, lang)
    for name, labels in product.attributes:
        for at, label in enumerate(labels):
            plain = name in PLAIN_ATTRIBUTES and at == 0
            yield (name, label.shown(lang)) if plain else ("product_detail", detail(name, label.shown(lang)))
    if product.status == "hidden":
        yield "pause", "all"


def _offer_pairs(offer: Offer) -> Iterator[tuple[str, str]]:
    yield "availability", offer.availability
    yield "price", str(offer.price)
    if offer.sale_price is not None:
        yield "sale_price", str(offer.sale_price)
    if offer.sale_starts is not None and offer.sale_ends is not None:
        yield "sale_price_effective_date", "/".join(moment.isoformat() for moment in (offer.sale_starts, offer.sale_ends))
    if offer.stock is not None:
        yield "quantity", str(offer.stock)


def detail(name: str, value: str) -> str:
    """`product_detail` as section:name:value."""
    section, colon, rest = raw_attribute_name(name).partition(": ")
    return join_parts((section, rest, value) if colon and section else ("", raw_attribute_name(name), value), ":")


def split_parts(text: str, sign: str, *, limit: int = 0) -> list[str]:
    """The parts of a text joined by `join_parts`: split at each `sign` without a backslash before it, at most into `limit` parts."""
    parts, current, at = [], "", 0
    while at < len(text):
        if text[at] == "\\" and text[at + 1 : at + 2] in ("\\", ":", ","):
            current += text[at + 1]
            at += 2
            continue
        if text[at] == sign and (not limit or len(parts) < limit - 1):
            parts.append(current)
            current = ""
        else:
            current += text[at]
        at += 1
    return [*parts, current]


def join_parts(parts: Iterable[str], sign: str) -> str:
    """The parts joined by `sign`; a sign, colon, comma or backslash inside a part gets a backslash."""
    return sign.join(part.replace("\\", "\\\\").replace(":", "\\:").replace(",", "\\,") for part in parts)
