"""The key vault: in SQLite a file of its own beside the shop's, in PostgreSQL a schema of its own; no backup of the shop holds it.

A destroyed key is overwritten where it lay: SQLite zeroes what is deleted (`secure_delete`) and the write-ahead log is folded in and cut at once. In
PostgreSQL the row goes, and `VACUUM` and the end of the archived log decide when its last bytes do.
"""

import base64
import os
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

import orjson
from sqlalchemy import BigInteger, Column, Connection, LargeBinary, MetaData, PrimaryKeyConstraint, Table, func, select, update

from shopkeeper.adapters.storage.engine import Connections, create_sqlite_file, ensure_schema, lock_migrations
from shopkeeper.adapters.storage.places import Place, PostgresSchema, SqliteFile
from shopkeeper.adapters.storage.rows import pages, to_micros, upsert
from shopkeeper.domain.ids import ShopperId
from shopkeeper.errors import BadInput, Broken, Refused, Unavailable
from shopkeeper.privacy.sealing import new_key

_SHOP: Final = ShopperId(0)
"""The row of the shop's own key: no shopper has this number."""

_metadata = MetaData()
_keys = Table(
    "vault_keys",
    _metadata,
    Column("shopper", BigInteger, nullable=False),
    Column("key", LargeBinary),
    Column("destroyed", BigInteger),
    PrimaryKeyConstraint("shopper"),
)


def vault_place(place: Place) -> Place:
    """Where the keys of the shop at `place` are kept."""
    if isinstance(place, SqliteFile):
        return replace(place, path=place.path.with_name(f"{place.path.stem}.vault{place.path.suffix}"))
    return replace(place, schema=f"{place.schema}_vault")


class SqlKeyVault:
    """`ports.events.KeyVault` on SQL; its file or schema is made when the first key is."""

    def __init__(self, place: Place, *, read_only: bool, busy_timeout_s: float) -> None:
        self._place = vault_place(place)
        self._read_only = read_only
        self._busy_timeout_s = busy_timeout_s
        self._opening = threading.Lock()
        self._opened: Connections | None = None

    def pseudonym_key(self) -> bytes:
        """The shop's own key, made at the first call."""
        return self.make([_SHOP])[_SHOP]

    def make(self, shoppers: Sequence[ShopperId]) -> dict[ShopperId, bytes]:
        """The keys of `shoppers`, made where there is none yet; see the port."""
        found = self.get(shoppers)
        if len(found) == len(set(shoppers)):
            return found

        def work(connection: Connection) -> dict[ShopperId, bytes]:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("LOCK TABLE vault_keys IN SHARE ROW EXCLUSIVE MODE")
            there = _stored(connection, shoppers)
            fresh = [{"shopper": one, "key": new_key(), "destroyed": None} for one in sorted(set(shoppers)) if one not in there]
            upsert(connection, _keys, fresh)
            return _living(_stored(connection, shoppers))

        return self._connections().write(work)

    def get(self, shoppers: Sequence[ShopperId]) -> dict[ShopperId, bytes]:
        """The keys of those among `shoppers` that have one."""
        if not self._exists():
            return {}
        with self._connections().read() as connection:
            return _living(_stored(connection, shoppers))

    def all(self) -> dict[ShopperId, bytes]:
        """Every key of a shopper."""
        if not self._exists():
            return {}
        with self._connections().read() as connection:
            rows = connection.execute(select(_keys.c.shopper, _keys.c.key).where(_keys.c.key.is_not(None), _keys.c.shopper != _SHOP))
            return {ShopperId(row.shopper): bytes(row.key) for row in rows}

    def destroy(self, shoppers: Sequence[ShopperId], at: datetime) -> int:
        """Overwrite and remove the keys, for good; returns how many there were."""
        if _SHOP in shoppers:
            raise Broken("the shop's own key cannot be destroyed: every pseudonym hangs on it")
        if not shoppers:
            return 0

        def work(connection: Connection) -> int:
            there = len(_living(_stored(connection, shoppers)))
            for page in pages(list(shoppers)):
                connection.execute(update(_keys).where(_keys.c.shopper.in_(page)).values(key=b"\0" * 32))
            upsert(connection, _keys, [{"shopper": one, "key": None, "destroyed": to_micros(at)} for one in sorted(set(shoppers))])
            return there

        connections = self._connections()
        gone = connections.write(work)
        connections.fold()
        return gone

    def destroyed_since(self, moment: datetime) -> list[ShopperId]:
        """Whose keys were destroyed at `moment` or later: what a restored backup must forget again."""
        if not self._exists():
            return []
        with self._connections().read() as connection:
            gone = select(_keys.c.shopper).where(_keys.c.destroyed >= to_micros(moment)).order_by(_keys.c.shopper)
            return [ShopperId(number) for number in connection.scalars(gone)]

    def highest(self) -> ShopperId:
        """The highest number that ever had a key; 0 where there is none."""
        if not self._exists():
            return _SHOP
        with self._connections().read() as connection:
            return ShopperId(connection.scalar(select(func.max(_keys.c.shopper))) or 0)

    def save(self, out: Path) -> int:
        """Write every key, and which were destroyed, to `out` (JSON Lines, mode 0600); returns how many. `Refused` (409) if it exists."""
        if not self._exists():
            return 0
        with self._connections().read() as connection:
            rows = connection.execute(select(_keys).order_by(_keys.c.shopper)).all()
        try:
            handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise Refused(f"{out} exists already.", status=409, hint="Name another file.") from None
        except OSError as fault:
            raise Unavailable(f"{out} cannot be written: {fault.strerror}.", hint="Check that this user may write there.") from fault
        with os.fdopen(handle, "wb") as file:
            for row in rows:
                key = None if row.key is None else base64.b64encode(row.key).decode()
                file.write(orjson.dumps({"shopper": row.shopper, "key": key, "destroyed": row.destroyed}) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        return len(rows)

    def load(self, source: Path) -> int:
        """Put in the keys of a file that `save` wrote where this vault has none; returns how many. What either side destroyed stays destroyed."""
        try:
            saved = {ShopperId(row["shopper"]): row for row in map(orjson.loads, source.read_bytes().splitlines())}
            rows = [row | {"key": None if row["key"] is None else base64.b64decode(row["key"])} for row in saved.values()]
        except (OSError, ValueError, KeyError, TypeError) as fault:
            raise BadInput(f"is no file of keys: {fault}", field="file", value=str(source)) from fault

        def work(connection: Connection) -> int:
            there = _stored(connection, list(saved))
            fresh = [row for row in rows if ShopperId(row["shopper"]) not in there]
            gone = [row for row in rows if row["key"] is None and there.get(ShopperId(row["shopper"])) is not None]
            upsert(connection, _keys, sorted(fresh + gone, key=lambda row: row["shopper"]))
            return len(fresh)

        return self._connections().write(work)

    def close(self) -> None:
        """Give every connection back."""
        if self._opened is not None:
            self._opened.close()

    def _exists(self) -> bool:
        return self._opened is not None or not self._read_only or not isinstance(self._place, SqliteFile) or self._place.path.exists()

    def _connections(self) -> Connections:
        with self._opening:
            if self._opened is None:
                self._opened = self._open()
            return self._opened

    def _open(self) -> Connections:
        if not self._read_only:
            if isinstance(self._place, SqliteFile):
                create_sqlite_file(self._place)
                Path(self._place.path).chmod(0o600)
            else:
                ensure_schema(self._place)
        connections = Connections(self._place, read_only=self._read_only, busy_timeout_s=self._busy_timeout_s, secure_delete=True)
        if not self._read_only:
            try:
                connections.write(self._create)
            except BaseException:
                connections.close()
                raise
        return connections

    def _create(self, connection: Connection) -> None:
        if isinstance(self._place, PostgresSchema):
            lock_migrations(connection, self._place)  # several servers may open it at one moment
        _metadata.create_all(connection)


def _stored(connection: Connection, shoppers: Sequence[ShopperId]) -> dict[ShopperId, bytes | None]:
    found: dict[ShopperId, bytes | None] = {}
    for page in pages(list(set(shoppers))):
        for row in connection.execute(select(_keys.c.shopper, _keys.c.key).where(_keys.c.shopper.in_(page))):
            found[ShopperId(row.shopper)] = None if row.key is None else bytes(row.key)
    return found


def _living(stored: dict[ShopperId, bytes | None]) -> dict[ShopperId, bytes]:
    return {shopper: key for shopper, key in stored.items() if key is not None}
