"""The reviews on a product's page: how the stars fall, chosen by a click on them, ordered, a page at a time; all by the page's address alone."""

from dataclasses import dataclass, replace
from typing import Final, get_args

from starlette.datastructures import QueryParams

from shopkeeper.domain.ids import ProductId
from shopkeeper.ports.stores import ReviewOrder
from shopkeeper.web.contexts import Link, ReviewCard, ReviewPart, StarBar
from shopkeeper.web.site import LANG_TAGS, Visit

PAGE_LENGTH: Final = 6
ORDERS: Final[dict[str, ReviewOrder]] = {order: order for order in get_args(ReviewOrder)}
ANCHOR: Final = "reviews"
LAST_PAGE: Final = 10_000


@dataclass(frozen=True, slots=True)
class ReviewChoice:
    """Which reviews the address asks for: those with `stars` (None = all), in an order, `page` counted from 1."""

    stars: int | None = None
    order: ReviewOrder = "newest"
    page: int = 1

    def pairs(self) -> list[tuple[str, str]]:
        """The address's query pairs; what is the rule is left out."""
        return [
            *([("stars", str(self.stars))] if self.stars is not None else []),
            *([("order", self.order)] if self.order != "newest" else []),
            *([("reviews", str(self.page))] if self.page > 1 else []),
        ]


def choice_of(params: QueryParams) -> ReviewChoice:
    """What the address asks for; what cannot be read is left out, so that an old link still shows something."""
    stars, page = params.get("stars", ""), params.get("reviews", "")
    return ReviewChoice(
        stars=int(stars) if stars in ("1", "2", "3", "4", "5") else None,
        order=ORDERS.get(params.get("order", ""), "newest"),
        page=int(page) if page.isascii() and page.isdigit() and 0 < int(page[:6]) <= LAST_PAGE else 1,
    )


def review_part(product: ProductId, choice: ReviewChoice, seen: Visit, *, carried: list[tuple[str, str]]) -> ReviewPart:
    """The reviews that `choice` asks for; its links carry what else the page's address says along."""

    def href(other: ReviewChoice) -> str:
        return seen.url("product", id=product, query=[*carried, *other.pairs()], anchor=ANCHOR)

    store = seen.shop.database.reviews
    by_stars = store.stars_of_product(product)
    total = sum(by_stars.values()) if choice.stars is None else by_stars.get(choice.stars, 0)
    pages = max(1, -(-total // PAGE_LENGTH))
    choice = replace(choice, page=min(choice.page, pages))
    start = (choice.page - 1) * PAGE_LENGTH
    found = store.of_product(product, limit=PAGE_LENGTH, offset=start, stars=choice.stars, order=choice.order, reader=seen.lang)
    rated = sum(count for stars, count in by_stars.items() if stars is not None)
    return ReviewPart(
        all=sum(by_stars.values()),
        bars=tuple(_bar(stars, by_stars.get(stars, 0), rated, choice, href(_toggled(choice, stars))) for stars in (5, 4, 3, 2, 1)) if rated else (),
        rated=rated,
        stars=choice.stars,
        every=href(replace(choice, stars=None, page=1)) if choice.stars is not None else "",
        orders=tuple(
            Link(href(replace(choice, order=order, page=1)), str(seen.t(f"reviews.{order}")), order == choice.order) for order in ORDERS.values()
        ),
        items=tuple(
            ReviewCard(one.title, one.text, one.rating, one.written, one.verified, LANG_TAGS[one.lang] if one.lang is not None else "")
            for one in found
        ),
        total=total,
        first=min(start + 1, total),
        last=start + len(found),
        previous_page=href(replace(choice, page=choice.page - 1)) if choice.page > 1 else "",
        next_page=href(replace(choice, page=choice.page + 1)) if choice.page < pages else "",
    )


def _toggled(choice: ReviewChoice, stars: int) -> ReviewChoice:
    return replace(choice, stars=None if choice.stars == stars else stars, page=1)


def _bar(stars: int, count: int, rated: int, choice: ReviewChoice, href: str) -> StarBar:
    return StarBar(stars, count, round(100 * count / rated), href if count else "", choice.stars == stars)
