"""Rows of documents: how a value becomes one, and how many are written at once."""

import functools
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told
from shopkeeper.ports.stores import PutReport

Row = dict[str, Any]
Item = TypeVar("Item")

PAGE: Final = 500
"""Rows a statement, in reading and in lists of ids: bounds memory and stays below every limit of parameters."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


def to_micros(moment: datetime) -> int:
    """Whole microseconds from 1970-01-01T00:00Z to `moment`, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The moment in UTC that `to_micros` wrote."""
    return _EPOCH + timedelta(microseconds=micros)


def storable(value: str, *, field: str) -> str:
    """Return `value` if every database can keep it in a column; PostgreSQL knows no NUL, and UTF-8 no half of a surrogate pair."""
    if found := _UNSTORABLE.search(value):
        what = told("a.nul" if found[0] == "\x00" else "a.half_character")
        raise BadInput(told("has_what", what=what), field=field, value=ascii(value[:80]), hint=told("hint.remove"))
    return value


def findable(ids: Iterable[str]) -> list[str]:
    """Those among `ids` that could be in a database at all, each once, in order: nothing is stored under what `storable` refuses."""
    return sorted(id_ for id_ in set(ids) if not _UNSTORABLE.search(id_))


def encode(write: Callable[[Item], bytes], item: Item, *, named: str) -> tuple[str, str, int]:
    """Return (document, digest, size in bytes) of `item`; `named` says in an error which one it was."""
    try:
        document = write(item)
    except (TypeError, UnicodeEncodeError) as fault:  # orjson's refusal is a TypeError
        raise BadInput(told("not_storable", detail=fault), field=named, value=named, hint=told("hint.unicode")) from None
    return document.decode(), hashlib.blake2b(document, digest_size=16).hexdigest(), len(document)


def pages(items: Sequence[Item], size: int = PAGE) -> Iterator[Sequence[Item]]:
    """`items` in runs of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def stored_digests(connection: Connection, table: Table, ids: Iterable[str]) -> dict[str, str]:
    """The digests of those rows of `table` that exist, by id."""
    found: dict[str, str] = {}
    for page in pages(findable(ids)):
        found.update({row.id: row.digest for row in connection.execute(select(table.c.id, table.c.digest).where(table.c.id.in_(page)))})
    return found


def put_documents(connection: Connection, table: Table, rows: Sequence[Row], stored: Mapping[Any, str], key: Callable[[Row], Any]) -> PutReport:
    """Write the rows whose digest is not the stored one, as if each were put after the one before it, and say what that did."""
    report, changed = compare_documents(rows, stored, key)
    upsert(connection, table, changed)
    return report


def compare_documents(rows: Sequence[Row], stored: Mapping[Any, str], key: Callable[[Row], Any]) -> tuple[PutReport, list[Row]]:
    """What it does to put the rows, each after the one before it; and those that are to be written for that, in the order of their keys."""
    inserted = updated = unchanged = 0
    digests = dict(stored)
    changed: dict[Any, Row] = {}
    for row in rows:
        name = key(row)
        before = digests.get(name)
        if before == row["digest"]:
            unchanged += 1
            continue
        inserted, updated = (inserted + 1, updated) if before is None else (inserted, updated + 1)
        digests[name] = row["digest"]
        changed[name] = row
    return PutReport(inserted, updated, unchanged), [changed[name] for name in sorted(changed)]


def upsert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert `rows`, replacing those whose primary key is there. Give them in the order of their keys: two writers then never deadlock."""
    if rows:
        connection.execute(_upsert_statement(connection.dialect.name, table), rows)


def insert_new(connection: Connection, table: Table, row: Row) -> bool:
    """Insert `row` unless its primary key is there, also put there this moment by another writer; returns whether it was inserted."""
    statement = sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
    quiet = statement.values(row).on_conflict_do_nothing(index_elements=list(table.primary_key.columns))
    return connection.execute(quiet.returning(*table.primary_key.columns)).first() is not None


@functools.lru_cache
def _upsert_statement(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    statement = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    rest = {column.name: statement.excluded[column.name] for column in table.columns if not column.primary_key}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=rest)
