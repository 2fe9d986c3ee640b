"""Where a shop's database is: a SQLite file of its own, or a PostgreSQL schema of its own."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from shopkeeper.domain.ids import ShopId, shop_id
from shopkeeper.errors import BadInput

_POSTGRES = ("postgres", "postgresql", "postgresql+psycopg")
_HINT = "Use sqlite:////folder (one file per shop in it), sqlite:////folder/{shop}/shop.db, or postgresql://user@host/database."


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """One SQLite file."""

    shop: ShopId
    path: Path

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True)
class PostgresSchema:
    """One schema of a PostgreSQL database; `url` names the driver."""

    shop: ShopId
    url: URL
    schema: str

    def __str__(self) -> str:
        return f"{self.url.render_as_string(hide_password=True)} (schema {self.schema})"


Place = SqliteFile | PostgresSchema


def locate(url: str, shop: ShopId) -> Place:
    """Return the place of `shop` under the database URL. Two shops never share one: what has no `{shop}` in it is taken as a folder.

    `sqlite:////var/lib/shopkeeper` is `/var/lib/shopkeeper/<shop>.db`; `sqlite:////srv/{shop}/shop.db` is taken as it is written. In
    PostgreSQL the schema is `shop_<shop>`. `BadInput` names a URL that cannot be read.
    """
    shop = shop_id(shop)
    try:
        parsed = make_url(url.replace("{shop}", shop))
    except ArgumentError:
        raise BadInput("is not a database URL", field="database_url", value="(hidden)", hint=_HINT) from None
    if parsed.drivername in _POSTGRES:
        return PostgresSchema(shop, parsed.set(drivername="postgresql+psycopg"), f"shop_{shop}")
    if parsed.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise BadInput(f"{parsed.drivername!r} is not a database we know", field="database_url", value=parsed.drivername, hint=_HINT)
    if not parsed.database or parsed.database == ":memory:":
        raise BadInput("names no folder", field="database_url", value=url, hint=_HINT)
    path = Path(parsed.database).expanduser()
    if "{shop}" in url:
        return SqliteFile(shop, path)
    if path.suffix in (".db", ".sqlite", ".sqlite3"):
        raise BadInput(
            "names one file, but every shop needs its own",
            field="database_url",
            value=url,
            hint=f"Write {{shop}} into it: sqlite:///{path.with_name('{shop}' + path.suffix)}",
        )
    return SqliteFile(shop, path / f"{shop}.db")
