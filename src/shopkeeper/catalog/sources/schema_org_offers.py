"""schema.org Offer and AggregateOffer <-> our offers."""

from collections.abc import Mapping
from typing import Any, Final

from shopkeeper.catalog.prices import amount_text, price_of
from shopkeeper.catalog.sources.fields import moment_of, whole_of
from shopkeeper.catalog.sources.schema_org_values import plain
from shopkeeper.catalog.sources.source import ReadOptions
from shopkeeper.domain.money import Money
from shopkeeper.domain.product import Availability, Offer
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told

_BEFORE: Final = ("ListPrice", "StrikethroughPrice", "SRP", "MSRP")
AVAILABILITY: Final[dict[str, Availability]] = {
    "instock": "in_stock",
    "instoreonly": "in_stock",
    "onlineonly": "in_stock",
    "limitedavailability": "in_stock",
    "madetoorder": "in_stock",
    "outofstock": "out_of_stock",
    "soldout": "out_of_stock",
    "discontinued": "out_of_stock",
    "reserved": "out_of_stock",
    "preorder": "preorder",
    "presale": "preorder",
    "backorder": "backorder",
}
_WRITTEN: Final[dict[Availability, str]] = {"in_stock": "InStock", "out_of_stock": "OutOfStock", "preorder": "PreOrder", "backorder": "BackOrder"}


def offers_of(given: object, options: ReadOptions) -> tuple[Offer, ...]:
    """The offer in the market of `options`: the lowest of several; none where the node has no offers. `BadInput` names the property."""
    nodes = [node for node in (given if isinstance(given, list) else [given]) if isinstance(node, dict)]
    opened: list[Mapping[str, Any]] = []
    for node in nodes:
        inner = node.get("offers")
        members = [member for member in (inner if isinstance(inner, list) else [inner]) if isinstance(member, dict)]
        opened += members or [node]
    offers = [_offer(node, options) for node in opened]
    return (min(offers, key=lambda offer: (not offer.buyable, (offer.sale_price or offer.price).minor)),) if offers else ()


def _offer(node: Mapping[str, Any], options: ReadOptions) -> Offer:
    specified = node.get("priceSpecification")
    specifications = [item for item in (specified if isinstance(specified, list) else [specified]) if isinstance(item, dict)]
    before = next((item for item in specifications if _tail(item.get("priceType")) in _BEFORE), None)
    now = next((item for item in specifications if _tail(item.get("priceType")) not in _BEFORE and "price" in item), {})
    currency = plain(node.get("priceCurrency")) or plain(now.get("priceCurrency")) or options.currency
    written = plain(node.get("price")) or plain(now.get("price")) or plain(node.get("lowPrice"))
    if not written:
        raise BadInput(told("missing"), field="offers.price", value="")
    price = _price(written, currency)
    list_price = _price(plain(before.get("price")), plain(before.get("priceCurrency")) or currency) if before is not None else None
    on_sale = list_price is not None and list_price > price
    starts, ends = plain(node.get("validFrom")), plain(node.get("priceValidUntil"))
    level = node.get("inventoryLevel")
    counted = plain(level.get("value")) if isinstance(level, dict) else plain(level)
    return Offer(
        price=list_price if on_sale and list_price is not None else price,
        market=options.market,
        sale_price=price if on_sale else None,
        sale_starts=moment_of(starts, field="offers.validFrom") if starts and on_sale else None,
        sale_ends=moment_of(ends, field="offers.priceValidUntil") if ends and on_sale else None,
        availability=_availability(node.get("availability")),
        stock=whole_of(counted, field="offers.inventoryLevel") if counted else None,
    )


def _price(written: str, currency: str | None) -> Money:
    return price_of(written, field="offers.price", currency=currency)


def _tail(value: object) -> str:
    return plain(value).rpartition("/")[2]


def _availability(value: object) -> Availability:
    if not (written := _tail(value)):
        return "in_stock"
    known = AVAILABILITY.get(written.lower().replace("_", "").replace(" ", ""))
    if known is None:
        raise BadInput(told("not_known", given=written), field="offers.availability", value=written, hint=told("hint.schema_org"))
    return known


def offer_node(offer: Offer) -> dict[str, Any]:
    """The offer as schema.org writes it."""
    node: dict[str, Any] = {
        "@type": "Offer",
        "price": amount_text(offer.sale_price or offer.price),
        "priceCurrency": offer.price.currency,
        "availability": f"https://schema.org/{_WRITTEN[offer.availability]}",
    }
    if offer.sale_price is not None:
        node["priceSpecification"] = {
            "@type": "UnitPriceSpecification",
            "priceType": "https://schema.org/StrikethroughPrice",
            "price": amount_text(offer.price),
            "priceCurrency": offer.price.currency,
        }
        if offer.sale_starts is not None:
            node["validFrom"] = offer.sale_starts.isoformat()
        if offer.sale_ends is not None:
            node["priceValidUntil"] = offer.sale_ends.isoformat()
    if offer.stock is not None:
        node["inventoryLevel"] = {"@type": "QuantitativeValue", "value": offer.stock}
    return node
