"""Passwords: argon2id (RFC 9106) by argon2-cffi, with that document's second recommendation: 64 MiB, 3 passes, 4 lanes."""

import threading
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from shopkeeper.errors import BadInput

SHORTEST: Final = 10
"""NIST SP 800-63B asks for 8 at least; a console that opens orders and shoppers may ask for two more."""

LONGEST: Final = 200
_AT_ONCE: Final = threading.BoundedSemaphore(2)
"""Each takes 64 MiB: a crowd at the door must not take the server's memory."""

_hasher: Final = PasswordHasher()
_NOBODY: Final = "$argon2id$v=19$m=65536,t=3,p=4$B3KXdYcs/msrHbM+xCAgbg$wfNrknMZW+9UhJcSIjYvty9ZddUUkYIMM9RFW1oJWqE"
"""The hash of a word too short to be a password, checked where there is no account: an unknown name takes as long as a wrong password."""


def check_password(password: str) -> str:
    """`password` if it may be one: long enough, not one character over and over, and not longer than is sane to hash."""
    if not SHORTEST <= len(password) <= LONGEST or len(set(password)) < 4:
        hint = f"Use {SHORTEST}–{LONGEST} characters, at least four different ones; three or four words are good."
        raise BadInput("This cannot be a password", field="password", hint=hint)
    return password


def hash_password(password: str) -> str:
    """The argon2id hash of `password`, with its own salt."""
    with _AT_ONCE:
        return _hasher.hash(check_password(password))


def password_matches(password: str, password_hash: str) -> bool:
    """True if `password` has that hash. Takes as long for an empty hash (nobody, or no password yet) as for a real one."""
    with _AT_ONCE:
        try:
            return _hasher.verify(password_hash or _NOBODY, password[: LONGEST + 1]) and bool(password_hash)
        except (VerificationError, InvalidHashError):
            return False
