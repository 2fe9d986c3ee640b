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


def try_lock(path: Path, *, shared: bool = False) -> int | None:
    """Return an open handle that holds the lock on `path`, or None if someone else holds it. Closing the handle lets go."""
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
    return handle


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
        os.close(handle)
