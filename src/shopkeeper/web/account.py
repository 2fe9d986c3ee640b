"""Signed in to the shop: a signed cookie that names the user, from a signed link that the shop's own backend had made.

The cookie holds the user's number as well: after an erasure the same user id is somebody new, and an old cookie opens nothing of theirs.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from starlette.requests import Request
from starlette.responses import Response

from shopkeeper.domain.shopper import Identity
from shopkeeper.errors import BadInput
from shopkeeper.privacy.signing import read_signed, sign

if TYPE_CHECKING:
    from shopkeeper.bootstrap import Shop

LASTS: Final = timedelta(days=30)
SIGN_IN: Final = "shopper sign-in"
SESSION: Final = "shopper session"


def account_cookie(shop: "Shop") -> str:
    """The name of the cookie that says who is signed in to `shop`."""
    return f"account_{shop.id}"


def signed_in(request: Request, shop: "Shop", secret: bytes, now: datetime) -> Identity | None:
    """The user of the request's cookie; None where nobody is signed in, the time is over, or the user was erased since."""
    cookie = request.cookies.get(account_cookie(shop), "")
    said = read_signed(secret, SESSION, cookie, now=now) if cookie else None
    if said is None or said[0] != shop.id:
        return None
    who = Identity("user", said[1])
    return who if shop.events.find(who) == said[2] else None


def keep_signed_in(response: Response, request: Request, shop: "Shop", user: Identity, secret: bytes, now: datetime) -> None:
    """Set the cookie of `user`, whom the shop knows."""
    number = shop.events.numbers([user])[user]
    value = sign(secret, SESSION, [shop.id, user.value, number], until=now + LASTS)
    secure = request.url.scheme == "https"
    response.set_cookie(account_cookie(shop), value, max_age=int(LASTS.total_seconds()), path="/", httponly=True, samesite="lax", secure=secure)


def user_of_link(token: str, shop: "Shop", secret: bytes, now: datetime) -> Identity | None:
    """The user whom a sign-in link names; None for one that was not made here, for another shop, or is too old."""
    said = read_signed(secret, SIGN_IN, token, now=now)
    if said is None or said[0] != shop.id:
        return None
    try:
        return Identity("user", said[1])
    except BadInput:
        return None
