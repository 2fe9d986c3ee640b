"""A real installation behind a real server, as a shop runs it: what benches that measure or kill the whole start and talk to."""

import http.client
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from shopkeeper.errors import Broken

START_LIMIT_S = 60.0
_KEY = re.compile(r"sk_[A-Za-z0-9_\-]+")


def command(folder: Path, *arguments: str) -> list[str]:
    """The command line of `shopkeeper` for the installation in `folder`."""
    return [sys.executable, "-m", "shopkeeper", "--config", str(folder / "shopkeeper.toml"), *arguments]


def make_shop(folder: Path) -> str:
    """Make an installation with one shop; returns its admin key."""
    done = subprocess.run(command(folder, "init", "main"), capture_output=True, text=True, check=False)
    found = _KEY.search(done.stdout)
    if done.returncode or not found:
        raise Broken(f"the installation could not be made: {done.stderr.strip() or done.stdout.strip()}")
    return found.group()


def start(folder: Path) -> tuple[subprocess.Popen[bytes], int, float]:
    """Start its server; returns the process, its port and the seconds until it answered. `Broken` if it does not within `START_LIMIT_S`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    began = time.monotonic()
    with (folder / "server.log").open("ab") as log:
        server = subprocess.Popen(command(folder, "serve", "--port", str(port)), stdout=log, stderr=log, start_new_session=True)
    while time.monotonic() - began < START_LIMIT_S:
        with suppress(OSError, http.client.HTTPException), connected(port, timeout=1) as http_connection:
            http_connection.request("GET", "/health")
            if http_connection.getresponse().status == 200:
                return server, port, time.monotonic() - began
        if server.poll() is not None:
            break
        time.sleep(0.02)
    raise Broken(f"the server did not come back: {(folder / 'server.log').read_text(errors='replace')[-500:]}")


def public_key(folder: Path, *, per_minute: int) -> str:
    """A new public key of the shop that may send `per_minute` requests a minute."""
    added = subprocess.run(command(folder, "keys", "add", "bench", "--per-minute", str(per_minute)), capture_output=True, text=True, check=False)
    found = _KEY.search("".join(added.stdout.split("\n")))
    if added.returncode or not found:
        raise Broken(f"no key could be made: {added.stderr.strip() or added.stdout.strip()}")
    return found.group()


@contextmanager
def connected(port: int, *, timeout: float = 10) -> Iterator[http.client.HTTPConnection]:
    """A connection to the server, closed after the block."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        yield connection
    finally:
        connection.close()
