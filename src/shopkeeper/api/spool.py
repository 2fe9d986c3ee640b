"""Accepted work on disk: what a 202 promised survives a crash at any moment.

    spool/<task id>/about.json   kind, source, options
                    body…        the bytes as they were sent
                    mark.json    how far the work is, and how often it was begun
                    rejects.jsonl   what did not land, so far

An entry is written under another name, synced, and renamed: it is there whole or not at all. Task ids sort by time, and behind those that wait
already whatever the clock says, so entries run in the order of their acceptance. One process works the spool, whoever holds the lock; if that one
dies the kernel frees the lock and another takes over.
"""

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

import orjson

from shopkeeper.domain.ids import TaskId
from shopkeeper.errors import Unavailable
from shopkeeper.kit.durable_files import fsync_folder, replace_file
from shopkeeper.kit.file_lock import try_lock

_LOCK: Final = "lock"
_LEFT_BEHIND_S: Final = 3600


@dataclass(frozen=True, slots=True)
class Entry:
    """A piece of accepted work. `body` is the file that was sent; its suffix is kept, because the format may show in it."""

    id: TaskId
    kind: str
    source: str
    options: Mapping[str, str]
    body: Path

    @property
    def folder(self) -> Path:
        """The entry's own folder."""
        return self.body.parent


@dataclass(frozen=True, slots=True)
class Mark:
    """How many operations of an entry have landed, with their counts and the length of their reject file; and how often work was begun."""

    done: int = 0
    begun: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    rejects_bytes: int = 0


class Spool:
    """The accepted work of one shop."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def accept(
        self,
        kind: str,
        source: str,
        write: Callable[[BinaryIO], object],
        *,
        task: TaskId,
        promise: Callable[[], object],
        suffix: str = "",
        options: Mapping[str, str] | None = None,
    ) -> Entry:
        """Return once what `write` writes is safely on disk as an entry's body. `Unavailable` if the disk is full.

        `promise` is called when all is written but nobody can see it yet: what it records is there before the work may begin.
        """
        staged = self._folder / f".{task}"
        try:
            staged.mkdir(parents=True)
            with (staged / f"body{suffix}").open("xb") as out:
                write(out)
                out.flush()
                os.fsync(out.fileno())
            about = {"kind": kind, "source": source, "options": dict(options or {}), "body": f"body{suffix}"}
            replace_file(staged / "about.json", orjson.dumps(about))
            promise()
            staged.rename(self._folder / task)
            fsync_folder(self._folder)
        except OSError as error:
            shutil.rmtree(staged, ignore_errors=True)
            raise Unavailable(f"cannot keep the request on disk: {error.strerror}", hint="Free some space and send it again.") from error
        except BaseException:
            shutil.rmtree(staged, ignore_errors=True)
            raise
        return Entry(task, kind, source, options or {}, self._folder / task / f"body{suffix}")

    def waiting(self) -> list[Entry]:
        """The entries that are not done, oldest first."""
        found = []
        for folder in sorted(self._folder.glob("[0-9]*")):
            with contextlib.suppress(OSError, orjson.JSONDecodeError, KeyError):
                about = orjson.loads((folder / "about.json").read_bytes())
                found.append(Entry(TaskId(folder.name), about["kind"], about["source"], about["options"], folder / about["body"]))
        return found

    def mark(self, entry: Entry) -> Mark:
        """How far the entry is."""
        try:
            return Mark(**orjson.loads((entry.folder / "mark.json").read_bytes()))
        except (OSError, orjson.JSONDecodeError, TypeError):
            return Mark()

    def set_mark(self, entry: Entry, mark: Mark) -> None:
        """Note how far the entry is; after a crash the work goes on from here."""
        replace_file(entry.folder / "mark.json", orjson.dumps(asdict(mark)))

    def remove(self, entry: Entry) -> None:
        """Forget a finished (or never promised) entry."""
        gone = self._folder / f".gone-{entry.id}"
        with contextlib.suppress(FileNotFoundError):
            entry.folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)

    def try_claim(self) -> int | None:
        """Become the process that works this spool: a handle to hold (closing it lets go), or None if another process is."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return try_lock(self._folder / _LOCK)

    def sweep(self) -> None:
        """Remove what crashes left half-written: whatever no worker can still be writing to after an hour."""
        for leftover in self._folder.glob(".*"):
            with contextlib.suppress(OSError):
                if leftover.is_dir() and time.time() - leftover.stat().st_mtime > _LEFT_BEHIND_S:
                    shutil.rmtree(leftover, ignore_errors=True)
