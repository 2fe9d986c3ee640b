"""Products as lists show them: one language, one market, only what a list needs."""

from datetime import datetime

import orjson

from shopkeeper.api.schemas.common import money_json
from shopkeeper.catalog.documents import product_to_json
from shopkeeper.domain.money import Money
from shopkeeper.domain.product import Market, Product
from shopkeeper.domain.shown_list import ShownList
from shopkeeper.domain.texts import Label, Lang


def card(product: Product, price: Money | None, *, buyable: bool, lang: Lang, market: Market, now: datetime) -> dict[str, object]:
    """The fields of `schemas.search.Card`."""
    variant_image = next((image for variant in product.variants for image in variant.images), "")
    return {
        "id": product.id,
        "title": product.title.get(lang),
        "brand": None if product.brand is None else _label(product.brand, lang),
        "categories": [[_label(label, lang) for label in path] for path in product.categories],
        "image": product.images[0] if product.images else variant_image,
        "link": product.link,
        "price": money_json(price),
        "list_price": money_json(list_price(product, price, market=market, now=now)),
        "buyable": buyable,
        "rating": product.rating,
        "rating_count": product.rating_count,
        "tags": product.tags,
    }


def list_price(product: Product, price: Money | None, *, market: Market, now: datetime) -> Money | None:
    """The price before the sale of the offer that costs `price` now; None where no sale runs."""
    if price is None:
        return None
    return next((offer.price for offer in product.offers(market) if offer.price > price and offer.price_at(now) == price), None)


def whole(product: Product) -> orjson.Fragment:
    """The product's document, to be set into a reply as it is."""
    return orjson.Fragment(product_to_json(product))


def list_json(shown: ShownList) -> dict[str, str]:
    """The fields of `schemas.search.ListOut`."""
    return {"id": shown.id, "policy": shown.policy, "arm": shown.arm}


def _label(label: Label, lang: Lang) -> dict[str, str]:
    return {"key": label.key, "label": label.shown(lang)}
