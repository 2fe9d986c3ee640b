"""What the database's own errors mean to us: which may pass by themselves, and what to tell whoever called."""

from typing import Final

from sqlalchemy.exc import DataError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shopkeeper.adapters.storage.places import Place, SqliteFile
from shopkeeper.errors import BadInput, Broken, Refused, ShopkeeperError, Unavailable

# PostgreSQL, appendix A: serialization_failure, deadlock_detected. A wait for a lock that ran out (55P03) has had its time already.
_TRANSIENT_STATES: Final = frozenset({"40001", "40P01"})
_SQLITE: Final[tuple[tuple[str, type[ShopkeeperError], str, str], ...]] = (
    ("database is locked", Unavailable, "is locked by another process", "Try again; if it stays, `shopkeeper diagnose` names who holds it."),
    ("database table is locked", Unavailable, "is locked by another process", "Try again."),
    ("database or disk is full", Unavailable, "cannot grow: the disk is full", "Free some space; what was written before is whole."),
    ("unable to open", Unavailable, "cannot be opened", "Check that the folder exists and that this user may write to it."),
    ("readonly database", Refused, "is open for reading only", "Use a user that may write to the file."),
    ("disk i/o error", Unavailable, "cannot be read or written: the disk reports an error", "Check the disk and its free space."),
    ("no such table", Unavailable, "lacks a table", "Run `shopkeeper migrate`."),
    ("no such column", Unavailable, "lacks a column", "Run `shopkeeper migrate`."),
    ("malformed", Broken, "is damaged", "Restore the newest backup with `shopkeeper restore`."),
    ("not a database", Broken, "is not a SQLite database", "Restore the newest backup with `shopkeeper restore`, or name another file."),
)
_POSTGRES: Final[dict[str, tuple[type[ShopkeeperError], str, str]]] = {
    "53100": (Unavailable, "cannot grow: its disk is full", "Free some space on the database server."),
    "53300": (Unavailable, "has no connection left", "Raise max_connections, or run fewer workers."),
    "55P03": (Unavailable, "is locked by another transaction", "Try again; pg_stat_activity names who holds it."),
    "57014": (Unavailable, "cancelled the statement", "Try again."),
    "25006": (Refused, "is open for reading only", "Use the primary server, or a user that may write."),
    "42501": (Unavailable, "does not let this user do that", "Grant the user its schema, or name another user."),
    "42P01": (Unavailable, "lacks a table", "Run `shopkeeper migrate`."),
    "42703": (Unavailable, "lacks a column", "Run `shopkeeper migrate`."),
    "3D000": (Unavailable, "does not exist on that server", "Create it with `createdb`."),
    "28P01": (Unavailable, "refuses the user's password", "Check the user and password in the database URL."),
    "XX001": (Broken, "is damaged", "Restore the newest backup with `shopkeeper restore`."),
    "22003": (BadInput, "cannot store a number that large", "Send a smaller one."),
    "22021": (BadInput, "cannot store one of the characters", "Remove it (a NUL, or half of a surrogate pair)."),
}
_GONE: Final = ("Try again; if it stays, check that the server runs and can be reached.", "does not answer")


def is_transient(fault: SQLAlchemyError) -> bool:
    """True if the same transaction may well succeed when it is run again at once."""
    if not isinstance(fault, DBAPIError):
        return False
    return getattr(fault.orig, "sqlstate", None) in _TRANSIENT_STATES or "database is locked" in str(fault.orig)


def explain(fault: SQLAlchemyError, place: Place) -> ShopkeeperError:
    """Return the error to raise instead of `fault`: what happened to which database, and what to do."""
    if isinstance(fault, PoolTimeout):
        return Unavailable(f"All connections to the database {place} are in use.", hint="Try again; fewer requests at a time may help.")
    if not isinstance(fault, DBAPIError):
        return Broken(f"The database {place} could not be asked: {type(fault).__name__}: {fault}.", hint="Please report this as a bug.")
    said = " ".join(str(fault.orig).split())
    if isinstance(place, SqliteFile):
        return explain_sqlite(said, place)
    state = getattr(fault.orig, "sqlstate", None) or _startup_state(said)
    if state in _POSTGRES:
        kind, what, hint = _POSTGRES[state]
        return kind(f"The database {place} {what} ({said[:200]}).", hint=hint)
    if isinstance(fault, DataError):  # refused by the driver, before the server saw it
        return BadInput(f"The database {place} cannot store one of the values ({said[:200]}).", hint="Remove what is not text, such as a NUL.")
    if fault.connection_invalidated or state is None or state.startswith(("08", "57P")):
        hint, what = _GONE
        return Unavailable(f"The database {place} {what} ({said[:200]}).", hint=hint)
    return _our_fault(said, place)


def explain_sqlite(said: str, place: SqliteFile) -> ShopkeeperError:
    """The error to raise for what SQLite `said`."""
    for words, kind, what, hint in _SQLITE:
        if words in said.lower():
            return kind(f"The database {place} {what} ({said}).", hint=hint)
    return _our_fault(said, place)


def _our_fault(said: str, place: Place) -> Broken:
    return Broken(f"The database {place} refused a statement of ours: {said[:300]}.", hint="Please report this as a bug.")


def _startup_state(said: str) -> str | None:
    """The code behind a refusal at connection time, for which psycopg reports only the text."""
    if "does not exist" in said and "database" in said:
        return "3D000"
    if "password authentication failed" in said:
        return "28P01"
    if "too many clients" in said or "remaining connection slots" in said:
        return "53300"
    return None
