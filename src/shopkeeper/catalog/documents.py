"""Products, reviews and policies as canonical JSON documents: what the store keeps, and the lines of our own JSON Lines format.

One value has one document: keys in a fixed order, defaults left out, prices as `"12.50 EUR"`, moments in UTC, a label without names as its bare
key. Hand-written rather than pydantic because the form is compact (docs/decisions/0007 has the measurement).
"""

from collections.abc import Callable
from dataclasses import fields
from functools import lru_cache
from typing import Any, Final, cast, get_args

import orjson

from shopkeeper.catalog.document_fields import (
    Document,
    each,
    flag,
    lang_or_none,
    load_object,
    localized,
    moment,
    moment_text,
    money,
    money_text,
    number,
    one_of,
    refuse_unknown,
    text,
    texts,
    under,
    whole,
    wrong_type,
)
from shopkeeper.domain.ids import CustomerId, PolicyId, ProductId, ReviewId, VariantId
from shopkeeper.domain.policy import Policy
from shopkeeper.domain.product import DEFAULT_MARKET, Availability, Extras, Market, Offer, Product, Status, Variant
from shopkeeper.domain.review import Review
from shopkeeper.domain.texts import Label, LocalizedText
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told

AVAILABILITIES: Final[tuple[Availability, ...]] = get_args(Availability)
STATUSES: Final[tuple[Status, ...]] = get_args(Status)
PRODUCT_KEYS: Final = frozenset(field.name for field in fields(Product))
_VARIANT_KEYS: Final = frozenset(field.name for field in fields(Variant))
_OFFER_KEYS: Final = frozenset(field.name for field in fields(Offer))
_LABEL_KEYS: Final = frozenset(("key", "zh", "en"))
_REVIEW_KEYS: Final = frozenset(field.name for field in fields(Review))
_POLICY_KEYS: Final = frozenset(field.name for field in fields(Policy))


def product_to_json(product: Product) -> bytes:
    """The product's document."""
    return orjson.dumps(product_to_document(product))


def product_from_json(raw: bytes | str) -> Product:
    """The product in a document; `BadInput` names the field (a path such as `variants[0].offers[0].price`) that cannot be read."""
    return product_from_document(load_object(raw, what="product"))


def review_to_json(review: Review) -> bytes:
    """The review's document."""
    document: dict[str, Any] = {"id": review.id, "product_id": review.product_id, "written": moment_text(review.written)}
    if review.rating is not None:
        document["rating"] = review.rating
    for key in ("title", "text", "lang", "customer_id"):
        if value := getattr(review, key):
            document[key] = value
    if review.verified:
        document["verified"] = True
    return orjson.dumps(document)


def review_from_json(raw: bytes | str) -> Review:
    """The review in a document."""
    return review_from_document(load_object(raw, what="review"))


def review_from_document(document: Document) -> Review:
    """The review in a JSON object; see `review_from_json`."""
    refuse_unknown(document, _REVIEW_KEYS)
    written = moment(document, "written")
    if written is None:
        raise BadInput(told("missing"), field="written", hint=told("hint.moment"))
    customer = text(document, "customer_id")
    return Review(
        id=ReviewId(text(document, "id")),
        product_id=ProductId(text(document, "product_id")),
        text=text(document, "text"),
        written=written,
        rating=number(document, "rating"),
        title=text(document, "title"),
        lang=lang_or_none(document, "lang"),
        customer_id=CustomerId(customer) if customer else None,
        verified=flag(document, "verified"),
    )


def policy_to_json(policy: Policy) -> bytes:
    """The policy page's document."""
    document = {"id": policy.id, "lang": policy.lang, "title": policy.title, "body": policy.body}
    if policy.kind != "policy":
        document["kind"] = policy.kind
    return orjson.dumps(document)


def policy_from_json(raw: bytes | str) -> Policy:
    """The policy page in a document."""
    document = load_object(raw, what="policy")
    refuse_unknown(document, _POLICY_KEYS)
    lang = lang_or_none(document, "lang")
    if lang is None:
        raise BadInput(told("missing"), field="lang", hint=told("hint.lang"))
    return Policy(PolicyId(text(document, "id")), lang, text(document, "title"), text(document, "body"), text(document, "kind", default="policy"))


def product_to_document(product: Product) -> dict[str, Any]:
    """The product as a JSON-ready object, keys in canonical order."""
    document: dict[str, Any] = {"id": product.id, "title": _wordings(product.title)}
    if product.description:
        document["description"] = _wordings(product.description)
    if product.brand is not None:
        document["brand"] = _label_out(product.brand)
    if product.categories:
        document["categories"] = [[_label_out(label) for label in path] for path in product.categories]
    if product.attributes:
        document["attributes"] = {name: [_label_out(label) for label in labels] for name, labels in product.attributes}
    if product.tags:
        document["tags"] = product.tags
    if product.images:
        document["images"] = product.images
    if product.link:
        document["link"] = product.link
    if product.status != "active":
        document["status"] = product.status
    if product.created is not None:
        document["created"] = moment_text(product.created)
    if product.rating is not None:
        document["rating"] = product.rating
    if product.rating_count:
        document["rating_count"] = product.rating_count
    document["variants"] = [_variant_out(variant) for variant in product.variants]
    if product.extras:
        document["extras"] = product.extras
    return document


def product_from_document(document: Document) -> Product:
    """The product in a JSON object; see `product_from_json`."""
    if not document.keys() <= PRODUCT_KEYS:
        refuse_unknown(document, PRODUCT_KEYS)
    brand = document.get("brand")
    count = whole(document, "rating_count")
    return Product(
        ProductId(text(document, "id")),
        localized(document, "title"),
        each(document, "variants", _variant_in),
        localized(document, "description"),
        None if brand is None else _label_in(brand, "brand"),
        _given(document, "categories", _categories_in),
        _given(document, "attributes", _attributes_in),
        texts(document, "tags"),
        texts(document, "images"),
        text(document, "link"),
        cast(Status, one_of(document, "status", STATUSES) or "active"),
        moment(document, "created"),
        number(document, "rating"),
        0 if count is None else count,
        _given(document, "extras", _extras_in),
    )


def _wordings(value: LocalizedText) -> dict[str, str]:
    return dict(value)


def _label_out(label: Label) -> object:
    return {"key": label.key, **dict(label.names)} if label.names else label.key


def _variant_out(variant: Variant) -> dict[str, Any]:
    document: dict[str, Any] = {"id": variant.id}
    if variant.options:
        document["options"] = {name: _label_out(label) for name, label in variant.options}
    if variant.offers:
        document["offers"] = [_offer_out(offer) for offer in variant.offers]
    for key in ("gtin", "mpn", "images", "extras"):
        if value := getattr(variant, key):
            document[key] = value
    return document


def _offer_out(offer: Offer) -> dict[str, Any]:
    document: dict[str, Any] = {"price": money_text(offer.price)}
    if offer.market != DEFAULT_MARKET:
        document["market"] = offer.market
    if offer.sale_price is not None:
        document["sale_price"] = money_text(offer.sale_price)
    if offer.sale_starts is not None:
        document["sale_starts"] = moment_text(offer.sale_starts)
    if offer.sale_ends is not None:
        document["sale_ends"] = moment_text(offer.sale_ends)
    if offer.availability != "in_stock":
        document["availability"] = offer.availability
    if offer.stock is not None:
        document["stock"] = offer.stock
    return document


@lru_cache(maxsize=65_536)
def _label(key: str, zh: str = "", en: str = "") -> Label:
    """A label; the same few thousand stand all over a catalogue, so they are shared."""
    return Label(key, LocalizedText(zh, en)) if zh or en else Label(key)


def _label_in(value: object, field: str) -> Label:
    if type(value) is str:
        return _label(value)
    if type(value) is not dict:
        raise wrong_type(value, told("a.text_or_label"), field=field)
    try:
        if not value.keys() <= _LABEL_KEYS:
            refuse_unknown(value, _LABEL_KEYS)
        return _label(text(value, "key"), text(value, "zh"), text(value, "en"))
    except BadInput as fault:
        raise under(field, fault) from None


def _categories_in(value: object) -> tuple[tuple[Label, ...], ...]:
    if type(value) is not list or not all(type(path) is list for path in value):
        raise wrong_type(value, told("a.list_of_paths"), field="categories")
    return tuple([tuple([_label_in(label, "categories") for label in path]) for path in value])


def _attributes_in(value: object) -> tuple[tuple[str, tuple[Label, ...]], ...]:
    if type(value) is not dict:
        raise wrong_type(value, told("a.values_by_colour"), field="attributes")
    read = []
    for name, labels in value.items():
        if type(labels) is not list:
            raise wrong_type(labels, told("a.list_of_values"), field=f"attributes.{name}")
        read.append((name, tuple([_label_in(label, name) for label in labels])))
    return tuple(read)


def _extras_in(value: object) -> Extras:
    if type(value) is not list:
        raise wrong_type(value, told("a.list_of_pairs"), field="extras")
    for pair in value:
        if type(pair) is not list or len(pair) != 2 or type(pair[0]) is not str or type(pair[1]) is not str:
            raise wrong_type(pair, told("a.pair_of_texts"), field="extras")
    return tuple([(name, kept) for name, kept in value])


def _options_in(value: object) -> tuple[tuple[str, Label], ...]:
    if type(value) is not dict:
        raise wrong_type(value, told("a.values_by_size"), field="options")
    return tuple([(name, _label_in(label, name)) for name, label in value.items()])


def _given(document: Document, key: str, read: Callable[[Any], tuple[Any, ...]]) -> tuple[Any, ...]:
    value = document.get(key)
    return () if value is None else read(value)


def _variant_in(document: Document) -> Variant:
    if not document.keys() <= _VARIANT_KEYS:
        refuse_unknown(document, _VARIANT_KEYS)
    return Variant(
        VariantId(text(document, "id")),
        _given(document, "options", _options_in),
        each(document, "offers", _offer_in),
        text(document, "gtin"),
        text(document, "mpn"),
        texts(document, "images"),
        _given(document, "extras", _extras_in),
    )


def _offer_in(document: Document) -> Offer:
    if not document.keys() <= _OFFER_KEYS:
        refuse_unknown(document, _OFFER_KEYS)
    price = money(document, "price")
    if price is None:
        raise BadInput(told("missing"), field="price", hint=told("hint.price"))
    market = Market(text(document, "market", default=DEFAULT_MARKET))
    availability = cast(Availability, one_of(document, "availability", AVAILABILITIES) or "in_stock")
    stock = whole(document, "stock")
    return Offer(price, market, money(document, "sale_price"), moment(document, "sale_starts"), moment(document, "sale_ends"), availability, stock)
