"""What requests read: the newest sound model, or counts over the orders; replaced as a whole, never changed."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from shopkeeper.domain.ids import ProductId
from shopkeeper.errors import Broken
from shopkeeper.ports.artifacts import Artifact, ArtifactStore
from shopkeeper.ports.stores import OrderStore
from shopkeeper.recommend.histories import baskets_of
from shopkeeper.recommend.model import RecommendModel, open_model
from shopkeeper.recommend.placements import Order, Popular
from shopkeeper.recommend.trends import Trends, trends_of

RECOUNT_AFTER = timedelta(minutes=10)
"""How long popularity without a fitted model may lag behind the orders."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class State:
    """`version` is the model's, empty without one; `numbers` lead from a product to its place in `trends`.

    `refused` is a version that could not be opened; `orders` and `counted` say what was counted when, where there is no model.
    """

    version: str
    model: RecommendModel | None
    popular: Popular
    trends: Trends
    numbers: Mapping[ProductId, int]
    refused: str = ""
    orders: int = 0
    counted: datetime | None = None


def next_state(state: State | None, artifacts: ArtifactStore, orders: OrderStore, now: datetime) -> State:
    """The state to serve from now on; `state` itself where nothing is new. A damaged model leaves what was there, or the last sound one."""
    artifact = _sound(artifacts, serving=state is not None and state.model is not None)
    if artifact is not None and (state is None or artifact.version not in (state.version, state.refused)):
        try:
            return _of_model(artifact.version, open_model(artifact.path))
        except Broken as error:
            log.warning("recommender %s cannot be opened (%s); what was served before stays", artifact.version, error)
            return _refusing(state if state is not None else _of_orders(orders, now), artifact.version)
    if state is None:
        return _of_orders(orders, now)
    lags = state.counted is not None and now - state.counted >= RECOUNT_AFTER and orders.count() != state.orders
    return _refusing(_of_orders(orders, now), state.refused) if lags else state


def _sound(artifacts: ArtifactStore, *, serving: bool) -> Artifact | None:
    try:
        return artifacts.current("recommend")
    except Broken as error:
        if serving:
            return None
        log.warning("the current recommender is damaged (%s); the last sound one is served", error)
        return artifacts.last_sound("recommend")


def _of_model(version: str, model: RecommendModel) -> State:
    return State(version, model, _popular(model.ids, model.trends), model.trends, model.numbers)


def _of_orders(orders: OrderStore, now: datetime) -> State:
    count = orders.count()
    baskets = baskets_of(orders.scan())
    trends = trends_of(baskets, now)
    numbers = {product: number for number, product in enumerate(baskets.ids)}
    return State("", None, _popular(baskets.ids, trends), trends, numbers, orders=count, counted=now)


def _refusing(state: State, version: str) -> State:
    return State(state.version, state.model, state.popular, state.trends, state.numbers, version, state.orders, state.counted)


def _popular(ids: tuple[ProductId, ...], trends: Trends) -> Popular:
    def ranked(values: np.ndarray) -> Order:
        numbers = [number for number in np.argsort(-values, kind="stable").tolist() if values[number] > 0]
        return Order([ids[number] for number in numbers], {ids[number]: float(values[number]) for number in numbers})

    return Popular(ranked(np.asarray(trends.popular)), ranked(np.asarray(trends.trend)))
