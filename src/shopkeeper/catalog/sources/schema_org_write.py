"""Products as schema.org JSON-LD: one document whose @graph has a Product, or a ProductGroup with its variants, a line."""

from collections.abc import Callable, Iterable
from typing import Any, BinaryIO

import orjson

from shopkeeper.catalog.language_of import lang_of
from shopkeeper.catalog.sources.fields import path_text
from shopkeeper.catalog.sources.schema_org import KEPT, OPTIONS
from shopkeeper.catalog.sources.schema_org_offers import offer_node
from shopkeeper.catalog.sources.source import WriteOptions
from shopkeeper.domain.product import Extras, Product, Variant
from shopkeeper.domain.texts import LocalizedText


def write_schema_org(products: Callable[[], Iterable[Product]], out: BinaryIO, options: WriteOptions) -> None:
    """Write the graph; hidden products are left out."""
    out.write(b'{"@context":"https://schema.org","@graph":[\n')
    separator = b""
    for product in products():
        if product.status == "active":
            out.write(separator + orjson.dumps(product_node(product, options)))
            separator = b",\n"
    out.write(b"\n]}\n")


def product_node(product: Product, options: WriteOptions) -> dict[str, Any]:
    """The product's node, without a context."""
    single = len(product.variants) == 1 and product.variants[0].id == product.id
    lang = options.lang
    node: dict[str, Any] = {"@type": "Product" if single else "ProductGroup"}
    if not single:
        node["productGroupID"] = product.id
    node["name"] = _wordings(product.title)
    if product.description:
        node["description"] = _wordings(product.description)
    if product.brand is not None:
        node["brand"] = {"@type": "Brand", "name": product.brand.shown(lang)}
    if product.categories:
        node["category"] = [path_text(path, lang) for path in product.categories]
    if product.attributes:
        node["additionalProperty"] = [
            {"@type": "PropertyValue", "name": name, "value": label.shown(lang)} for name, labels in product.attributes for label in labels
        ]
    if product.tags:
        node["keywords"] = ", ".join(product.tags)
    if product.images:
        node["image"] = list(product.images)
    if product.link:
        node["url"] = product.link
    if product.created is not None:
        node["releaseDate"] = product.created.isoformat()
    if product.rating is not None:
        node["aggregateRating"] = {"@type": "AggregateRating", "ratingValue": product.rating, "ratingCount": product.rating_count}
    node |= _kept(product.extras)
    if single:
        return node | _variant_properties(product.variants[0], options)
    return node | {"hasVariant": [{"@type": "Product", **_variant_properties(variant, options)} for variant in product.variants]}


def _variant_properties(variant: Variant, options: WriteOptions) -> dict[str, Any]:
    codes = {"sku": variant.id, "gtin": variant.gtin, "mpn": variant.mpn}
    properties: dict[str, Any] = {name: code for name, code in codes.items() if code}
    if variant.images:
        properties["image"] = list(variant.images)
    properties |= {name: label.shown(options.lang) for name, label in variant.options if name in OPTIONS}
    if (offer := variant.offer(options.market)) is not None:
        properties["offers"] = offer_node(offer)
    return properties | _kept(variant.extras)


def _wordings(text: LocalizedText) -> object:
    wordings = list(text)
    if len(wordings) == 1 and lang_of(wordings[0][1]) == wordings[0][0]:
        return wordings[0][1]
    return [{"@value": wording, "@language": lang} for lang, wording in wordings]


def _kept(extras: Extras) -> dict[str, Any]:
    return {name.removeprefix(KEPT): orjson.loads(value) for name, value in extras if name.startswith(KEPT)}
