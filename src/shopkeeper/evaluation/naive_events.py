"""The peer of `bench events`: one table, one transaction and one fsync per event, as a plain handler would. No gate, no keys, no sealing."""

import os
import sqlite3
import threading
from pathlib import Path

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def serve(folder: Path, port: int) -> None:
    """Answer `POST /v1/events` until the process is ended."""
    connection = sqlite3.connect(folder / "naive.db", isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE events (id TEXT PRIMARY KEY, document BLOB)")
    turn = threading.Lock()

    def keep(events: list[dict[str, object]]) -> None:
        for event in events:
            with turn:
                connection.execute("INSERT OR IGNORE INTO events VALUES (?, ?)", (event["event_id"], orjson.dumps(event)))

    async def post(request: Request) -> Response:
        document = orjson.loads(await request.body())
        await run_in_threadpool(keep, document.get("events", [document]))
        return Response(b'{"accepted":1}', status_code=202, media_type="application/json")

    async def health(_: Request) -> Response:
        return Response(str(os.getpid()))

    app = Starlette(routes=[Route("/v1/events", post, methods=["POST"]), Route("/health", health)])
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", access_log=False)
