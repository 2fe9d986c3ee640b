"""Keeps each shop's search and recommendations up with its database, and its eye on programs, off the request path.

A change is in the results in well under a second.
"""

import threading
import time
from typing import Final

import structlog

from shopkeeper.api.meters import Meters
from shopkeeper.bootstrap import App, Shop
from shopkeeper.errors import ShopkeeperError
from shopkeeper.recommend.request import RecommendRequest
from shopkeeper.search.request import SearchRequest

LOOK_EVERY_S: Final = 2.0
"""How often newly fitted models are looked for. Search also looks for changes by itself; our own writes need not wait even for that."""

_COMPLAIN_EVERY_S: Final = 60.0
log = structlog.get_logger("shopkeeper.api")


class Follower:
    """One thread for all shops of a server process."""

    def __init__(self, app: App, meters: Meters) -> None:
        self._app = app
        self._meters = meters
        self._woken = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._complained: dict[tuple[str, str], float] = {}

    def start(self) -> None:
        """Begin to follow."""
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Look now: something was written."""
        self._woken.set()

    def stop(self) -> None:
        """Return once the thread has ended."""
        self._stopping = True
        self._woken.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        for shop in self._app.shops.values():
            self._warm(shop)
        while not self._stopping:
            for shop in self._app.shops.values():
                self._follow(shop)
            self._woken.wait(LOOK_EVERY_S)
            self._woken.clear()

    def _follow(self, shop: Shop) -> None:
        part = "search"
        try:
            self._meters.followed(shop.id, shop.search.refresh())
            part = "recommend"
            shop.recommend.refresh()
            part = "bots"
            shop.bots.look()
        except ShopkeeperError as error:
            self._complain(shop, part, str(error))
        except Exception:
            # One bad product must not end following for good: say so, and try again at the next look.
            if self._may_complain(shop, part):
                log.exception("follow failed", shop=shop.id, part=part)

    def _warm(self, shop: Shop) -> None:
        """Ask once what shoppers will ask, so that none of them waits for dictionaries, models and mapped pages (a second or more, once)."""
        self._follow(shop)
        try:
            for lang in shop.languages:
                shop.search.search(SearchRequest(query="热茶 warm tea", lang=lang, facets=("*",), limit=12))
                shop.search.suggest("t", lang=lang)
            shop.recommend.recommend(RecommendRequest("recommended_for_you"))
        except ShopkeeperError as error:
            self._complain(shop, "warm-up", str(error))
        except Exception:
            log.exception("warm-up failed", shop=shop.id)

    def _complain(self, shop: Shop, part: str, detail: str) -> None:
        if self._may_complain(shop, part):
            log.warning("cannot follow", shop=shop.id, part=part, detail=detail)

    def _may_complain(self, shop: Shop, part: str) -> bool:
        now = time.monotonic()
        last = self._complained.get((shop.id, part))
        if last is not None and now - last < _COMPLAIN_EVERY_S:
            return False
        self._complained[shop.id, part] = now
        return True
