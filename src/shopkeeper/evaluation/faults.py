"""`bench faults`: a real server, killed with SIGKILL under a load of product writes and events, again and again. What was acknowledged must be there
after the restart, once.

Everything goes through the command line and HTTP, as a shop would use it: the bench knows only how to write a product document.
"""

import http.client
import os
import random
import signal
import statistics
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
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
from shopkeeper.evaluation.served import connected, make_shop, start

KILLS = 50
WRITERS = 2
SENDERS = 4
PRODUCTS_PER_WRITER = 40
SEED = 0


ListEvents = Callable[[Path], Iterable[str]]


@dataclass(slots=True)
class _Log:
    """What the server acknowledged: the newest price per product, and how many writes that were."""

    prices: dict[str, int] = field(default_factory=dict)
    writes: int = 0
    events: set[str] = field(default_factory=set)


def run(request: BenchRequest, *, list_events: ListEvents, kills: int = KILLS) -> BenchOutcome:
    """Kill the server `kills` times under load. Metrics: `lost` (acknowledged writes or events that are gone), `doubled` (products or events that
    are there twice), `restart_seconds` (from start to the first healthy answer, median and `_max`), `writes` and `events` acknowledged.

    `list_events` gives the id of every event that the installation in a folder holds. Needs no data set.
    """
    del request
    chance = random.Random(SEED)
    restarts: list[float] = []
    lost = 0
    with tempfile.TemporaryDirectory(prefix="shopkeeper-faults-") as folder:
        key = make_shop(Path(folder))
        logs = [_Log() for _ in range(WRITERS + SENDERS)]
        server, port, _ = start(Path(folder))
        for _ in range(kills):
            _load_until_killed(server, port, key, logs, seconds=chance.uniform(0.2, 1.2))
            server, port, seconds = start(Path(folder))
            restarts.append(seconds)
            lost += _lost(port, key, logs)
        doubled = _doubled(port, key)
        server.terminate()
        server.wait(timeout=30)
        events = Counter(list_events(Path(folder)))
    acknowledged = set().union(*(log.events for log in logs))
    lost += len(acknowledged - events.keys())
    doubled += sum(events.values()) - len(events)
    writes = sum(log.writes for log in logs)
    metrics = {
        "lost": float(lost),
        "doubled": float(doubled),
        "restart_seconds": statistics.median(restarts),
        "restart_seconds_max": max(restarts),
        "writes": float(writes),
        "events": float(len(acknowledged)),
    }
    return BenchOutcome(ours="shopkeeper", rows=[Row("shopkeeper", "ours", "SIGKILL under load", "all", kills, metrics)])


def _load_until_killed(server: subprocess.Popen[bytes], port: int, key: str, logs: list[_Log], *, seconds: float) -> None:
    writers = [threading.Thread(target=_write, args=(number, port, key, log)) for number, log in enumerate(logs[:WRITERS])]
    writers += [threading.Thread(target=_send_events, args=(number, port, key, log)) for number, log in enumerate(logs[WRITERS:])]
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
    with suppress(OSError, http.client.HTTPException), connected(port) as connection:
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


def _send_events(number: int, port: int, key: str, log: _Log) -> None:
    """Send events, singly and five at a time, until the server is gone; each is sent again at times, which must not double it."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    with suppress(OSError, http.client.HTTPException), connected(port) as connection:
        for turn in range(100_000):
            first = len(log.events)
            names = [f"s{number}-{at}" for at in range(max(0, first - turn % 2), first + (1 if turn % 3 else 5))]
            events = [{"event_id": name, "name": "search", "visitor_id": f"v-{number}-{first // 50}", "query": "tea"} for name in names]
            body = orjson.dumps(events[0] if len(events) == 1 else {"events": events})
            connection.request("POST", "/v1/events", body=body, headers=headers)
            answer = connection.getresponse()
            told = answer.read()
            if answer.status == 429:
                time.sleep(0.05)
            elif answer.status == 202 and not orjson.loads(told)["rejected"]:
                log.events.update(names)
            else:
                raise Broken(f"good events were refused with {answer.status}: {told[:300]!r}")


def _product(name: str, price: int) -> Product:
    offer = Offer(price=Money(price, Currency("CNY")))
    return Product(id=ProductId(name), title=LocalizedText(en=f"Product {name}"), variants=(Variant(id=VariantId(name), offers=(offer,)),))


def _lost(port: int, key: str, logs: list[_Log]) -> int:
    """Products whose price is older than the newest acknowledged one. A newer price is no loss: it was written, then the answer was cut off."""
    lost = 0
    with connected(port) as connection:
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
    with connected(port) as connection:
        while True:
            connection.request("GET", f"/v1/products?limit=100&cursor={cursor}", headers={"Authorization": f"Bearer {key}"})
            page = orjson.loads(connection.getresponse().read())
            seen += [product["id"] for product in page["products"]]
            cursor = page.get("next_cursor") or ""
            if not cursor:
                return len(seen) - len(set(seen))
