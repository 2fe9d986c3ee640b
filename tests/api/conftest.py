"""A real installation of two shops on SQLite, indexed and fitted, behind the whole API."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from starlette.testclient import TestClient

from shopkeeper import bootstrap
from shopkeeper.api.app import create_app
from shopkeeper.bootstrap import App, Shop
from shopkeeper.domain.ids import CustomerId, OrderId, ProductId, ShopId, VariantId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.order import Order, OrderLine
from shopkeeper.domain.product import Offer, Product, Variant
from shopkeeper.domain.texts import Label, LocalizedText
from shopkeeper.settings import Settings, ShopSettings
from tests.conftest import NOON

DEMO, OTHER = ShopId("demo"), ShopId("other")
ORIGIN = "https://shop.example"


@dataclass(frozen=True)
class Installation:
    """What the tests call: the app, its HTTP client, and a key of each kind."""

    app: App
    http: TestClient
    admin: str
    secret: str
    public: str
    narrowed: str
    other: str

    @property
    def demo(self) -> Shop:
        return self.app.shops[DEMO]

    def call(self, method: str, path: str, key: str | None = None, **options: Any) -> Any:
        """A request with the public key, unless another is given."""
        headers = {"Authorization": f"Bearer {key or self.public}"} | options.pop("headers", {})
        return self.http.request(method, path, headers=headers, **options)

    def get(self, path: str, key: str | None = None, **options: Any) -> Any:
        """GET with the public key, unless another is given."""
        return self.call("GET", path, key, **options)

    def post(self, path: str, key: str | None = None, **options: Any) -> Any:
        """POST with the secret key, unless another is given."""
        return self.call("POST", path, key or self.secret, **options)


def product(
    id: str, zh: str, en: str, price: int, *, brand: str = "Sonido", category: str = "Headphones", stock: int | None = 5, **more: Any
) -> Product:
    """A product with one variant, priced in fen."""
    offer = Offer(Money(price, Currency("CNY")), stock=stock)
    return Product(
        ProductId(id),
        LocalizedText(zh, en),
        (Variant(VariantId(id), offers=(offer,)),),
        brand=Label(brand),
        categories=((Label("Audio", LocalizedText("音响", "Audio")), Label(category)),),
        **more,
    )


def catalogue() -> list[Product]:
    """Twelve products whose places in every list can be told by hand."""
    red = (("colour", (Label("red", LocalizedText("红色", "red")),)),)
    return [
        product("h-1", "降噪耳机", "Noise-cancelling headphones", 59_900, description=LocalizedText("安静的旅行", "A quiet journey"), attributes=red),
        product("h-2", "无线耳机", "Wireless headphones", 29_900, attributes=red),
        product("h-3", "有线耳机", "Wired headphones", 9_900, brand="Bose"),
        product("h-4", "儿童耳机", "Headphones for children", 4_900, brand="Bose", stock=0),
        product("h-5", "批发耳机", "Wholesale headphones", 1_900, tags=("b2b",)),
        product("h-6", "隐藏耳机", "Hidden headphones", 900, status="hidden"),
        product("s-1", "蓝牙音箱", "Bluetooth speaker", 19_900, category="Speakers"),
        product("s-2", "书架音箱", "Bookshelf speaker", 89_900, category="Speakers", brand="Bose"),
        product("c-1", "音频线", "Audio cable", 1_500, category="Cables"),
        product("c-2", "充电线", "Charging cable 2 m", 2_500, category="Cables"),
        product("m/1", "麦克风", "Microphone with a slash in its id", 39_900, category="Microphones"),
        product("m-2", "领夹麦克风", "Lavalier microphone", 12_900, category="Microphones"),
    ]


def orders() -> list[Order]:
    """Forty customers who buy headphones with a cable."""
    cny = Currency("CNY")
    return [
        Order(
            OrderId(f"o-{at}"),
            NOON - timedelta(days=at + 1),
            (
                OrderLine(ProductId("h-1" if at % 2 else "h-2"), 1, Money(50_000, cny)),
                OrderLine(ProductId("c-1"), 1, Money(1_500, cny)),
                *((OrderLine(ProductId("s-1"), 1, Money(19_900, cny)),) if at % 4 == 0 else ()),
            ),
            customer_id=CustomerId(f"c-{at}"),
        )
        for at in range(40)
    ]


def make_settings(home: Path) -> Settings:
    """Settings of an installation with the shops `demo` and `other`."""
    return Settings(home=home, shops={"demo": ShopSettings(languages=("zh", "en")), "other": ShopSettings()})


@pytest.fixture(scope="session", autouse=True)
def _quiet_logs() -> None:
    structlog.configure(processors=[_drop], cache_logger_on_first_use=False)


def _drop(_logger: object, _name: str, _event: object) -> Any:
    raise structlog.DropEvent


def installed(home: Path) -> tuple[App, str, str]:
    """The app over two new shops, `demo` with products, orders, index and models; and the first admin key of each."""
    settings = make_settings(home)
    admin, other = bootstrap.create_shop(settings, DEMO), bootstrap.create_shop(settings, OTHER)
    app = bootstrap.build(settings)
    demo = app.shops[DEMO]
    demo.database.products.put(catalogue())
    demo.database.orders.put(orders())
    demo.jobs.index()
    demo.jobs.fit()
    return app, admin, other


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The installation that tests share. What a test writes has ids of its own."""
    app, admin, other = installed(tmp_path_factory.mktemp("home"))
    keys = app.shops[DEMO].keys
    secret, public = keys.mint("server", "secret")[1], keys.mint("front", "public", origins=[ORIGIN])[1]
    narrowed = keys.mint("retail front", "public", filters="NOT tag:b2b AND price < 500")[1]
    with app, TestClient(create_app(app)) as http:
        yield Installation(app, http, admin, secret, public, narrowed, other)


@pytest.fixture
def wait_for() -> Callable[[Callable[[], Any]], Any]:
    """Ask until the answer is truthy, for at most a second."""
    import time

    def wait(ask: Callable[[], Any], seconds: float = 1.0) -> Any:
        until = time.monotonic() + seconds
        while not (answer := ask()) and time.monotonic() < until:
            time.sleep(0.02)
        return answer

    return wait
