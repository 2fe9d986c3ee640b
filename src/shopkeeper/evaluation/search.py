"""`bench search` and `predict search`: judged queries asked of the default product path (import, index, search), with peers on the same texts.

The judgements are those of chorus (0–3). A query counts if at least one product was judged relevant; gain 2^r − 1, ideal over the judged products.
Metrics: `ndcg@10` (unjudged = 0), `ndcg@10_condensed`, `judged@10`, `bpref`, `recall@10`; slice `nothing_relevant`: `false_match_rate`, the share
of the ten places that are filled though nothing can be right. Field weights were chosen on slice `choosing` (half of the queries, by a hash of
their text); `held_out` is the other half.
"""

import csv
import hashlib
import math
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import orjson

from shopkeeper.catalog.report import ImportOptions
from shopkeeper.errors import BadInput
from shopkeeper.evaluation import search_peers
from shopkeeper.evaluation.datasets import chorus
from shopkeeper.evaluation.importing import BenchShop, OpenShop
from shopkeeper.evaluation.report import BenchOutcome, BenchRequest, Ranked, Role, Row
from shopkeeper.metrics import ranking
from shopkeeper.metrics.intervals import bootstrap, paired_bootstrap
from shopkeeper.ports.progress import Progress, Silent
from shopkeeper.search.request import MAX_LIMIT, MAX_QUERY, SearchRequest

OURS: Final = "shopkeeper"
DEPTH: Final = 10
PREDICTED: Final = 50

Judgements = Mapping[str, Mapping[str, float]]
"""Query → product id → grade."""

Rankings = dict[str, list[str]]
"""Query → product ids, best first."""


@dataclass(frozen=True, slots=True)
class System:
    """A ranking of each query by one system."""

    name: str
    role: Role
    rankings: Rankings


def run(request: BenchRequest, *, open_shop: OpenShop) -> BenchOutcome:
    """Measure every judged data set in the request's folders. `BadInput` for a path that holds none."""
    rows: list[Row] = []
    notes: list[str] = []
    for path in request.data:
        places = [place for place in (path, *_folders_in(path)) if chorus.is_chorus(place)]
        if not places:
            raise BadInput(f"{str(path)!r} holds no judged queries (chorus: 1.json.zip and ratings.csv)", field="--data", value=str(path))
        for place in places:
            found, said = _measure(place, request, open_shop)
            rows += found
            notes += said
    return BenchOutcome(OURS, rows, notes)


def predict_search(data: Path, out: Path, *, open_shop: OpenShop, progress: Progress = Silent()) -> int:
    """Index the `*.json.zip` of `data`, and write 50 ids for each line of its `queries.txt` as JSON Lines to `out`; returns how many."""
    try:
        queries = [line.strip() for line in (data / "queries.txt").read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"cannot be read ({error})", field=str(data / "queries.txt"), hint="One query a line, UTF-8.") from error
    with tempfile.TemporaryDirectory(prefix="shopkeeper-predict-") as folder:
        shop = _shop_of(data, Path(folder), open_shop, progress)
        try:
            with out.open("wb") as file:
                for number, query in enumerate(queries, 1):
                    ranked = _ask(shop, query[:MAX_QUERY], PREDICTED, fill=PREDICTED)
                    file.write(orjson.dumps({"dataset": data.name, "case": query, "ranked": ranked}) + b"\n")
                    progress.step("search", number, len(queries))
        finally:
            close(shop)
    return len(queries)


def close(shop: BenchShop) -> None:
    """Close a shop that can be closed."""
    if (closing := getattr(shop, "close", None)) is not None:
        closing()


def is_choosing(query: str) -> bool:
    """True for the half of the queries (by a hash of the text) on which weights may be chosen."""
    return hashlib.sha256(query.encode()).digest()[-1] % 2 == 0


def read_judgements(path: Path) -> Judgements:
    """Return the grades of `ratings.csv` (query, docid, rating)."""
    judged: dict[str, dict[str, float]] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            judged.setdefault(row["query"], {})[row["docid"]] = float(row["rating"])
    return judged


def _folders_in(path: Path) -> list[Path]:
    return sorted(place for place in path.iterdir() if place.is_dir()) if path.is_dir() else []


def _shop_of(data: Path, folder: Path, open_shop: OpenShop, progress: Progress) -> BenchShop:
    shop = open_shop(folder)
    report = shop.catalog.import_products(data, ImportOptions(column_map=chorus.MAP), progress=progress)
    if report.error:
        raise BadInput(f"cannot be imported: {report.error}", field=str(data))
    shop.reindex()
    return shop


def _ask(shop: BenchShop, query: str, limit: int, *, fill: int = 0) -> list[str]:
    return [hit.product.id for hit in shop.search.search(SearchRequest(query=query, lang="en", limit=limit, fill=fill)).hits]


def _measure(place: Path, request: BenchRequest, open_shop: OpenShop) -> tuple[list[Row], list[str]]:
    judged = read_judgements(place / "ratings.csv")
    with tempfile.TemporaryDirectory(prefix="shopkeeper-bench-") as folder:
        shop = _shop_of(place, Path(folder), open_shop, Silent())
        try:
            systems = [System(OURS, "ours", {query: _ask(shop, query, MAX_LIMIT) for query in judged})]
            if request.peers:
                products = [change.product for change in shop.database.products.changes() if change.product is not None]
                for name, open_peer in search_peers.PEERS.items():
                    ask = open_peer(products)
                    systems.append(System(name, "peer", {query: ask(query, MAX_LIMIT) for query in judged}))
        finally:
            close(shop)
    systems += _others(request.peers_from, place.name)
    if request.predictions is not None:
        for query, ranked in systems[0].rankings.items():
            request.predictions.ranked(Ranked(place.name, query, tuple(ranked[:PREDICTED])))
    rows = [row for system in systems for row in _rows(system, judged, place.name)]
    return rows, list(_compared(systems, judged))


def _others(rankings: Sequence[Ranked], dataset: str) -> list[System]:
    """Rankings that somebody else handed in."""
    named: dict[str, Rankings] = {}
    for row in rankings:
        if row.dataset == dataset:
            named.setdefault(row.system or "other", {})[row.case] = list(row.ranked)
    return [System(name, "peer", lists) for name, lists in named.items()]


_METRICS: Final[Mapping[str, Callable[[list[str], Mapping[str, float]], float]]] = {
    "ndcg@10": lambda ranked, grades: ranking.ndcg(ranked, grades, DEPTH),
    "ndcg@10_condensed": lambda ranked, grades: ranking.ndcg_condensed(ranked, grades, DEPTH),
    "judged@10": lambda ranked, grades: _zero_if_empty(ranking.judged_share(ranked, grades, DEPTH)),
    "bpref": ranking.bpref,
    "recall@10": lambda ranked, grades: ranking.recall(ranked, [item for item, grade in grades.items() if grade > 0], DEPTH),
}


def _zero_if_empty(share: float) -> float:
    return 0.0 if math.isnan(share) else share


def _rows(system: System, judged: Judgements, dataset: str) -> Iterator[Row]:
    answerable = [query for query, grades in judged.items() if max(grades.values()) > 0]
    slices = {
        "all": answerable,
        "choosing": [query for query in answerable if is_choosing(query)],
        "held_out": [query for query in answerable if not is_choosing(query)],
    }
    for name, queries in slices.items():
        metrics: dict[str, float] = {}
        intervals: dict[str, tuple[float, float]] = {}
        for metric in _METRICS:
            estimate = bootstrap(_values(system, judged, queries, metric))
            metrics[metric], intervals[metric] = estimate.mean, estimate.interval
        yield Row(system.name, system.role, dataset, name, len(queries), metrics, intervals)
    hopeless = [query for query in judged if query not in set(answerable)]
    filled = bootstrap([len(system.rankings.get(query, [])[:DEPTH]) / DEPTH for query in hopeless])
    yield Row(
        system.name,
        system.role,
        dataset,
        "nothing_relevant",
        len(hopeless),
        {"false_match_rate": filled.mean},
        {"false_match_rate": filled.interval},
    )


def _values(system: System, judged: Judgements, queries: Sequence[str], metric: str) -> np.ndarray:
    return np.array([_METRICS[metric](system.rankings.get(query, []), judged[query]) for query in queries])


def _compared(systems: Sequence[System], judged: Judgements) -> Iterator[str]:
    """One line for each peer: the paired difference in ndcg@10, and whether its interval lies above 0."""
    queries = [query for query, grades in judged.items() if max(grades.values()) > 0]
    ours = _values(systems[0], judged, queries, "ndcg@10")
    for peer in systems[1:]:
        gap = paired_bootstrap(ours, _values(peer, judged, queries, "ndcg@10"))
        yield f"ndcg@10 over {peer.name}: {gap.mean:+.4f} [{gap.low:+.4f}, {gap.high:+.4f}], paired over {gap.n} queries"
