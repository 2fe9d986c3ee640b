"""What the recommender is asked and what it answers."""

from dataclasses import dataclass
from typing import Final, Literal

from shopkeeper.domain.ids import CustomerId, ProductId
from shopkeeper.domain.money import Money
from shopkeeper.domain.product import DEFAULT_MARKET, Market, Product
from shopkeeper.domain.shown_list import ShownList
from shopkeeper.domain.texts import Lang, LocalizedText
from shopkeeper.shoppers.service import Whose

Placement = Literal["similar", "frequently_bought_together", "trending", "recommended_for_you"]
PLACEMENTS: Final[tuple[Placement, ...]] = ("similar", "frequently_bought_together", "trending", "recommended_for_you")
MAX_COUNT: Final = 100
Recommender = Literal["fitted", "popularity"]
"""What ranks: the fitted models with all that fills them up, or popularity alone, which a model has to beat."""


@dataclass(frozen=True, slots=True)
class RecommendRequest:
    """A placement with its context: `products` the list stands beside (a product page, a cart), `history` the shopper's latest items, oldest first.

    With a `customer_id` the customer's orders come before `history`; with a `shopper` who agreed to personalisation, what they did lately comes
    after it. `filters`/`shop_filters` are as in search.
    """

    placement: Placement
    products: tuple[ProductId, ...] = ()
    history: tuple[ProductId, ...] = ()
    customer_id: CustomerId | None = None
    shopper: Whose | None = None
    model: Recommender = "fitted"
    count: int = 12
    lang: Lang = "en"
    market: Market = DEFAULT_MARKET
    filters: str = ""
    shop_filters: str = ""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A recommended product. `source` names the candidate generator; `reason` is a true sentence in zh and en with its evidence."""

    product: Product
    score: float
    source: str
    reason: LocalizedText
    price: Money | None


@dataclass(frozen=True, slots=True)
class RecommendedList:
    """The list as it is shown; `shown` is what feedback joins to."""

    placement: Placement
    items: tuple[Recommendation, ...]
    shown: ShownList
