"""Recommendations."""

from typing import Annotated, Any

from pydantic import Field

from shopkeeper.api.schemas.common import LangCode, MarketName, Shown, Strict
from shopkeeper.api.schemas.search import Card, Filters, Include, ListIdOut, ListOut, Names
from shopkeeper.api.shopper import UserId, VisitorId
from shopkeeper.recommend.request import MAX_COUNT, Placement

Count = Annotated[int, Field(ge=1, le=MAX_COUNT)]


class RecommendIn(Strict):
    """Where the list stands and what is known of the shopper."""

    products: Names = Field(default=[], description="Products that the list stands beside: the product page's, the cart's.", examples=[["p-1"]])
    history: Names = Field(default=[], description="The shopper's latest products, oldest first.")
    customer_id: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="Whose orders to start from. Needs a secret key: what a customer bought must not show to others.",
    )
    visitor_id: VisitorId
    user_id: UserId
    count: Count = 12
    lang: LangCode | None = None
    market: MarketName = "default"
    filters: Filters = ""
    include: Include = Field(default=[])


class Reason(Shown):
    """Why this product, true and with its evidence, in both languages."""

    zh: str
    en: str


class RecommendationOut(Card):
    """A recommended product. `source` names what proposed it."""

    score: float
    source: str
    reason: Reason
    product: dict[str, Any] | None = None


class RecommendOut(Shown):
    """A list for one placement."""

    placement: Placement
    items: list[RecommendationOut]
    list_id: ListIdOut
    list: ListOut
