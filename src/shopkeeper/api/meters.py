"""What is counted for Prometheus: requests by route, the work that waits, and how far search follows the catalogue."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)


class Meters:
    """The figures of one server process, in a registry of its own (a process may hold several apps, as tests do)."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._by_request: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._by_event: dict[tuple[str, str], Counter] = {}
        self._requests = Counter(
            "shopkeeper_http_requests_total", "Requests answered, by route.", ["method", "route", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "shopkeeper_http_request_seconds", "Time to answer, by route.", ["method", "route"], buckets=_SECONDS, registry=self._registry
        )
        self._searches = Counter(
            "shopkeeper_searches_total", "Searches, by shop and by whether anything was found.", ["shop", "found"], registry=self._registry
        )
        self._events = Counter("shopkeeper_events_total", "Events that came in, by what became of them.", ["shop", "state"], registry=self._registry)
        self._tasks = Counter("shopkeeper_tasks_total", "Accepted tasks that ended, by kind and state.", ["kind", "state"], registry=self._registry)
        self._waiting = Gauge("shopkeeper_tasks_waiting", "Accepted tasks that are not done.", ["shop"], registry=self._registry)
        self._followed = Gauge("shopkeeper_search_revision", "Newest catalogue revision that search results hold.", ["shop"], registry=self._registry)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        if (counted := self._by_request.get((method, route, status))) is None:
            counted = self._requests.labels(method, route, str(status)), self._seconds.labels(method, route)
            self._by_request[method, route, status] = counted
        counted[0].inc()
        counted[1].observe(seconds)

    def search(self, shop: str, *, found: bool) -> None:
        """Count one search."""
        self._searches.labels(shop, "yes" if found else "no").inc()

    def events(self, shop: str, state: str, count: int) -> None:
        """Count events that came in."""
        if (counted := self._by_event.get((shop, state))) is None:
            counted = self._by_event[shop, state] = self._events.labels(shop, state)
        counted.inc(count)

    def task(self, kind: str, state: str) -> None:
        """Count a task that ended."""
        self._tasks.labels(kind, state).inc()

    def waiting(self, shop: str, tasks: int) -> None:
        """Note how many accepted tasks are not done."""
        self._waiting.labels(shop).set(tasks)

    def followed(self, shop: str, revision: int) -> None:
        """Note how far search has followed the catalogue."""
        self._followed.labels(shop).set(revision)

    def text(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self._registry)
