"""One server for a SQLite file: a lock beside it, held as long as the server's first process lives, and naming it.

Worker processes serve under their parent's claim, and hold nothing when it is dead. In PostgreSQL any number of servers may run, so nothing
is claimed there.
"""

import contextlib
import json
import os
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from shopkeeper.adapters.storage.places import Place, SqliteFile, locate
from shopkeeper.domain.ids import ShopId
from shopkeeper.errors import Refused, Unavailable
from shopkeeper.kit.process_lock import process_lock, words_of_owner


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that holds a shop's SQLite file; a figure of 0 = it has not said (yet). `port` 0 = no server but a command such as migrate."""

    pid: int = 0
    port: int = 0
    host: str = ""

    def __str__(self) -> str:
        on = f" on {self.host}" if self.host and self.host != socket.gethostname() else ""
        return (f"pid {self.pid}, port {self.port}" if self.port else f"pid {self.pid}") + on


@contextlib.contextmanager
def claim_server(url: str, shops: Sequence[ShopId], *, port: int) -> Iterator[None]:
    """Within the block this process is the one server of `shops`; `Refused` (409) names pid and port of the server that is there already.

    Take it in the parent process, before workers start. A server that was killed holds nothing.
    """
    with contextlib.ExitStack() as claims:
        for place in sorted((locate(url, shop) for shop in set(shops)), key=str):
            claims.enter_context(_claim(place, Holder(os.getpid(), port, socket.gethostname()), doing="serve"))
        yield


def offline(place: Place, *, doing: str) -> contextlib.AbstractContextManager[None]:
    """Keep servers away from `place` within the block; `Refused` while one runs. Nothing to do in PostgreSQL."""
    return _claim(place, Holder(os.getpid(), 0, socket.gethostname()), doing=doing)


def server_of(url: str, shop: ShopId) -> Holder | None:
    """The server that holds the shop's SQLite file now, or None; None too for PostgreSQL, where nothing is claimed."""
    place = locate(url, shop)
    words = words_of_owner(_lock_file(place)) if isinstance(place, SqliteFile) else None
    return None if words is None else _holder(words)


@contextlib.contextmanager
def _claim(place: Place, holder: Holder, *, doing: str) -> Iterator[None]:
    if not isinstance(place, SqliteFile):
        yield
        return
    path = _lock_file(place)
    words = json.dumps({"pid": holder.pid, "port": holder.port, "host": holder.host}).encode()
    with contextlib.ExitStack() as held:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            mine = held.enter_context(process_lock(path, words))
        except OSError as fault:
            raise Unavailable(f"The lock file {path} cannot be opened: {fault.strerror}.", hint="Check that this user may write there.") from fault
        if not mine:
            other = _holder(words_of_owner(path) or b"")
            told = "Stop it first, or give this one another data folder or PostgreSQL." if other.port else "Wait until it is done."
            what = "A server" if other.port else "A command"
            raise Refused(f"{what} ({other}) already holds the shop {place.shop!r} in {place}; cannot {doing} it.", status=409, hint=told)
        yield


def _lock_file(place: SqliteFile) -> Path:
    return place.path.with_name(f"{place.path.name}.server")


def _holder(words: bytes) -> Holder:
    try:
        said = json.loads(words)
        return Holder(int(said["pid"]), int(said["port"]), str(said["host"]))
    except (ValueError, KeyError, TypeError):  # it has the lock, but has not written its name yet
        return Holder()
