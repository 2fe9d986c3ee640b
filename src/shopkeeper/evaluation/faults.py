"""`bench faults`: a real server, killed with SIGKILL under a load of writes, again and again. What was acknowledged must be there after the restart.

Everything goes through the command line and HTTP, as a shop would use it: the bench knows only how to write a product document.
"""

import http.client
import os
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from shopkeeper.catalog.documents import product_from_json, product_to_json
from shopkeeper.domain.ids import ProductId, VariantId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.product import Offer, Product, Variant
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.errors import Broken
from shopkeeper.evaluation.report import BenchOutcome, BenchRequest, Row

KILLS = 50
WRITERS = 4
PRODUCTS_PER_WRITER = 40
SEED = 0
START_LIMIT_S = 60.0
_KEY = re.compile(r"sk_[A-Za-z0-9_\-]+")


@dataclass(slots=True)
class _Log:
    """What the server acknowledged: the newest price per product, and how many writes that were."""

    prices: dict[str, int] = field(default_factory=dict)
    writes: int = 0


def run(request: BenchRequest, *, kills: int = KILLS) -> BenchOutcome:
    """Kill the server `kills` times under load. Metrics: `lost` (acknowledged writes that are gone), `doubled` (products listed twice),
    `restart_seconds` (from start to the first healthy answer, median and `_max`), `writes` acknowledged. Needs no data set."""
    del request
    chance = random.Random(SEED)
    restarts: list[float] = []
    lost = doubled = 0
    with tempfile.TemporaryDirectory(prefix="shopkeeper-faults-") as folder:
        key = _make_shop(Path(folder))
        logs = [_Log() for _ in range(WRITERS)]
        server, port, _ = _start(Path(folder))
        for _ in range(kills):
            _load_until_killed(server, port, key, logs, seconds=chance.uniform(0.2, 1.2))
            server, port, seconds = _start(Path(folder))
            restarts.append(seconds)
            lost += _lost(port, key, logs)
        doubled = _doubled(port, key)
        server.terminate()
        server.wait(timeout=30)
    writes = sum(log.writes for log in logs)
    metrics = {
        "lost": float(lost),
        "doubled": float(doubled),
        "restart_seconds": statistics.median(restarts),
        "restart_seconds_max": max(restarts),
        "writes": float(writes),
    }
    return BenchOutcome(ours="shopkeeper", rows=[Row("shopkeeper", "ours", "SIGKILL under load", "all", kills, metrics)])


def _command(folder: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "shopkeeper", "--config", str(folder / "shopkeeper.toml"), *arguments]


def _make_shop(folder: Path) -> str:
    done = subprocess.run(_command(folder, "init", "main"), capture_output=True, text=True, check=False)
    found = _KEY.search(done.stdout)
    if done.returncode or not found:
        raise Broken(f"the installation could not be made: {done.stderr.strip() or done.stdout.strip()}")
    return found.group()


def _start(folder: Path) -> tuple[subprocess.Popen[bytes], int, float]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    began = time.monotonic()
    with (folder / "server.log").open("ab") as log:
        server = subprocess.Popen(_command(folder, "serve", "--port", str(port)), stdout=log, stderr=log, start_new_session=True)
    while time.monotonic() - began < START_LIMIT_S:
        with suppress(OSError, http.client.HTTPException), _connection(port, timeout=1) as http_connection:
            http_connection.request("GET", "/health")
            if http_connection.getresponse().status == 200:
                return server, port, time.monotonic() - began
        if server.poll() is not None:
            break
        time.sleep(0.02)
    raise Broken(f"the server did not come back: {(folder / 'server.log').read_text(errors='replace')[-500:]}")


@contextmanager
def _connection(port: int, *, timeout: float = 10) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        yield connection
    finally:
        connection.close()


def _load_until_killed(server: subprocess.Popen[bytes], port: int, key: str, logs: list[_Log], *, seconds: float) -> None:
    writers = [threading.Thread(target=_write, args=(number, port, key, log)) for number, log in enumerate(logs)]
    for writer in writers:
        writer.start()
    time.sleep(seconds)
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()
    for writer in writers:
        writer.join()


def _write(number: int, port: int, key: str, log: _Log) -> None:
    """Put products one after the other until the server is gone; what it acknowledges goes into `log`."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    with suppress(OSError, http.client.HTTPException), _connection(port) as connection:
        for turn in range(100_000):
            name = f"w{number}-{turn % PRODUCTS_PER_WRITER}"
            price = log.prices.get(name, 0) + 1
            connection.request("PUT", f"/v1/products/{name}", body=product_to_json(_product(name, price)), headers=headers)
            answer = connection.getresponse()
            body = answer.read()
            if answer.status == 429:
                time.sleep(0.05)
            elif answer.status in (200, 201):
                log.prices[name] = price
                log.writes += 1
            else:
                raise Broken(f"a good product was refused with {answer.status}: {body[:300]!r}")


def _product(name: str, price: int) -> Product:
    offer = Offer(price=Money(price, Currency("CNY")))
    return Product(id=ProductId(name), title=LocalizedText(en=f"Product {name}"), variants=(Variant(id=VariantId(name), offers=(offer,)),))


def _lost(port: int, key: str, logs: list[_Log]) -> int:
    """Products whose price is older than the newest acknowledged one. A newer price is no loss: it was written, then the answer was cut off."""
    lost = 0
    with _connection(port) as connection:
        for log in logs:
            for name, acknowledged in log.prices.items():
                connection.request("GET", f"/v1/products/{name}", headers={"Authorization": f"Bearer {key}"})
                answer = connection.getresponse()
                body = answer.read()
                found = product_from_json(body).variants[0].offers[0].price.minor if answer.status == 200 else 0
                lost += found < acknowledged
                log.prices[name] = max(found, acknowledged)
    return lost


def _doubled(port: int, key: str) -> int:
    seen: list[str] = []
    cursor = ""
    with _connection(port) as connection:
        while True:
            connection.request("GET", f"/v1/products?limit=100&cursor={cursor}", headers={"Authorization": f"Bearer {key}"})
            page = orjson.loads(connection.getresponse().read())
            seen += [product["id"] for product in page["products"]]
            cursor = page.get("next_cursor") or ""
            if not cursor:
                return len(seen) - len(set(seen))
