"""The time split on real orders, as a part of `bench recommend`: ours as it is served, beside recent popularity and item-kNN."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from shopkeeper.evaluation import recommend_systems
from shopkeeper.evaluation.gate import FITTED_SHARE
from shopkeeper.evaluation.report import BenchRequest, Ranked, Row
from shopkeeper.evaluation.time_split import LIST_LENGTH, Scored, TimeSplit, item_knn, popularity_of_days, score_cases, served, split_at
from shopkeeper.metrics.intervals import bootstrap, paired_bootstrap
from shopkeeper.metrics.ranking import coverage
from shopkeeper.recommend.fit import fit_model
from shopkeeper.recommend.histories import Baskets

FEW_ORDERS = 2
"""Customers with at most this many orders before the split are the slice `short`."""


def measure_time_split(name: str, baskets: Baskets, request: BenchRequest) -> tuple[list[Row], list[str]]:
    """Rows and notes for `baskets`, split so that the oldest four fifths of the orders are fitted on."""
    split = split_at(baskets, float(np.quantile(baskets.days, FITTED_SHARE)))
    began = time.perf_counter()
    model, _ = fit_model(split.before, now=datetime.fromtimestamp(split.day * 86_400, UTC))
    facts = {"fit_seconds": time.perf_counter() - began, "model_mb": model.served_bytes / 1e6}
    ours = score_cases(recommend_systems.OURS, "ours", served(model), split.cases)
    rows = _rows(name, split, ours, facts)
    if request.predictions is not None:
        for case, shown in zip(split.cases, ours.lists, strict=True):
            request.predictions.ranked(Ranked(name, str(case.customer), tuple(shown)))
    notes = [f"{name}: fitted on {split.before.count:,} orders before {_day(split.day)}, {len(split.cases):,} customers came back after it."]
    for peer in _peers(split) if request.peers else ():
        rows += _rows(name, split, peer, {})
        gain = paired_bootstrap(ours.figures["ndcg@10"], peer.figures["ndcg@10"])
        notes.append(f"{name}: ndcg@10 {ours.name} - {peer.name} = {gain.mean:+.4f} [{gain.low:+.4f}, {gain.high:+.4f}]")
    return rows, notes


def _peers(split: TimeSplit) -> list[Scored]:
    knn = recommend_systems.item_knn(split.before.histories().bought().astype(np.float32))
    rankers = {
        "popularity of 7 days": popularity_of_days(split.before, 7),
        "popularity of 30 days": popularity_of_days(split.before, 30),
        "item-knn": item_knn(split.before, lambda known: knn([known])[0]),
    }
    return [score_cases(system, "peer", ranker, split.cases) for system, ranker in rankers.items()]


def _rows(name: str, split: TimeSplit, system: Scored, facts: dict[str, float]) -> list[Row]:
    orders = np.array([len(case.orders) for case in split.cases])
    rows = []
    for slice_name, chosen in {"all": orders > 0, "short": orders <= FEW_ORDERS, "long": orders > FEW_ORDERS}.items():
        if not chosen.any():
            continue
        estimates = {metric: bootstrap(values[chosen]) for metric, values in system.figures.items()}
        metrics = {metric: estimate.mean for metric, estimate in estimates.items()}
        if slice_name == "all":
            metrics |= {"coverage": coverage(_texts(system.lists), len(split.before.ids), LIST_LENGTH)} | facts
        intervals = {metric: estimate.interval for metric, estimate in estimates.items()}
        rows.append(Row(system.name, system.role, name, slice_name, int(chosen.sum()), metrics, intervals))
    return rows


def _texts(lists: Sequence[Sequence[str]]) -> list[list[str]]:
    return [list(shown) for shown in lists]


def _day(day: float) -> str:
    return f"{datetime.fromtimestamp(day * 86_400, UTC):%Y-%m-%d}"
