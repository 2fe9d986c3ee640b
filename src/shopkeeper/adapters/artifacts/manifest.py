"""A version's manifest: every file with its size and SHA-256, what went in, when. A folder is whole if and only if it agrees with it."""

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson

from shopkeeper.errors import Broken
from shopkeeper.kit.durable_files import fsync_folder, replace_file

MANIFEST: Final = "manifest.json"
FORMAT: Final = 1
_HINT: Final = "Go back to a whole version with `shopkeeper artifacts rollback`, or build a new one with `shopkeeper train`."


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a version says of itself. `files` are (name with `/`, bytes, SHA-256) in the order of names."""

    kind: str
    version: str
    created: datetime
    facts: Mapping[str, object]
    files: tuple[tuple[str, int, str], ...]


def seal(folder: Path, *, kind: str, version: str, created: datetime, facts: Mapping[str, object]) -> Manifest:
    """Write the manifest of what is in `folder` and return it once all of it is on the disk; an error of the disk is the caller's OSError."""
    files = tuple((name, *_sealed(folder / name)) for name in sorted(_names(folder)))
    manifest = Manifest(kind, version, created, facts, files)
    for parent, _, _ in os.walk(folder, topdown=False):
        fsync_folder(Path(parent))
    replace_file(folder / MANIFEST, _written(manifest))
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """The manifest in `folder`; FileNotFoundError if the folder itself is gone, `Broken` if the manifest is missing or damaged."""
    path = folder / MANIFEST
    try:
        said: dict[str, Any] = orjson.loads(path.read_bytes())
        if said["format"] > FORMAT:
            hint = "Install the newer Shopkeeper, or build it again with `shopkeeper train`."
            raise Broken(f"The artifact {folder.name} is in format {said['format']}; this program reads {FORMAT}.", value=str(path), hint=hint)
        files = tuple((name, entry["bytes"], entry["sha256"]) for name, entry in said["files"].items())
        return Manifest(said["kind"], said["version"], datetime.fromisoformat(said["created"]), said["facts"], files)
    except FileNotFoundError:
        if not folder.exists():
            raise
        raise Broken(f"The artifact {folder.name} has no {MANIFEST}.", value=str(path), hint=_HINT) from None
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise Broken(f"The file {path} is damaged ({fault}).", value=str(path), hint=_HINT) from fault


def check_files(folder: Path, manifest: Manifest, *, fully: bool) -> None:
    """Raise `Broken`, naming the file, unless every file has its size and, if `fully`, its SHA-256. Files beside them (locks) do not matter."""
    for name, size, digest in manifest.files:
        path = folder / name
        try:
            found = path.stat().st_size
            if found != size:
                raise Broken(f"The file {path} has {found} of {size} bytes.", value=str(path), hint=_HINT)
            if fully and _digest(path) != digest:
                raise Broken(f"The file {path} has other contents than its manifest says.", value=str(path), hint=_HINT)
        except FileNotFoundError:
            if not folder.exists():
                raise
            raise Broken(f"The file {path} is missing.", value=str(path), hint=_HINT) from None


def _names(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        if path.is_symlink():
            raise Broken(f"The artifact holds a link, {path.name}, which would point outside it.", value=str(path), hint="Write the file itself.")
        if path.is_file():
            yield path.relative_to(folder).as_posix()


def _sealed(path: Path) -> tuple[int, str]:
    """(bytes, SHA-256) of the file, which is on the disk afterwards."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
        return os.fstat(file.fileno()).st_size, digest


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _written(manifest: Manifest) -> bytes:
    return orjson.dumps(
        {
            "format": FORMAT,
            "kind": manifest.kind,
            "version": manifest.version,
            "created": manifest.created.isoformat(),
            "facts": manifest.facts,
            "files": {name: {"bytes": size, "sha256": digest} for name, size, digest in manifest.files},
        },
        option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY,
    )
