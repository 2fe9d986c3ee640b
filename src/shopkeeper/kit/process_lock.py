"""A lock on a file that belongs to one process and to none of its children, whenever they were made.

The lock of `file_lock` goes with the open file, which a forked child shares until it runs; a child that was being made at the moment in which its
parent was killed would hold it on. POSIX record locks (fcntl F_SETLK) belong to the process instead: the kernel drops them with it, at once.

They have one trap: a process that closes *any* handle on the file loses its lock. So the file is opened here alone, and what is written in it
is read and written here too.
"""

import contextlib
import errno
import fcntl
import os
import threading
from collections.abc import Iterator
from pathlib import Path

_REFUSED = (errno.EACCES, errno.EAGAIN)  # POSIX leaves open which
_guard = threading.Lock()
_owned: dict[tuple[int, int], int] = {}  # device and inode of each file that this process has locked, with the handle on it


@contextlib.contextmanager
def process_lock(path: Path, words: bytes) -> Iterator[bool]:
    """Within the block this process, if True comes, owns `path`, in which `words` stand; False = another one does, or another part of this one."""
    handle = _take(path, words)
    try:
        yield handle is not None
    finally:
        if handle is not None:
            _release(handle)


def words_of_owner(path: Path) -> bytes | None:
    """What the process that owns `path` has written there (nothing yet, perhaps); None = nobody owns it."""
    with _guard:
        if (own := _own_handle(path)) is not None:
            return _read(own)
        try:
            handle = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            return None
        try:
            return None if _locked(handle, fcntl.LOCK_SH) else _read(handle)
        finally:
            os.close(handle)


def _take(path: Path, words: bytes) -> int | None:
    with _guard:
        if _own_handle(path) is not None:
            return None
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        taken = False
        try:
            if not _locked(handle, fcntl.LOCK_EX):
                return None
            os.ftruncate(handle, 0)
            os.pwrite(handle, words, 0)
            _owned[_file_of(os.fstat(handle))] = handle
            taken = True
            return handle
        finally:
            if not taken:
                os.close(handle)


def _release(handle: int) -> None:
    with _guard:
        if _owned.pop(_file_of(os.fstat(handle)), None) is None:
            return  # this is a child, which has nothing to release
        with contextlib.suppress(OSError):
            os.ftruncate(handle, 0)
        os.close(handle)


def _locked(handle: int, kind: int) -> bool:
    """True if the lock was to be had; closing the handle lets go of it."""
    try:
        fcntl.lockf(handle, kind | fcntl.LOCK_NB)
    except OSError as fault:
        if fault.errno in _REFUSED:
            return False
        raise
    return True


def _own_handle(path: Path) -> int | None:
    try:
        return _owned.get(_file_of(path.stat()))
    except FileNotFoundError:
        return None


def _file_of(about: os.stat_result) -> tuple[int, int]:
    return about.st_dev, about.st_ino


def _read(handle: int) -> bytes:
    return os.pread(handle, os.fstat(handle).st_size, 0)


def _forget_in_child() -> None:
    """A forked child owns nothing. It keeps the handles open: to close them would be right, and gain nothing."""
    global _guard  # noqa: PLW0603 - another thread of the parent may hold it, and is not here to let go
    _guard = threading.Lock()
    _owned.clear()


os.register_at_fork(after_in_child=_forget_in_child)
