"""`bench events`: events that a real server acknowledges a second over 32 keep-alive connections, one worker, SQLite, durable before each 202.

Slices: `single` (one event a request) and `batch-100`. Metrics: `events_per_second`, `p50_ms`, `p95_ms` of a request, `server_cpu_seconds` a second,
`refused`. The peer is a handler that gives every event a transaction of its own. Needs no data set. The load runs in a process of its own.
"""

import multiprocessing
import os
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPException
from pathlib import Path
from typing import Final

import numpy as np

from shopkeeper.errors import Broken
from shopkeeper.evaluation import naive_events
from shopkeeper.evaluation.events_load import Answers, post_events
from shopkeeper.evaluation.processes import in_new_process
from shopkeeper.evaluation.report import BenchOutcome, BenchRequest, Role, Row
from shopkeeper.evaluation.served import connected, make_shop, public_key, start

CONNECTIONS: Final = 32
SECONDS: Final = 10.0
WARM_UP_S: Final = 2.0
BATCH: Final = 100


def run(request: BenchRequest, *, seconds: float = SECONDS) -> BenchOutcome:
    """Ours, and the naive peer in the same run."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="shopkeeper-events-") as folder:
        make_shop(Path(folder))
        key = public_key(Path(folder), per_minute=1_000_000)
        server, port, _ = start(Path(folder))
        try:
            rows += _measure("shopkeeper", "ours", server.pid, port, key, seconds)
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait()
    if request.peers:
        with tempfile.TemporaryDirectory(prefix="shopkeeper-events-") as folder, _naive(Path(folder)) as (pid, port):
            rows += _measure("one transaction per event", "peer", pid, port, "none", seconds)
    notes = [f"{CONNECTIONS} connections, one server process; the peer neither asks for consent nor seals what it keeps."]
    return BenchOutcome("shopkeeper", rows, notes)


def _measure(system: str, role: Role, pid: int, port: int, key: str, seconds: float) -> Iterator[Row]:
    for name, batch in (("single", 1), (f"batch-{BATCH}", BATCH)):
        before = _cpu_seconds(pid)
        answers: Answers = in_new_process(_load, port, key, batch, seconds)
        cpu = _cpu_seconds(pid) - before
        milliseconds = np.array(answers.latencies) * 1e3
        p50, p95 = np.percentile(milliseconds, (50, 95)) if len(milliseconds) else (0.0, 0.0)
        metrics = {
            "events_per_second": len(milliseconds) * batch / answers.seconds,
            "p50_ms": float(p50),
            "p95_ms": float(p95),
            "server_cpu_seconds": cpu / (answers.seconds + WARM_UP_S),
            "refused": float(answers.refused),
        }
        yield Row(system, role, "synthetic", name, len(milliseconds), metrics)


def _load(port: int, key: str, batch: int, seconds: float) -> Answers:
    return post_events(port, key, connections=CONNECTIONS, batch=batch, seconds=seconds, warm_up=WARM_UP_S)


def _cpu_seconds(pid: int) -> float:
    """What the process has used so far, in user and system mode (`/proc/PID/stat`, fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _naive(folder: Path) -> Iterator[tuple[int, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    serve: Callable[[Path, int], None] = naive_events.serve
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(folder, port))
    process.start()
    try:
        for _ in range(300):
            with suppress(OSError, HTTPException), connected(port, timeout=1) as http:
                http.request("GET", "/health")
                yield int(http.getresponse().read()), port
                return
            time.sleep(0.05)
        raise Broken("the peer's server did not start")
    finally:
        process.terminate()
        process.join()
