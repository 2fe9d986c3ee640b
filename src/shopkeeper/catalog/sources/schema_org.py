"""schema.org Product and ProductGroup as JSON-LD (docs/decisions/0007 quotes the vocabulary's version)."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from shopkeeper.catalog.clean import printable
from shopkeeper.catalog.documents import product_from_document, product_to_document
from shopkeeper.catalog.feed import Part
from shopkeeper.catalog.groups import Groups
from shopkeeper.catalog.language_of import localized_text
from shopkeeper.catalog.linked_data import linked_objects
from shopkeeper.catalog.normalise import clean_document
from shopkeeper.catalog.report import Found, Item, bad_row
from shopkeeper.catalog.sources.fields import Attributes, moment_of, path_of, unique
from shopkeeper.catalog.sources.schema_org_offers import offers_of
from shopkeeper.catalog.sources.schema_org_values import kinds, name_of, plain, texts_of, url_of
from shopkeeper.catalog.sources.source import ReadOptions
from shopkeeper.catalog.sources.variants import merged
from shopkeeper.domain.ids import ProductId, VariantId, check_id
from shopkeeper.domain.product import Extras, Product, Variant
from shopkeeper.domain.texts import Label, Lang, LocalizedText
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told

KEPT: Final = "schema:"
OPTIONS: Final = ("color", "size", "material", "pattern")
GTINS: Final = ("gtin", "gtin13", "gtin14", "gtin12", "gtin8", "isbn")
_PRODUCTS: Final = ("Product", "ProductGroup", "IndividualProduct", "ProductModel", "Vehicle")
_READ: Final = frozenset((
    "@context", "@type", "@id", "sku", "productID", "productGroupID", "inProductGroupWithID", "name", "description", "brand", "category", "image",
    "url", "offers", "hasVariant", "isVariantOf", "aggregateRating", "additionalProperty", "keywords", "releaseDate", "mpn", "variesBy",
    *OPTIONS, *GTINS,
))  # fmt: skip


def read_schema_org(part: Part, options: ReadOptions) -> Iterator[Item]:
    """The products of a JSON-LD file or an HTML page; objects of other types are passed over. Products that name one product group are
    its variants, and come last."""
    with Groups() as groups:
        for item in linked_objects(part, options.encoding):
            if item.fault is None and not kinds(item.value) & set(_PRODUCTS):
                continue
            id = ""
            try:
                if item.fault is not None:
                    raise item.fault
                node = clean_document(item.value)
                id = group_id(node) or own_id(node)
                product = product_of(node, options)
            except BadInput as fault:
                yield bad_row(item.line, fault, row=printable(item.raw) or orjson.dumps(item.value).decode(), id=id)
                continue
            if group_id(node) and "hasVariant" not in node:
                groups.add(product.id, (item.line, product_to_document(product)))
            else:
                yield Found(item.line, product)
        for _, rows in groups.drain():
            yield from merged([(line, product_from_document(document)) for line, document in rows])


def own_id(node: Mapping[str, Any]) -> str:
    """The node's own id: sku, else productID, a GTIN, its URL or @id."""
    for name in ("sku", "productID", *GTINS, "url", "@id"):
        if text := plain(node.get(name)):
            return text
    return ""


def group_id(node: Mapping[str, Any]) -> str:
    """The id of the product group that the node is, or belongs to; empty if none."""
    if id := plain(node.get("productGroupID")) or plain(node.get("inProductGroupWithID")):
        return id
    parent = node.get("isVariantOf")
    return plain(parent.get("productGroupID")) or plain(parent.get("@id")) if isinstance(parent, dict) else ""


def product_of(node: Mapping[str, Any], options: ReadOptions) -> Product:
    """The product in a node; `BadInput` names the property that cannot be read."""
    nested = node.get("hasVariant")
    members = [member for member in (nested if isinstance(nested, list) else [nested]) if isinstance(member, dict)] or [node]
    id = check_id(group_id(node) or own_id(node), field="sku")
    count, rating = _rating(node)
    release = plain(node.get("releaseDate"))
    return Product(
        id=ProductId(id),
        title=_localized(node.get("name") or members[0].get("name"), options.lang),
        variants=tuple(_variant(member, node, options) for member in members),
        description=_localized(node.get("description"), options.lang),
        brand=Label(name) if (name := name_of(node.get("brand"))) else None,
        categories=tuple(dict.fromkeys(path for written in texts_of(node.get("category")) if (path := path_of(written)))),
        attributes=_attributes(node),
        tags=unique(tag.strip() for text in texts_of(node.get("keywords")) for tag in text.split(",")),
        images=_images(node),
        link=url_of(node.get("url")),
        created=moment_of(release, field="releaseDate") if release else None,
        rating=rating,
        rating_count=count,
        extras=_extras(node) if members != [node] else (),
    )


def _variant(member: Mapping[str, Any], node: Mapping[str, Any], options: ReadOptions) -> Variant:
    own = plain(member.get("sku")) or own_id(member)
    images = _images(member)
    return Variant(
        id=VariantId(check_id(own, field="sku")),
        options=tuple((name, Label(value)) for name in OPTIONS if (value := name_of(member.get(name)))),
        offers=offers_of(member.get("offers", node.get("offers")), options),
        gtin=next((code for name in GTINS if (code := plain(member.get(name)))), ""),
        mpn=plain(member.get("mpn")),
        images=images if member is not node and images != _images(node) else (),
        extras=_extras(member),
    )


def _localized(value: object, lang: Lang | None) -> LocalizedText:
    """A text, or language-tagged ones: `{"@value": …, "@language": "zh"}`."""
    wordings: dict[str, str] = {}
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict) and "@value" in item:
            tag = str(item.get("@language", "")).lower()
            tagged: Lang | None = "zh" if tag.startswith("zh") else "en" if tag else lang
            found = localized_text(plain(item["@value"]), tagged)
        else:
            found = localized_text(plain(item), lang)
        for code, wording in found:
            wordings.setdefault(code, wording)
    return LocalizedText.of(wordings)


def _images(node: Mapping[str, Any]) -> tuple[str, ...]:
    given = node.get("image")
    return unique(url_of(image) for image in (given if isinstance(given, list) else [given]))


def _attributes(node: Mapping[str, Any]) -> tuple[tuple[str, tuple[Label, ...]], ...]:
    attributes = Attributes()
    given = node.get("additionalProperty")
    for item in given if isinstance(given, list) else [given]:
        if isinstance(item, dict):
            unit = plain(item.get("unitText"))
            for value in texts_of(item.get("value")):
                attributes.add(plain(item.get("name")), f"{value} {unit}" if unit else value)
    return attributes.done()


def _rating(node: Mapping[str, Any]) -> tuple[int, float | None]:
    """(number of ratings, mean on our scale of 5)."""
    given = node.get("aggregateRating")
    if not isinstance(given, dict):
        return 0, None
    try:
        value, best = float(plain(given.get("ratingValue")) or "nan"), float(plain(given.get("bestRating")) or "5")
        count = int(plain(given.get("ratingCount")) or plain(given.get("reviewCount")) or "0")
    except ValueError:
        raise BadInput(told("holds_no_number"), field="aggregateRating", value=str(given)[:80]) from None
    if not 0 <= value <= best:
        raise BadInput(told("not_between_zero", value=value, best=best), field="aggregateRating.ratingValue", value=value)
    return count, value * 5 / best


def _extras(node: Mapping[str, Any]) -> Extras:
    return tuple(
        sorted((KEPT + name, orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()) for name, value in node.items() if name not in _READ)
    )
