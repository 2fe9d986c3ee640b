"""Advisory locks between processes on one machine, on a file of their own.

The kernel drops a lock with the process that holds it, however it ends, so no lock is ever stale. The file itself stays: to remove it would let
two processes hold locks on two files of one name.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

_PAUSE_S = 0.02
_held: dict[int, tuple[int, int]] = {}  # handle: device and inode of the file that it was opened on


def try_lock(path: Path, *, shared: bool = False) -> int | None:
    """Return an open handle that holds the lock on `path`, or None if someone else holds it. `unlock` lets go."""
    # not inherited by programs that we start (PEP 446), so that a child never outlives us as the holder
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    except BaseException:
        os.close(handle)
        raise
    _held[handle] = _file_of(handle)
    return handle


def unlock(handle: int) -> None:
    """Let go of the lock that `try_lock` gave."""
    _held.pop(handle, None)
    os.close(handle)


@contextlib.contextmanager
def file_lock(path: Path, *, shared: bool = False, timeout_s: float) -> Iterator[None]:
    """Hold the lock on `path` within the block; raises TimeoutError if it is not to be had within `timeout_s` seconds."""
    deadline = time.monotonic() + timeout_s
    while (handle := try_lock(path, shared=shared)) is None:
        if time.monotonic() >= deadline:
            raise TimeoutError(f"another process has held {path.name} for {timeout_s:g} seconds")
        time.sleep(_PAUSE_S)
    try:
        yield
    finally:
        unlock(handle)


def _file_of(handle: int) -> tuple[int, int]:
    about = os.fstat(handle)
    return about.st_dev, about.st_ino


def _forget_in_child() -> None:
    """A forked child (a process pool's worker) shares our handles: it must not go on holding the locks when we are dead."""
    for handle, file in _held.items():
        with contextlib.suppress(OSError):
            if _file_of(handle) == file:  # else it was closed in another way, and the number is someone else's now
                os.close(handle)
    _held.clear()


os.register_at_fork(after_in_child=_forget_in_child)
