"""The merchant's settings in a table: a row a version, never changed."""

from typing import Any

import orjson
from sqlalchemy import Connection, Row, func, select

from shopkeeper.adapters.storage.engine import Connections
from shopkeeper.adapters.storage.rows import from_micros, insert_new, storable, to_micros
from shopkeeper.adapters.storage.schema import preferences
from shopkeeper.domain.preferences import PreferenceVersion
from shopkeeper.errors import Refused


class SqlPreferenceStore:
    """`ports.stores.PreferenceStore` on SQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def newest(self) -> int:
        """The number of the newest version; 0 where nothing was ever set."""
        with self._connections.read() as connection:
            return connection.scalar(select(func.max(preferences.c.version))) or 0

    def get(self, version: int) -> PreferenceVersion | None:
        """One version, or None."""
        with self._connections.read() as connection:
            row = connection.execute(select(preferences).where(preferences.c.version == version)).one_or_none()
        return None if row is None else _version(row)

    def add(self, version: PreferenceVersion) -> None:
        """Append the version; `Refused` (409) unless its number is the newest plus one: somebody else was quicker."""
        document = storable(orjson.dumps(dict(version.values)).decode(), field="settings")
        row = {"version": version.version, "at": to_micros(version.at), "who": storable(version.who, field="who"), "document": document}

        def work(connection: Connection) -> None:
            newest = connection.scalar(select(func.max(preferences.c.version))) or 0
            if version.version != newest + 1 or not insert_new(connection, preferences, row):
                raise Refused(
                    "The settings have changed meanwhile.",
                    status=409,
                    field="version",
                    value=version.version - 1,
                    hint="Read them again, and send the change once more.",
                )

        self._connections.write(work)

    def history(self, *, limit: int = 50) -> list[PreferenceVersion]:
        """The newest versions, newest first."""
        newest = select(preferences).order_by(preferences.c.version.desc()).limit(limit)
        with self._connections.read() as connection:
            return [_version(row) for row in connection.execute(newest)]


def _version(row: Row[Any]) -> PreferenceVersion:
    return PreferenceVersion(row.version, from_micros(row.at), row.who, tuple(sorted(orjson.loads(row.document).items())))
