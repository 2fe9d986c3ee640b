"""Who is signed in at one shop: sessions that the server keeps, so that signing out, from here or everywhere, ends them for good.

The cookie holds a random token; the database holds its SHA-256. A session ends after `IDLE` without a request, and after `LASTS` in any case.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from shopkeeper.domain.account import Session, Subject
from shopkeeper.errors import Unavailable
from shopkeeper.ports.stores import AccountStore

LASTS: Final = timedelta(hours=12)
"""A long working day; then one signs in again."""

IDLE: Final = timedelta(hours=1)
_TOUCH_EVERY: Final = timedelta(minutes=1)
"""A session is written at most this often: a request a second must not be a write a second."""


def session_id(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


class SessionService:
    """The sessions of one shop. Safe to call from many threads."""

    def __init__(self, accounts: AccountStore, *, clock: Callable[[], datetime]) -> None:
        self._accounts = accounts
        self._clock = clock

    def begin(self, subject: Subject, subject_id: str, *, address: str = "") -> str:
        """Open a session under a token that was never seen before, and sweep out those that are over; returns the token."""
        now = self._clock()
        self._accounts.close_sessions(seen_before=now - IDLE)
        token = secrets.token_urlsafe(32)
        self._accounts.open_session(Session(session_id(token), subject, subject_id, now, now, address))
        return token

    def find(self, token: str) -> Session | None:
        """The session of `token` if it is neither over nor idle for too long; it counts as used now."""
        session = self._accounts.session(session_id(token)) if token else None
        if session is None:
            return None
        now = self._clock()
        if now - session.created >= LASTS or now - session.seen >= IDLE:
            return None
        if now - session.seen < _TOUCH_EVERY:
            return session
        try:
            self._accounts.touch_session(session.id, now)
        except Unavailable:  # a database that is busy writing must not lock the reader out
            return session
        return replace(session, seen=now)

    def end(self, session: Session) -> None:
        """End this session."""
        self._accounts.close_sessions(session_id=session.id)

    def end_all(self, subject_id: str) -> int:
        """End every session of an account or key; returns how many."""
        return self._accounts.close_sessions(subject_id=subject_id)
