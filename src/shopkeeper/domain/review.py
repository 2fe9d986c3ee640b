"""Review: what a customer wrote about a product. Shopkeeper reads reviews; it never writes one."""

from dataclasses import dataclass
from datetime import datetime

from shopkeeper.domain.ids import CustomerId, ProductId, ReviewId, check_id
from shopkeeper.domain.texts import Lang
from shopkeeper.errors import BadInput

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
            raise BadInput(f"{self.rating} is not between 1 and 5", field="rating", value=self.rating)
        if not self.text and not self.title and self.rating is None:
            raise BadInput("has no text, title or rating", field="text", value="")
        if len(self.text) > MAX_REVIEW:
            raise BadInput(f"has {len(self.text)} characters; at most {MAX_REVIEW}", field="text", value=self.text[:80])
        if self.written.tzinfo is None:
            raise BadInput("has no time zone", field="written", value=self.written.isoformat())
