"""Every adapter of the shop's database, one after the other: SQLite in a file, PostgreSQL on a real server."""

import functools
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from shopkeeper.adapters.storage import SqlShopDatabase, migrate, migration_sql, open_shop_database
from shopkeeper.adapters.storage.places import SqliteFile, locate
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

    def run(self, script: str) -> None:
        """Run SQL behind our code's back."""
        place = locate(self.url, self.shop)
        if isinstance(place, SqliteFile):
            connection = sqlite3.connect(place.path)
            connection.executescript(script)
            connection.close()
        else:
            with psycopg.connect(self.url, autocommit=True, options=f"-c search_path={place.schema}") as connection:
                connection.execute(script.encode())


@functools.cache
def made_by_hand(kind: str) -> str:
    """The migrations as SQL, for a shop named `someshop`: run as one script they take a tenth of the time that Alembic takes."""
    return migration_sql("sqlite:///x" if kind == "sqlite" else "postgresql://x", ShopId("someshop"))


@pytest.fixture(params=["sqlite", "postgres"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """An empty place for a shop."""
    url = f"sqlite:///{tmp_path}" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    return Home(request.param, url, fresh_shop())


@pytest.fixture
def database(home: Home) -> Iterator[SqlShopDatabase]:
    """A shop's database, made and open."""
    schema = "PRAGMA journal_mode = WAL;" if home.kind == "sqlite" else f"CREATE SCHEMA shop_{home.shop};"
    home.run(schema + made_by_hand(home.kind).replace("'someshop'", f"'{home.shop}'"))
    with home.open() as opened:
        yield opened
