"""Files that are either wholly there after a crash, or not at all."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO


def fsync_file(path: Path) -> None:
    """Return once the bytes of the file `path` are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def fsync_folder(path: Path) -> None:
    """Return once the names in the folder `path` (new, renamed and removed files) are on the disk."""
    fsync_file(path)  # POSIX: a folder is opened and synced as a file is


def replace_file(path: Path, content: bytes) -> None:
    """Write `content` to `path` in one atomic step: a reader, or a crash, sees the old bytes or the new ones, never a part."""
    with written_whole(path) as out:
        out.write(content)


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """A file to write to that appears under `path` when the block ends, synced; if the block raises, what was at `path` before stays."""
    staged = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        with staged.open("xb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        staged.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            staged.unlink()
        raise
    fsync_folder(path.parent)
