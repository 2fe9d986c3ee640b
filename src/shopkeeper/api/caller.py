"""Who is calling: the key and its shop, as the door found them, and the scope that a route asks for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final, cast

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPBearer

from shopkeeper.access.keys import not_valid
from shopkeeper.bootstrap import Shop
from shopkeeper.domain.api_key import ApiKey, Scope
from shopkeeper.errors import Refused

# Only for the documentation: the door has read the headers before any route is reached.
BEARER: Final = HTTPBearer(auto_error=False, scheme_name="bearer", description="`Authorization: Bearer sk_<shop>_…`")
HEADER: Final = APIKeyHeader(name="X-API-Key", auto_error=False, scheme_name="header", description="`X-API-Key: sk_<shop>_…`")


@dataclass(frozen=True, slots=True)
class Caller:
    """A checked key and the shop that it belongs to."""

    shop: Shop
    key: ApiKey


def caller_of(scope_state: dict[str, Any]) -> Caller | None:
    """The caller that the door let in, or None where no key was asked for."""
    return cast(Caller | None, scope_state.get("caller"))


def require_caller(request: Request, wanted: Scope) -> Caller:
    """The caller of `request`, if its key's scope includes `wanted`; `Refused` (401, 403) otherwise."""
    found = caller_of(request.scope.get("state", {}))
    if found is None:
        raise not_valid()
    if not found.key.allows(wanted):
        raise Refused(f"This key's scope is {found.key.scope}; this needs {wanted}.", hint="Use a key of that scope; see `shopkeeper keys add`.")
    return found


def _require(wanted: Scope) -> Callable[..., Any]:
    # `async` so that it runs where it is: a plain function would take a trip through the thread pool
    async def caller(request: Request, _bearer: object = Security(BEARER), _header: object = Security(HEADER)) -> Caller:
        return require_caller(request, wanted)

    return caller


Reader = Annotated[Caller, Depends(_require("public"))]
Writer = Annotated[Caller, Depends(_require("secret"))]
Admin = Annotated[Caller, Depends(_require("admin"))]
