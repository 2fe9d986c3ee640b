"""The jobs of one shop, in the order in which `shopkeeper train` runs them.

What only they need is imported when they run: a server holds them, too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from shopkeeper.catalog.market_currency import stored_currencies
from shopkeeper.ports.artifacts import Artifact, ArtifactStore
from shopkeeper.ports.lexical import LexicalIndexes
from shopkeeper.ports.progress import Progress, Silent
from shopkeeper.ports.stores import ShopDatabase
from shopkeeper.ranking.popularity import popularity

if TYPE_CHECKING:
    from shopkeeper.evaluation.gate import GateVerdict

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
        from shopkeeper.search.build import build_search_artifact

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

    def judge(self, progress: Progress = Silent()) -> "GateVerdict":
        """Compare the recommender with popularity, and with the one that serves, on orders that it is not fitted on."""
        from shopkeeper.evaluation.gate import judge_recommender

        current = self.artifacts.current("recommend")
        serving = current.path if current is not None else None
        return judge_recommender(self.database.orders.scan, now=self.clock(), serving=serving, progress=progress)

    def fit(self, progress: Progress = Silent()) -> Artifact:
        """Fit the recommender on all orders and publish it, whatever the gate says; ask `judge` before."""
        from shopkeeper.recommend.fit import fit_recommend_artifact

        artifact = self.artifacts.publish(
            "recommend",
            lambda folder: fit_recommend_artifact(self.database.orders.scan(), folder, progress=progress, now=self.clock()),
        )
        self.artifacts.prune("recommend", keep=KEEP_VERSIONS)
        return artifact
