"""Small values for tests of the stores."""

from datetime import UTC, datetime
from typing import Any

from shopkeeper.domain.ids import CustomerId, OrderId, PolicyId, ProductId, ReviewId, VariantId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.order import Order, OrderLine
from shopkeeper.domain.policy import Policy
from shopkeeper.domain.product import Market, Offer, Product, Variant
from shopkeeper.domain.review import Review
from shopkeeper.domain.texts import LocalizedText

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
CN = Market("cn")


def yuan(amount: int) -> Money:
    return Money(amount * 100, Currency("CNY"))


def product(id_: str, *, title: str = "Mug", price: int = 30, stock: int | None = None, **fields: Any) -> Product:
    """A product with one variant of its own id, sold in the default market."""
    variant = Variant(VariantId(id_), offers=(Offer(yuan(price), stock=stock),))
    return Product(ProductId(id_), LocalizedText(en=title), **{"variants": (variant,), **fields})


def two_sizes(id_: str) -> Product:
    """Sizes S (in the default market and cn) and M (only in the default market)."""
    small = Variant(VariantId("S"), offers=(Offer(yuan(30), stock=1), Offer(yuan(35), market=CN, stock=2)))
    medium = Variant(VariantId("M"), offers=(Offer(yuan(40), stock=3),))
    return Product(ProductId(id_), LocalizedText(zh="杯子", en="Mug"), (small, medium))


def order(id_: str, *, placed: datetime = NOON, customer: str | None = None, item: str = "mug") -> Order:
    line = OrderLine(ProductId(item), 1, yuan(30))
    return Order(OrderId(id_), placed, (line,), None if customer is None else CustomerId(customer))


def review(id_: str, *, item: str = "mug", written: datetime = NOON, text: str = "Good") -> Review:
    return Review(ReviewId(id_), ProductId(item), text, written, rating=5)


def policy(id_: str, lang: Any = "en", *, body: str = "Within 14 days.") -> Policy:
    return Policy(PolicyId(id_), lang, "Returns", body)
