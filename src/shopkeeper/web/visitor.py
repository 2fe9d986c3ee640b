"""The visitor: a random id in a first-party cookie, which ties cart, orders and forms to one browser. It says nothing of who somebody is.

The cookie is set with the first page that has a form which needs it, not before; whoever deletes it is somebody new.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from shopkeeper.domain.shopper import Identity
from shopkeeper.errors import Refused

VISITOR_COOKIE: Final = "visitor"
YEAR_S: Final = 60 * 60 * 24 * 365
_ID: Final = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True, slots=True)
class Visitor:
    """One browser. `fresh`: it has no cookie yet."""

    id: str
    fresh: bool
    secure: bool

    @property
    def identity(self) -> Identity:
        """The visitor as carts, orders and events know it."""
        return Identity("visitor", self.id)

    def keep(self, response: Response) -> None:
        """Set the cookie, if the browser has none yet."""
        if self.fresh:
            response.set_cookie(VISITOR_COOKIE, self.id, max_age=YEAR_S, path="/", httponly=True, samesite="lax", secure=self.secure)

    def form_token(self, secret: bytes) -> str:
        """What each form carries, so that another site cannot send it in this visitor's name."""
        digest = hmac.new(secret, f"visitor form\0{self.id}".encode(), hashlib.sha256).hexdigest()
        return digest[:43]

    def check_form(self, secret: bytes, token: str) -> None:
        """Raise unless `token` is this visitor's."""
        if self.fresh or not hmac.compare_digest(self.form_token(secret).encode(), token.encode()):
            raise Refused("The form does not belong to this browser.", field="form_token", hint="Load the page again and send it once more.")


def visitor_of(request: Request) -> Visitor:
    """The request's visitor, by its cookie; a new one where there is none, or none of ours."""
    kept = request.cookies.get(VISITOR_COOKIE, "")
    known = bool(_ID.fullmatch(kept))
    return Visitor(kept if known else secrets.token_urlsafe(16), not known, request.url.scheme == "https")
