"""Artifacts in folders: `<root>/<kind>/<version>/`, and a file `current` that names the version in use.

A version is written under a hidden name, brought to the disk, given its final name, and only then named by `current`: each step is one rename,
so whoever looks, and whatever is killed in between, finds the old version or the new one, whole.
"""

import contextlib
import errno
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from shopkeeper.adapters.artifacts.manifest import MANIFEST, Manifest, check_files, read_manifest, seal
from shopkeeper.errors import BadInput, Broken, NotFound, ShopkeeperError, Unavailable
from shopkeeper.kit.durable_files import fsync_folder, replace_file
from shopkeeper.kit.file_lock import file_lock, try_lock, unlock
from shopkeeper.ports.artifacts import Artifact, ArtifactKind

LOCK_TIMEOUT_S: Final = 60.0
"""The lock is held for renames and checks only, never while an artifact is built; a backup holds it as long as it copies."""

_CURRENT: Final = "current"
_LOCK: Final = ".lock"
_STAGING: Final = ".staging-"
_TRASH: Final = ".trash-"
_VERSION = re.compile(r"(\d{6,})-\d{8}T\d{6}Z")
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def _now() -> datetime:
    return datetime.now(UTC)


class FolderArtifacts:
    """`ports.artifacts.ArtifactStore` in one folder of a local disk. Several processes and threads may use one folder at a time."""

    def __init__(self, root: Path, *, clock: Callable[[], datetime] = _now) -> None:
        self._root = root
        self._clock = clock
        self._checked: dict[Path, Manifest] = {}  # versions whose checksums this process has seen to be right

    def publish(self, kind: ArtifactKind, write: Callable[[Path], Mapping[str, object]]) -> Artifact:
        """Call `write(folder)` on an empty folder, then make it the current version in one atomic step; see the port.

        `Unavailable` if the disk is full. Two that publish at a time both succeed; the one that ends last is current.
        """
        home = self._root / kind
        with _disk_errors(home):
            home.mkdir(parents=True, exist_ok=True)
            with self._locked(kind):
                _sweep(home)
                staging, owner = _stage(home)
        try:
            facts = write(staging)
            with _disk_errors(home):
                return self._publish_staged(kind, staging, facts)
        except ShopkeeperError:
            raise
        except Exception as fault:
            raise _explained(fault, home) from fault
        finally:
            shutil.rmtree(staging, ignore_errors=True)
            _owner_file(staging).unlink(missing_ok=True)
            unlock(owner)

    def current(self, kind: ArtifactKind) -> Artifact | None:
        """The current version, or None before the first; `Broken` if it is not as its manifest says.

        Sizes are checked with every call, checksums the first time in this process. `last_sound` is the way on after `Broken`.
        """
        for again in (True, False):
            version = self._pointer(kind)
            if version is None:
                return None
            try:
                return self._opened(kind, version)
            except FileNotFoundError:  # replaced and pruned between the two steps: look once more
                if not again or self._pointer(kind) == version:
                    raise Broken(
                        f"The current {kind} artifact {version} is gone from {self._root / kind}.",
                        hint="Go back with `shopkeeper artifacts rollback`, or build a new one with `shopkeeper train`.",
                    ) from None
        raise AssertionError("the loop returns or raises")

    def last_sound(self, kind: ArtifactKind) -> Artifact | None:
        """The newest version, at or before the current one, that is as its manifest says; None if there is none. Changes nothing."""
        pointer = self._readable_pointer(kind)
        for version in self._version_names(kind):
            if pointer is not None and _number(version) > _number(pointer):
                continue
            with contextlib.suppress(Broken, FileNotFoundError):
                return self._opened(kind, version)
        return None

    def versions(self, kind: ArtifactKind) -> list[Artifact]:
        """All versions on disk whose manifest can be read, newest first; their files are not checked."""
        found = []
        for version in self._version_names(kind):
            folder = self._root / kind / version
            with contextlib.suppress(Broken, FileNotFoundError):
                found.append(_artifact(kind, folder, read_manifest(folder)))
        return found

    def rollback(self, kind: ArtifactKind, version: str | None = None) -> Artifact:
        """Make `version` (None = the newest whole one before the current) current again.

        `NotFound` if there is none, `Broken` if the named one is damaged; the present one then stays current.
        """
        if not (self._root / kind).is_dir():
            raise NotFound(f"There is no {kind} artifact yet.", hint="Build one with `shopkeeper train`.")
        with self._locked(kind):
            chosen = self._version_before(kind) if version is None else self._named(kind, version)
            with _disk_errors(self._root / kind):
                replace_file(self._root / kind / _CURRENT, chosen.version.encode())
        return chosen

    def prune(self, kind: ArtifactKind, *, keep: int) -> int:
        """Remove all but the newest `keep` versions, never the current; returns how many went. Leftovers of dead processes go too."""
        if keep < 0:
            raise BadInput(f"{keep} is below zero", field="keep", value=keep)
        home = self._root / kind
        if not home.is_dir():
            return 0
        with self._locked(kind):
            current = self._pointer(kind)
            gone = [version for version in self._version_names(kind)[keep:] if version != current]
            for version in gone:  # under another name first: a folder half removed is never taken for a version
                (home / version).rename(home / f"{_TRASH}{version}")
            _sweep(home)
        return len(gone)

    @contextlib.contextmanager
    def held(self, kind: ArtifactKind) -> Iterator[Artifact | None]:
        """The current version, safe from `prune` within the block (publishing waits meanwhile): for whoever copies it."""
        if not (self._root / kind).is_dir():
            yield None
            return
        with self._locked(kind, shared=True):
            yield self.current(kind)

    def retire(self, kind: ArtifactKind) -> None:
        """Serve no version: what the artifact was made from is gone. `rollback` serves the newest again."""
        if (self._root / kind).is_dir():
            with self._locked(kind), _disk_errors(self._root / kind):
                (self._root / kind / _CURRENT).unlink(missing_ok=True)
                fsync_folder(self._root / kind)

    def adopt(self, kind: ArtifactKind, write: Callable[[Path], None]) -> Artifact:
        """Publish a version that was sealed elsewhere: `write` puts all of its files, manifest too, into the folder. It is checked in full.

        It keeps its facts and the moment at which it was made, and takes the next number here.
        """
        made: list[Manifest] = []

        def check(folder: Path) -> Mapping[str, object]:
            write(folder)
            made.append(read_manifest(folder))
            check_files(folder, made[0], fully=True)
            (folder / MANIFEST).unlink()
            return {**made[0].facts, "adopted": {"version": made[0].version, "created": made[0].created.isoformat()}}

        return self.publish(kind, check)

    @contextlib.contextmanager
    def _locked(self, kind: ArtifactKind, *, shared: bool = False) -> Iterator[None]:
        try:
            with file_lock(self._root / kind / _LOCK, shared=shared, timeout_s=LOCK_TIMEOUT_S):
                yield
        except TimeoutError as fault:
            raise Unavailable(f"The {kind} artifacts in {self._root} are in use: {fault}.", hint="Try again when that work is done.") from fault

    def _publish_staged(self, kind: ArtifactKind, staging: Path, facts: Mapping[str, object]) -> Artifact:
        home = self._root / kind
        if (staging / MANIFEST).exists():
            raise Broken(f"The {kind} artifact's writer made a file named {MANIFEST}, which is ours.", hint="Please report this as a bug.")
        created = self._clock().astimezone(UTC).replace(microsecond=0)
        with self._locked(kind):
            number = max((_number(version) for version in self._version_names(kind)), default=0) + 1
            version = f"{number:06d}-{created:%Y%m%dT%H%M%SZ}"
        while True:
            manifest = seal(staging, kind=kind, version=version, created=created, facts=facts)
            with self._locked(kind):
                newest = max((_number(version) for version in self._version_names(kind)), default=0)
                if newest < _number(version):
                    self._place(home, staging, version)
                    break
            (staging / MANIFEST).unlink()  # someone else published that number meanwhile: take the next
            version = f"{newest + 1:06d}-{created:%Y%m%dT%H%M%SZ}"
        self._checked[home / version] = manifest
        return _artifact(kind, home / version, manifest)

    def _place(self, home: Path, staging: Path, version: str) -> None:
        staging.rename(home / version)
        try:
            fsync_folder(home)
            replace_file(home / _CURRENT, version.encode())
        except OSError:  # a version that its maker was told has failed shall not wait there to be found
            (home / version).rename(staging)
            raise

    def _opened(self, kind: ArtifactKind, version: str) -> Artifact:
        folder = self._root / kind / version
        if (known := self._checked.get(folder)) is not None:
            check_files(folder, known, fully=False)
            return _artifact(kind, folder, known)
        manifest = read_manifest(folder)
        if (manifest.kind, manifest.version) != (kind, version):
            raise Broken(f"The folder {folder} holds the {manifest.kind} artifact {manifest.version}.", value=str(folder), hint="Move it back.")
        check_files(folder, manifest, fully=True)
        self._checked[folder] = manifest
        return _artifact(kind, folder, manifest)

    def _pointer(self, kind: ArtifactKind) -> str | None:
        path = self._root / kind / _CURRENT
        try:
            named = path.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
        except UnicodeDecodeError:
            named = ""
        if not _VERSION.fullmatch(named):
            hint = "Name a version with `shopkeeper artifacts rollback`."
            raise Broken(f"The file {path} does not name a version.", value=str(path), hint=hint)
        return named

    def _readable_pointer(self, kind: ArtifactKind) -> str | None:
        """The version that `current` names; None too where it is damaged, so that the newest version counts."""
        with contextlib.suppress(Broken):
            return self._pointer(kind)
        return None

    def _version_names(self, kind: ArtifactKind) -> list[str]:
        """Names of the version folders, newest first."""
        try:
            names = [entry.name for entry in os.scandir(self._root / kind) if entry.is_dir() and _VERSION.fullmatch(entry.name)]
        except FileNotFoundError:
            return []
        return sorted(names, key=_number, reverse=True)

    def _version_before(self, kind: ArtifactKind) -> Artifact:
        current = self._readable_pointer(kind)
        for version in self._version_names(kind):
            if current is not None and _number(version) >= _number(current):
                continue
            with contextlib.suppress(Broken, FileNotFoundError):
                self._checked.pop(self._root / kind / version, None)
                return self._opened(kind, version)
        raise NotFound(f"There is no whole {kind} artifact before the current one.", hint="Build one with `shopkeeper train`.")

    def _named(self, kind: ArtifactKind, version: str) -> Artifact:
        if version not in self._version_names(kind):
            known = ", ".join(self._version_names(kind)[:5]) or "none"
            raise NotFound(f"There is no {kind} artifact {version!r}.", field="version", value=version, hint=f"The newest are: {known}.")
        self._checked.pop(self._root / kind / version, None)
        return self._opened(kind, version)


def _artifact(kind: ArtifactKind, folder: Path, manifest: Manifest) -> Artifact:
    return Artifact(kind, manifest.version, folder, manifest.created, manifest.facts)


def _number(version: str) -> int:
    return int(version.partition("-")[0])


def _owner_file(staging: Path) -> Path:
    return staging.with_name(f"{staging.name}.owner")


def _stage(home: Path) -> tuple[Path, int]:
    """A new staging folder and the handle whose lock says that its owner lives; call with the kind's lock held."""
    staging = home / f"{_STAGING}{os.getpid()}-{os.urandom(4).hex()}"
    owner = try_lock(_owner_file(staging))
    assert owner is not None, "the name is new"
    try:
        staging.mkdir()
    except BaseException:
        unlock(owner)
        raise
    return staging, owner


def _sweep(home: Path) -> None:
    """Remove what killed processes left behind; call with the kind's lock held. What a living process owns stays."""
    for entry in list(os.scandir(home)):
        path = Path(entry.path)
        if entry.name.startswith(_TRASH):
            shutil.rmtree(path, ignore_errors=True)
        elif entry.name.startswith(f".{_CURRENT}."):
            path.unlink(missing_ok=True)  # the pointer is only written with the lock held, so its writer is dead
        elif entry.name.startswith(_STAGING):
            _sweep_staging(path if entry.is_dir() else path.with_suffix(""))


def _sweep_staging(staging: Path) -> None:
    owner = try_lock(_owner_file(staging))
    if owner is None:
        return
    shutil.rmtree(staging, ignore_errors=True)
    _owner_file(staging).unlink(missing_ok=True)
    unlock(owner)


@contextlib.contextmanager
def _disk_errors(home: Path) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise _explained(fault, home) from fault


def _explained(fault: Exception, home: Path) -> Exception:
    code = fault.errno if isinstance(fault, OSError) else None
    # a native writer (the text index) reports the system's error only in words
    if code in _FULL or "No space left on device" in str(fault):
        return Unavailable(f"No room for the artifact in {home}: {fault}.", hint="Free some space; the old version serves on.")
    if code in (errno.EACCES, errno.EPERM, errno.EROFS):
        return Unavailable(f"The folder {home} cannot be written: {fault}.", hint="Check that this user may write there.")
    return fault
