"""Idempotency-Key: a write that is sent again with the same key gets the first reply again, for 24 hours, and is not done twice.

Follows draft-ietf-httpapi-idempotency-key-header: the same key with another request is 422, with the first still under way 409. Replies lie in
one small file each, in the shop's folder, so that they outlive the process and are shared by the workers of a machine.
"""

import base64
import contextlib
import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

import orjson
from fastapi import Header
from starlette.requests import Request
from starlette.responses import Response

from shopkeeper.api.caller import Caller
from shopkeeper.errors import BadInput, Refused, Unavailable
from shopkeeper.kit.file_lock import try_lock

KEPT_S: Final = 24 * 3600
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="Makes it safe to send a write again: for 24 hours the same key gets the first reply, marked `Idempotent-Replayed: true`.",
    ),
]


def once(key: str | None, caller: Caller, request: Request, body: bytes, work: Callable[[], Response]) -> Response:
    """The reply of `work()`, or the reply that was kept when the same request came with the same key. Blocks: run it in a thread.

    Only a success is kept: after an error the same key may try again.
    """
    if key is None:
        return work()
    folder = replies_folder(caller.shop.folder)
    name = hashlib.sha256(f"{caller.key.id}\n{key}".encode("utf-8", "surrogatepass")).hexdigest()
    asked = hashlib.sha256(b"\n".join([request.method.encode(), request.url.path.encode(), request.url.query.encode(), body])).hexdigest()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = try_lock(folder / name)
    except OSError as error:
        raise Unavailable(f"cannot keep the reply for the Idempotency-Key: {error.strerror}") from error
    if handle is None:
        raise Refused("A request with this Idempotency-Key is still under way.", status=409, field="Idempotency-Key", retry_after_s=1)
    try:
        kept = _read(handle)
        if kept is not None and time.time() - kept["at"] < KEPT_S:
            if kept["asked"] != asked:
                raise BadInput("was used for another request", field="Idempotency-Key", value=key[:80], hint="Use a new key for each write.")
            headers = kept["headers"] | {"Idempotent-Replayed": "true"}
            return Response(base64.b64decode(kept["body"]), kept["status"], headers, media_type=kept["media_type"])
        reply = work()
        if reply.status_code < 300:
            _write(handle, asked, reply)
        return reply
    finally:
        os.close(handle)


def replies_folder(shop_folder: Path) -> Path:
    """Where a shop's replies are kept."""
    return shop_folder / "replies"


def forget_old_replies(shop_folder: Path) -> None:
    """Remove replies that are older than `KEPT_S`; one that is in use is left for the next time."""
    folder = replies_folder(shop_folder)
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > KEPT_S and (handle := try_lock(path)) is not None:
                try:
                    path.unlink()
                finally:
                    os.close(handle)


def _read(handle: int) -> dict | None:
    """The kept reply; None where there is none, or only a part (the process died while it wrote)."""
    try:
        return orjson.loads(os.pread(handle, os.fstat(handle).st_size, 0))
    except orjson.JSONDecodeError:
        return None


def _write(handle: int, asked: str, reply: Response) -> None:
    headers = {name: reply.headers[name] for name in ("location",) if name in reply.headers}
    kept = {
        "at": time.time(),
        "asked": asked,
        "status": reply.status_code,
        "headers": headers,
        "media_type": reply.media_type,
        "body": base64.b64encode(bytes(reply.body)).decode(),
    }
    # The write itself has landed: that its reply cannot be kept (a full disk) must not turn it into an error.
    with contextlib.suppress(OSError):
        os.ftruncate(handle, 0)
        os.pwrite(handle, orjson.dumps(kept), 0)
        os.fsync(handle)
