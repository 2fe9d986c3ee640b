"""Policy and FAQ pages in a table: a few hundred at most, read whole."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from shopkeeper.adapters.storage.engine import Connections
from shopkeeper.adapters.storage.rows import Row, compare_documents, encode, put_documents
from shopkeeper.adapters.storage.schema import policies
from shopkeeper.catalog.documents import policy_from_json, policy_to_json
from shopkeeper.domain.policy import Policy
from shopkeeper.ports.stores import PutReport


class SqlPolicyStore:
    """`ports.stores.PolicyStore` on SQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def put(self, policies: Sequence[Policy]) -> PutReport:
        """Insert or replace pages by (id, language)."""
        rows = [_row(policy) for policy in policies]
        return self._connections.write(lambda connection: _put(connection, rows)) if rows else PutReport()

    def compare(self, policies: Sequence[Policy]) -> PutReport:
        """What `put` would do; writes nothing."""
        with self._connections.read() as connection:
            return compare_documents([_row(policy) for policy in policies], _stored(connection), _key)[0]

    def all(self) -> list[Policy]:
        """Every page, by id and language."""
        with self._connections.read() as connection:
            documents = connection.scalars(select(policies.c.document).order_by(policies.c.id, policies.c.lang)).all()
        return [policy_from_json(document) for document in documents]


def _row(policy: Policy) -> Row:
    document, digest, _ = encode(policy_to_json, policy, named=f"policy {policy.id}")
    return {"id": policy.id, "lang": policy.lang, "digest": digest, "document": document}


def _put(connection: Connection, rows: Sequence[Row]) -> PutReport:
    return put_documents(connection, policies, rows, _stored(connection), _key)


def _stored(connection: Connection) -> dict[tuple[str, str], str]:
    columns = select(policies.c.id, policies.c.lang, policies.c.digest)
    return {(row.id, row.lang): row.digest for row in connection.execute(columns)}


def _key(row: Row) -> tuple[str, str]:
    return row["id"], row["lang"]
