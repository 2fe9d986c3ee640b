"""Writing down what an admin's key changed: by the same log as the console's."""

from collections.abc import Mapping

from starlette.requests import Request

from shopkeeper.access.audit import Actor
from shopkeeper.api.caller import Caller


def record(
    request: Request,
    caller: Caller,
    what: str,
    target: str = "",
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    """Append that the caller's key did `what` to `target`; see `access.audit`."""
    address = request.client.host if request.client is not None else "unknown"
    actor = Actor(f"key {caller.key.id}", str(request.scope.get("state", {}).get("request_id", "")), address)
    caller.shop.audit.record(actor, what, target, before=before, after=after)
