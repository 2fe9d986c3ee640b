"""AuditEntry: one change that somebody made, as it stands in the log: who, what, to which thing, from what to what."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that was `before` and is `after`, both as text; empty = there was nothing."""

    name: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A change. `id` sorts by time; `who` is an account's name, `key <id>` or `command line`; `what` a verb such as `settings.change`."""

    id: str
    at: datetime
    who: str
    what: str
    target: str = ""
    changes: tuple[Change, ...] = ()
    request_id: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which entries are wanted: those of `who` and `what` (empty = any) from `since` on and before `until`, older than the entry `after` (a page)."""

    who: str = ""
    what: str = ""
    since: datetime | None = None
    until: datetime | None = None
    after: str = ""
    limit: int = 100
