"""A real receiver on a port of its own, which can be down, slow, silent or wrong."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Receiver:
    """What came, and how to answer: `answer` gets the number of the request (from 1) and returns (status, headers)."""

    answer: Callable[[int], tuple[int, dict[str, str]]] = lambda _: (204, {})
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    delay_s: float = 0.0
    drip: bool = False
    url: str = ""
    body: bytes = b""
    path: str = ""

    def ids(self) -> list[str]:
        """The ids of what came, in order."""
        return [headers["webhook-id"] for headers, _ in self.came]


@contextmanager
def receiving(receiver: Receiver, port: int = 0) -> Iterator[Receiver]:
    """The receiver, listening."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            with lock:
                receiver.came.append(({name.lower(): value for name, value in self.headers.items()}, body))
                receiver.path = self.path
                number = len(receiver.came)
            time.sleep(receiver.delay_s)
            status, headers = receiver.answer(number)
            try:
                if receiver.drip:
                    for letter in b"HTTP/1.1 200 OK" + b"." * 1_000:
                        self.wfile.write(bytes([letter]))
                        time.sleep(0.05)
                if status == 0:
                    self.connection.close()
                    return
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(receiver.body)))
                self.end_headers()
                self.wfile.write(receiver.body)
            except OSError:
                pass  # the sender did not wait

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    receiver.url = f"http://127.0.0.1:{server.server_port}/hooks?shop=1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
