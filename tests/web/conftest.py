"""A real installation behind its pages: `demo` with sixty products, orders, reviews and policies, `other`, which tests import into, and `empty`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
import structlog
from starlette.testclient import TestClient

from shopkeeper import bootstrap
from shopkeeper.api.app import create_app
from shopkeeper.bootstrap import App, Shop
from shopkeeper.domain.ids import CustomerId, OrderId, PolicyId, ProductId, ReviewId, ShopId, VariantId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.order import Order, OrderLine
from shopkeeper.domain.policy import Policy
from shopkeeper.domain.product import Offer, Product, Variant
from shopkeeper.domain.review import Review
from shopkeeper.domain.texts import Label, LocalizedText
from shopkeeper.settings import Settings, ShopSettings
from shopkeeper.web.app import mount
from tests.conftest import NOON

CNY = Currency("CNY")
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>'
HOSTILE = "<script>alert(1)</script>"


def label(key: str, zh: str, en: str) -> Label:
    return Label(key, LocalizedText(zh, en))


CUPS = (label("tea", "茶与咖啡", "Tea & coffee"), label("cups", "茶杯", "Cups"))
POTS = (label("tea", "茶与咖啡", "Tea & coffee"), label("pots", "茶壶", "Pots"))


def cup(number: int) -> Product:
    """Cup 0 … 56: prices rise with the number, every third is blue, number 5 is sold out."""
    id = f"cup-{number:02d}"
    colour = label("blue", "蓝色", "blue") if number % 3 == 0 else label("white", "白色", "white")
    return Product(
        ProductId(id),
        LocalizedText(f"瓷茶杯{number}号", f"Porcelain cup no. {number}"),
        (Variant(VariantId(id), offers=(Offer(Money(1_000 + 100 * number, CNY), stock=0 if number == 5 else 50),)),),
        brand=label("cenhe", "岑禾", "Cenhe") if number % 2 else label("wuzhai", "坞斋", "Wuzhai"),
        categories=(CUPS,),
        attributes=(("colour", (colour,)),),
        images=(f"/media/{id}.svg",),
        rating=4.5 if number == 1 else None,
        rating_count=12 if number == 1 else 0,
    )


def pot() -> Product:
    """A teapot in two colours and two sizes, one of the four sold out, one on sale; its feed carried HTML."""

    def variant(colour: Label, size: Label, price: int, *, stock: int | None = None, sale: int | None = None) -> Variant:
        offer = Offer(
            Money(price, CNY),
            sale_price=Money(sale, CNY) if sale is not None else None,
            sale_ends=NOON + timedelta(days=3) if sale is not None else None,
            stock=stock,
        )
        return Variant(VariantId(f"pot/1-{colour.key}-{size.key}"), (("colour", colour), ("size", size)), (offer,), gtin="4006381333931")

    red, black = label("red", "朱砂红", "cinnabar red"), label("black", "墨黑", "ink black")
    small, large = label("s", "小号", "small"), label("l", "大号", "large")
    return Product(
        ProductId("pot/1"),
        LocalizedText("紫砂茶壶", "Yixing teapot"),
        (
            variant(red, small, 19_900, stock=3),
            variant(red, large, 29_900, stock=0),
            variant(black, small, 19_900, sale=14_900),
            variant(black, large, 29_900),
        ),
        description=LocalizedText("<p>手工制作。</p><p>容量 200 毫升。</p>", f"<p>Made by hand &amp; fired once.</p>{HOSTILE}<br>Holds 200 ml."),
        brand=label("cenhe", "岑禾", "Cenhe"),
        categories=(POTS,),
        images=("/media/pot.svg", "https://cdn.example/pot-2.jpg", "javascript:alert(1)"),
        link="https://shop.example/pot-1",
        rating=4.0,
        rating_count=2,
    )


def catalogue() -> list[Product]:
    """57 cups, the teapot, one with hostile texts, and one that is hidden."""
    hostile = Product(
        ProductId("hostile"),
        LocalizedText(f"杯子{HOSTILE}", f"Cup {HOSTILE}"),
        (Variant(VariantId("hostile"), offers=(Offer(Money(500, CNY)),)),),
        description=LocalizedText(en='"><img src=x onerror=alert(2)></script>'),
        brand=Label('"><b>brand'),
        categories=(CUPS,),
    )
    hidden = Product(ProductId("hidden"), LocalizedText("隐藏", "Hidden"), (Variant(VariantId("hidden")),), status="hidden")
    return [*(cup(number) for number in range(57)), pot(), hostile, hidden]


def orders() -> list[Order]:
    """Thirty baskets of this week: the teapot with cup 1, and now and then cup 2."""
    return [
        Order(
            OrderId(f"o-{number}"),
            NOON - timedelta(hours=3 * number + 1),
            tuple(OrderLine(ProductId(id), 1, Money(1_000, CNY)) for id in ("pot/1", "cup-01", *(("cup-02",) if number % 3 == 0 else ()))),
            customer_id=CustomerId(f"c-{number}"),
        )
        for number in range(30)
    ]


def reviews() -> list[Review]:
    pot_id = ProductId("pot/1")
    return [
        Review(ReviewId("r-1"), pot_id, "出水利落，不滴。", NOON - timedelta(days=2), 5, "喜欢", "zh", verified=True),
        Review(ReviewId("r-2"), pot_id, f"Pours well. {HOSTILE}", NOON - timedelta(days=9), 3, "", "en"),
    ]


def policies() -> list[Policy]:
    returns = "# Returns\n\nSend it back within **14 days**.\n\n<script>alert(3)</script>\n\n[bad](javascript:alert(4))"
    return [
        Policy(PolicyId("returns"), "en", "Returns", returns),
        Policy(PolicyId("returns"), "zh", "退换货", "# 退换货\n\n十四天内可以退货。"),
        Policy(PolicyId("delivery"), "zh", "配送", "两天内发货。"),
    ]


@dataclass(frozen=True)
class Pages:
    """What the tests call: the app, a client that keeps no cookies unless told, the admin keys, and a key that may only read."""

    app: App
    http: TestClient
    admin: str
    other_admin: str
    public: str

    @property
    def demo(self) -> Shop:
        return self.app.shop("demo")

    @property
    def other(self) -> Shop:
        return self.app.shop("other")


@pytest.fixture(scope="session", autouse=True)
def _quiet_logs() -> None:
    structlog.configure(processors=[_drop], cache_logger_on_first_use=False)


def _drop(_logger: object, _name: str, _event: object) -> dict[str, object]:
    raise structlog.DropEvent


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    with installed(tmp_path_factory.mktemp("pages")) as made:
        yield made


@contextmanager
def installed(home: Path) -> Iterator[Pages]:
    """The installation in `home`; a module whose tests change what others count makes one of its own."""
    shops = {
        "demo": ShopSettings(name={"zh": "檐下小铺", "en": "Under the Eaves"}, languages=("zh", "en")),
        "other": ShopSettings(name={"en": "Other shop"}, currency="USD"),
        "empty": ShopSettings(name={"zh": "空店"}),
    }
    settings = Settings(home=home, default_shop="demo", shops=shops)
    admin, other_admin, _ = (bootstrap.create_shop(settings, ShopId(name)) for name in shops)
    with bootstrap.build(settings, clock=_ticking()) as app:
        shop = app.shop("demo")
        stock(shop)
        _, public = shop.keys.mint("reader", "public")
        face = create_app(app)
        mount(face, app)
        with TestClient(face, follow_redirects=False, headers={"accept-language": "zh"}) as http:
            yield Pages(app, http, admin, other_admin, public)


def _ticking() -> Callable[[], datetime]:
    """A clock that starts at noon and goes on a millisecond with every look, so that later tasks are later."""
    looks = count()
    return lambda: NOON + timedelta(milliseconds=next(looks))


def stock(shop: Shop) -> None:
    """Fill the demo shop and publish its index and model."""
    shop.catalog.put(catalogue())
    shop.database.orders.put(orders())
    shop.database.reviews.put(reviews())
    shop.database.policies.put(policies())
    shop.media.mkdir(parents=True)
    for name in ("pot.svg", *(f"cup-{number:02d}.svg" for number in range(57))):
        (shop.media / name).write_text(DRAWING, "utf-8")
    (shop.media / "notes.txt").write_text("not a picture", "utf-8")
    (shop.media.parent / "secret.svg").write_text("outside", "utf-8")
    shop.jobs.index()
    shop.jobs.fit()
    shop.search.refresh()
    shop.recommend.refresh()


@pytest.fixture
def pages(installation: Pages) -> Pages:
    """The installation, met by a browser without cookies."""
    installation.http.cookies.clear()
    return installation
