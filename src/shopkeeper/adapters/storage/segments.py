"""Segments: the sealed events of a past day as immutable files, `events.parquet` beside `ids.u64`, in a folder of their own.

`ids.u64` holds the first eight bytes of each id's BLAKE2b, sorted, little endian: it is mapped into memory, so that an event that is sent again after
its day was rolled is known without reading the day (two of 10^8 ids share a value with a probability of 3 in 10^4; an event that met another's would
be taken for a repetition). Which folders count, the table `event_segments` says.
"""

import hashlib
import os
import shutil
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np

from shopkeeper.adapters.storage.rows import from_micros, to_micros
from shopkeeper.domain.event import EventName
from shopkeeper.domain.ids import EventId, ShopperId
from shopkeeper.errors import Broken, Unavailable
from shopkeeper.kit.durable_files import fsync_file, fsync_folder
from shopkeeper.ports.events import SealedEvent

if TYPE_CHECKING:
    import polars as pl

EVENTS: Final = "events.parquet"
IDS: Final = "ids.u64"
ROW_GROUP: Final = 20_000
"""Events that a reader has in memory at a time."""

ORPHAN_AFTER_S: Final = 24 * 3600
"""A folder that no row names was left by a crash, or replaced; a backup that runs may still be reading it."""


@cache
def _pl() -> Any:
    """Polars takes a quarter of a second to load, and a server begins before it needs the events of past days."""
    import polars

    return polars


@cache
def _schema() -> dict[str, Any]:
    numbers = dict.fromkeys(("seq", "shopper", "occurred", "received"), _pl().Int64)
    kinds = numbers | {"id": _pl().String, "name": _pl().String, "sealed": _pl().Binary}
    return {name: kinds[name] for name in ("seq", "id", "shopper", "name", "occurred", "received", "sealed")}


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment as the table describes it; `first` and `last` bound `occurred`, in microseconds."""

    name: str
    first: int
    last: int
    newest: int
    rows: int
    sha256: str


class SegmentFolder:
    """The folder of one shop's segments."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, events: Sequence[SealedEvent]) -> Segment:
        """Write `events` (in the order of `occurred`, then id) to a new segment, wholly on disk when this returns; no reader knows it yet."""
        name = f"{events[0].occurred:%Y%m%d}-{os.urandom(6).hex()}"
        staged = self._path / f".{name}"
        columns: dict[str, list[Any]] = {
            "seq": [event.seq for event in events],
            "id": [event.id for event in events],
            "shopper": [event.shopper for event in events],
            "name": [event.name for event in events],
            "occurred": [to_micros(event.occurred) for event in events],
            "received": [to_micros(event.received) for event in events],
            "sealed": [event.sealed for event in events],
        }
        try:
            staged.mkdir(parents=True)
            frame = _pl().DataFrame(columns, schema=_schema())
            # what is sealed does not get smaller by packing, and plain pages are read fastest
            frame.write_parquet(staged / EVENTS, compression="zstd", compression_level=1, row_group_size=ROW_GROUP)
            np.sort(_hashes([event.id for event in events])).tofile(staged / IDS)
            digest = _sha256(staged / EVENTS)
            for file in (EVENTS, IDS):
                fsync_file(staged / file)
            fsync_folder(staged)
            staged.rename(self._path / name)
            fsync_folder(self._path)
        except OSError as fault:
            shutil.rmtree(staged, ignore_errors=True)
            raise Unavailable(f"The events of a past day cannot be written to {self._path}: {fault.strerror}.", hint="Free some space.") from fault
        occurred = columns["occurred"]
        return Segment(name, occurred[0], occurred[-1], max(columns["seq"]), len(events), digest)

    def read(self, segment: Segment, *, since: tuple[int, str] | None = None, until: int | None = None) -> Iterator[SealedEvent]:
        """Its events after (`since`: occurred, id) and before `until`, in order, a row group at a time."""
        start = 0
        while start < segment.rows:
            frame = self._lazy(segment).slice(start, ROW_GROUP).collect()
            start += ROW_GROUP
            if since is not None and (frame["occurred"][-1], frame["id"][-1]) <= since:
                continue
            for event in _events(frame):
                at = to_micros(event.occurred)
                if until is not None and at >= until:
                    return
                if since is None or (at, event.id) > since:
                    yield event

    def of_shoppers(self, segment: Segment, shoppers: Collection[int], *, since: int, limit: int) -> list[SealedEvent]:
        """The newest `limit` of its events by any of `shoppers`, newest first."""
        wanted = self._lazy(segment).filter(_pl().col("shopper").is_in(list(shoppers)) & (_pl().col("occurred") >= since))
        return list(_events(wanted.tail(limit).collect()))[::-1]

    def present(self, segments: Sequence[Segment], ids: Sequence[str]) -> set[str]:
        """Those among `ids` that stand in any of `segments`."""
        wanted = _hashes(ids)
        found = np.zeros(len(ids), dtype=bool)
        for segment in segments:
            there = _mapped(self._path / segment.name / IDS)
            at = np.searchsorted(there, wanted)
            found |= there[np.minimum(at, len(there) - 1)] == wanted
        return {id_ for id_, one in zip(ids, found, strict=True) if one}

    def check(self, segment: Segment) -> None:
        """Raise `Broken` if the file is not what was written."""
        path = self._path / segment.name / EVENTS
        if not path.is_file() or _sha256(path) != segment.sha256:
            raise Broken(f"the events in {path} are missing or damaged", hint="Restore the newest backup with `shopkeeper restore`.")

    def sweep(self, segments: Sequence[Segment]) -> int:
        """Remove folders that belong to none of `segments` and are old enough that nobody reads them; returns how many."""
        known = {segment.name for segment in segments}
        orphans = [folder for folder in self._path.iterdir() if folder.name not in known] if self._path.is_dir() else []
        gone = [folder for folder in orphans if time.time() - folder.stat().st_mtime > ORPHAN_AFTER_S]
        for folder in gone:
            shutil.rmtree(folder, ignore_errors=True)
        return len(gone)

    def _lazy(self, segment: Segment) -> "pl.LazyFrame":
        path = self._path / segment.name / EVENTS
        if not path.is_file():
            raise Broken(f"the events in {path} are missing", hint="Restore the newest backup with `shopkeeper restore`.")
        return _pl().scan_parquet(path)


@cache
def _mapped(path: Path) -> np.ndarray[Any, np.dtype[np.uint64]]:
    return np.memmap(path, dtype="<u8", mode="r")


def _hashes(ids: Sequence[str]) -> np.ndarray[Any, np.dtype[np.uint64]]:
    digests = b"".join([hashlib.blake2b(id_.encode(), digest_size=8).digest() for id_ in ids])
    return np.frombuffer(digests, dtype="<u8")


def _events(frame: "pl.DataFrame") -> Iterator[SealedEvent]:
    for seq, id_, shopper, name, occurred, received, sealed in frame.select(list(_schema())).iter_rows():
        moments = from_micros(occurred), from_micros(received)
        yield SealedEvent(EventId(id_), ShopperId(shopper), cast(EventName, name), *moments, sealed, seq)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
