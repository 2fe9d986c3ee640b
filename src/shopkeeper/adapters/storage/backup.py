"""A shop in one file, taken while it is served, and back: also from SQLite into PostgreSQL, or from PostgreSQL into SQLite."""

import base64
import contextlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson
from sqlalchemy import Connection, LargeBinary, MetaData, Table, delete, func, insert, select

from shopkeeper.adapters.artifacts import FolderArtifacts
from shopkeeper.adapters.storage.backup_file import BackupReader, BackupWriter, Contents, reading, writing
from shopkeeper.adapters.storage.engine import Connections, create_sqlite_file, ensure_schema
from shopkeeper.adapters.storage.places import Place, SqliteFile, locate
from shopkeeper.adapters.storage.rows import Row
from shopkeeper.adapters.storage.schema import VERSIONS, about, metadata
from shopkeeper.adapters.storage.server_lock import offline
from shopkeeper.adapters.storage.versions import check_version, read_version, run_migrations
from shopkeeper.domain.ids import ShopId
from shopkeeper.errors import Broken, Refused, Unavailable
from shopkeeper.ports.artifacts import ARTIFACT_KINDS, Artifact, ArtifactKind
from shopkeeper.ports.progress import Progress, Silent

_FETCH: Final = 500
_INSERT_BYTES: Final = 4_000_000
_INSERT_ROWS: Final = 1_000


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What was written or read: rows a table, files besides, bytes before packing, and when the backup was taken."""

    rows: Mapping[str, int]
    files: int
    bytes: int
    created: datetime


def _now() -> datetime:
    return datetime.now(UTC)


def backup(
    url: str,
    shop: ShopId,
    out: Path,
    *,
    artifacts: FolderArtifacts | None = None,
    folders: Mapping[str, Path] | None = None,
    progress: Progress | None = None,
    clock: Callable[[], datetime] = _now,
) -> BackupReport:
    """Write the shop's tables, its served artifacts and the named `folders` into the file `out`; servers may run on.

    All tables are read in one snapshot. `out` appears when it is whole; `Refused` (409) if it exists, `Unavailable` if the disk is full.
    """
    told = progress or Silent()
    connections = Connections(locate(url, shop), read_only=True)
    try:
        place = connections.place
        if isinstance(place, SqliteFile) and not place.path.exists():
            check_version(None, place)
        with connections.read(snapshot=True) as connection:
            check_version(read_version(connection), place)
            contents = Contents(shop, clock(), VERSIONS[-1])
            with writing(out, contents) as writer:
                for table in metadata.sorted_tables:
                    contents.tables[str(table.name)] = _dump(connection, table, writer, told)
                _add_files(writer, artifacts, folders or {}, told)
    finally:
        connections.close()
    return _report(contents)


def restore(
    source: Path,
    url: str,
    shop: ShopId,
    *,
    artifacts: FolderArtifacts | None = None,
    folders: Mapping[str, Path] | None = None,
    derived: Sequence[Path] = (),
    replace: bool = False,
    progress: Progress | None = None,
) -> BackupReport:
    """Check the backup `source` in full, then make the shop what it holds, in one transaction; a backup of another shop takes this one's name.

    `Refused` (409) if the shop holds rows and not `replace`, or if a server runs on the SQLite file. A database that is damaged is set aside under
    another name with `replace`. Folders in `derived` were computed from the data that goes, and are removed. Servers on PostgreSQL, which nothing
    stops meanwhile, must be started again: revisions may have gone back.
    """
    told = progress or Silent()
    place = locate(url, shop)
    with reading(source) as backup_file, offline(place, doing="restore"):
        _check_schema(backup_file.contents, source)
        told.step("check", 0, None)
        backup_file.verify()
        with _writable(place, replace=replace) as connections:

            def work(connection: Connection) -> None:
                _refuse_to_overwrite(connection, place, replace=replace)
                _load(connection, backup_file, place, told)
                _restore_folders(backup_file, folders or {}, told)

            with _restored_artifacts(backup_file, artifacts, told):
                connections.write(work)
        for folder in derived:
            shutil.rmtree(folder, ignore_errors=True)
        return _report(backup_file.contents)


def _report(contents: Contents) -> BackupReport:
    files = [name for name in contents.entries if not name.startswith("database/")]
    return BackupReport(dict(contents.tables), len(files), sum(size for size, _ in contents.entries.values()), contents.created)


def _dump(connection: Connection, table: Table, writer: BackupWriter, progress: Progress) -> int:
    """Write the table as JSON Lines in the order of its key; returns the number of rows."""
    total = connection.scalar(select(func.count()).select_from(table)) or 0
    names = [str(column.name) for column in table.columns]
    done = 0

    def lines() -> Iterator[bytes]:
        nonlocal done
        # a server-side cursor, so that a page at a time is in memory
        whole = select(table).order_by(*table.primary_key.columns)
        for page in connection.execute(whole, execution_options={"yield_per": _FETCH}).partitions():
            yield b"".join([orjson.dumps(dict(zip(names, row, strict=True)), default=_as_text) + b"\n" for row in page])
            done += len(page)
            progress.step(table.name, done, total)

    writer.add(f"database/{table.name}.jsonl", lines())
    return done


def _as_text(value: object) -> str:
    """How JSON holds bytes: in base64."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} has no place in a backup")


def _add_files(writer: BackupWriter, artifacts: FolderArtifacts | None, folders: Mapping[str, Path], progress: Progress) -> None:
    if artifacts is not None:
        for kind in ARTIFACT_KINDS:
            with artifacts.held(kind) as current:
                if current is not None:
                    progress.step(f"artifact {kind}", 0, None)
                    writer.add_folder(f"artifacts/{kind}/", current.path)
    for name, folder in folders.items():
        if folder.is_dir():
            progress.step(name, 0, None)
            writer.add_folder(f"folders/{name}/", folder)


def _check_schema(contents: Contents, source: Path) -> None:
    if contents.schema not in VERSIONS:
        raise Refused(
            f"The backup {source} holds schema version {contents.schema}, newer than this program knows ({VERSIONS[-1]}).",
            status=409,
            hint="Install the newer Shopkeeper.",
        )


@contextlib.contextmanager
def _writable(place: Place, *, replace: bool) -> Iterator[Connections]:
    if isinstance(place, SqliteFile):
        try:
            create_sqlite_file(place)
            _probe(place)
        except Broken as fault:
            if not replace:
                raise Refused(fault.message, status=409, hint="Restore with --replace: the damaged file is set aside, not removed.") from fault
            _set_aside(place.path)
            create_sqlite_file(place)
    else:
        ensure_schema(place)
    connections = Connections(place)
    try:
        yield connections
    finally:
        connections.close()


def _probe(place: SqliteFile) -> None:
    connections = Connections(place)
    try:
        with connections.read() as connection:
            read_version(connection)
    finally:
        connections.close()


def _set_aside(path: Path) -> None:
    """Keep the damaged file, with its log, under another name: someone may yet save something from it."""
    mark = f"damaged-{os.urandom(3).hex()}"
    for suffix in ("-wal", "-shm", ""):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(path.with_name(f"{path.stem}.{mark}{path.suffix}{suffix}"))


def _reflected(connection: Connection) -> MetaData:
    found = MetaData()
    found.reflect(connection)
    return found


def _refuse_to_overwrite(connection: Connection, place: Place, *, replace: bool) -> None:
    if replace:
        return
    held: list[str] = []
    for table in _reflected(connection).sorted_tables:
        rows = connection.scalar(select(func.count()).select_from(table)) or 0
        if rows and table.name not in ("about", "counters", "alembic_version"):
            held.append(f"{rows} {table.name}")
    if held:
        raise Refused(f"The database {place} holds {', '.join(held)}.", status=409, hint="Add --replace to lose them for the backup's.")


def _load(connection: Connection, source: BackupReader, place: Place, progress: Progress) -> None:
    """Make the tables anew in the backup's schema version, fill them, and migrate to ours."""
    _reflected(connection).drop_all(connection)
    run_migrations(connection, source.contents.schema, upward=True)
    tables = _reflected(connection).tables
    for name, total in source.contents.tables.items():
        if name not in tables:
            raise Broken(f"The backup has a table {name!r} that its schema version lacks.", hint="Use another backup.")
        connection.execute(delete(tables[name]))  # what the migration itself put there
        done = 0
        binary = [str(column.name) for column in tables[name].columns if isinstance(column.type, LargeBinary)]
        for page in _insert_pages(source.rows(name)):
            for row in page if binary else ():
                row |= {column: base64.b64decode(row[column]) for column in binary if row[column] is not None}
            connection.execute(insert(tables[name]), page)
            done += len(page)
            progress.step(name, done, total)
        if done != total:
            raise Broken(f"The backup has {done} of {total} rows of {name}.", hint="Use another backup.")
        _count_on(connection, tables[name])
    connection.execute(about.update().where(about.c.name == "shop").values(value=place.shop))
    run_migrations(connection, "head", upward=True)


def _count_on(connection: Connection, table: Table) -> None:
    """Let PostgreSQL's own numbers go on after the highest that was loaded; SQLite does so by itself."""
    key = table.autoincrement_column
    if connection.dialect.name != "postgresql" or key is None:
        return
    sequence = connection.scalar(select(func.pg_get_serial_sequence(table.name, key.name)))
    if sequence is not None:
        connection.execute(select(func.setval(sequence, func.coalesce(select(func.max(key)).scalar_subquery(), 0) + 1, False)))


def _insert_pages(rows: Iterator[Row]) -> Iterator[list[Row]]:
    page: list[Row] = []
    size = 0
    for row in rows:
        page.append(row)
        size += sum(len(value) for value in row.values() if isinstance(value, str))
        if size >= _INSERT_BYTES or len(page) >= _INSERT_ROWS:
            yield page
            page, size = [], 0
    if page:
        yield page


@contextlib.contextmanager
def _restored_artifacts(source: BackupReader, artifacts: FolderArtifacts | None, progress: Progress) -> Iterator[None]:
    """Publish the backup's artifacts, and serve none of a kind that it lacks; if the block fails, those of before are current again."""
    if artifacts is None:
        yield
        return
    before: dict[ArtifactKind, Artifact | None] = {}
    try:
        for kind in ARTIFACT_KINDS:
            prefix = f"artifacts/{kind}/"
            before[kind] = artifacts.last_sound(kind)
            if source.contents.below(prefix):
                progress.step(f"artifact {kind}", 0, None)
                artifacts.adopt(kind, lambda folder, prefix=prefix: source.extract(prefix, folder))
            else:
                artifacts.retire(kind)
        yield
    except BaseException:
        for kind, served in before.items():
            if served is not None:
                artifacts.rollback(kind, served.version)
        raise


def _restore_folders(source: BackupReader, folders: Mapping[str, Path], progress: Progress) -> None:
    for name, folder in folders.items():
        if source.contents.below(f"folders/{name}/"):
            progress.step(name, 0, None)
            _replace_folder(folder, lambda staged, name=name: source.extract(f"folders/{name}/", staged))


def _replace_folder(folder: Path, fill: Callable[[Path], Any]) -> None:
    """Put what `fill` writes in the place of `folder`; if it fails, the folder is as it was."""
    mark = os.urandom(4).hex()
    staged, old = folder.with_name(f".{folder.name}.restored-{mark}"), folder.with_name(f".{folder.name}.replaced-{mark}")
    try:
        staged.mkdir(parents=True)
        fill(staged)
        if folder.exists():
            folder.rename(old)
        staged.rename(folder)
    except OSError as fault:
        raise Unavailable(f"The folder {folder} could not be restored: {fault.strerror}.", hint="Free some space and try again.") from fault
    finally:
        shutil.rmtree(staged, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
