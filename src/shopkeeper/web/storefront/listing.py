"""Search, category and brand pages: one listing, narrowed by its address alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from shopkeeper.domain.money import Currency, Money, exponent_of
from shopkeeper.errors import NotFound
from shopkeeper.search.request import Condition, Facet, FacetValue, SearchPage, SearchRequest
from shopkeeper.web.contexts import CategoryTile, Chip, FacetChoice, FacetGroup, Link, ListingContext, PriceRange, SortForm, WayOn
from shopkeeper.web.site import Site, Visit, visit
from shopkeeper.web.storefront.cards import card_of_hit, popular_row
from shopkeeper.web.storefront.home import category_path, tiles
from shopkeeper.web.storefront.selection import CATEGORY_SEPARATOR, SORTS, Selection, carried, selection_of

PAGE_LENGTH: Final = 24
OPEN_VALUES: Final = 6
"""Values of a facet that stand open; a few more wait behind a click."""
MOST_VALUES: Final = 30
MOST_FACETS: Final = 8
NOT_FACETS: Final = frozenset({"price", "rating", "stock", "tag", "in_stock", "on_sale"})
"""Shown in another way (price, stock) or not meant for shoppers (the merchant's own tags)."""
MOST_WORDS_TRIED: Final = 4
WAYS_ON: Final = 4
"""Ways that an empty result offers at least, as far as the shop has categories to fill them up with."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A listing and what it is narrowed to; `category` (a path of keys) or `brand` (its key) is what their pages add to every condition."""

    seen: Visit
    selection: Selection
    category: tuple[str, ...] = ()
    brand: str = ""

    def href(self, selection: Selection) -> str:
        """The address of this listing narrowed to `selection`."""
        if self.category:
            return self.seen.url("category", path=category_path(self.category), query=selection.pairs())
        if self.brand:
            return self.seen.url("brand", key=self.brand, query=selection.pairs())
        return self.seen.url("search", query=selection.pairs())

    @property
    def place(self) -> str:
        """What a category or brand page is about; empty for search."""
        return CATEGORY_SEPARATOR.join(self.category) or self.brand

    @property
    def action(self) -> str:
        """Where this listing's forms are sent."""
        return self.href(Selection())

    def search(self, selection: Selection, *, facets: tuple[str, ...] = (), limit: int = 1, explain: bool = False) -> SearchPage:
        """The products that `selection` finds here."""
        return self.seen.shop.search.search(
            SearchRequest(
                query=selection.query,
                lang=self.seen.lang,
                filters=selection.filters(category=self.category, brand=self.brand),
                facets=facets,
                sort=selection.sort,
                limit=limit,
                cursor=selection.cursor,
                explain=explain,
                shopper=self.seen.shopper,
                personalisation=self.seen.shop.personalisation,
            )
        )


def search(site: Site, request: Request) -> Response:
    """`GET /search`"""
    seen = visit(site, request)
    return _page(Listing(seen, selection_of(request.query_params)))


def category(site: Site, request: Request) -> Response:
    """`GET /c/{path}`: a category's products, its own page with its own address."""
    seen = visit(site, request)
    path = tuple(step.replace("%2F", "/").replace("%25", "%") for step in request.path_params["path"].strip("/").split("/"))
    return _page(Listing(seen, selection_of(request.query_params), path))


def brand(site: Site, request: Request) -> Response:
    """`GET /b/{key}`: a brand's products, its own page with its own address."""
    seen = visit(site, request)
    return _page(Listing(seen, selection_of(request.query_params), brand=request.path_params["key"]))


def _page(listing: Listing) -> Response:
    seen, selection = listing.seen, listing.selection
    page = listing.search(selection, facets=("*",), limit=PAGE_LENGTH, explain=bool(selection.query))
    counted = facets_counted(listing, page)
    names = place_names(listing, counted)
    if listing.place and not page.total and not selection.narrowed and not selection.query:
        raise NotFound("no such place", field="path", value=listing.place)
    heading, intro = _words(listing, page, names)
    first = (selection.page - 1) * PAGE_LENGTH + 1
    context = ListingContext(
        t=seen.t,
        url=seen.url,
        fmt=seen.fmt,
        frame=seen.frame(
            heading,
            description=intro,
            canonical=listing.href(Selection(query=selection.query)),
            query=selection.query,
            indexable=bool(listing.place) and not selection.narrowed and not selection.cursor,
        ),
        heading=heading,
        intro=intro,
        understood=str(seen.t("search.understood", query=page.understood)) if page.understood and page.understood != selection.query else "",
        chips=(*said_in_words(listing, page), *chips(listing, counted)),
        clear_all=listing.href(replace(selection.without_conditions(), query=page.rest)),
        facets=groups(listing, counted, page.total),
        price=price_range(listing, counted),
        stock=stock_choice(listing, page),
        sort=sort_form(listing, page),
        items=tuple(card_of_hit(hit, seen) for hit in page.hits),
        total=page.total,
        first=min(first, max(page.total, 1)),
        last=min(first + len(page.hits) - 1, page.total),
        next_page=listing.href(replace(selection, cursor=page.next_cursor, page=selection.page + 1)) if page.next_cursor else "",
        previous_page=_previous(listing, page),
        first_page=listing.href(selection.first_page()) if selection.cursor else "",
        crumbs=crumbs(listing, names),
        subcategories=_subcategories(listing, page),
        ways_on=() if page.total else ways_on(listing, page),
        popular=None if page.total else popular_row(seen),
    )
    return seen.page("listing.html", context, status=200)


def _subcategories(listing: Listing, page: SearchPage) -> tuple[CategoryTile, ...]:
    return tiles(page, listing.category, listing.seen, pictures=False) if listing.category and not listing.selection.query else ()


def _previous(listing: Listing, page: SearchPage) -> str:
    selection = listing.selection
    if not page.previous_cursor:
        return ""
    if selection.page <= 2:
        return listing.href(selection.first_page())
    return listing.href(replace(selection, cursor=page.previous_cursor, page=selection.page - 1))


def said_in_words(listing: Listing, page: SearchPage) -> tuple[Chip, ...]:
    """The conditions that the query itself says; removing one takes its words out of the query."""
    labels: dict[str, list[str]] = {}
    for condition in page.conditions:
        labels.setdefault(condition.remaining, []).append(_condition_words(condition, listing.seen))
    joint = str(listing.seen.t("list.comma"))
    return tuple(Chip(listing.href(replace(listing.selection.first_page(), query=rest)), joint.join(words)) for rest, words in labels.items())


def _condition_words(condition: Condition, seen: Visit) -> str:
    if condition.kind == "without":
        return str(seen.t("filters.without", what=condition.value))
    if condition.sort is not None:
        return str(seen.t(f"sort.{condition.sort}"))
    return _range_words(condition.low, condition.high, seen)


def _words(listing: Listing, page: SearchPage, names: Sequence[str]) -> tuple[str, str]:
    t, query = listing.seen.t, listing.selection.query
    if not page.total:
        tried = t("empty.tried_filters") if listing.selection.narrowed else t("empty.tried")
        return str(t("empty.heading", query=query) if query else t("empty.heading_plain")), str(tried)
    found = str(t("products.count", n=page.total))
    if names:
        return names[-1], found
    return str(t("search.heading", query=query) if query else t("search.everything")), found


def place_names(listing: Listing, counted: Sequence[Facet]) -> list[str]:
    """The category's steps, or the brand, as a shopper reads them; keys where nothing of it is found; nothing for search."""
    facet = "category" if listing.category else "brand"
    values = next((one.values for one in counted if one.name == facet), ())
    label = next((value.label for value in values if value.key == listing.place), listing.place)
    return label.split(CATEGORY_SEPARATOR) if listing.category else [label] if label else []


def facets_counted(listing: Listing, page: SearchPage) -> list[Facet]:
    """The page's facets; one that is filtered by is counted without its own filter, so that a second value can be added to the first."""
    counted = {facet.name: facet for facet in page.facets}
    for name in dict.fromkeys(name for name, _ in listing.selection.values):
        others = listing.search(listing.selection.without_facet(name), facets=(name,))
        counted |= {facet.name: facet for facet in others.facets if facet.name == name}
    if listing.selection.amounts() != (None, None):
        free = replace(listing.selection.first_page(), low="", high="")
        counted |= {facet.name: facet for facet in listing.search(free, facets=("price",)).facets if facet.name == "price"}
    return list(counted.values())


def facet_label(name: str, seen: Visit) -> str:
    """The facet's name in the shopper's language; one that we have no word for is read from its own (`screen_size` → Screen size)."""
    key = f"facet.{name.lower()}"
    if key in seen.t:
        return str(seen.t(key))
    plain = name.replace("_", " ").replace("-", " ").strip()
    return plain[:1].upper() + plain[1:]


def _last(label: str, name: str) -> str:
    return label.rsplit(CATEGORY_SEPARATOR, maxsplit=1)[-1] if name == "category" else label


def groups(listing: Listing, counted: Sequence[Facet], total: int) -> tuple[FacetGroup, ...]:
    """The facets to choose from: those that tell the found products apart, or that are chosen from."""
    chosen = set(listing.selection.values)
    made = []
    for facet in sorted(counted, key=lambda facet: ("category", "brand").index(facet.name) if facet.name in ("category", "brand") else 2):
        if facet.name in NOT_FACETS or (facet.name == "brand" and listing.brand):
            continue
        values = _categories(listing, facet) if facet.name == "category" else list(facet.values)
        telling = [value for value in values if value.count < total or (facet.name, value.key) in chosen]
        if not telling:
            continue
        choices = [_choice(listing, facet.name, value) for value in values[:MOST_VALUES]]
        choices = [choice for choice in choices if choice.chosen] + [choice for choice in choices if not choice.chosen]
        open_values = max(OPEN_VALUES, sum(choice.chosen for choice in choices))
        if len(choices) <= open_values + 2:
            open_values = len(choices)  # a click to see two more is a click too many
        made.append(FacetGroup(facet.name, facet_label(facet.name, listing.seen), tuple(choices[:open_values]), tuple(choices[open_values:])))
    return tuple(made[:MOST_FACETS])


def _categories(listing: Listing, facet: Facet) -> list[FacetValue]:
    """The steps of the category tree that are worth a choice now: the roots, and what lies below a chosen step or below the only root."""
    depth = len(listing.category)
    paths = {value.key: tuple(value.key.split(CATEGORY_SEPARATOR)) for value in facet.values}
    below = [path for path in paths.values() if path[:depth] == listing.category and len(path) > depth]
    roots = {path[: depth + 1] for path in below}
    opened = {tuple(key.split(CATEGORY_SEPARATOR)) for name, key in listing.selection.values if name == "category"}
    parents = {listing.category} | opened | {path[:-1] for path in opened} | (roots if len(roots) == 1 else set())
    hidden = roots - opened if len(roots) == 1 else set()  # everything found lies below the only root: choosing it would change nothing
    return [value for value in facet.values if paths[value.key][:-1] in parents and paths[value.key] in below and paths[value.key] not in hidden]


def _choice(listing: Listing, name: str, value: FacetValue) -> FacetChoice:
    chosen = (name, value.key) in listing.selection.values
    base = listing.selection.without_facet("category") if name == "category" and not chosen else listing.selection
    return FacetChoice(listing.href(base.toggled(name, value.key)), _last(value.label, name), value.count, chosen)


def chips(listing: Listing, counted: Sequence[Facet]) -> tuple[Chip, ...]:
    """Every condition that holds, each to be removed by itself."""
    seen, selection = listing.seen, listing.selection
    labels = {(facet.name, value.key): value.label for facet in counted for value in facet.values}
    made = [
        Chip(
            listing.href(selection.toggled(name, key)),
            str(seen.t("filters.chip", name=facet_label(name, seen), value=_last(labels.get((name, key), key), name))),
        )
        for name, key in selection.values
    ]
    low, high = selection.amounts()
    if low is not None or high is not None:
        free = replace(selection.first_page(), low="", high="")
        made.append(Chip(listing.href(free), _range_words(low, high, seen)))
    if selection.in_stock:
        made.append(Chip(listing.href(replace(selection.first_page(), in_stock=False)), str(seen.t("filters.in_stock"))))
    return tuple(made)


def _range_words(low: Decimal | None, high: Decimal | None, seen: Visit) -> str:
    written = {name: seen.fmt.money(price) for name, price in (("low", _price(low, seen)), ("high", _price(high, seen))) if price is not None}
    key = "filters.between" if len(written) == 2 else "filters.from" if "low" in written else "filters.up_to"
    return str(seen.t(key, **written))


def _price(units: Decimal | float | None, seen: Visit) -> Money | None:
    if units is None:
        return None
    currency = seen.shop.search.columns().currency() or Currency(seen.shop.currency)
    return Money(min(round(Decimal(str(units)).scaleb(exponent_of(currency))), 10**13), currency)


def price_range(listing: Listing, counted: Sequence[Facet]) -> PriceRange | None:
    """The price filter, with the range of prices that were found; None where there is no price to filter by."""
    found = next((facet for facet in counted if facet.name == "price"), None)
    selection, seen = listing.selection, listing.seen
    if (found is None or found.low is None or found.low == found.high) and not (selection.low or selection.high):
        return None
    return PriceRange(
        low=selection.low,
        high=selection.high,
        found_low=_price(found.low if found is not None else None, seen),
        found_high=_price(found.high if found is not None else None, seen),
        carried=carried(selection, without=("low", "high")),
    )


def stock_choice(listing: Listing, page: SearchPage) -> FacetChoice | None:
    """Only what can be bought now; None where that is everything."""
    selection = listing.selection
    toggled = replace(selection.first_page(), in_stock=not selection.in_stock)
    count = page.total if selection.in_stock else listing.search(toggled).total
    if count == page.total and not selection.in_stock:
        return None
    return FacetChoice(listing.href(toggled), str(listing.seen.t("filters.in_stock")), count, selection.in_stock)


def sort_form(listing: Listing, page: SearchPage) -> SortForm:
    """The orders to choose from; the query's words may have chosen one."""
    t, chosen = listing.seen.t, listing.selection.sort
    if chosen == "relevance":
        chosen = next((condition.sort for condition in page.conditions if condition.sort is not None), chosen)
    options = tuple((sort, str(t(f"sort.{sort}")), sort == chosen) for sort in SORTS)
    return SortForm(listing.action, options, carried(listing.selection, without=("sort",)))


def crumbs(listing: Listing, names: Sequence[str]) -> tuple[Link, ...]:
    """From home down to this category, or to this brand."""
    if not listing.place:
        return ()
    url = listing.seen.url
    links = [Link(url("home"), str(listing.seen.t("frame.home")))]
    if listing.brand:
        return (*links, Link(listing.action, names[-1], chosen=True))
    for depth, name in enumerate(names, 1):
        links.append(Link(url("category", path=category_path(listing.category[:depth])), name, chosen=depth == len(names)))
    return tuple(links)


def ways_on(listing: Listing, page: SearchPage) -> tuple[WayOn, ...]:
    """What to try after nothing was found: the same without its conditions, each word alone, everything, the largest categories."""
    seen, selection = listing.seen, listing.selection
    t, url = seen.t, seen.url
    tries: list[tuple[Selection, str]] = []
    if selection.narrowed:
        tries.append((selection.without_conditions(), str(t("empty.without_filters"))))
    remaining = dict.fromkeys(condition.remaining for condition in page.conditions if condition.remaining)
    tries += [(Selection(query=rest), str(t("empty.word", word=rest))) for rest in remaining]
    words = [] if page.conditions else list(dict.fromkeys(selection.query.split()))
    tries += [(Selection(query=word), str(t("empty.word", word=word))) for word in words[:MOST_WORDS_TRIED] if len(words) > 1]
    found = [WayOn(listing.href(tried), label, count) for tried, label in tries if (count := listing.search(tried).total)]
    whole = Listing(seen, Selection()).search(Selection(), facets=("category",))
    if whole.total:
        found.append(WayOn(url("search"), str(t("empty.everything")), whole.total))
    roots = tiles(whole, (), seen, pictures=False)[: max(0, WAYS_ON - len(found))]
    return (*found, *(WayOn(root.href, root.label, root.count) for root in roots))
