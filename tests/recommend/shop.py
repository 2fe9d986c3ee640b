"""A shop small enough to know by heart, on dicts and real artifacts."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shopkeeper.adapters.artifacts import FolderArtifacts
from shopkeeper.domain.ids import CustomerId, OrderId, ProductId, VariantId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.order import Order, OrderLine
from shopkeeper.domain.product import DEFAULT_MARKET, Market, Offer, Product, Status, Variant
from shopkeeper.domain.texts import Label, LocalizedText
from shopkeeper.errors import Unavailable
from shopkeeper.ranking.columns import LiveColumns
from shopkeeper.recommend.fit import fit_recommend_artifact
from shopkeeper.recommend.request import RecommendRequest
from shopkeeper.recommend.service import RecommendService
from tests.catalog.fakes import FakeOrders, FakeProducts

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CNY = Currency("CNY")


def product(name, *, category="misc", brand="", stock=None, status: Status = "active", created=None, market=DEFAULT_MARKET):
    """A product whose English title is its id in capitals."""
    return Product(
        id=ProductId(name),
        title=LocalizedText(zh=f"商品{name}", en=name.upper()),
        variants=(Variant(VariantId(name), offers=(Offer(Money(100, CNY), market=Market(market), stock=stock),)),),
        categories=((Label("shop"), Label(category, LocalizedText(zh=f"类{category}", en=category.title()))),),
        brand=Label(brand) if brand else None,
        status=status,
        created=created,
    )


def order(number, days_ago, customer, products):
    """An order of one-letter products."""
    lines = tuple(OrderLine(ProductId(letter), 1, Money(100, CNY)) for letter in products)
    return Order(OrderId(str(number)), NOW - timedelta(days=days_ago), lines, CustomerId(customer) if customer else None)


@dataclass
class SmallShop:
    """Stores, artifacts and the service over them; `columns` are rebuilt from the store at every request."""

    root: Path
    products: FakeProducts = field(default_factory=FakeProducts)
    orders: FakeOrders = field(default_factory=FakeOrders)
    alike: dict[str, list[str]] = field(default_factory=dict)
    content_is_down: bool = False
    now: datetime = NOW

    def __post_init__(self):
        self.artifacts = FolderArtifacts(self.root)
        self.service = RecommendService(self.products, self.orders, self.artifacts, self.columns, self.similar, clock=lambda: self.now)

    def columns(self):
        return LiveColumns.of(self.products.all, self.now).read()

    def similar(self, product_id, limit):
        if self.content_is_down:
            raise Unavailable("no index yet")
        return [(ProductId(name), 1.0 / place) for place, name in enumerate(self.alike.get(product_id, ()), 1)][:limit]

    def fit(self):
        self.artifacts.publish("recommend", lambda folder: fit_recommend_artifact(self.orders.scan(), folder, now=self.now))
        self.service.refresh()

    def ask(self, placement, *, products="", history="", customer=None, **more):
        """The list for one-letter products."""
        request = RecommendRequest(
            placement,
            products=tuple(map(ProductId, products)),
            history=tuple(map(ProductId, history)),
            customer_id=CustomerId(customer) if customer else None,
            **more,
        )
        return self.service.recommend(request)

    def names(self, placement, **asked):
        """The ids of the list, as one word."""
        return "".join(item.product.id for item in self.ask(placement, **asked).items)

    def first(self, placement, **asked):
        """The first recommendation."""
        return self.ask(placement, **asked).items[0]
