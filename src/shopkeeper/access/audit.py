"""Writing down who changed what: the one function that the console, the admin API and the command line call."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shopkeeper.domain.audit import AuditEntry, AuditQuery, Change
from shopkeeper.ports.stores import AuditStore

MAX_TEXT: Final = 300
_SECRET: Final = ("password", "secret", "token", "code", "hash")
HIDDEN: Final = "•••"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, through which request, from where."""

    who: str
    request_id: str = ""
    address: str = ""


COMMAND_LINE: Final = Actor("command line")


class AuditLog:
    """The log of one shop. Entries are kept for as long as `keep_days` says at the moment of looking."""

    def __init__(self, store: AuditStore, *, clock: Callable[[], datetime], keep_days: Callable[[], int]) -> None:
        self._store = store
        self._clock = clock
        self._keep_days = keep_days

    def record(
        self, actor: Actor, what: str, target: str = "", *, before: Mapping[str, object] | None = None, after: Mapping[str, object] | None = None
    ) -> AuditEntry:
        """Append that `actor` did `what` to `target`: of `before` and `after`, what differs is kept, long texts cut, secrets never."""
        now = self._clock()
        entry = AuditEntry(
            id=f"{now:%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}",
            at=now,
            who=actor.who,
            what=what,
            target=_cut(target),
            changes=changes_of(before or {}, after or {}),
            request_id=actor.request_id,
            address=actor.address,
        )
        self._store.add(entry)
        return entry

    def find(self, query: AuditQuery) -> list[AuditEntry]:
        """The entries that `query` asks for, newest first."""
        return self._store.find(query)

    def forget_old(self) -> int:
        """Remove what is older than is kept; returns how many entries that were."""
        return self._store.forget(self._clock() - timedelta(days=self._keep_days()))


def changes_of(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[Change, ...]:
    """What differs between the two, by name; a secret is only said to have changed."""
    names = [name for name in dict.fromkeys((*before, *after)) if before.get(name) != after.get(name)]
    return tuple(Change(name, *(_shown(name, side.get(name)) for side in (before, after))) for name in names)


def _shown(name: str, value: object) -> str:
    if value is None or value == "":
        return ""
    return HIDDEN if any(word in name.lower() for word in _SECRET) else _cut(str(value))


def _cut(text: str) -> str:
    plain = "".join(one if one.isprintable() else " " for one in text)
    return plain if len(plain) <= MAX_TEXT else f"{plain[: MAX_TEXT - 1]}…"
