"""Review: what a customer wrote about a product. Shopkeeper reads reviews; it never writes one."""

from dataclasses import dataclass
from datetime import datetime
from math import floor

from shopkeeper.domain.ids import CustomerId, ProductId, ReviewId, check_id
from shopkeeper.domain.texts import Lang
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told

MAX_REVIEW = 20_000


@dataclass(frozen=True, slots=True)
class Review:
    """A review; `rating` is 1–5 or None where the shop has no stars. `lang` None = not told."""

    id: ReviewId
    product_id: ProductId
    text: str
    written: datetime
    rating: float | None = None
    title: str = ""
    lang: Lang | None = None
    customer_id: CustomerId | None = None
    verified: bool = False

    def __post_init__(self) -> None:
        check_id(self.id, field="review_id")
        check_id(self.product_id, field="product_id")
        if self.rating is not None and not 1 <= self.rating <= 5:
            raise BadInput(told("not_rating", value=self.rating), field="rating", value=self.rating)
        if not self.text and not self.title and self.rating is None:
            raise BadInput(told("empty_review"), field="text", value="")
        if len(self.text) > MAX_REVIEW:
            raise BadInput(told("too_many_characters", count=len(self.text), limit=MAX_REVIEW), field="text", value=self.text[:80])
        if self.written.tzinfo is None:
            raise BadInput(told("no_time_zone"), field="written", value=self.written.isoformat())

    @property
    def stars(self) -> int | None:
        """The rating in whole stars, a half one rounded up; None without a rating."""
        return None if self.rating is None else floor(self.rating + 0.5)

    @property
    def told(self) -> bool:
        """True if it says something in words."""
        return bool(self.text or self.title)
