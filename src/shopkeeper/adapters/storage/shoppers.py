"""Identities, persons and consents in tables."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, delete, func, insert, or_, select, tuple_, update

from shopkeeper.adapters.storage.engine import Connections
from shopkeeper.adapters.storage.rows import from_micros, pages, to_micros, upsert
from shopkeeper.adapters.storage.schema import consents, shoppers
from shopkeeper.domain.ids import ShopperId
from shopkeeper.domain.shopper import Consent, IdentityKind, Purpose, Shopper
from shopkeeper.errors import NotFound, Refused
from shopkeeper.ports.shoppers import Pseudonym


class SqlShopperStore:
    """`ports.shoppers.ShopperStore` on SQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def enlist(self, pseudonyms: Sequence[Pseudonym], at: datetime) -> dict[Pseudonym, ShopperId]:
        """The number of each; new ones get the next, in the order given."""
        found = self.find(pseudonyms)
        missing = [one for one in dict.fromkeys(pseudonyms) if one not in found]
        if not missing:
            return found

        def work(connection: Connection) -> dict[Pseudonym, ShopperId]:
            if connection.dialect.name == "postgresql":  # two replicas that meet one visitor at one moment
                connection.exec_driver_sql("LOCK TABLE shoppers IN SHARE ROW EXCLUSIVE MODE")
            there = _find(connection, missing)
            fresh = [one for one in missing if one not in there]
            if fresh:
                connection.execute(insert(shoppers), [{"kind": one.kind, "digest": one.digest, "created": to_micros(at)} for one in fresh])
            return _find(connection, missing)

        return found | self._connections.write(work)

    def find(self, pseudonyms: Sequence[Pseudonym]) -> dict[Pseudonym, ShopperId]:
        """The numbers of those that are known."""
        with self._connections.read() as connection:
            return _find(connection, pseudonyms)

    def person(self, shopper: ShopperId) -> Shopper:
        """The person that this identity is part of."""
        with self._connections.read() as connection:
            return _person(connection, shopper)

    def persons(self, shoppers: Sequence[ShopperId]) -> Mapping[ShopperId, ShopperId]:
        """For each identity the one that it was merged into, itself where it was not."""
        with self._connections.read() as connection:
            merged = {row.id: ShopperId(row.merged_into) for row in _rows(connection, shoppers) if row.merged_into is not None}
        return {one: merged.get(one, one) for one in shoppers}

    def merge(self, visitor: ShopperId, into: ShopperId, at: datetime) -> bool:
        """Make `visitor`'s person part of `into`'s; see the port."""

        def work(connection: Connection) -> bool:
            mine, theirs = (_locked(connection, one) for one in (visitor, into))
            root = mine.merged_into or visitor
            target = theirs.merged_into or into
            if root == target:
                return False
            if _locked(connection, ShopperId(root)).kind == "user":
                raise Refused(
                    "this visitor is signed in as another user already",
                    status=409,
                    field="visitor_id",
                    hint="Undo that merge first, or use a new visitor id after signing out.",
                )
            moved = or_(shoppers.c.id == root, shoppers.c.merged_into == root)
            connection.execute(update(shoppers).where(moved).values(merged_into=target, merged=to_micros(at)))
            return True

        return self._connections.write(work)

    def unmerge(self, visitor: ShopperId, at: datetime) -> bool:
        """Make `visitor` a person of its own again; False if it was not merged."""
        del at

        def work(connection: Connection) -> bool:
            alone = update(shoppers).where(shoppers.c.id == visitor, shoppers.c.merged_into.is_not(None))
            return connection.execute(alone.values(merged_into=None, merged=None)).rowcount > 0

        return self._connections.write(work)

    def consents(self, shoppers: Sequence[ShopperId]) -> dict[ShopperId, tuple[Consent, ...]]:
        """The newest answer to each purpose of those who gave any."""
        newest: dict[ShopperId, dict[Purpose, Consent]] = {}
        with self._connections.read() as connection:
            for page in pages(list(shoppers)):
                for row in connection.execute(select(consents).where(consents.c.shopper.in_(page)).order_by(consents.c.at)):
                    purpose = cast(Purpose, row.purpose)
                    newest.setdefault(ShopperId(row.shopper), {})[purpose] = Consent(purpose, row.granted, from_micros(row.at), row.source)
        return {shopper: tuple(given[purpose] for purpose in sorted(given)) for shopper, given in newest.items()}

    def consent(self, shopper: ShopperId, given: Sequence[Consent]) -> None:
        """Add answers; the answers before stay as history."""
        self.consent_many({shopper: given})

    def consent_many(self, given: Mapping[ShopperId, Sequence[Consent]]) -> None:
        """Add the answers of several shoppers, in one transaction."""
        rows = [
            {"shopper": shopper, "purpose": one.purpose, "at": to_micros(one.at), "granted": one.granted, "source": one.source}
            for shopper, answers in given.items()
            for one in answers
        ]
        in_order = sorted(rows, key=lambda row: (row["shopper"], row["purpose"], row["at"]))
        self._connections.write(lambda connection: upsert(connection, consents, in_order))

    def history(self, shoppers: Sequence[ShopperId]) -> list[Consent]:
        """Every answer that these identities ever gave, oldest first."""
        found: list[Consent] = []
        with self._connections.read() as connection:
            for page in pages(list(shoppers)):
                rows = connection.execute(select(consents).where(consents.c.shopper.in_(page)))
                found += [Consent(cast(Purpose, row.purpose), row.granted, from_micros(row.at), row.source) for row in rows]
        return sorted(found, key=lambda one: (one.at, one.purpose))

    def erase(self, shoppers: Sequence[ShopperId], at: datetime) -> None:
        """Forget which identities these numbers were, their merges and their answers."""
        self._connections.erase(lambda connection: _erase(connection, list(shoppers), to_micros(at)))

    def skip_to(self, number: int) -> None:
        """Give no number up to `number` any more: in another life of this database they were somebody."""

        def work(connection: Connection) -> None:
            if (connection.scalar(select(func.max(shoppers.c.id))) or 0) >= number:
                return
            if connection.dialect.name == "postgresql":
                connection.execute(select(func.setval(func.pg_get_serial_sequence("shoppers", "id"), number)))
                return
            connection.execute(insert(shoppers), {"id": number, "kind": "visitor", "created": 0})  # SQLite counts on from the highest there ever was
            connection.execute(delete(shoppers).where(shoppers.c.id == number))

        if number > 0:
            self._connections.write(work)

    def count(self) -> int:
        """How many identities are known and not erased."""
        with self._connections.read() as connection:
            return connection.scalar(select(func.count()).select_from(shoppers).where(shoppers.c.erased.is_(None))) or 0


def _find(connection: Connection, pseudonyms: Sequence[Pseudonym]) -> dict[Pseudonym, ShopperId]:
    found: dict[Pseudonym, ShopperId] = {}
    for page in pages(list(dict.fromkeys(pseudonyms))):
        wanted = tuple_(shoppers.c.kind, shoppers.c.digest).in_([(one.kind, one.digest) for one in page])
        for row in connection.execute(select(shoppers.c.id, shoppers.c.kind, shoppers.c.digest).where(wanted)):
            found[Pseudonym(cast(IdentityKind, row.kind), row.digest)] = ShopperId(row.id)
    return found


def _rows(connection: Connection, ids: Sequence[ShopperId]) -> list[Any]:
    found: list[Any] = []
    for page in pages(list(ids)):
        found += connection.execute(select(shoppers).where(shoppers.c.id.in_(page))).all()
    return found


def _person(connection: Connection, shopper: ShopperId) -> Shopper:
    row = connection.execute(select(shoppers.c.merged_into).where(shoppers.c.id == shopper)).one_or_none()
    if row is None:
        raise NotFound("there is no such shopper", field="shopper", value=shopper)
    root = ShopperId(row.merged_into or shopper)
    members = connection.scalars(select(shoppers.c.id).where(shoppers.c.merged_into == root))
    return Shopper(root, tuple(sorted({root, *map(ShopperId, members)})))


def _locked(connection: Connection, shopper: ShopperId) -> Any:
    row = connection.execute(select(shoppers).where(shoppers.c.id == shopper).with_for_update()).one_or_none()
    if row is None or row.erased is not None:
        raise NotFound("there is no such shopper", field="shopper", value=shopper)
    return row


def _erase(connection: Connection, ids: list[ShopperId], at: int) -> None:
    for page in pages(ids):
        gone = update(shoppers).where(shoppers.c.id.in_(page))
        connection.execute(gone.values(digest=None, merged_into=None, merged=None, erased=at))
        connection.execute(update(shoppers).where(shoppers.c.merged_into.in_(page)).values(merged_into=None, merged=None))
        connection.execute(delete(consents).where(consents.c.shopper.in_(page)))
