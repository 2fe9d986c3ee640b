"""Fit the recommender from the shop's orders: orders -> sums (Gram) -> weights -> rows -> artifact folder."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import numpy as np

from shopkeeper.domain.order import Order
from shopkeeper.ports.progress import Progress, Silent
from shopkeeper.recommend.baskets import basket_rows, orders_with_both
from shopkeeper.recommend.ease import EASE_L2, fit_ease
from shopkeeper.recommend.fold_in import ItemWeights
from shopkeeper.recommend.gram import Gram, gram_of
from shopkeeper.recommend.histories import Baskets, baskets_of
from shopkeeper.recommend.model import GRAM_FILE, RecommendModel, write_model
from shopkeeper.recommend.ridge import SUPPORT
from shopkeeper.recommend.rows import ROW_LENGTH, rows_of
from shopkeeper.recommend.transitions import TRANSITION_L2, fit_transitions
from shopkeeper.recommend.trends import trends_of


def fit_recommend_artifact(orders: Iterable[Order], folder: Path, *, progress: Progress = Silent(), now: datetime) -> dict[str, object]:
    """Fit on `orders` (in the order of `placed`), write the artifact into `folder`, return the manifest's facts. No orders are no error."""
    baskets = baskets_of(_told(orders, progress))
    model, gram = fit_model(baskets, now=now, progress=progress)
    write_model(folder, model)
    gram.save(folder / GRAM_FILE)
    return {
        "orders": baskets.count,
        "shoppers": gram.shoppers,
        "products": len(baskets.ids),
        "window": [_day(baskets, 0), _day(baskets, -1)],
        "orders_sha256": orders_digest(baskets),
        "weights": {"together": len(model.weights.together.columns), "following": len(model.weights.following.columns)},
        "served_bytes": model.served_bytes,
        "settings": {"ease_l2": EASE_L2, "transition_l2": TRANSITION_L2, "row_length": ROW_LENGTH},
    }


def fit_model(baskets: Baskets, *, now: datetime, progress: Progress = Silent()) -> tuple[RecommendModel, Gram]:
    """The model of `baskets` and the sums that it was solved from."""
    gram = gram_of(baskets.histories())
    weights = solve(gram, progress=progress)
    both = orders_with_both(baskets)
    model = RecommendModel(
        baskets.ids,
        {product: number for number, product in enumerate(baskets.ids)},
        weights,
        basket_rows(both, baskets.count),
        trends_of(baskets, now),
    )
    return model, gram


def solve(gram: Gram, *, support: int = SUPPORT, length: int = ROW_LENGTH, progress: Progress = Silent()) -> ItemWeights:
    """The item-item rows of the sums; what a shop serves after an erasure or an addition too."""
    together = fit_ease(gram.together, support=support, progress=progress)
    following = fit_transitions(gram.past, gram.follows, support=support, progress=progress)
    return ItemWeights(rows_of(together, gram.together, length=length), rows_of(following, gram.together, length=length))


def _told(orders: Iterable[Order], progress: Progress) -> Iterable[Order]:
    for number, order in enumerate(orders):
        if number % 5_000 == 0:
            progress.step("orders read", number, None)
        yield order


def _day(baskets: Baskets, place: int) -> str | None:
    if baskets.count == 0:
        return None
    return str(np.datetime64(0, "D") + np.timedelta64(int(baskets.days[place]), "D"))


def orders_digest(baskets: Baskets) -> str:
    """SHA-256 over everything of the orders that the model was made from."""
    digest = hashlib.sha256("\n".join(baskets.ids).encode())
    for array in (baskets.items, baskets.offsets, baskets.shoppers, baskets.days):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
