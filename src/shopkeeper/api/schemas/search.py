"""Search, suggestions and product lists."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from shopkeeper.api.schemas.common import LangCode, MarketName, MoneyAmount, Shown, Strict
from shopkeeper.api.shopper import UserId, VisitorId
from shopkeeper.search.request import MAX_LIMIT, MAX_QUERY, Sort


def _split(value: object) -> object:
    """`brand,category` as well as a list of names."""
    if isinstance(value, str):
        value = [value]
    if isinstance(value, list):
        return [part for item in value for part in (item.split(",") if isinstance(item, str) else [item]) if part != ""]
    return value


Names = Annotated[list[Annotated[str, Field(max_length=200)]], BeforeValidator(_split), Field(max_length=100)]
Filters = Annotated[
    str,
    Field(
        max_length=20_000,
        description='Conditions such as `price < 300 AND (brand:"Sony" OR brand:Bose) AND NOT tag:refurbished AND in_stock`.',
        examples=["price < 300 AND in_stock"],
    ),
]
Include = Annotated[
    list[Literal["product"]],
    BeforeValidator(_split),
    Field(max_length=1, description="`product`: each hit carries its whole document, as GET /v1/products/{id} answers."),
]


class SearchIn(Strict):
    """A search. Pages go by `cursor` (endless lists) or by `offset` (numbered pages), not both."""

    q: str = Field(default="", max_length=MAX_QUERY, description="What the shopper typed; empty to browse.", examples=["降噪耳机"])
    lang: LangCode | None = Field(default=None, description="Language of the reply; the shop's first one if not given.")
    market: MarketName = "default"
    filters: Filters = ""
    facets: Names = Field(default=[], description="Facets to count, `*` for all: `brand,category`.", examples=[["brand", "category"]])
    sort: Sort = "relevance"
    limit: int = Field(default=24, ge=1, le=MAX_LIMIT)
    offset: int = Field(default=0, ge=0, le=100_000)
    cursor: str = Field(default="", max_length=2_000, description="`next_cursor` of the page before, sent with the same conditions.")
    visitor_id: VisitorId
    user_id: UserId
    personalisation: float | None = Field(
        default=None, ge=0, le=1, description="How far the shopper's profile may move the hits, 0 = not at all; the shop's own setting if not given."
    )
    include: Include = Field(default=[])


class SimilarIn(Strict):
    """More like one product."""

    lang: LangCode | None = None
    market: MarketName = "default"
    limit: int = Field(default=12, ge=1, le=100)
    include: Include = Field(default=[])


class SuggestIn(Strict):
    """Completions of what has been typed so far."""

    q: str = Field(default="", max_length=MAX_QUERY, examples=["耳"])
    lang: LangCode | None = None
    market: MarketName = "default"
    limit: int = Field(default=8, ge=1, le=50)
    visitor_id: VisitorId
    user_id: UserId


class LabelOut(Shown):
    """A value: its stable `key`, which filters name, and its `label` in the request's language."""

    key: str
    label: str


class Card(Shown):
    """What a list shows of a product, in the request's language and market."""

    id: str
    title: str
    brand: LabelOut | None
    categories: list[list[LabelOut]]
    image: str
    link: str
    price: MoneyAmount | None = Field(description="The lowest price to pay now; null where the product is not sold in this market.")
    list_price: MoneyAmount | None = Field(description="The price before the running sale; null where there is none.")
    buyable: bool
    rating: float | None
    rating_count: int
    tags: list[str]


class PersonalOut(Shown):
    """How the shopper's profile moved a hit: `share` of its relevance was added (taken away below 0), and why, in both languages."""

    share: float
    zh: str
    en: str


class Hit(Card):
    """A found product. `highlights` are HTML: matched words in <mark>, everything else escaped."""

    score: float
    highlights: dict[str, str]
    personal: PersonalOut | None = None
    product: dict[str, Any] | None = None


class FacetValueOut(Shown):
    """One value of a facet and how many of the results have it."""

    key: str
    label: str
    count: int


class FacetOut(Shown):
    """A facet; `low` and `high` are the ends of a number's range, in whole units of currency for prices."""

    name: str
    values: list[FacetValueOut]
    low: float | None
    high: float | None


class ListOut(Shown):
    """What feedback joins to."""

    id: str
    policy: str


class SearchOut(Shown):
    """A page of results."""

    hits: list[Hit]
    total: int
    facets: list[FacetOut]
    next_cursor: str = Field(description="Send it back for the next page; empty on the last.")
    understood: str = Field(description="What was searched where that differs from what was typed; else empty.")
    list: ListOut
    took_ms: float


class SuggestionOut(Shown):
    """A completion; `highlighted` is HTML with the typed part in <mark>."""

    text: str
    kind: Literal["query", "category", "brand", "product"]
    highlighted: str
    product_id: str | None


class SuggestOut(Shown):
    """Completions, best first."""

    suggestions: list[SuggestionOut]
