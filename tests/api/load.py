"""How many searches a second one worker answers: `python -m tests.api.load [products]`. Prints requests a second, latency and CPU time, for 0006.

One server process on a synthetic catalogue, eight connections that are kept open, the client in this process. Run it on an idle machine.
"""

import asyncio
import multiprocessing
import random
import resource
import sys
import tempfile
import time
from itertools import cycle
from pathlib import Path
from urllib.parse import urlencode

import uvicorn

from shopkeeper import bootstrap
from shopkeeper.api.app import create_app
from shopkeeper.cli.logs import configure_logging
from tests.api.conftest import DEMO, OTHER, make_settings, product

CONNECTIONS = 8
REQUESTS = 2_000
QUERIES = ("wireless headphones", "blue lamp", "quiet steel kettle", "solar charger", "无线耳机")
WORDS = [
    "wireless",
    "wired",
    "blue",
    "red",
    "small",
    "large",
    "quiet",
    "steel",
    "cotton",
    "solar",
    "headphones",
    "speaker",
    "cable",
    "charger",
    "lamp",
    "chair",
    "kettle",
    "mug",
    "phone",
    "case",
]


def serve(home: Path, products: int, ready: "multiprocessing.Queue[tuple[int, str]]") -> None:
    """Build the shop and serve it on a free port, which `ready` gets with a key; at the end of the server, its CPU seconds."""
    configure_logging("warning")
    settings = make_settings(home)
    for shop in (DEMO, OTHER):
        bootstrap.create_shop(settings, shop)
    draw = random.Random(0)
    with bootstrap.build(settings) as app:
        demo = app.shops[DEMO]
        catalogue = [product(f"p{at}", f"无线耳机 {at}", " ".join(draw.sample(WORDS, 4)), draw.randrange(500, 90_000)) for at in range(products)]
        for start in range(0, products, 1_000):
            demo.database.products.put(catalogue[start : start + 1_000])
        demo.jobs.index()
        _, key = demo.keys.mint("load", "public", rate_per_minute=1_000_000)
        config = uvicorn.Config(create_app(app), host="127.0.0.1", port=0, log_config=None, access_log=False)
        server = uvicorn.Server(config)

        async def run() -> None:
            serving = asyncio.create_task(server.serve())
            while not server.started:
                await asyncio.sleep(0.02)
            ready.put((server.servers[0].sockets[0].getsockname()[1], key))
            await serving

        asyncio.run(run())


async def load(port: int, key: str, paths: tuple[str, ...], requests: int) -> list[float]:
    """Seconds of each request."""
    waiting, taken = iter(zip(range(requests), cycle(paths), strict=False)), []

    async def connection() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _, path in waiting:
            begun = time.perf_counter()
            writer.write(f"GET {path} HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {key}\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            if b" 200 " not in head[:20]:
                raise RuntimeError(head.decode())
            await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
            taken.append(time.perf_counter() - begun)
        writer.close()

    await asyncio.gather(*[connection() for _ in range(CONNECTIONS)])
    return sorted(taken)


def main() -> None:
    """Measure and print."""
    products = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    searches = tuple(f"/v1/search?{urlencode({'q': query, 'facets': 'brand,category'})}" for query in QUERIES)
    with tempfile.TemporaryDirectory() as home:
        ready: multiprocessing.Queue[tuple[int, str]] = multiprocessing.Queue()
        server = multiprocessing.Process(target=serve, args=(Path(home), products, ready))
        server.start()
        port, key = ready.get()
        for name, paths, count in (("warm-up", searches, 100), ("/v1/search", searches, REQUESTS), ("/health", ("/health",), REQUESTS)):
            begun = time.perf_counter()
            taken = asyncio.run(load(port, key, paths, count))
            rate = count / (time.perf_counter() - begun)
            print(f"{name:12} {rate:8.0f} a second   p50 {taken[count // 2] * 1e3:6.1f} ms   p95 {taken[int(count * 0.95)] * 1e3:6.1f} ms")
        server.terminate()
        server.join()
        spent = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(f"server CPU in all, building included: {spent.ru_utime + spent.ru_stime:.1f} s")


if __name__ == "__main__":
    main()
