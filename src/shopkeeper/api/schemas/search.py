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
    visitor_id: VisitorId
    user_id: UserId
    personalisation: float | None = Field(
        default=None, ge=0, le=1, description="How far the shopper's profile may move the hits, 0 = not at all; the shop's own setting if not given."
    )
    cursor: str = Field(
        default="",
        max_length=2_000,
        description="`next_cursor` of the page before (or `previous_cursor` of the page after), sent with the same conditions.",
    )
    include: Include = Field(default=[])
    explain: bool = Field(default=False, description="Each hit says why it stands where it does.")


class SimilarIn(Strict):
    """More like one product."""

    lang: LangCode | None = None
    market: MarketName = "default"
    limit: int = Field(default=12, ge=1, le=100)
    visitor_id: VisitorId
    user_id: UserId
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


class PartOut(Shown):
    """One addend of a score: a `word` found in a `field`, or what popularity and availability add or take; `base` in a list without words."""

    kind: Literal["base", "word", "popularity", "availability"]
    amount: float
    word: str
    field: str = Field(description="Empty where the word was not found in a field of the present text.")


class ExplanationOut(Shown):
    """Why a hit stands where it does: `parts` sum to its `score`; `reason` says it in the request's language, `reasons` in each."""

    parts: list[PartOut]
    reason: str
    reasons: dict[str, str]


class ConditionOut(Shown):
    """A condition that the query says in words (`typed`); `remaining` is the query without it. Prices are in whole units of currency."""

    kind: Literal["without", "price", "sort"]
    typed: str
    remaining: str
    value: str = Field(description="The word that is left out.")
    low: float | None
    high: float | None
    sort: Sort | None


class PersonalOut(Shown):
    """How the shopper's profile moved a hit: `share` of its relevance was added (taken away below 0), and why, in both languages."""

    share: float
    zh: str
    en: str


class Hit(Card):
    """A found product. `highlights` are HTML: matched words in <mark>, everything else escaped. `score` is what relevance ranks by."""

    score: float
    highlights: dict[str, str]
    explanation: ExplanationOut | None = Field(default=None, description="With `explain` only.")
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


ListIdOut = Annotated[str, Field(description="Send it as `list_id` with every event that comes of this list, so that it is credited.")]


class ListOut(Shown):
    """The list as it was logged: its id, what ranked it, and the arms of experiments (`experiment=arm;…`) that it was shown under."""

    id: str
    policy: str
    arm: str


class SearchOut(Shown):
    """A page of results."""

    hits: list[Hit]
    total: int
    facets: list[FacetOut]
    next_cursor: str = Field(description="Send it back for the next page; empty on the last.")
    previous_cursor: str = Field(description="Send it back for the page before; empty on the first.")
    understood: str = Field(description="What was searched where that differs from what was typed; else empty.")
    conditions: list[ConditionOut] = Field(description="What the query says in words about what to leave out, prices and the order.")
    list_id: ListIdOut
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
    list_id: ListIdOut
