"""Orders and reviews as they are sent; `orders.documents` and `catalog.documents` read them."""

from typing import Literal

from pydantic import Field

from shopkeeper.api.schemas.common import Strict
from shopkeeper.api.schemas.products import PriceText


class OrderLineDocument(Strict):
    """Pieces of one product at the price that was paid for each."""

    product_id: str = Field(min_length=1, max_length=200)
    variant_id: str | None = None
    quantity: int = Field(ge=1, le=1_000_000)
    unit_price: PriceText


class ReturnDocument(Strict):
    """Pieces that came back."""

    product_id: str = Field(min_length=1, max_length=200)
    quantity: int = Field(ge=1)
    returned: str
    reason: str = ""


class OrderDocument(Strict):
    """An order. `customer_id` should be a pseudonym; absent for a guest."""

    id: str = Field(min_length=1, max_length=200)
    placed: str = Field(description="ISO 8601 with a time zone.", examples=["2026-01-31T12:00:00Z"])
    customer_id: str | None = None
    country: str = ""
    lines: list[OrderLineDocument] = Field(default=[])
    returns: list[ReturnDocument] = Field(default=[])


class OrderBatch(Strict):
    """Up to 10,000 orders; one that is there already is replaced."""

    orders: list[OrderDocument] = Field(min_length=1, max_length=10_000)


class ReviewDocument(Strict):
    """A review that a customer wrote."""

    id: str = Field(min_length=1, max_length=200)
    product_id: str = Field(min_length=1, max_length=200)
    written: str = Field(description="ISO 8601 with a time zone.", examples=["2026-01-31T12:00:00Z"])
    rating: float | None = Field(default=None, ge=1, le=5)
    title: str = ""
    text: str = ""
    lang: Literal["zh", "en"] | None = None
    customer_id: str | None = None
    verified: bool = False


class ReviewBatch(Strict):
    """Up to 10,000 reviews; one that is there already is replaced."""

    reviews: list[ReviewDocument] = Field(min_length=1, max_length=10_000)
