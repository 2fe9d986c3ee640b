"""The way of a write: read the body, do it once, tell the follower."""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from shopkeeper.api.caller import Caller
from shopkeeper.api.context import context_of
from shopkeeper.api.idempotency import once


async def write(request: Request, caller: Caller, idempotency_key: str | None, work: Callable[[bytes], Response]) -> Response:
    """The reply of `work(body)`, which runs in a thread; after it, search looks for what changed."""
    body = await request.body()
    reply = await run_in_threadpool(once, idempotency_key, caller, request, body, lambda: work(body))
    context_of(request).follower.wake()
    return reply
