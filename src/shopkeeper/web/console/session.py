"""Who is signed in: a cookie that the server signed, holding no secret, and the token that each form of that session carries.

Signatures are HMAC-SHA-256 (RFC 2104) under the installation's own secret, each for one purpose, so that none can stand in for another.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shopkeeper.domain.ids import KeyId, ShopId

SESSION_COOKIE: Final = "console_session"
DOOR_COOKIE: Final = "console_door"
"""Ties the sign-in form to the browser that it was sent to, before there is a session."""

LASTS: Final = timedelta(hours=8)
"""A working day; then the key has to be shown again."""


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in merchant: the shop and the key that opened it, until when. The key is looked up again with every request."""

    shop: ShopId
    key_id: KeyId
    nonce: str
    expires: int

    @classmethod
    def begin(cls, shop: ShopId, key_id: KeyId, now: datetime) -> "Session":
        """A new session from `now` on."""
        return cls(shop, key_id, secrets.token_urlsafe(16), int((now + LASTS).timestamp()))


def write_session(session: Session, secret: bytes) -> str:
    """The cookie's value: what the session says, and its signature."""
    said = _encoded(json.dumps([session.shop, session.key_id, session.nonce, session.expires]).encode())
    return f"{said}.{signature(secret, 'session', said)}"


def read_session(cookie: str, secret: bytes, now: datetime) -> Session | None:
    """The session that the cookie holds; None where it was not signed by this installation or is over."""
    said, _, signed = cookie.partition(".")
    if not hmac.compare_digest(signature(secret, "session", said).encode(), signed.encode()):
        return None
    try:
        shop, key_id, nonce, expires = json.loads(base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)))
    except (binascii.Error, ValueError, TypeError):
        return None
    return Session(ShopId(shop), KeyId(key_id), nonce, expires) if now.timestamp() < expires else None


def form_token(secret: bytes, nonce: str) -> str:
    """What each form of the session (or of the door) carries, so that another site cannot send it."""
    return signature(secret, "form", nonce)


def token_holds(secret: bytes, nonce: str, token: str) -> bool:
    """True if `token` is the form token of `nonce`."""
    return bool(nonce) and hmac.compare_digest(form_token(secret, nonce).encode(), token.encode())


def signature(secret: bytes, purpose: str, text: str) -> str:
    """The signature of `text` for one purpose."""
    return _encoded(hmac.new(secret, f"{purpose}\0{text}".encode(), hashlib.sha256).digest())


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
