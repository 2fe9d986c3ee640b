"""Accounts and console sessions in tables: both are read with every request of the console, by their keys."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, Row, delete, insert, select, update

from shopkeeper.adapters.storage.engine import Connections
from shopkeeper.adapters.storage.rows import findable, from_micros, storable, to_micros, upsert
from shopkeeper.adapters.storage.schema import accounts, sessions
from shopkeeper.domain.account import Account, Role, Session, Subject
from shopkeeper.domain.ids import AccountId
from shopkeeper.errors import Refused


class SqlAccountStore:
    """`ports.stores.AccountStore` on SQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def save(self, account: Account) -> None:
        """Insert or replace the account by id; `Refused` (409) if its name is another's."""
        row = {
            "id": storable(account.id, field="account.id"),
            "name": storable(account.name, field="account.name"),
            "role": account.role,
            "created": to_micros(account.created),
            "password_hash": account.password_hash,
            "disabled": _micros(account.disabled),
            "code_sha256": account.code_sha256,
            "code_expires": _micros(account.code_expires),
        }

        def work(connection: Connection) -> None:
            holder = connection.scalar(select(accounts.c.id).where(accounts.c.name == account.name))
            if holder is not None and holder != account.id:
                raise Refused(f"There is an account {account.name!r} already.", status=409, field="name", value=account.name)
            upsert(connection, accounts, [row])

        self._connections.write(work)

    def get(self, account_id: AccountId) -> Account | None:
        """The account, disabled or not, or None."""
        if not findable([account_id]):
            return None
        with self._connections.read() as connection:
            row = connection.execute(select(accounts).where(accounts.c.id == account_id)).one_or_none()
        return None if row is None else _account(row)

    def all(self) -> list[Account]:
        """Every account, by name."""
        with self._connections.read() as connection:
            return [_account(row) for row in connection.execute(select(accounts).order_by(accounts.c.name))]

    def open_session(self, session: Session) -> None:
        """Keep a new session."""
        row = {
            "id": session.id,
            "subject": session.subject,
            "subject_id": session.subject_id,
            "created": to_micros(session.created),
            "seen": to_micros(session.seen),
            "address": storable(session.address, field="session.address"),
        }
        self._connections.write(lambda connection: connection.execute(insert(sessions).values(row)))

    def session(self, session_id: str) -> Session | None:
        """The session, or None."""
        if not findable([session_id]):
            return None
        with self._connections.read() as connection:
            row = connection.execute(select(sessions).where(sessions.c.id == session_id)).one_or_none()
        if row is None:
            return None
        return Session(row.id, cast(Subject, row.subject), row.subject_id, from_micros(row.created), from_micros(row.seen), row.address)

    def touch_session(self, session_id: str, seen: datetime) -> None:
        """Say that the session was used; nothing happens where it is gone."""
        used = update(sessions).where(sessions.c.id == session_id).values(seen=to_micros(seen))
        self._connections.write(lambda connection: connection.execute(used))

    def close_sessions(self, *, session_id: str = "", subject_id: str = "", seen_before: datetime | None = None) -> int:
        """End one session, all of an account or key, or all that were last used before a moment; returns how many."""
        which = [sessions.c.id == session_id] if session_id else []
        which += [sessions.c.subject_id == subject_id] if subject_id else []
        which += [sessions.c.seen < to_micros(seen_before)] if seen_before is not None else []
        if not which:
            return 0
        return self._connections.write(lambda connection: connection.execute(delete(sessions).where(*which)).rowcount)


def _micros(moment: datetime | None) -> int | None:
    return None if moment is None else to_micros(moment)


def _account(row: Row[Any]) -> Account:
    return Account(
        id=AccountId(row.id),
        name=row.name,
        role=cast(Role, row.role),
        created=from_micros(row.created),
        password_hash=row.password_hash,
        disabled=None if row.disabled is None else from_micros(row.disabled),
        code_sha256=row.code_sha256,
        code_expires=None if row.code_expires is None else from_micros(row.code_expires),
    )
