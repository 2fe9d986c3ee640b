"""The jobs of one shop, in the order in which `shopkeeper train` runs them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from shopkeeper.catalog.market_currency import stored_currencies
from shopkeeper.evaluation.gate import GateVerdict, judge_recommender
from shopkeeper.ports.artifacts import Artifact, ArtifactStore
from shopkeeper.ports.lexical import LexicalIndexes
from shopkeeper.ports.progress import Progress, Silent
from shopkeeper.ports.stores import ShopDatabase
from shopkeeper.ranking.popularity import popularity
from shopkeeper.recommend.fit import fit_recommend_artifact
from shopkeeper.search.build import build_search_artifact

KEEP_VERSIONS = 3
"""Versions of each artifact that stay on disk: the current one, and two to roll back to."""


@dataclass(frozen=True, slots=True)
class OfflineJobs:
    """Builds and publishes what the online side opens; every step reads the database and leaves the served version alone until it is done."""

    database: ShopDatabase
    artifacts: ArtifactStore
    lexical: LexicalIndexes
    clock: Callable[[], datetime]

    def index(self, progress: Progress = Silent()) -> Artifact:
        """Build the search index over the whole catalogue and publish it."""
        popular = popularity(self.database.orders.scan(), self.clock())
        products = self.database.products
        currencies = stored_currencies(products)
        artifact = self.artifacts.publish(
            "search",
            lambda folder: build_search_artifact(
                products.changes(), folder, lexical=self.lexical, popularity=popular, progress=progress, currencies=currencies
            ),
        )
        self.artifacts.prune("search", keep=KEEP_VERSIONS)
        return artifact

    def judge(self, progress: Progress = Silent()) -> GateVerdict:
        """Compare the recommender with popularity, and with the one that serves, on orders that it is not fitted on."""
        current = self.artifacts.current("recommend")
        serving = current.path if current is not None else None
        return judge_recommender(self.database.orders.scan, now=self.clock(), serving=serving, progress=progress)

    def fit(self, progress: Progress = Silent()) -> Artifact:
        """Fit the recommender on all orders and publish it, whatever the gate says; ask `judge` before."""
        artifact = self.artifacts.publish(
            "recommend",
            lambda folder: fit_recommend_artifact(self.database.orders.scan(), folder, progress=progress, now=self.clock()),
        )
        self.artifacts.prune("recommend", keep=KEEP_VERSIONS)
        return artifact
