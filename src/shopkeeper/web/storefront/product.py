"""A product's page: pictures, price, choices, facts, stock in words, reviews, and what goes with it."""

import html
import json
import re
from collections.abc import Sequence
from typing import Final

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from shopkeeper.domain.cart import MAX_PIECES
from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.product import DEFAULT_MARKET, Offer, Product, Variant
from shopkeeper.domain.texts import Lang
from shopkeeper.errors import NotFound
from shopkeeper.orders.pricing import counted
from shopkeeper.recommend.request import Placement
from shopkeeper.web.contexts import BuyForm, Choice, Fact, Link, Option, Picture, ProductContext, Row, StockWords
from shopkeeper.web.site import LANG_TAGS, MAX_VIEWED, Site, Visit, viewed_cookie, visit, write_viewed
from shopkeeper.web.storefront.cards import off_percent, row_about
from shopkeeper.web.storefront.home import category_path
from shopkeeper.web.storefront.listing import facet_label
from shopkeeper.web.storefront.reviews import ReviewChoice, choice_of, review_part
from shopkeeper.web.storefront.selection import FACET

FEW_LEFT: Final = 5
"""Pieces from which on the page says how many are left."""
MOST_PICTURES: Final = 7
PLACEMENTS: Final[tuple[Placement, ...]] = ("frequently_bought_together", "similar")
VIEWED_S: Final = 60 * 60 * 24 * 90

_BREAKS = re.compile(r"(?i)<\s*(?:br|/p|/li|/div|/h\d)[^>]*>")
_TAG = re.compile(r"<[^<>]{1,2000}>")


def product(site: Site, request: Request) -> Response:
    """`GET /p/{id}`, `?variant=` for one of its forms. Remembers the product in the shopper's own browser."""
    seen = visit(site, request)
    product_id = ProductId(request.path_params["id"])
    found = seen.shop.database.products.get([product_id]).get(product_id)
    if found is None or found.status != "active":
        raise NotFound("no such product", field="id", value=product_id)
    wanted = request.query_params.get("variant", "")
    response = seen.page("product.html", context(found, chosen_variant(found, wanted), choice_of(request.query_params), seen, picked=bool(wanted)))
    viewed = (*(one for one in seen.viewed if one != product_id), product_id)[-MAX_VIEWED:]
    response.set_cookie(
        viewed_cookie(seen.shop.id),
        write_viewed(viewed),
        max_age=VIEWED_S,
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return response


def chosen_variant(found: Product, wanted: str) -> Variant:
    """The variant that the address names, else the first that can be bought, else the first."""
    by_id = next((variant for variant in found.variants if variant.id == wanted), None)
    return by_id or next((variant for variant in found.variants if (offer := variant.offer()) and offer.buyable), found.variants[0])


def context(found: Product, variant: Variant, choice: ReviewChoice, seen: Visit, *, picked: bool) -> ProductContext:
    """What the page shows of `found` with `variant` chosen, by the shopper if `picked`."""
    title = found.title.get(seen.lang)
    offer = variant.offer(DEFAULT_MARKET)
    price = offer.price_at(seen.now) if offer is not None else None
    on_sale = offer is not None and price is not None and price.minor < offer.price.minor
    was = offer.price if offer is not None and on_sale else None
    paragraphs = plain_paragraphs(found.description.get(seen.lang))
    pictures = gallery(found, variant, seen)
    stock = stock_words(offer, seen)
    return ProductContext(
        t=seen.t,
        url=seen.url,
        fmt=seen.fmt,
        frame=seen.frame(title, description=" ".join(paragraphs), canonical=seen.url("product", id=found.id)),
        title=title,
        brand=Link(seen.url("brand", key=found.brand.key), found.brand.shown(seen.lang)) if found.brand else None,
        crumbs=crumbs(found, seen),
        pictures=pictures,
        price=price,
        was=was,
        off_percent=off_percent(price, was) if price is not None and was is not None else 0,
        sale_ends=offer.sale_ends if offer is not None and on_sale else None,
        stock=stock,
        options=options(found, variant, seen),
        paragraphs=paragraphs,
        description_lang=_written_in(found, seen),
        facts=facts(found, variant, seen),
        shop_link=found.link if found.link.startswith(("https://", "http://")) else "",
        rating=found.rating if found.rating_count else None,
        rating_count=found.rating_count,
        reviews=review_part(found.id, choice, seen, carried=[("variant", variant.id)] if picked else []),
        rows=rows(found, seen),
        linked_data=linked_data(found, title, paragraphs, pictures, seen),
        buy=buy_form(found, variant, offer, seen),
        form_token=seen.form_token,
    )


def buy_form(found: Product, variant: Variant, offer: Offer | None, seen: Visit) -> BuyForm | None:
    """The form that puts the chosen version into the cart; None where it cannot be bought."""
    if offer is None or not offer.buyable or offer.price.currency != seen.shop.currency:
        return None
    most = offer.stock if counted(offer) and offer.stock is not None else MAX_PIECES
    return BuyForm(found.id, variant.id, min(most, MAX_PIECES))


def crumbs(found: Product, seen: Visit) -> tuple[Link, ...]:
    """From home down the product's main category."""
    links = [Link(seen.url("home"), str(seen.t("frame.home")))]
    path = found.categories[0] if found.categories else ()
    for depth, label in enumerate(path, 1):
        keys = tuple(step.key for step in path[:depth])
        links.append(Link(seen.url("category", path=category_path(keys)), label.shown(seen.lang)))
    return tuple(links)


def gallery(found: Product, variant: Variant, seen: Visit) -> tuple[Picture, ...]:
    """The product's pictures, the chosen variant's own in place of the first."""
    images = dict.fromkeys((*variant.images, *(found.images[1:] if variant.images else found.images)))
    places = [place for place in map(seen.url.picture, images) if place][:MOST_PICTURES]
    title = found.title.get(seen.lang)
    return tuple(Picture(place, str(seen.t("product.picture", title=title, n=number, all=len(places)))) for number, place in enumerate(places, 1))


def stock_words(offer: Offer | None, seen: Visit) -> StockWords:
    """Whether the chosen variant can be had, in words."""
    t = seen.t
    if offer is None:
        return StockWords("bad", str(t("stock.not_sold")))
    if offer.availability == "preorder":
        return StockWords("warn", str(t("stock.preorder_long")))
    if offer.availability == "backorder":
        return StockWords("warn", str(t("stock.backorder")))
    if not offer.buyable:
        return StockWords("bad", str(t("stock.out_long")))
    if offer.stock is not None and offer.stock <= FEW_LEFT:
        return StockWords("warn", str(t("stock.few", n=offer.stock)))
    return StockWords("good", str(t("stock.in")))


def options(found: Product, chosen: Variant, seen: Visit) -> tuple[Option, ...]:
    """Each option with its values; a value leads to the variant that has it and is nearest to the chosen one."""
    if len(found.variants) < 2:
        return ()
    names = list(dict.fromkeys(name for variant in found.variants for name, _ in variant.options))
    if not names:
        values = tuple(_choice(found, variant, str(variant.id), variant is chosen, seen) for variant in found.variants)
        return (Option(str(seen.t("product.variant")), str(chosen.id), values),)
    now = dict(chosen.options)
    made = []
    for name in names:
        values = {label.key: label for variant in found.variants for one, label in variant.options if one == name}
        if len(values) < 2:
            continue
        choices = []
        for key, label in values.items():
            target = _nearest(found.variants, name, key, chosen)
            picked = name in now and now[name].key == key
            choices.append(_choice(found, target, label.shown(seen.lang), picked, seen))
        made.append(Option(facet_label(name, seen), now[name].shown(seen.lang) if name in now else "", tuple(choices)))
    return tuple(made)


def _nearest(variants: Sequence[Variant], name: str, key: str, chosen: Variant) -> Variant:
    """The variant with `key` for `name` that shares most other values with `chosen`; among equals one that can be bought."""
    now = {one: label.key for one, label in chosen.options}

    def likeness(variant: Variant) -> tuple[int, bool]:
        offer = variant.offer()
        same = sum(now.get(one) == label.key for one, label in variant.options if one != name)
        return same, offer is not None and offer.buyable

    having = [variant for variant in variants if any(one == name and label.key == key for one, label in variant.options)]
    return max(having, key=likeness)


def _choice(found: Product, target: Variant, label: str, chosen: bool, seen: Visit) -> Choice:
    offer = target.offer()
    href = seen.url("product", id=found.id, query=[("variant", target.id)])
    return Choice(href, label, chosen, offer is not None and offer.buyable)


def facts(found: Product, variant: Variant, seen: Visit) -> tuple[Fact, ...]:
    """What is known of it; a value leads to the products that share it."""
    made = []
    if found.brand is not None:
        made.append(Fact(facet_label("brand", seen), (Link(seen.url("brand", key=found.brand.key), found.brand.shown(seen.lang)),)))
    for name, labels in found.attributes:
        made.append(Fact(facet_label(name, seen), tuple(_sharing(name, label.key, label.shown(seen.lang), seen) for label in labels)))
    codes = (("product.gtin", variant.gtin), ("product.mpn", variant.mpn), ("product.sku", str(variant.id)))
    made += [Fact(str(seen.t(key)), (Link("", code),)) for key, code in codes if code]
    return tuple(made)


def _sharing(name: str, key: str, label: str, seen: Visit) -> Link:
    return Link(seen.url("search", query=[(FACET + name, key)]), label)


def plain_paragraphs(description: str) -> tuple[str, ...]:
    """A feed's description as paragraphs of plain text; feeds may carry HTML, which is read as text and never run."""
    text = html.unescape(_TAG.sub(" ", _BREAKS.sub("\n", description)))
    return tuple(line for raw in text.splitlines() if (line := " ".join(raw.split())))


def _written_in(found: Product, seen: Visit) -> str:
    """The language tag of the description, which may exist in the other language only."""
    written: list[Lang] = [one for one, _ in found.description]
    return LANG_TAGS[seen.lang if not written or seen.lang in written else written[0]]


def rows(found: Product, seen: Visit) -> tuple[Row, ...]:
    """What is bought with it, and what is like it."""
    made = (row_about(placement, seen, products=(found.id,)) for placement in PLACEMENTS)
    return tuple(one for one in made if one is not None)


def linked_data(found: Product, title: str, paragraphs: Sequence[str], pictures: Sequence[Picture], seen: Visit) -> Markup:
    """The product as schema.org JSON-LD for search engines, written so that no text of a feed can end the script element."""
    said: dict[str, object] = {"@context": "https://schema.org", "@type": "Product", "name": title, "sku": found.id}
    if paragraphs:
        said["description"] = " ".join(paragraphs)[:1_000]
    if pictures:
        said["image"] = [picture.src for picture in pictures]
    if found.brand is not None:
        said["brand"] = {"@type": "Brand", "name": found.brand.shown(seen.lang)}
    if found.rating is not None and found.rating_count:
        said["aggregateRating"] = {"@type": "AggregateRating", "ratingValue": found.rating, "reviewCount": found.rating_count}
    if (price := found.lowest_price(seen.now)) is not None:
        availability = "https://schema.org/InStock" if found.buyable() else "https://schema.org/OutOfStock"
        said["offers"] = {"@type": "Offer", "price": str(price.amount), "priceCurrency": price.currency, "availability": availability}
    text = json.dumps(said, ensure_ascii=False)
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))
