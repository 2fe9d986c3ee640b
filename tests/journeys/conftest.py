"""A demo shop that really runs, and a browser that really looks at it."""

import contextlib
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class RunningShop:
    folder: Path
    port: int
    admin_key: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cli(self, *arguments: str) -> str:
        """What the command prints, run beside the server."""
        done = subprocess.run(shopkeeper(self.folder, *arguments), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout


def shopkeeper(folder: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "shopkeeper", "--config", str(folder / "shopkeeper.toml"), *arguments]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def running_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningShop]:
    """The demo shop, made by the demo command and served by the serve command."""
    folder = tmp_path_factory.mktemp("demo") / "shop"
    made = subprocess.run(
        shopkeeper(folder, "demo", "--folder", str(folder), "--size", "160", "--no-serve"), capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    port = free_port()
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(shopkeeper(folder, "serve", "--port", str(port)), stdout=log, stderr=log)
    try:
        _wait_until_ready(port, server, folder / "server.log")
        yield RunningShop(folder, port, (folder / "admin-key.txt").read_text().strip())
    finally:
        server.terminate()
        server.wait(timeout=20)


def _wait_until_ready(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=1) as answer:
            if answer.status == 200:
                return
        assert server.poll() is None, log.read_text()
        time.sleep(0.1)
    raise AssertionError(f"the server was not ready in 30 s: {log.read_text()}")
