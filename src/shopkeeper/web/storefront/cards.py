"""Products as cards, and lists of recommendations as rows with their reasons."""

import html
import logging
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Final, Literal

from markupsafe import Markup, escape

from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.money import Money
from shopkeeper.domain.product import DEFAULT_MARKET, Offer, Product
from shopkeeper.errors import Unavailable
from shopkeeper.recommend.request import Placement, Recommendation, RecommendRequest
from shopkeeper.search.request import Hit
from shopkeeper.web.contexts import Card, Row
from shopkeeper.web.site import Visit

ROW_LENGTH: Final = 6
LATELY: Final = timedelta(days=7)
log = logging.getLogger(__name__)
_MARK = re.compile(r"(</?mark>)")


def only_marks(highlighted: str) -> Markup:
    """`highlighted` with its <mark> tags, and everything else escaped again: markup from an index is not trusted twice."""
    parts = _MARK.split(highlighted)
    return Markup("").join(Markup(part) if _MARK.fullmatch(part) else escape(html.unescape(part)) for part in parts)


def first_picture(product: Product, seen: Visit) -> str:
    """The product's first picture that a browser may load, else that of a variant, else an empty string."""
    images = [*product.images, *(image for variant in product.variants for image in variant.images)]
    return next(filter(None, map(seen.url.picture, images)), "")


def off_percent(price: Money, was: Money) -> int:
    """How many percent below `was` the price is, rounded down so that no saving is promised that is not there."""
    return (was.minor - price.minor) * 100 // was.minor if was.minor else 0


def card(product: Product, seen: Visit, *, price: Money | None, title: Markup | None = None, reason: str = "", why: str = "") -> Card:
    """The product as a card. `price` is what it costs now; its list price is shown beside where that is higher."""
    offers = list(product.offers(DEFAULT_MARKET))
    at_price = [offer for offer in offers if price is not None and offer.price_at(seen.now) == price]
    was = max((offer.price for offer in at_price if price is not None and offer.price.minor > price.minor), default=None, key=lambda m: m.minor)
    brand = product.brand.shown(seen.lang) if product.brand is not None else ""
    percent = off_percent(price, was) if price is not None and was is not None else 0
    return Card(
        href=seen.url("product", id=product.id),
        title=title if title is not None else escape(product.title.get(seen.lang)),
        brand=brand,
        picture=first_picture(product, seen),
        price=price,
        price_from=was is None and len({offer.price_at(seen.now).minor for offer in offers if offer.buyable}) > 1,
        was=was,
        rating=product.rating if product.rating_count else None,
        rating_count=product.rating_count,
        badge=_badge(offers, percent),
        off_percent=percent,
        reason=reason,
        why=why,
    )


def _badge(offers: Sequence[Offer], percent: int) -> Literal["", "sale", "out", "preorder"]:
    if not any(offer.buyable for offer in offers):
        return "out"
    if all(offer.availability in ("preorder", "backorder") for offer in offers if offer.buyable):
        return "preorder"
    return "sale" if percent > 0 else ""


def card_of_hit(hit: Hit, seen: Visit) -> Card:
    """A search result as a card, the words that were found marked in its name."""
    marked = next((only_marks(text) for field, text in hit.highlights if field == "title"), None)
    why = hit.explanation.reason.get(seen.lang) if hit.explanation is not None else ""
    return card(hit.product, seen, price=hit.price, title=marked, why=why)


def recommended(
    placement: Placement, seen: Visit, *, products: tuple[ProductId, ...] = (), history: tuple[ProductId, ...] = ()
) -> tuple[Recommendation, ...]:
    """What is recommended now; nothing where the recommender does not answer: the page stands without it."""
    request = RecommendRequest(placement, products=products, history=history, count=ROW_LENGTH, lang=seen.lang, shopper=seen.shopper)
    try:
        return seen.shop.recommend.recommend(request).items
    except Unavailable as error:
        log.warning("no %s for a page of %s: %s", placement, seen.shop.id, error)
        return ()


FILLERS: Final = frozenset({"trending", "popular", "newest"})
"""Sources that fill a slot up with what has nothing to do with its context; a row whose title names that context leaves them out."""


def row_about(
    placement: Placement, seen: Visit, *, products: tuple[ProductId, ...] = (), history: tuple[ProductId, ...] = (), forget: bool = False
) -> Row | None:
    """The row of a placement that follows from `products` or `history`; None where nothing does."""
    items = [item for item in recommended(placement, seen, products=products, history=history) if item.source not in FILLERS]
    return _row(placement, f"row.{placement}", items, seen, forget=forget) if items else None


def popular_row(seen: Visit) -> Row | None:
    """What was bought most, under a title that is true: of this week only where there are orders of this week."""
    items = recommended("trending", seen)
    if not items:
        return None
    if all(item.source == "newest" for item in items):
        title = "row.from_the_shop"
    else:
        title = "row.trending" if seen.site.sold_lately.get(seen.shop.id, lambda: _sold_lately(seen), seen.now) else "row.popular"
    return _row("trending", title, items, seen)


def _sold_lately(seen: Visit) -> bool:
    orders = seen.shop.database.orders.scan(since=seen.now - LATELY)
    return next(orders, None) is not None


def _row(name: str, title: str, items: Sequence[Recommendation], seen: Visit, *, forget: bool = False) -> Row:
    """The list as a row; a reason that all items share is said once, beside the title."""
    reasons = [item.reason.get(seen.lang) for item in items]
    shared = reasons[0] if len(items) > 1 and len(set(reasons)) == 1 else ""
    cards = tuple(card(item.product, seen, price=item.price, reason="" if shared else reason) for item, reason in zip(items, reasons, strict=True))
    return Row(name.replace("_", "-"), str(seen.t(title)), shared, cards, forget)
