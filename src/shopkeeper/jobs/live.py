"""Live play over HTTP: simulated shoppers ask a running server for its lists, and send it what they did."""

import http.client
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.product import Market
from shopkeeper.domain.texts import Lang
from shopkeeper.errors import BadInput, Refused, Unavailable
from shopkeeper.simulation.behaviour.shelves import Placement, Shown

EVENTS_AT_ONCE: Final = 1_000
TIMEOUT_S: Final = 10.0


class HttpShop:
    """A running server as the player's `ShopClient`: one kept connection, one public key. Not for several threads.

    Raises `Unavailable` where nobody answers, `Refused` where the key is refused, `BadInput` for any other answer that is no success.
    """

    def __init__(self, url: str, key: str, *, timeout_s: float = TIMEOUT_S) -> None:
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname:
            raise BadInput(f"{url!r} is not an http address", field="url", value=url, hint="Write it like http://127.0.0.1:8000.")
        self._url = url
        self._connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout_s)
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "User-Agent": "shopkeeper-player"}

    def search(self, query: str, *, lang: Lang, market: Market, limit: int) -> Shown:
        """What the shop finds for what was typed."""
        return _shown(self._post("/v1/search", {"q": query, "lang": lang, "market": market, "limit": limit}), "hits")

    def category(self, key: str, *, lang: Lang, market: Market, limit: int) -> Shown:
        """A category page: a search for nothing, narrowed to the category."""
        asked = {"q": "", "filters": f'category:"{key}" AND in_stock', "lang": lang, "market": market, "limit": limit}
        return _shown(self._post("/v1/search", asked), "hits")

    def recommend(
        self, placement: Placement, *, products: Sequence[ProductId], history: Sequence[ProductId], lang: Lang, market: Market, limit: int
    ) -> Shown:
        """The list of a placement."""
        asked = {"products": list(products), "history": list(history), "lang": lang, "market": market, "count": limit}
        return _shown(self._post(f"/v1/recommendations/{placement}", asked), "items")

    def send(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Hand events over, at most `EVENTS_AT_ONCE` in a request."""
        for start in range(0, len(events), EVENTS_AT_ONCE):
            self._post("/v1/events", {"events": list(events[start : start + EVENTS_AT_ONCE])})

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        payload = json.dumps(body, ensure_ascii=False).encode()
        try:
            status, answer = self._exchange(path, payload)
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            hint = "Start the shop first: `shopkeeper demo`, in another terminal."
            raise Unavailable(f"nobody answers at {self._url}: {error}", field="url", value=self._url, hint=hint) from error
        if status < 300:
            return json.loads(answer) if answer else {}
        told = f"{path} answered {status}: {answer[:300].decode(errors='replace')}"
        if status in (401, 403, 429):
            raise Refused(told, status=status, field="key", hint="The player needs a public key of this shop.")
        raise BadInput(told, field="path", value=path) if status < 500 else Unavailable(told, field="path", value=path)

    def _exchange(self, path: str, payload: bytes) -> tuple[int, bytes]:
        """One request; a connection that the server has closed in the meantime is opened anew, once. Events carry ids, so a repeat does no harm."""
        try:
            return self._once(path, payload)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self._connection.close()
            return self._once(path, payload)

    def _once(self, path: str, payload: bytes) -> tuple[int, bytes]:
        self._connection.request("POST", path, body=payload, headers=self._headers)
        answer = self._connection.getresponse()
        return answer.status, answer.read()


def _shown(answer: Mapping[str, Any], name: str) -> Shown:
    return Shown(answer["list"]["id"], tuple(ProductId(item["id"]) for item in answer[name]))


def paced(*, per_minute: float, clock: Callable[[], datetime], sleep: Callable[[float], object], visits: int | None = None) -> Iterator[datetime]:
    """Yield moments at which visits begin, `per_minute` of them evenly spread, `visits` in all (None = without end); sleeps in between.

    Late moments are not caught up: a server that cannot keep pace gets fewer visits, not a pile of them.
    """
    if per_minute <= 0:
        raise BadInput(f"{per_minute} visits a minute is out of range", field="--live-rate", value=per_minute, hint="Use more than 0.")
    number = 0
    while visits is None or number < visits:
        began = clock()
        yield began
        number += 1
        if visits is None or number < visits:
            sleep(max(0.0, 60.0 / per_minute - (clock() - began).total_seconds()))
