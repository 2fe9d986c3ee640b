"""Whose request this is: the visitor or user that it names, as far as the key may name them."""

from typing import Annotated, Final, Literal, cast

from fastapi import Path
from pydantic import Field
from starlette.requests import Request

from shopkeeper.api.caller import Caller
from shopkeeper.domain.shopper import Identity, IdentityKind
from shopkeeper.errors import Refused
from shopkeeper.online.showing import Origin, Showing

VisitorId = Annotated[
    str | None,
    Field(default=None, min_length=1, max_length=200, description="The visitor's id; the list is theirs if they agreed to personalisation."),
]
UserId = Annotated[
    str | None,
    Field(default=None, min_length=1, max_length=200, description="The signed-in user's id. Needs a secret key: anybody could name another's."),
]
Kind = Annotated[Literal["visitor", "user"], Path(description="`visitor`: an id in one browser; `user`: an id in the shop's accounts.")]
_HINT: Final = "Ask from your server with a secret key, or send visitor_id."


def shopper_of(caller: Caller, *, visitor_id: str | None, user_id: str | None) -> Identity | None:
    """The user where one is named, else the visitor, else None. `Refused` for a user that a public key names."""
    if user_id is not None:
        if not caller.key.allows("secret"):
            raise Refused("user_id needs a secret key: a public one could name anybody.", field="user_id", hint=_HINT)
        return Identity("user", user_id)
    return None if visitor_id is None else Identity("visitor", visitor_id)


def showing_of(request: Request, caller: Caller, *, visitor_id: str | None, user_id: str | None, origin: Origin = "api") -> Showing:
    """The request as lists are asked for. A secret key is a server's: its User-Agent says nothing of the shopper."""
    agent = "" if caller.key.allows("secret") else request.headers.get("user-agent", "")
    return caller.shop.online.showing(shopper_of(caller, visitor_id=visitor_id, user_id=user_id), agent=agent, origin=origin)


def named(kind: str, value: str) -> Identity:
    """The identity that an address names."""
    return Identity(cast(IdentityKind, kind), value)


def own_or_secret(caller: Caller, who: Identity) -> Identity:
    """`who`, if the key may speak for them: a public one for a visitor, whose id nobody else holds."""
    if who.kind == "user" and not caller.key.allows("secret"):
        raise Refused("A user's consent needs a secret key.", field="kind", hint=_HINT)
    return who
