"""Why shoppers do not see a product: the one place of the console that asks. Each reason is a key of the words under `why`."""

from typing import TYPE_CHECKING, Final

from shopkeeper.domain.product import Market, Product

if TYPE_CHECKING:
    from shopkeeper.bootstrap import Shop

REASONS: Final = ("hidden", "not_sold_here", "sold_out", "not_indexed")


def why_not_shown(shop: "Shop", product: Product, market: Market) -> tuple[str, ...]:
    """Which of `REASONS` hold, the one that has to be mended first first; empty where shoppers find the product and can buy it."""
    offers = list(product.offers(market))
    priced = any(variant.offers for variant in product.variants)
    found = []
    if product.status == "hidden":
        found.append("hidden")
    if priced and not offers:
        found.append("not_sold_here")
    elif offers and not any(offer.buyable for offer in offers):
        found.append("sold_out")
    if shop.search.columns().row(product.id) is None:
        found.append("not_indexed")
    return tuple(found)
