"""When a message is tried again: exponential backoff with jitter, up to a day."""

from datetime import datetime, timedelta
from typing import Final

FIRST: Final = timedelta(seconds=5)
FACTOR: Final = 4
LONGEST: Final = timedelta(hours=6)
GIVE_UP_AFTER: Final = timedelta(days=1)
DISABLE_AFTER: Final = timedelta(days=3)
"""An endpoint that took nothing for so long is not tried any more until somebody enables it."""

PAUSE_AFTER: Final = 3
"""Failures in a row within one round after which the others of the endpoint wait too."""

PAUSE: Final = timedelta(minutes=1)


def wait_after(attempts: int, *, dice: float) -> timedelta:
    """How long to wait after that many attempts: 5 s · 4^(n−1), six hours at most, times 0.8 to 1.2 by `dice` (from 0 to 1)."""
    bare = min(FIRST * FACTOR ** min(attempts - 1, 10), LONGEST)
    return bare * (0.8 + 0.4 * dice)


def next_due(said: datetime, now: datetime, attempts: int, *, dice: float, asked: timedelta | None = None) -> datetime | None:
    """When a message of the moment `said` is tried again; None = given up. `asked` is the receiver's Retry-After, followed up to the longest wait.

    The last attempt is never later than a day after the message was due first, so that a receiver knows when nothing more will come.
    """
    wait = wait_after(attempts, dice=dice)
    if asked is not None:
        wait = max(wait, min(asked, LONGEST))
    last = said + GIVE_UP_AFTER
    if now >= last:
        return None
    return min(now + wait, last)
