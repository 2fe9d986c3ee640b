"""The one file of a backup: a zip of JSON Lines and plain files, with a manifest that names, counts and hashes every entry.

Anyone can read it with common tools:

    database/products.jsonl      one row a line, for every table
    artifacts/search/...         the served version, as it was published
    folders/media/...            files of the shop's own
    manifest.json                format, shop, schema version, rows a table, bytes and SHA-256 an entry
"""

import hashlib
import os
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, Final

import orjson

from shopkeeper.errors import BadInput, Broken, Refused, Unavailable
from shopkeeper.kit.durable_files import fsync_folder
from shopkeeper.kit.file_lock import try_lock, unlock

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
CHUNK: Final = 1 << 20
_MAX_MANIFEST: Final = 100_000_000
_LEVEL: Final = 3  # a third of the time of zlib's usual 6, for files a tenth larger
_PARTIAL: Final = ".partial"


@dataclass(slots=True)
class Contents:
    """What a backup holds: filled while it is written, read back from its manifest. `entries` maps a name to (bytes, SHA-256)."""

    shop: str
    created: datetime
    schema: str
    tables: dict[str, int] = field(default_factory=dict)
    entries: dict[str, tuple[int, str]] = field(default_factory=dict)

    def below(self, prefix: str) -> list[str]:
        """Names of the entries under the folder `prefix` (with its `/`), in order."""
        return sorted(name for name in self.entries if name.startswith(prefix))


class BackupWriter:
    """Adds entries to a backup that is being written."""

    def __init__(self, archive: zipfile.ZipFile, contents: Contents) -> None:
        self._archive = archive
        self.contents = contents

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        """Write an entry from `chunks`, each of which may be large or small."""
        digest, size = hashlib.sha256(), 0
        with self._archive.open(name, "w", force_zip64=True) as out:
            for chunk in chunks:
                out.write(chunk)
                digest.update(chunk)
                size += len(chunk)
        self.contents.entries[name] = (size, digest.hexdigest())

    def add_folder(self, prefix: str, folder: Path) -> None:
        """Write every file below `folder`; links are left out, they would point elsewhere after a restore."""
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                self.add(prefix + path.relative_to(folder).as_posix(), _chunks(path))

    def finish(self) -> None:
        """Write the manifest, last: a file without it is not a backup."""
        said = {
            "format": FORMAT,
            "shop": self.contents.shop,
            "created": self.contents.created.isoformat(),
            "schema": self.contents.schema,
            "tables": self.contents.tables,
            "entries": {name: {"bytes": size, "sha256": digest} for name, (size, digest) in self.contents.entries.items()},
        }
        self._archive.writestr(MANIFEST, orjson.dumps(said, option=orjson.OPT_INDENT_2))


class BackupReader:
    """Reads the entries of a backup. Each is compared with the manifest as it is read."""

    def __init__(self, archive: zipfile.ZipFile, contents: Contents, path: Path) -> None:
        self._archive = archive
        self._path = path
        self.contents = contents

    def chunks(self, name: str) -> Iterator[bytes]:
        """The entry's bytes; `Broken` at its end if they are not those that were written."""
        size, digest = self.contents.entries[name]
        seen, running = 0, hashlib.sha256()
        try:
            with self._archive.open(name) as entry:
                while chunk := entry.read(CHUNK):
                    seen += len(chunk)
                    if seen > size:
                        break
                    running.update(chunk)
                    yield chunk
        except (KeyError, zipfile.BadZipFile, EOFError, OSError, ValueError) as fault:
            raise Broken(f"The backup {self._path} is damaged at {name} ({fault}).", hint="Use another backup; nothing was restored.") from fault
        if (seen, running.hexdigest()) != (size, digest):
            raise Broken(f"The backup {self._path} is damaged: {name} is not what was written.", hint="Use another backup; nothing was restored.")

    def rows(self, table: str) -> Iterator[dict[str, Any]]:
        """The table's rows, streamed."""
        rest = b""
        for chunk in self.chunks(f"database/{table}.jsonl"):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                yield orjson.loads(line)

    def extract(self, prefix: str, folder: Path) -> None:
        """Write the entries under `prefix` into `folder`, each on the disk when it returns."""
        for name in self.contents.below(prefix):
            path = folder / name.removeprefix(prefix)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as out:
                for chunk in self.chunks(name):
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())

    def verify(self) -> None:
        """Read everything once; `Broken` names the first entry that is not what was written."""
        for name in self.contents.entries:
            for _ in self.chunks(name):
                pass


@contextmanager
def writing(path: Path, contents: Contents) -> Iterator[BackupWriter]:
    """A writer of the backup `path`, which appears under that name when the block has ended well, and never half-written.

    `Refused` (409) if the file exists. Partial files of killed processes in the same folder are removed.
    """
    if path.exists():
        raise Refused(f"The file {path} exists.", status=409, field="out", value=str(path), hint="Name another, or remove it first.")
    if not path.parent.is_dir():
        raise BadInput(f"There is no folder {path.parent}", field="out", value=str(path), hint="Make it, or name another.")
    try:
        _sweep(path.parent)
        partial = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}{_PARTIAL}")
        owner = try_lock(partial)  # made and held: whoever sweeps sees that we live
        assert owner is not None, "the name is new"
    except OSError as fault:
        raise _explained(fault, path) from fault
    try:
        partial.chmod(0o600)  # it holds customers' orders and the keys' hashes
        with partial.open("r+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
                writer = BackupWriter(archive, contents)
                yield writer
                writer.finish()
            file.flush()
            os.fsync(file.fileno())
        os.link(partial, path)  # unlike a rename it refuses a file that came there meanwhile
        fsync_folder(path.parent)
    except FileExistsError as fault:
        raise Refused(f"The file {path} exists.", status=409, field="out", value=str(path), hint="Name another, or remove it first.") from fault
    except OSError as fault:
        raise _explained(fault, path) from fault
    finally:
        partial.unlink(missing_ok=True)
        unlock(owner)


@contextmanager
def reading(path: Path) -> Iterator[BackupReader]:
    """A reader of the backup `path`; `BadInput` if the file is not one, `Refused` (409) if a newer program wrote it."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield BackupReader(archive, _contents(archive, path), path)
    except FileNotFoundError:
        raise BadInput(f"There is no file {path}", field="file", value=str(path)) from None
    except zipfile.BadZipFile as fault:
        raise BadInput(
            f"The file {path} is not a backup, or only a part of one ({fault})", field="file", value=str(path), hint="Use another."
        ) from fault


def _contents(archive: zipfile.ZipFile, path: Path) -> Contents:
    foreign = BadInput(
        f"The file {path} is not a backup of Shopkeeper", field="file", value=str(path), hint="Name a file that `shopkeeper backup` wrote."
    )
    try:
        if archive.getinfo(MANIFEST).file_size > _MAX_MANIFEST:
            raise foreign
        said: dict[str, Any] = orjson.loads(archive.read(MANIFEST))
        if said["format"] > FORMAT:
            raise Refused(
                f"The backup {path} is in format {said['format']}; this program reads {FORMAT}.", status=409, hint="Install the newer Shopkeeper."
            )
        entries = {_plain(name): (int(entry["bytes"]), str(entry["sha256"])) for name, entry in said["entries"].items()}
        tables = {str(table): int(count) for table, count in said["tables"].items()}
        return Contents(said["shop"], datetime.fromisoformat(said["created"]), said["schema"], tables, entries)
    except (KeyError, ValueError, TypeError, AttributeError) as fault:
        raise foreign from fault


def _plain(name: str) -> str:
    """The entry's name if it stays within the folder that it is written to."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\x00" in name or str(path) != name:
        raise ValueError(f"{name!r} leads outside")
    return name


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _sweep(folder: Path) -> None:
    for partial in folder.glob(f".*{_PARTIAL}"):
        if (owner := try_lock(partial)) is not None:
            partial.unlink(missing_ok=True)
            unlock(owner)


def _explained(fault: OSError, path: Path) -> Unavailable:
    return Unavailable(
        f"The backup {path} could not be written: {fault.strerror}.", hint="Free some space, or name another place; no part of it is left."
    )
