"""Every adapter of the shop's database, one after the other: SQLite in a file, PostgreSQL on a real server."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from shopkeeper.adapters.storage import SqlShopDatabase, migrate, open_shop_database
from shopkeeper.domain.ids import ShopId
from tests.postgres import fresh_shop, postgres, postgres_url

__all__ = ["postgres", "postgres_url"]


@dataclass(frozen=True, slots=True)
class Home:
    """Where one test's shop lives."""

    kind: str
    url: str
    shop: ShopId

    def open(self, *, read_only: bool = False) -> SqlShopDatabase:
        return open_shop_database(self.url, self.shop, read_only=read_only)

    def migrated(self) -> "Home":
        migrate(self.url, self.shop)
        return self


@pytest.fixture(params=["sqlite", "postgres"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """An empty place for a shop."""
    url = f"sqlite:///{tmp_path}" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    return Home(request.param, url, fresh_shop())


@pytest.fixture
def database(home: Home) -> Iterator[SqlShopDatabase]:
    """A shop's database, migrated and open."""
    with home.migrated().open() as opened:
        yield opened
