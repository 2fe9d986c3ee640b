"""Who changed what, in a table that is only appended to, and cut at its old end."""

from datetime import datetime

import orjson
from sqlalchemy import delete, insert, select, tuple_

from shopkeeper.adapters.storage.engine import Connections
from shopkeeper.adapters.storage.rows import findable, from_micros, storable, to_micros
from shopkeeper.adapters.storage.schema import audit
from shopkeeper.domain.audit import AuditEntry, AuditQuery, Change


class SqlAuditStore:
    """`ports.stores.AuditStore` on SQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, entry: AuditEntry) -> None:
        """Append the entry; its id must be new."""
        changes = [[storable(part, field="change") for part in (one.name, one.before, one.after)] for one in entry.changes]
        texts = {name: storable(getattr(entry, name), field=f"audit.{name}") for name in ("id", "who", "what", "target", "request_id", "address")}
        row = {**texts, "at": to_micros(entry.at), "changes": orjson.dumps(changes).decode()}
        self._connections.write(lambda connection: connection.execute(insert(audit).values(row)))

    def find(self, query: AuditQuery) -> list[AuditEntry]:
        """The entries that `query` asks for, newest first."""
        if len(findable({query.who, query.what, query.after})) < len({query.who, query.what, query.after}):
            return []
        wanted = select(audit).order_by(audit.c.at.desc(), audit.c.id.desc()).limit(query.limit)
        if query.who:
            wanted = wanted.where(audit.c.who == query.who)
        if query.what:
            wanted = wanted.where(audit.c.what == query.what)
        if query.since is not None:
            wanted = wanted.where(audit.c.at >= to_micros(query.since))
        if query.until is not None:
            wanted = wanted.where(audit.c.at < to_micros(query.until))
        if query.after:
            last = select(audit.c.at).where(audit.c.id == query.after).scalar_subquery()
            wanted = wanted.where(tuple_(audit.c.at, audit.c.id) < tuple_(last, query.after))
        with self._connections.read() as connection:
            return [
                AuditEntry(
                    id=row.id,
                    at=from_micros(row.at),
                    who=row.who,
                    what=row.what,
                    target=row.target,
                    changes=tuple(Change(*change) for change in orjson.loads(row.changes)),
                    request_id=row.request_id,
                    address=row.address,
                )
                for row in connection.execute(wanted)
            ]

    def forget(self, before: datetime) -> int:
        """Remove what is older than `before`; returns how many entries that were."""
        return self._connections.write(lambda connection: connection.execute(delete(audit).where(audit.c.at < to_micros(before))).rowcount)
