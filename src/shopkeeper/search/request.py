"""What search is asked and what it answers."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from shopkeeper.domain.money import Money
from shopkeeper.domain.product import DEFAULT_MARKET, Market, Product
from shopkeeper.domain.shown_list import ShownList
from shopkeeper.domain.texts import Lang, LocalizedText
from shopkeeper.shoppers.service import Whose

Sort = Literal["relevance", "price_asc", "price_desc", "newest", "popularity", "rating"]
MAX_LIMIT: Final = 250
MAX_QUERY: Final = 1_000


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A query (may be empty: browse) with filters in the language of `ranking.filters`; `shop_filters` come from the API key and always hold.

    With a `shopper` who agreed to personalisation, what they are drawn to moves hits of near-equal relevance, `personalisation` (0 to 1) of the way;
    None leaves that to whoever asks in the shop's name (`online`), else it is all of the way.
    `facets` names the facets to count ("*" = all). Pages go by `cursor` (from the page before) or, for clients that count pages, by `offset`.
    `fill` asks for a ranking of at least so many: weaker matches follow below those that answer the query (see `search.filling`).
    `explain` asks why each hit stands where it does.
    """

    query: str = ""
    lang: Lang = "en"
    market: Market = DEFAULT_MARKET
    filters: str = ""
    shop_filters: str = ""
    facets: tuple[str, ...] = ()
    sort: Sort = "relevance"
    limit: int = 24
    offset: int = 0
    cursor: str = ""
    fill: int = 0
    explain: bool = False
    shopper: Whose | None = None
    personalisation: float | None = None


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet: `key` is what a filter names, `label` what is read in the request's language, `count` its products in the result."""

    key: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Facet:
    """A facet (`brand`, `category`, `price`, an attribute) with its most frequent values; `low`/`high` only for numbers such as price."""

    name: str
    values: tuple[FacetValue, ...] = ()
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that the query says in words: `typed` there, `remaining` is the query without them.

    `value` is the word that is left out; `low` and `high` are prices in whole units; `sort` is the order asked for.
    """

    kind: Literal["without", "price", "sort"]
    typed: str
    remaining: str
    value: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    sort: Sort | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One addend of a score: what a word found in a field adds, what popularity and availability add or take, or the base of a list without words."""

    kind: Literal["base", "word", "popularity", "availability"]
    amount: float
    word: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a hit stands where it does: `parts` sum to the hit's score; `reason` says it in a sentence."""

    parts: tuple[Part, ...]
    reason: LocalizedText


@dataclass(frozen=True, slots=True)
class Hit:
    """A found product. `price` is what it costs now in the request's market; `highlights` are (field, HTML with <mark>, the rest escaped).

    `score` is what relevance ranks by: the words' score with popularity and availability.
    """

    product: Product
    score: float
    price: Money | None
    buyable: bool
    highlights: tuple[tuple[str, str], ...] = ()
    explanation: Explanation | None = None
    personal: "Personal | None" = None


@dataclass(frozen=True, slots=True)
class Personal:
    """How the shopper's profile moved a hit: `share` of its relevance was added (taken away below 0); `reason` names what fits."""

    share: float
    reason: LocalizedText


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of hits. `total` counts all matches; `next_cursor` is empty on the last page, `previous_cursor` on the first.

    `understood` is the query as it was searched where that differs (a corrected word, a relaxed condition); shown to the shopper, as are the
    `conditions` that the query says in words; `rest` is the query without those.
    """

    hits: tuple[Hit, ...]
    total: int
    facets: tuple[Facet, ...]
    next_cursor: str
    shown: ShownList
    previous_cursor: str = ""
    understood: str = ""
    conditions: tuple[Condition, ...] = ()
    rest: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A completion of a prefix: a query that finds something, a category or brand with its `key`, or a product with its `product_id`."""

    text: str
    kind: Literal["query", "category", "brand", "product"]
    highlighted: str
    product_id: str = ""
    key: str = ""
