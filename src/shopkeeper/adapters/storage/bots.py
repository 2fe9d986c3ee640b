"""Who is taken for a program, in a table."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from shopkeeper.adapters.storage.engine import Connections
from shopkeeper.adapters.storage.rows import from_micros, pages, to_micros
from shopkeeper.adapters.storage.schema import bot_flags
from shopkeeper.domain.ids import ShopperId
from shopkeeper.ports.shoppers import BotFlag


class SqlBotStore:
    """`ports.shoppers.BotStore` on SQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def flag(self, flags: Sequence[BotFlag]) -> int:
        """Add flags of those who have none yet; returns how many are new."""
        first: dict[ShopperId, BotFlag] = {}
        for one in flags:
            first.setdefault(one.shopper, one)

        def work(connection: Connection) -> int:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("LOCK TABLE bot_flags IN SHARE ROW EXCLUSIVE MODE")
            there: set[int] = set()
            for page in pages(list(first)):
                there.update(connection.scalars(select(bot_flags.c.shopper).where(bot_flags.c.shopper.in_(page))))
            rows = [
                {"shopper": one.shopper, "at": to_micros(one.at), "reason": one.reason, "evidence": one.evidence, "lifted": None}
                for one in first.values()
                if one.shopper not in there
            ]
            if rows:
                connection.execute(insert(bot_flags), rows)
            return len(rows)

        return self._connections.write(work) if first else 0

    def lift(self, shopper: ShopperId, at: datetime) -> bool:
        """Say that this is no program, for good."""
        held = update(bot_flags).where(bot_flags.c.shopper == shopper, bot_flags.c.lifted.is_(None)).values(lifted=to_micros(at))
        return self._connections.write(lambda connection: connection.execute(held).rowcount > 0)

    def flagged(self) -> frozenset[ShopperId]:
        """Every identity that is flagged and not lifted."""
        with self._connections.read() as connection:
            return frozenset(map(ShopperId, connection.scalars(select(bot_flags.c.shopper).where(bot_flags.c.lifted.is_(None)))))

    def all(self, *, limit: int = 100) -> list[BotFlag]:
        """The newest flags, newest first."""
        with self._connections.read() as connection:
            return [_flag(row) for row in connection.execute(select(bot_flags).order_by(bot_flags.c.at.desc(), bot_flags.c.shopper).limit(limit))]


def _flag(row: Row[Any]) -> BotFlag:
    lifted = None if row.lifted is None else from_micros(row.lifted)
    return BotFlag(ShopperId(row.shopper), from_micros(row.at), row.reason, row.evidence, lifted)
