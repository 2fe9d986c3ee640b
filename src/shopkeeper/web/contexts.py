"""What each page of the storefront knows: one frozen dataclass per template; a test holds their names equal to the template's."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from markupsafe import Markup

from shopkeeper.domain.money import Money
from shopkeeper.web.formats import Formats
from shopkeeper.web.urls import Urls
from shopkeeper.web.words import Words


@dataclass(frozen=True, slots=True)
class Link:
    """A place to go and the words on it; `chosen` marks where one is."""

    href: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds every page of the storefront."""

    lang_tag: str
    shop_name: str
    seal: str
    title: str
    description: str
    canonical: str
    query: str
    other_language: Link | None
    policies: tuple[Link, ...]
    has_viewed: bool
    here: str
    cart_pieces: int = 0
    indexable: bool = True


@dataclass(frozen=True, slots=True)
class PageContext:
    """What every template may use: words, addresses, formats, the frame."""

    t: Words
    url: Urls
    fmt: Formats
    frame: Frame


@dataclass(frozen=True, slots=True)
class Card:
    """A product in a list. `was` is the list price where a sale runs; at most one badge; `reason` says why it is there, if the row does not;
    `why` explains a search result's place."""

    href: str
    title: Markup
    brand: str
    picture: str
    price: Money | None
    price_from: bool
    was: Money | None
    rating: float | None
    rating_count: int
    badge: Literal["", "sale", "out", "preorder"]
    off_percent: int = 0
    reason: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A list on the home or product page; `title` and `note` say why it is there; `forget` offers to clear what it was made from."""

    id: str
    title: str
    note: str
    cards: tuple[Card, ...]
    forget: bool = False


@dataclass(frozen=True, slots=True)
class CategoryTile:
    """A way into a category, with the picture of its best-selling product."""

    href: str
    label: str
    count: int
    picture: str


@dataclass(frozen=True, slots=True)
class HomeContext(PageContext):
    """Home. `products` counts what can be found; None while there is nothing yet."""

    products: int | None
    categories: tuple[CategoryTile, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class FacetChoice:
    """A value of a facet: following `href` turns it on, or off where it is `chosen`."""

    href: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class FacetGroup:
    """A facet: the first values stand open, the `more` ones behind a click."""

    name: str
    label: str
    choices: tuple[FacetChoice, ...]
    more: tuple[FacetChoice, ...]


@dataclass(frozen=True, slots=True)
class PriceRange:
    """The price filter: what is asked for (as typed), the lowest and highest price found, and the fields that the form must carry along."""

    low: str
    high: str
    found_low: Money | None
    found_high: Money | None
    carried: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition that holds now; following `href` removes it."""

    href: str
    label: str


@dataclass(frozen=True, slots=True)
class SortForm:
    """The orders to choose from, the chosen one marked, and the fields that the form must carry along."""

    action: str
    options: tuple[tuple[str, str, bool], ...]
    carried: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class WayOn:
    """What an empty result offers instead, with the number of products it leads to."""

    href: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class ListingContext(PageContext):
    """Search and category pages: filters, order, a page of products. `first`–`last` are their places among `total`."""

    heading: str
    intro: str
    understood: str
    chips: tuple[Chip, ...]
    clear_all: str
    facets: tuple[FacetGroup, ...]
    price: PriceRange | None
    stock: FacetChoice | None
    sort: SortForm
    items: tuple[Card, ...]
    total: int
    first: int
    last: int
    next_page: str
    previous_page: str
    first_page: str
    crumbs: tuple[Link, ...]
    subcategories: tuple[CategoryTile, ...]
    ways_on: tuple[WayOn, ...]
    popular: Row | None


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of an option such as size M: `href` selects it; it is `buyable` or sold out; "" where it does not exist with the rest."""

    href: str
    label: str
    chosen: bool
    buyable: bool


@dataclass(frozen=True, slots=True)
class Option:
    """An option (size, colour) with its values; `chosen` is the label of the selected one."""

    name: str
    chosen: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with its words for those who do not see it."""

    src: str
    alt: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the facts table; a value may lead to more products that share it."""

    name: str
    values: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class StockWords:
    """Whether it can be had, in words, with the tone (good, warn, bad) that goes with them."""

    tone: Literal["good", "warn", "bad"]
    words: str


@dataclass(frozen=True, slots=True)
class ReviewCard:
    """A review as it was written."""

    title: str
    text: str
    rating: float | None
    written: datetime
    verified: bool
    lang: str


@dataclass(frozen=True, slots=True)
class StarBar:
    """How many reviews gave `stars`, and how many percent of all that have stars; following `href` shows those alone, or all where it is `chosen`."""

    stars: int
    count: int
    percent: int
    href: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class ReviewPart:
    """A page of reviews: `all` there are, `rated` of them with stars, `total` with the chosen `stars` (None = any); `every` leads back to all."""

    all: int
    bars: tuple[StarBar, ...]
    rated: int
    stars: int | None
    every: str
    orders: tuple[Link, ...]
    items: tuple[ReviewCard, ...]
    total: int
    first: int
    last: int
    previous_page: str
    next_page: str


@dataclass(frozen=True, slots=True)
class BuyForm:
    """Putting the chosen version into the cart, at most `most` pieces."""

    product_id: str
    variant_id: str
    most: int


@dataclass(frozen=True, slots=True)
class ProductContext(PageContext):
    """A product page."""

    title: str
    brand: Link | None
    crumbs: tuple[Link, ...]
    pictures: tuple[Picture, ...]
    price: Money | None
    was: Money | None
    off_percent: int
    sale_ends: datetime | None
    stock: StockWords
    options: tuple[Option, ...]
    paragraphs: tuple[str, ...]
    description_lang: str
    facts: tuple[Fact, ...]
    shop_link: str
    rating: float | None
    rating_count: int
    reviews: ReviewPart
    rows: tuple[Row, ...]
    linked_data: Markup
    buy: BuyForm | None
    form_token: str


@dataclass(frozen=True, slots=True)
class PoliciesContext(PageContext):
    """The list of the shop's policies and answers."""

    pages: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class PolicyContext(PageContext):
    """One policy; `body` is its Markdown as safe HTML; `lang` is the language it is written in."""

    title: str
    body: Markup
    lang: str
    others: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class ProblemContext(PageContext):
    """What went wrong, said plainly; `reference` finds it in the log."""

    heading: str
    explanation: str
    reference: str
    ways_on: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class SuggestionLine:
    """A line under the search field."""

    href: str
    text: str
    html: Markup
    kind: str


@dataclass(frozen=True, slots=True)
class SuggestionsContext:
    """The list under the search field, fetched while typing."""

    suggestions: tuple[SuggestionLine, ...]
