"""Sends the webhooks of all shops while the server runs: one thread that looks, a few that carry, so that a slow receiver holds up no other."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

import structlog

from shopkeeper.bootstrap import App, Shop
from shopkeeper.domain.ids import ShopId
from shopkeeper.errors import ShopkeeperError

LOOK_EVERY_S: Final = 0.5
"""How long a message waits at most before it is first tried; it may have been written by any process."""

CARRIERS: Final = 8
_RETRY_S: Final = 2.0
log = structlog.get_logger("shopkeeper.api")


class Postman:
    """The senders of all shops, within one server process. Several processes share the work by leases in the database."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._carriers = ThreadPoolExecutor(CARRIERS, thread_name_prefix="webhooks")
        self._out: dict[tuple[ShopId, str], Future[None]] = {}

    def start(self) -> None:
        """Begin to send, with what an earlier process left."""
        self._thread = threading.Thread(target=self._run, name="postman", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Return once nobody is on the way any more: at most one exchange later. What was not sent goes out at the next start."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
        self._carriers.shutdown(cancel_futures=True)

    def _run(self) -> None:
        while not self._stopping.is_set():
            pause = LOOK_EVERY_S
            for shop in self._app.shops.values():
                try:
                    self._send_out(shop)
                except Exception as error:
                    _complain(shop, error)
                    pause = _RETRY_S
            self._stopping.wait(pause)

    def _send_out(self, shop: Shop) -> None:
        self._out = {name: future for name, future in self._out.items() if not future.done()}
        for endpoint in shop.sender.to_serve():
            if (shop.id, endpoint) not in self._out:
                self._out[shop.id, endpoint] = self._carriers.submit(self._serve, shop, endpoint)

    def _serve(self, shop: Shop, endpoint: str) -> None:
        try:
            shop.sender.serve(endpoint, stopping=self._stopping.is_set)
        except Exception as error:
            _complain(shop, error)
            self._stopping.wait(_RETRY_S)


def _complain(shop: Shop, error: Exception) -> None:
    log.warning("webhooks wait", shop=shop.id, detail=str(error), exc_info=not isinstance(error, ShopkeeperError))
