"""Signed texts that run out: what a link or a cookie says, so that only a holder of the secret can have written it.

HMAC-SHA-256 (RFC 2104) over purpose and text, so that what was signed for one purpose never stands in for another.
"""

import base64
import binascii
import hashlib
import hmac
from datetime import datetime
from typing import Any

import orjson


def sign(secret: bytes, purpose: str, said: list[str | int], *, until: datetime) -> str:
    """`said` and its end as a text for a link or a cookie, with its signature."""
    text = _encoded(orjson.dumps([int(until.timestamp()), *said]))
    return f"{text}.{_signature(secret, purpose, text)}"


def read_signed(secret: bytes, purpose: str, token: str, *, now: datetime) -> list[Any] | None:
    """What was signed; None where this secret did not sign it for `purpose`, or its time is over."""
    text, _, signature = token.partition(".")
    if not hmac.compare_digest(_signature(secret, purpose, text).encode(), signature.encode()):
        return None
    try:
        until, *said = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError, TypeError):
        return None
    return said if now.timestamp() < until else None


def _signature(secret: bytes, purpose: str, text: str) -> str:
    return _encoded(hmac.new(secret, f"{purpose}\0{text}".encode(), hashlib.sha256).digest())


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
