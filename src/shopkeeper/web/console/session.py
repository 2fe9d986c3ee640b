"""The console's cookies, and the token that each form carries.

The session's cookie holds the shop and a random token; what it opens, `access.sessions` knows. Form tokens are HMAC-SHA-256 (RFC 2104) under the
installation's own secret, each for one session (or one browser at the door), so that another site cannot send a form.
"""

import base64
import hashlib
import hmac
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

SESSION_COOKIE: Final = "console_session"
DOOR_COOKIE: Final = "console_door"
"""Ties the forms at the door to the browser that they were sent to, before there is a session."""

MARKET_COOKIE: Final = "console_market"


def read_session(cookie: str) -> tuple[str, str]:
    """(shop, token) of the session's cookie; nothing that is in it is to be believed."""
    shop, _, token = cookie.partition(".")
    return shop, token


def set_cookie(answer: Response, request: Request, name: str, value: str, *, max_age: int) -> None:
    """Set a cookie of the console: out of reach of scripts and of other sites' forms, and over https only where we are on https."""
    answer.set_cookie(name, value, max_age=max_age, path=_path(request), httponly=True, samesite="lax", secure=request.url.scheme == "https")


def drop_cookie(answer: Response, request: Request, name: str) -> None:
    """Have the browser forget a cookie of the console."""
    answer.delete_cookie(name, path=_path(request))


def _path(request: Request) -> str:
    return str(request.scope.get("app_root_path", "")) + "/console"


def form_token(secret: bytes, nonce: str) -> str:
    """What each form of the session (or of the door) carries, so that another site cannot send it."""
    signed = hmac.new(secret, f"form\0{nonce}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(signed).rstrip(b"=").decode()


def token_holds(secret: bytes, nonce: str, token: str) -> bool:
    """True if `token` is the form token of `nonce`."""
    return bool(nonce) and hmac.compare_digest(form_token(secret, nonce).encode(), token.encode())
