"""Partial price and stock updates, and the question whether anything else of a product changed."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import orjson

from shopkeeper.domain.product import Market, Offer, OfferPatch, Product
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told


def same_text(one: str, other: str) -> bool:
    """True if two products' documents differ at most in what offers cost and whether they can be had: an index of texts need not look again.

    A market that comes or goes is more than that. Documents are canonical, so to compare them is to compare the products, at a tenth of the time.
    """
    return _without_figures(one) == _without_figures(other)


def _without_figures(document: str) -> dict[str, Any]:
    texts: dict[str, Any] = orjson.loads(document)
    for variant in texts["variants"]:
        variant["offers"] = [offer.get("market") for offer in variant.get("offers", ())]
    return texts


def patched(product: Product, patches: Sequence[OfferPatch]) -> tuple[Product, bool]:
    """Return the product with `patches` applied in turn, and whether each of them found an offer to change."""
    offers: dict[tuple[str, Market], Offer] = {(variant.id, offer.market): offer for variant in product.variants for offer in variant.offers}
    complete = True
    touched: set[str] = set()
    for patch in patches:
        wanted: Iterable[str] = [variant.id for variant in product.variants] if patch.variant_id is None else [patch.variant_id]
        hits = [(variant, patch.market) for variant in wanted if (variant, patch.market) in offers]
        complete = complete and bool(hits)
        for hit in hits:
            offers[hit] = _patched_offer(offers[hit], patch)
            touched.add(hit[0])
    if not touched:
        return product, complete
    variants = tuple(
        replace(variant, offers=tuple(offers[variant.id, offer.market] for offer in variant.offers)) if variant.id in touched else variant
        for variant in product.variants
    )
    return replace(product, variants=variants), complete


def _patched_offer(offer: Offer, patch: OfferPatch) -> Offer:
    given: dict[str, Any] = patch.changes()
    for name in ("price", "sale_price"):
        if given.get(name) is not None and given[name].currency != offer.price.currency:
            raise BadInput(
                told("patch_in_other_currency", currency=given[name].currency, market=offer.market, stored=offer.price.currency),
                field=f"{patch.product_id}.{name}",
                value=str(given[name]),
                hint=told("hint.whole_product"),
            )
    try:
        return replace(offer, **given)
    except BadInput as fault:
        raise BadInput(fault.message, field=f"{patch.product_id}.{fault.field}", value=fault.value, hint=fault.hint) from None
