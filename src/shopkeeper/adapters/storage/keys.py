"""API keys in a table, by columns: what they may do is read with every request."""

from datetime import datetime
from typing import Any, cast

import orjson
from sqlalchemy import Connection, Row, insert, select, update

from shopkeeper.adapters.storage.engine import Connections
from shopkeeper.adapters.storage.rows import findable, from_micros, storable, to_micros
from shopkeeper.adapters.storage.schema import api_keys
from shopkeeper.domain.api_key import ApiKey, Scope
from shopkeeper.domain.ids import KeyId
from shopkeeper.errors import NotFound, Refused


class SqlKeyStore:
    """`ports.stores.KeyStore` on SQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, key: ApiKey) -> None:
        """Store a new key; `Refused` (409) if its id is taken."""
        row = {
            "id": storable(key.id, field="key.id"),
            "name": storable(key.name, field="key.name"),
            "scope": key.scope,
            "secret_sha256": storable(key.secret_sha256, field="key.secret_sha256"),
            "created": to_micros(key.created),
            "filters": storable(key.filters, field="key.filters"),
            "origins": orjson.dumps([storable(origin, field="key.origins") for origin in key.origins]).decode(),
            "rate_per_minute": key.rate_per_minute,
            "revoked": None if key.revoked is None else to_micros(key.revoked),
        }

        def work(connection: Connection) -> None:
            if connection.scalar(select(api_keys.c.id).where(api_keys.c.id == key.id)) is not None:
                raise Refused(f"The key id {key.id!r} is taken.", status=409, field="key.id", value=key.id)
            connection.execute(insert(api_keys).values(row))

        self._connections.write(work)

    def get(self, key_id: KeyId) -> ApiKey | None:
        """The key, revoked or not, or None."""
        if not findable([key_id]):
            return None
        with self._connections.read() as connection:
            row = connection.execute(select(api_keys).where(api_keys.c.id == key_id)).one_or_none()
        return None if row is None else _key(row)

    def all(self) -> list[ApiKey]:
        """Every key, oldest first."""
        with self._connections.read() as connection:
            return [_key(row) for row in connection.execute(select(api_keys).order_by(api_keys.c.created, api_keys.c.id))]

    def revoke(self, key_id: KeyId, at: datetime) -> None:
        """Mark the key as revoked; one that is revoked keeps its first moment. `NotFound` if there is none."""
        storable(key_id, field="key.id")

        def work(connection: Connection) -> None:
            row = connection.execute(select(api_keys.c.revoked).where(api_keys.c.id == key_id)).one_or_none()
            if row is None:
                raise NotFound(f"There is no key {key_id!r} in this shop.", field="key.id", value=key_id)
            if row.revoked is None:
                connection.execute(update(api_keys).where(api_keys.c.id == key_id).values(revoked=to_micros(at)))

        self._connections.write(work)


def _key(row: Row[Any]) -> ApiKey:
    return ApiKey(
        id=KeyId(row.id),
        name=row.name,
        scope=cast(Scope, row.scope),
        secret_sha256=row.secret_sha256,
        created=from_micros(row.created),
        filters=row.filters,
        origins=tuple(orjson.loads(row.origins)),
        rate_per_minute=row.rate_per_minute,
        revoked=None if row.revoked is None else from_micros(row.revoked),
    )
