"""Connections to one shop's database: many readers, and writers one after another.

SQLite allows one writer at a time, so there is one connection for writing, which starts each transaction with BEGIN IMMEDIATE and queues other
threads; readers see the last commit (WAL) and never wait. In PostgreSQL writers of the catalogue queue on the row of the revision counter.
"""

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event, text
from sqlalchemy.exc import SQLAlchemyError

from shopkeeper.adapters.storage.failures import explain, explain_sqlite, is_transient
from shopkeeper.adapters.storage.places import Place, PostgresSchema, SqliteFile
from shopkeeper.errors import Refused, Unavailable

Result = TypeVar("Result")

BUSY_TIMEOUT_S: Final = 5.0
"""How long a writer waits for another one, in this process or outside it, before the caller hears `Unavailable`."""
OLDEST_POSTGRES: Final = (15,)
_RETRY_PAUSE_S: Final = 0.02
_MIGRATION_LOCK: Final = 0x5349_4F50  # any number that all versions of this program agree on


class Connections:
    """A reader pool and a writer for one place. Safe to use from several threads; `close` when done."""

    def __init__(self, place: Place, *, read_only: bool = False, busy_timeout_s: float = BUSY_TIMEOUT_S, secure_delete: bool = False) -> None:
        self.place = place
        self.read_only = read_only
        self._busy_timeout_s = busy_timeout_s
        self._queue = threading.Lock()
        self._closed = False
        if isinstance(place, SqliteFile):
            self._reader = _sqlite_engine(place.path, begin="BEGIN", mode="ro" if read_only else "rw", busy_timeout_s=busy_timeout_s)
            writing = {"begin": "BEGIN IMMEDIATE", "mode": "rw", "secure_delete": secure_delete}
            self._writer = None if read_only else _sqlite_engine(place.path, **writing, busy_timeout_s=busy_timeout_s)
        else:
            self._reader = _postgres_engine(place, read_only=read_only, busy_timeout_s=busy_timeout_s)
            self._writer = None if read_only else self._reader

    @contextlib.contextmanager
    def read(self, *, snapshot: bool = False) -> Iterator[Connection]:
        """A transaction for reading. With `snapshot` every statement in it sees the same state (in SQLite they do anyway)."""
        self._check_open()
        try:
            with self._reader.connect() as connection:
                if snapshot and isinstance(self.place, PostgresSchema):
                    connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
                yield connection
        except SQLAlchemyError as fault:
            raise explain(fault, self.place) from fault

    def write(self, work: Callable[[Connection], Result]) -> Result:
        """Return what `work` returns, its statements committed as one transaction.

        When another writer is in the way the whole of `work` is run again, within the busy timeout: it must not change anything but the database.
        """
        if self._writer is None:
            raise Refused(f"The database {self.place} was opened for reading only.", status=409)
        self._check_open()
        deadline = time.monotonic() + self._busy_timeout_s
        while True:
            try:
                with self._turn(deadline), self._writer.begin() as connection:
                    return work(connection)
            except SQLAlchemyError as fault:
                if not is_transient(fault) or time.monotonic() + _RETRY_PAUSE_S >= deadline:
                    raise explain(fault, self.place) from fault
                time.sleep(_RETRY_PAUSE_S)

    def erase(self, work: Callable[[Connection], Result]) -> Result:
        """Like `write`, for what must be gone: SQLite overwrites with zeros what is deleted or replaced, and its log is folded in and cut."""

        def overwriting(connection: Connection) -> Result:
            if not isinstance(self.place, SqliteFile):
                return work(connection)
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
            try:
                return work(connection)
            finally:
                connection.exec_driver_sql("PRAGMA secure_delete = OFF")

        done = self.write(overwriting)
        self.fold()
        return done

    def fold(self) -> None:
        """Fold SQLite's write-ahead log into the file and cut it, so that no older state of a page is left in it. PostgreSQL does so by itself."""
        if self._writer is not None and isinstance(self.place, SqliteFile):
            with self._turn(time.monotonic() + self._busy_timeout_s), self._writer.connect() as connection:
                connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()  # type: ignore[union-attr]

    def close(self) -> None:
        """Give every connection back to the system, for good. In SQLite the last one to close folds the write-ahead log into the file."""
        self._closed = True  # an engine that was disposed of would open anew for a thread that still asks
        self._reader.dispose()
        if self._writer is not None:
            self._writer.dispose()

    def _check_open(self) -> None:
        if self._closed:
            raise Unavailable(f"The database {self.place} was closed.")

    @contextlib.contextmanager
    def _turn(self, deadline: float) -> Iterator[None]:
        """Wait for this process's other writers; PostgreSQL lets them write side by side."""
        if isinstance(self.place, PostgresSchema):
            yield
            return
        if not self._queue.acquire(timeout=max(0.0, deadline - time.monotonic())):
            raise Unavailable(
                f"The database {self.place} is busy: another write of this server has not ended within {self._busy_timeout_s:g} seconds.",
                hint="Try again, or write in smaller batches.",
            )
        try:
            yield
        finally:
            self._queue.release()


def _sqlite_engine(path: Path, *, begin: str, mode: str, busy_timeout_s: float, secure_delete: bool = False) -> Engine:
    writing = begin == "BEGIN IMMEDIATE"

    def connect() -> sqlite3.Connection:
        # isolation_level None: the driver begins nothing by itself, the event below does
        uri = f"{path.absolute().as_uri()}?mode={mode}"
        connection = sqlite3.connect(uri, uri=True, timeout=busy_timeout_s, isolation_level=None, check_same_thread=False)
        try:
            _set_pragmas(connection, writing=writing, busy_timeout_s=busy_timeout_s)
            if secure_delete:
                connection.execute("PRAGMA secure_delete = ON")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    size = {"pool_size": 1, "max_overflow": 0} if writing else {"pool_size": 8, "max_overflow": 56}
    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool, pool_timeout=busy_timeout_s, **size)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _set_pragmas(connection: sqlite3.Connection, *, writing: bool, busy_timeout_s: float) -> None:
    connection.execute(f"PRAGMA busy_timeout = {int(busy_timeout_s * 1000)}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA cache_size = -16000")  # 16 MB
    if not writing:
        connection.execute("PRAGMA query_only = ON")
        return
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # each commit is on the disk before we answer
    connection.execute("PRAGMA journal_size_limit = 67108864")  # a large import does not leave a large log behind


def create_sqlite_file(place: SqliteFile) -> None:
    """Make an empty database in WAL mode, with its folder; one that is there already stays as it is."""
    try:
        place.path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(place.path, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        finally:
            connection.close()
    except sqlite3.Error as fault:
        raise explain_sqlite(str(fault), place) from fault
    except OSError as fault:
        hint = "Check that this user may write there."
        raise Unavailable(f"The folder {place.path.parent} cannot be made: {fault.strerror}.", hint=hint) from fault


def _postgres_engine(place: PostgresSchema, *, read_only: bool, busy_timeout_s: float) -> Engine:
    settings = f"-c search_path={place.schema} -c lock_timeout={int(busy_timeout_s * 1000)}"
    if read_only:
        settings += " -c default_transaction_read_only=on"
    connect_args: dict[str, Any] = {"options": f"{place.url.query.get('options', '')} {settings}".strip(), "connect_timeout": 5}
    if "connect_timeout" in place.url.query:
        del connect_args["connect_timeout"]
    return create_engine(
        place.url.difference_update_query(["options"]),
        connect_args=connect_args,
        pool_size=8,
        max_overflow=56,
        pool_timeout=busy_timeout_s,
        pool_pre_ping=True,  # a server that was restarted is noticed before the request, not by it
        isolation_level="READ COMMITTED",
    )


def ensure_schema(place: PostgresSchema) -> None:
    """Create the schema if it is not there, and refuse a server that is too old or stores text in anything but UTF-8."""
    engine = _postgres_engine(place, read_only=False, busy_timeout_s=BUSY_TIMEOUT_S)
    try:
        with engine.begin() as connection:
            version = connection.dialect.server_version_info or ()
            if version < OLDEST_POSTGRES:
                found = ".".join(map(str, version))
                raise Unavailable(f"The server of {place} is PostgreSQL {found}.", hint="Shopkeeper needs PostgreSQL 15 or newer.")
            encoding = connection.scalar(text("SHOW server_encoding"))
            if encoding != "UTF8":
                raise Unavailable(f"The database {place} stores text as {encoding}.", hint="Create it with `createdb --encoding=UTF8`.")
            lock_migrations(connection, place)  # "if not exists" is no protection from another who makes it at the same moment
            connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{place.schema}"'))
    except SQLAlchemyError as fault:
        raise explain(fault, place) from fault
    finally:
        engine.dispose()


def lock_migrations(connection: Connection, place: PostgresSchema) -> None:
    """Wait until no one else changes the shop's tables, and keep them away until the transaction ends: replicas may start at one moment."""
    key = {"key": _MIGRATION_LOCK, "schema": place.schema}
    connection.execute(text("SELECT pg_advisory_xact_lock(:key, hashtext(:schema))"), key)
