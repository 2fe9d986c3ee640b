"""Notes about shoppers, segments, and certificates of erasures, in tables."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, delete, func, insert, select

from shopkeeper.adapters.storage.engine import Connections
from shopkeeper.adapters.storage.rows import from_micros, pages, to_micros, upsert
from shopkeeper.adapters.storage.schema import erasures, segment_members, segments, shopper_notes
from shopkeeper.adapters.storage.webhooks import post
from shopkeeper.domain.ids import ShopperId
from shopkeeper.domain.segment import Segment, SegmentId
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.ports.shoppers import SealedNote
from shopkeeper.webhooks.messages import shopper_erased


class SqlNoteStore:
    """`ports.shoppers.NoteStore` on SQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def put(self, note: SealedNote) -> None:
        """Insert or replace the note of that shopper and id."""
        row = {"shopper": note.shopper, "id": note.id, "kind": note.kind, "written": to_micros(note.written), "sealed": note.sealed}
        self._connections.write(lambda connection: upsert(connection, shopper_notes, [row]))

    def of_shoppers(self, shoppers: Sequence[ShopperId]) -> list[SealedNote]:
        """Every note about these, oldest first."""
        found: list[SealedNote] = []
        with self._connections.read() as connection:
            for page in pages(list(shoppers)):
                rows = connection.execute(select(shopper_notes).where(shopper_notes.c.shopper.in_(page)))
                found += [SealedNote(ShopperId(row.shopper), row.id, row.kind, from_micros(row.written), bytes(row.sealed)) for row in rows]
        return sorted(found, key=lambda note: (note.written, note.id))

    def forget(self, shoppers: Sequence[ShopperId]) -> int:
        """Remove the notes about these; returns how many went."""

        def work(connection: Connection) -> int:
            gone = (delete(shopper_notes).where(shopper_notes.c.shopper.in_(page)) for page in pages(list(shoppers)))
            return sum(connection.execute(one).rowcount for one in gone)

        return self._connections.erase(work) if shoppers else 0


class SqlSegmentStore:
    """`ports.shoppers.SegmentStore` on SQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def replace(self, segments: Sequence[Segment], members: Mapping[SegmentId, Sequence[ShopperId]]) -> None:
        """Make these the segments, in one step; what was there before goes."""
        rows = [{"id": one.id, "document": _segment_out(one)} for one in sorted(segments, key=lambda one: one.id)]
        inside = [{"segment": name, "shopper": shopper} for name, persons in sorted(members.items()) for shopper in sorted(set(persons))]
        self._connections.write(lambda connection: _replace(connection, rows, inside))

    def all(self) -> list[Segment]:
        """Every segment, with the present number of its members, by id."""
        with self._connections.read() as connection:
            return _segments(connection, None)

    def of_shopper(self, shopper: ShopperId) -> list[Segment]:
        """The segments that a person is in, by id."""
        with self._connections.read() as connection:
            mine = connection.scalars(select(segment_members.c.segment).where(segment_members.c.shopper == shopper)).all()
            return _segments(connection, mine)

    def members(self, segment: SegmentId) -> list[ShopperId]:
        """The persons in a segment, by number."""
        inside = select(segment_members.c.shopper).where(segment_members.c.segment == segment).order_by(segment_members.c.shopper)
        with self._connections.read() as connection:
            return [ShopperId(number) for number in connection.scalars(inside)]

    def forget(self, shoppers: Sequence[ShopperId]) -> int:
        """Take these out of every segment; returns how many memberships went."""

        def work(connection: Connection) -> int:
            gone = (delete(segment_members).where(segment_members.c.shopper.in_(page)) for page in pages(list(shoppers)))
            return sum(connection.execute(one).rowcount for one in gone)

        return self._connections.erase(work) if shoppers else 0


class SqlErasureStore:
    """`ports.shoppers.ErasureStore` on SQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def put(self, certificate: str, at: datetime, document: bytes) -> None:
        """Keep a certificate under its id."""
        row = {"id": certificate, "at": to_micros(at), "document": document.decode()}

        def work(connection: Connection) -> None:
            known = connection.scalar(select(erasures.c.id).where(erasures.c.id == certificate))
            upsert(connection, erasures, [row])
            if known is None:
                post(connection, shopper_erased(certificate, at))

        self._connections.write(work)

    def get(self, certificate: str) -> bytes | None:
        """The document, or None where there is none of that id."""
        with self._connections.read() as connection:
            found = connection.scalar(select(erasures.c.document).where(erasures.c.id == certificate))
        return None if found is None else found.encode()

    def recent(self, *, limit: int = 50) -> list[bytes]:
        """The newest documents, newest first."""
        newest = select(erasures.c.document).order_by(erasures.c.at.desc(), erasures.c.id.desc()).limit(limit)
        with self._connections.read() as connection:
            return [document.encode() for document in connection.scalars(newest)]


def _replace(connection: Connection, rows: Sequence[dict[str, Any]], inside: Sequence[dict[str, Any]]) -> None:
    connection.execute(delete(segment_members))
    connection.execute(delete(segments))
    if rows:
        connection.execute(insert(segments), rows)
    for page in pages(inside):
        connection.execute(insert(segment_members), page)


def _segments(connection: Connection, only: Sequence[str] | None) -> list[Segment]:
    counts = select(segment_members.c.segment, func.count().label("members")).group_by(segment_members.c.segment)
    sizes = {row.segment: row.members for row in connection.execute(counts)}
    wanted = select(segments).order_by(segments.c.id)
    if only is not None:
        wanted = wanted.where(segments.c.id.in_(only))
    return [_segment_in(row.id, row.document, sizes.get(row.id, 0)) for row in connection.execute(wanted)]


def _segment_out(segment: Segment) -> str:
    name = {"zh": segment.name.zh, "en": segment.name.en}
    said = {"kind": segment.kind, "name": name, "computed": to_micros(segment.computed), "rule": segment.rule, "traits": segment.traits}
    return orjson.dumps(said).decode()


def _segment_in(id_: str, document: str, size: int) -> Segment:
    said = orjson.loads(document)
    traits = tuple((facet, key, share) for facet, key, share in said["traits"])
    name = LocalizedText(zh=said["name"]["zh"], en=said["name"]["en"])
    return Segment(SegmentId(id_), said["kind"], name, from_micros(said["computed"]), said["rule"], traits, size)
