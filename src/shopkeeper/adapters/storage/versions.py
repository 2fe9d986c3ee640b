"""Which version a shop's database is in, and the way from one to another."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text

from shopkeeper.adapters.storage.engine import Connections, create_sqlite_file, ensure_schema, lock_migrations
from shopkeeper.adapters.storage.places import Place, SqliteFile, locate
from shopkeeper.adapters.storage.rows import upsert
from shopkeeper.adapters.storage.schema import VERSIONS, about
from shopkeeper.adapters.storage.server_lock import offline
from shopkeeper.domain.ids import ShopId
from shopkeeper.errors import BadInput, Refused, Unavailable


def current_version(url: str, shop: ShopId) -> str | None:
    """The version of the shop's database, or None if there is no database or nothing in it."""
    place = locate(url, shop)
    if isinstance(place, SqliteFile) and not place.path.exists():
        return None
    connections = Connections(place, read_only=True)
    try:
        with connections.read() as connection:
            return read_version(connection)
    finally:
        connections.close()


def migrate(url: str, shop: ShopId, target: str = "head") -> str:
    """Bring the shop's database up to `target` ("head" or a version), making it where there is none; returns the version it is in then.

    All or nothing. `Refused` while a server holds the SQLite file.
    """
    return _move(url, shop, target, upward=True)


def downgrade(url: str, shop: ShopId, target: str) -> str | None:
    """Take the shop's database down to `target` (a version, or "base" = empty); what the newer versions added is lost. Returns the version."""
    return _move(url, shop, target, upward=False) or None


def migration_sql(url: str, shop: ShopId, *, since: str = "base", target: str = "head") -> str:
    """The statements up from one version to another as SQL, for whoever may not let a program change tables; connects to nothing.

    In PostgreSQL the schema (`CREATE SCHEMA shop_<shop>`) and the search path are the reader's to set.
    """
    from alembic import command

    place = locate(url, shop)
    printed = io.StringIO()
    config = _config(dialect="sqlite" if isinstance(place, SqliteFile) else "postgresql")
    config.output_buffer = printed
    command.upgrade(config, f"{since}:{target}", sql=True)
    # a shop's id is letters and digits, so it can stand in the text
    return f"{printed.getvalue()}\nINSERT INTO about (name, value) VALUES ('shop', '{place.shop}') ON CONFLICT DO NOTHING;\n"


def read_version(connection: Connection) -> str | None:
    """The version that the database says it is in."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.scalar(text("SELECT version_num FROM alembic_version"))


def check_version(version: str | None, place: Place) -> None:
    """Raise, saying what to do, unless `version` is the one that this code reads and writes."""
    if version == VERSIONS[-1]:
        return
    if version is None:
        raise Unavailable(f"The database {place} has no shop in it yet.", hint="Run `shopkeeper init`, or `shopkeeper migrate`.")
    if version in VERSIONS:
        raise Unavailable(f"The database {place} is in version {version}; this program needs {VERSIONS[-1]}.", hint="Run `shopkeeper migrate`.")
    raise Refused(
        f"The database {place} is in version {version}, newer than this program knows ({VERSIONS[-1]}).",
        status=409,
        hint="Install the newer Shopkeeper, or run its `shopkeeper migrate` down to the version of this one.",
    )


def _move(url: str, shop: ShopId, target: str, *, upward: bool) -> str:
    known = (*VERSIONS, "head") if upward else (*VERSIONS, "base")
    if target not in known:
        raise BadInput(f"{target!r} is not a version", field="target", value=target, hint=f"Known: {', '.join(known)}.")
    place = locate(url, shop)
    with offline(place, doing="migrate"):
        if isinstance(place, SqliteFile):
            create_sqlite_file(place)
        else:
            ensure_schema(place)
        connections = Connections(place)
        try:
            return connections.write(_runner(place, target, upward=upward))
        finally:
            connections.close()


def _runner(place: Place, target: str, *, upward: bool) -> Callable[[Connection], str]:
    def run(connection: Connection) -> str:
        if not isinstance(place, SqliteFile):
            lock_migrations(connection, place)
        version = read_version(connection)
        if version is not None and version not in VERSIONS:
            check_version(version, place)
        run_migrations(connection, target, upward=upward)
        if upward:
            upsert(connection, about, [{"name": "shop", "value": place.shop}])
        return read_version(connection) or ""

    return run


def run_migrations(connection: Connection, target: str, *, upward: bool) -> None:
    """Run Alembic's versions on `connection`, within its transaction. A target that lies behind is not an error: nothing is done."""
    from alembic import command

    version = read_version(connection)
    steps = ("base", *VERSIONS)
    at, to = steps.index(version or "base"), len(VERSIONS) if target == "head" else steps.index(target)
    if upward and to > at:
        command.upgrade(_config(connection=connection), target)
    elif not upward and to < at:
        command.downgrade(_config(connection=connection), target)


def _config(**attributes: Any) -> Any:
    """Alembic's configuration, without a file."""
    from alembic.config import Config

    config = Config(attributes=attributes)
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
