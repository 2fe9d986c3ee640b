"""The gate: may a newly fitted recommender be published? Judged on the shop's own later orders, which the judged fit has not seen."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np

from shopkeeper.domain.order import Order
from shopkeeper.evaluation.time_split import LIST_LENGTH, Scored, TimeSplit, popularity_of_days, score_cases, served, split_at
from shopkeeper.metrics.intervals import bootstrap, paired_bootstrap
from shopkeeper.ports.progress import Progress, Silent
from shopkeeper.recommend.fit import fit_model
from shopkeeper.recommend.histories import Baskets, baskets_of, day_of
from shopkeeper.recommend.model import open_model

FITTED_SHARE: Final = 0.8
"""Share of the orders, the oldest, that the judged model is fitted on."""
MIN_CASES: Final = 30
"""Returning customers below which a verdict would be a coin toss."""
METRIC: Final = "ndcg@10"
_POPULAR_DAYS: Final = (7.0, 30.0)


@dataclass(frozen=True, slots=True)
class GateVerdict:
    """Whether to publish, why in a sentence, and the figures as (system, metric, value)."""

    publish: bool
    sentence: str
    figures: tuple[tuple[str, str, float], ...] = ()
    cases: int = 0


def judge_recommender(
    scan: Callable[[], Iterable[Order]], *, now: datetime, serving: Path | None = None, progress: Progress = Silent()
) -> GateVerdict:
    """Fit on the older orders, rank for customers who came back, compare with popularity (and with the artifact that serves now).

    Refuses only what is surely worse: the paired interval of NDCG@10 against the best popularity (or the serving artifact) lies below 0.
    `serving` can take part only with orders placed after those it was fitted on; the split moves there if enough customers came back since.
    """
    baskets = baskets_of(scan())
    split = _split(baskets, serving)
    if len(split.cases) < MIN_CASES:
        few = f"{len(split.cases)} returning customers after the split; {MIN_CASES} are needed to judge"
        return GateVerdict(True, f"Not judged: {few}. What is fitted is published.", cases=len(split.cases))
    model, _ = fit_model(split.before, now=now, progress=progress)
    ours = score_cases("fitted", "ours", served(model), split.cases)
    others = [score_cases(f"popularity of {days:.0f} days", "peer", popularity_of_days(split.before, days), split.cases) for days in _POPULAR_DAYS]
    if serving is not None and split.day > _fitted_until(serving):
        others.append(score_cases("serving now", "peer", served(open_model(serving)), split.cases))
    return _verdict(ours, others, split)


def _split(baskets: Baskets, serving: Path | None) -> TimeSplit:
    if serving is not None:
        since = split_at(baskets, np.nextafter(_fitted_until(serving), np.inf))
        if len(since.cases) >= MIN_CASES:
            return since
    day = float(np.quantile(baskets.days, FITTED_SHARE)) if baskets.count else 0.0
    return split_at(baskets, day)


def _fitted_until(serving: Path) -> float:
    return day_of(open_model(serving).trends.until)


def _verdict(ours: Scored, others: list[Scored], split: TimeSplit) -> GateVerdict:
    figures: list[tuple[str, str, float]] = []
    for system in (ours, *others):
        for metric, values in system.figures.items():
            estimate = bootstrap(values)
            bounds = (("", estimate.mean), (" (low)", estimate.low), (" (high)", estimate.high))
            figures += [(system.name, f"{metric}{bound}", value) for bound, value in bounds]
    best = max(others, key=lambda system: float(system.figures[METRIC].mean()))
    gain = paired_bootstrap(ours.figures[METRIC], best.figures[METRIC])
    worse = gain.high < 0
    sentence = (
        f"NDCG@{LIST_LENGTH} on {len(split.cases)} returning customers: fitted {ours.figures[METRIC].mean():.4f}, "
        f"best other ({best.name}) {best.figures[METRIC].mean():.4f}, difference {gain.mean:+.4f} [{gain.low:+.4f}, {gain.high:+.4f}]: "
        + ("surely worse, not to be published." if worse else "may be published.")
    )
    return GateVerdict(not worse, sentence, tuple(figures), len(split.cases))
