"""A shop's shoppers on either database, with products whose facts are known by heart."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from shopkeeper.adapters.storage import SqlShopDatabase, migrate, open_shop_database
from shopkeeper.domain.event import Event, EventItem, EventName
from shopkeeper.domain.ids import EventId, ProductId
from shopkeeper.domain.shopper import Identity
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.events.log import EventLog
from shopkeeper.shoppers.profile import Fact, Facts
from shopkeeper.shoppers.service import ShopperService
from tests.conftest import NOON
from tests.postgres import fresh_shop, postgres, postgres_url

__all__ = ["postgres", "postgres_url"]

PHONE, LAPTOP, ANNA, BERT = Identity("visitor", "phone-7"), Identity("visitor", "laptop-3"), Identity("user", "anna"), Identity("user", "bert")
TEA, CUP = ProductId("tea"), ProductId("cup")
FACTS: Facts = {
    TEA: [Fact("category", "drinks", LocalizedText("饮品", "Drinks")), Fact("brand", "cenhe", LocalizedText("岑禾", "Cenhe"))],
    CUP: [Fact("category", "ware", LocalizedText("器皿", "Ware")), Fact("brand", "cenhe", LocalizedText("岑禾", "Cenhe"))],
}
_numbers = count(1)


def did(name: EventName, *products: str, who: Identity = PHONE, ago: timedelta = timedelta(), **more: object) -> Event:
    """An event of `who`; each has an id of its own."""
    items = tuple(EventItem(ProductId(product)) for product in products)
    return Event(EventId(f"e-{next(_numbers)}"), name, NOON - ago, who, items=items, **more)  # type: ignore[arg-type]  # fields by name


@dataclass
class Shoppers:
    """The service over a database; `now` can be moved."""

    database: SqlShopDatabase
    now: datetime = NOON
    log: EventLog = field(init=False)
    service: ShopperService = field(init=False)

    def __post_init__(self) -> None:
        self.log = EventLog(self.database.events, self.database.shoppers, self.database.vault, clock=lambda: self.now)
        stores = self.database.shoppers, self.database.notes, self.database.segments
        self.service = ShopperService(*stores, self.log, facts, clock=lambda: self.now)


def facts(products: Sequence[ProductId]) -> Facts:
    return {product: FACTS[product] for product in products if product in FACTS}


@pytest.fixture(params=["sqlite", "postgres"])
def shoppers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shoppers]:
    url = f"sqlite:///{tmp_path}" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    shop = fresh_shop()
    migrate(url, shop)
    with open_shop_database(url, shop) as database:
        yield Shoppers(database)
