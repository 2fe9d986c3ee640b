"""A feed on disk: a file, a folder of files, or a .zip or .gz of them; opened in bounded memory, with its bytes counted.

Compressed input is read through a guard: a part that grows beyond `MAX_RATIO` times its packed size (once past `FREE_BYTES`) or beyond
`MAX_EXPANDED` is a zip bomb and refused. A damaged archive raises `BadInput`, naming the part.
"""

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, Final

from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told

MAX_RATIO: Final = 200
"""Text feeds pack 5 to 30 times; a deflate bomb reaches 1,000."""
FREE_BYTES: Final = 64 * 1024 * 1024
MAX_EXPANDED: Final = 32 * 1024**3
_SKIPPED_PREFIXES: Final = ("__MACOSX/", ".")


class ByteMeter:
    """Bytes of the files on disk that were read so far."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.done = 0


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a feed. `open()` starts at its beginning; the bytes are unpacked; `packed` is its size on disk or in the archive."""

    name: str
    packed: int
    open: Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True)
class Feed:
    """The parts of a feed, in the order of their names."""

    source: str
    parts: tuple[Part, ...]
    meter: ByteMeter


def open_feed(source: Path, pattern: str = "") -> Feed:
    """The feed at `source`; of a folder only the files whose names match `pattern`. `BadInput` where there is nothing, or nothing readable."""
    if not source.exists():
        raise BadInput(told("does_not_exist", source=str(source)), field="source", value=str(source))
    files = sorted(path for path in source.rglob(pattern or "*") if path.is_file() and not path.name.startswith(".")) if source.is_dir() else [source]
    meter = ByteMeter(sum(path.stat().st_size for path in files))
    parts = tuple(part for path in files for part in _parts_of(path, meter))
    if not parts or not any(part.packed for part in parts):
        fault = told("no_match", source=str(source), pattern=pattern) if pattern and source.is_dir() else told("file_empty", source=str(source))
        raise BadInput(fault, field="source", value=str(source))
    return Feed(str(source), parts, meter)


def _parts_of(path: Path, meter: ByteMeter) -> list[Part]:
    try:
        with path.open("rb") as opened:
            magic = opened.read(4)
        if magic[:2] == b"\x1f\x8b":
            return [Part(path.name, path.stat().st_size, lambda: _open_gzip(path, meter))]
        if magic in (b"PK\x03\x04", b"PK\x05\x06"):
            return _zip_members(path, meter)
    except (OSError, zipfile.BadZipFile) as fault:
        raise BadInput(told("cannot_be_opened", detail=fault), field="source", value=str(path)) from None
    return [Part(path.name, path.stat().st_size, lambda: _open_plain(path, meter))]


def _zip_members(path: Path, meter: ByteMeter) -> list[Part]:
    with zipfile.ZipFile(path) as archive:
        infos = sorted(archive.infolist(), key=lambda info: info.filename)
    if any(info.filename == "[Content_Types].xml" for info in infos):
        raise BadInput(told("is_spreadsheet"), field="source", value=str(path), hint=told("hint.csv"))
    members = [info for info in infos if not info.is_dir() and not info.filename.startswith(_SKIPPED_PREFIXES)]
    return [Part(info.filename, info.compress_size, _member_opener(path, info.filename, meter)) for info in members]


def _member_opener(path: Path, member: str, meter: ByteMeter) -> Callable[[], BinaryIO]:
    return lambda: _open_member(path, member, meter)


def _open_plain(path: Path, meter: ByteMeter) -> BinaryIO:
    raw = path.open("rb")
    return io.BufferedReader(_Guarded(raw, path.name, raw.tell, meter, bounded=False), buffer_size=1 << 18)


def _open_gzip(path: Path, meter: ByteMeter) -> BinaryIO:
    raw = path.open("rb")
    unpacked = gzip.GzipFile(fileobj=raw)
    return io.BufferedReader(_Guarded(unpacked, path.name, raw.tell, meter, also_close=raw), buffer_size=1 << 18)


def _open_member(path: Path, member: str, meter: ByteMeter) -> BinaryIO:
    archive = zipfile.ZipFile(path)
    try:
        unpacked = archive.open(member)
    except (RuntimeError, NotImplementedError, zipfile.BadZipFile) as fault:  # encrypted, unknown method, damaged
        archive.close()
        raise BadInput(told("cannot_be_unpacked", detail=fault), field=member, value=str(path)) from None
    size = archive.getinfo(member).compress_size
    total = max(archive.getinfo(member).file_size, 1)
    return io.BufferedReader(
        _Guarded(unpacked, member, lambda: min(size, size * unpacked.tell() // total), meter, also_close=archive, packed=size),
        buffer_size=1 << 18,
    )


class _Guarded(io.RawIOBase):
    """Unpacked bytes of one part: counts what was read of the packed ones, stops a bomb, names the part in every fault."""

    def __init__(
        self,
        unpacked: IO[bytes] | gzip.GzipFile,
        name: str,
        position: Callable[[], int],
        meter: ByteMeter,
        *,
        also_close: object = None,
        packed: int | None = None,
        bounded: bool = True,
    ) -> None:
        self._unpacked = unpacked
        self._name = name
        self._position = position
        self._meter = meter
        self._also_close = also_close
        self._packed = packed
        self._bounded = bounded
        self._expanded = 0
        self._counted = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer)
        try:
            chunk = self._unpacked.read(len(view))
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as fault:
            raise BadInput(told("damaged", detail=fault), field=self._name, value=self._expanded, hint=told("hint.before_damage")) from None
        view[: len(chunk)] = chunk
        self._expanded += len(chunk)
        self._count()
        return len(chunk)

    def _count(self) -> None:
        packed = self._position()
        self._meter.done += max(0, packed - self._counted)
        self._counted = max(packed, self._counted)
        if not self._bounded or self._expanded <= FREE_BYTES:
            return
        ratio = self._expanded / max(self._packed or packed, 1)
        if ratio > MAX_RATIO or self._expanded > MAX_EXPANDED:
            raise BadInput(
                told("zip_bomb", megabytes=self._expanded >> 20, ratio=ratio),
                field=self._name,
                value=self._expanded,
                hint=told("hint.bomb", times=MAX_RATIO, gigabytes=MAX_EXPANDED >> 30),
            )

    def close(self) -> None:
        if not self.closed:
            self._unpacked.close()
            if self._also_close is not None:
                self._also_close.close()  # type: ignore[attr-defined]  # a file or an archive
        super().close()
