"""Takes a shopper out of the recommender: exactly and at once where the model was made of the orders that are there, else with the next fit.

The solver is imported when somebody is taken out: a server holds this, too, and starts without scipy.
"""

import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from shopkeeper.domain.ids import CustomerId
from shopkeeper.domain.order import Order
from shopkeeper.errors import Broken
from shopkeeper.ports.artifacts import Artifact, ArtifactStore
from shopkeeper.ports.forgetting import Forgotten, Leaving, ModelTold
from shopkeeper.ports.stores import OrderStore
from shopkeeper.recommend.gram import Gram
from shopkeeper.recommend.histories import Baskets, baskets_of
from shopkeeper.recommend.model import GRAM_FILE, RecommendModel, open_model, write_model

MOST_ORDERS: Final = 40_000
MOST_PRODUCTS: Final = 2_500
"""Above either, solving anew would not be done within the five seconds of an erasure; then the model waits for its next fit."""
log = logging.getLogger(__name__)


class RecommenderOfShoppers:
    """The recommender's share of erasure. Runs before orders are detached: it has to know whose they were."""

    def __init__(self, orders: OrderStore, artifacts: ArtifactStore, *, published: Callable[[], None]) -> None:
        self._orders = orders
        self._artifacts = artifacts
        self._published = published

    def export(self, leaving: Leaving) -> dict[str, list[dict[str, Any]]]:
        """Nothing: the model holds sums over shoppers, and no shopper."""
        del leaving
        return {}

    def forget(self, leaving: Leaving, at: datetime) -> Forgotten:
        """Subtract the person's orders from the sums, solve, publish, and remove the versions before, which could be rolled back to."""
        del at
        customers = frozenset(customer for customer in leaving.customers if self._orders.of_customer(customer, limit=1))
        try:
            artifact = self._artifacts.current("recommend")
        except Broken as error:
            log.warning("the recommender is damaged and cannot be downdated (%s); it waits for the next fit", error)
            return Forgotten(models=(ModelTold("recommend", "damaged", "waits"),)) if customers else Forgotten()
        if artifact is None:
            return Forgotten()
        if not customers:
            return Forgotten(models=(ModelTold("recommend", artifact.version, "untouched"),) if leaving.names else ())
        published = self._downdated(artifact, customers)
        if published is None:
            return Forgotten(models=(ModelTold("recommend", artifact.version, "waits"),))
        self._artifacts.prune("recommend", keep=1)
        self._published()
        return Forgotten(models=(ModelTold("recommend", published.version, "downdated"),))

    def _downdated(self, artifact: Artifact, customers: Collection[CustomerId]) -> Artifact | None:
        """The published model without `customers`; None where it cannot be known what of them is in it, or it would take too long."""
        if self._orders.count() > MOST_ORDERS:
            return None
        model = open_model(artifact.path)
        if len(model.ids) > MOST_PRODUCTS:
            return None
        from shopkeeper.recommend.fit import orders_digest

        known = [order for order in self._orders.scan() if order.placed <= model.trends.until]
        if orders_digest(baskets_of(known)) != artifact.facts.get("orders_sha256"):
            return None
        mine = baskets_of(order for order in known if order.customer_id in customers)
        without = baskets_of(_detached(known, customers))
        return self._artifacts.publish("recommend", lambda folder: _write(folder, artifact, model, mine, without))


def _detached(orders: Iterable[Order], customers: Collection[CustomerId]) -> Iterable[Order]:
    return (replace(order, customer_id=None) if order.customer_id in customers else order for order in orders)


def _write(folder: Path, artifact: Artifact, model: RecommendModel, mine: Baskets, without: Baskets) -> dict[str, object]:
    """The downdated model: sums without `mine`, rows solved from them. Orders stay as a guest's, so counts over orders are what they were."""
    from shopkeeper.recommend.fit import orders_digest, solve

    sums = Gram.load(artifact.path / GRAM_FILE)
    gram = sums.minus(mine.histories()) if mine.histories().shoppers else sums
    weights = solve(gram)
    write_model(folder, replace(model, weights=weights))
    gram.save(folder / GRAM_FILE)
    return {
        **artifact.facts,
        "shoppers": gram.shoppers,
        "orders_sha256": orders_digest(without),
        "weights": {"together": len(weights.together.columns), "following": len(weights.following.columns)},
        "downdated_from": artifact.version,
    }
