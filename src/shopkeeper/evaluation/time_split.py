"""A global time split: fit on the orders before a moment, then guess what returning customers buy next, as a set.

Nobody sees anybody's future, unlike with leave-one-out. A case is a customer who ordered before and after the moment; the targets are the
products of the first order after it that the customer did not have; what the customer has is not ranked.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np
from numpy.typing import NDArray

from shopkeeper.domain.ids import ProductId
from shopkeeper.evaluation.report import Role
from shopkeeper.metrics import ranking
from shopkeeper.recommend.candidates import from_history, steps_of
from shopkeeper.recommend.histories import Baskets
from shopkeeper.recommend.model import RecommendModel

LIST_LENGTH = 10


@dataclass(frozen=True, slots=True)
class BasketCase:
    """A customer: orders before the split (oldest first), and the new products of the first order after it."""

    customer: int
    orders: tuple[tuple[ProductId, ...], ...]
    targets: frozenset[ProductId]

    @property
    def owned(self) -> set[ProductId]:
        """All that the customer bought before."""
        return {product for order in self.orders for product in order}


@dataclass(frozen=True, slots=True)
class TimeSplit:
    """What is fitted on, and the cases after `day` (days since 1970)."""

    day: float
    before: Baskets
    cases: tuple[BasketCase, ...]


Ranker = Callable[[BasketCase], Sequence[ProductId]]
"""Ranks products for a case, best first; what the customer owns is left out."""


def split_at(baskets: Baskets, day: float) -> TimeSplit:
    """Split `baskets` (in the order of time) at `day`."""
    cut = int(np.searchsorted(baskets.days, day, side="left"))
    before = first_orders(baskets, cut)
    past: dict[int, list[tuple[ProductId, ...]]] = {}
    cases: list[BasketCase] = []
    done: set[int] = set()
    for place in range(baskets.count):
        customer = int(baskets.shoppers[place])
        if customer < 0:
            continue
        products = tuple(baskets.ids[item] for item in baskets.items[baskets.offsets[place] : baskets.offsets[place + 1]])
        if place < cut:
            past.setdefault(customer, []).append(products)
        elif customer in past and customer not in done:
            done.add(customer)
            owned = {product for order in past[customer] for product in order}
            if targets := frozenset(products) - owned:
                cases.append(BasketCase(customer, tuple(past[customer]), targets))
    return TimeSplit(day, before, tuple(cases))


def first_orders(baskets: Baskets, count: int) -> Baskets:
    """The first `count` orders, over the products that they hold."""
    end = baskets.offsets[count]
    present = np.unique(baskets.items[:end])
    renumbered = np.full(len(baskets.ids), -1, np.int32)
    renumbered[present] = np.arange(len(present))
    return Baskets(
        tuple(baskets.ids[item] for item in present),
        renumbered[baskets.items[:end]],
        baskets.offsets[: count + 1],
        baskets.shoppers[:count],
        baskets.days[:count],
    )


def served(model: RecommendModel) -> Ranker:
    """The product's `recommended_for_you`: fold-in of the customer's orders, filled up with what is popular."""
    popular = by_figure(model.ids, np.asarray(model.trends.popular))

    def rank(case: BasketCase) -> list[ProductId]:
        owned = case.owned
        own = (candidate.id for candidate in from_history(model, steps_of(case.orders, (), ())))
        return _first_new(chain(own, popular), owned)

    return rank


def popularity_of_days(baskets: Baskets, days: float) -> Ranker:
    """The products in most orders of the last `days` days."""
    recent = baskets.days[baskets.basket_of] > (baskets.days[-1] if baskets.count else 0.0) - days
    counts = np.bincount(baskets.items[recent], minlength=len(baskets.ids))
    order = by_figure(baskets.ids, counts.astype(float))
    return lambda case: _first_new(order, case.owned)


def item_knn(baskets: Baskets, scores_of: Callable[[NDArray[np.int32]], NDArray[np.floating]]) -> Ranker:
    """Any scorer over item numbers as a ranker of cases, filled with nothing."""
    numbers = {product: number for number, product in enumerate(baskets.ids)}

    def rank(case: BasketCase) -> list[ProductId]:
        steps = steps_of(case.orders, (), ())
        known = np.array([numbers[product] for product in steps.products if product in numbers], dtype=np.int32)
        if len(known) == 0:
            return []
        scores = scores_of(known)
        best = np.argsort(-scores, kind="stable")[: LIST_LENGTH + len(known)]
        return _first_new((baskets.ids[item] for item in best if scores[item] > 0), case.owned)

    return rank


def by_figure(ids: Sequence[ProductId], figures: NDArray[np.floating]) -> list[ProductId]:
    """`ids` by `figures`, highest first, those above 0."""
    return [ids[number] for number in np.argsort(-figures, kind="stable") if figures[number] > 0]


def _first_new(products: Iterator[ProductId] | Sequence[ProductId], owned: set[ProductId]) -> list[ProductId]:
    return list(islice(dict.fromkeys(product for product in products if product not in owned), LIST_LENGTH))


@dataclass(frozen=True, slots=True)
class Scored:
    """A system's lists and its figures per case."""

    name: str
    role: Role
    lists: tuple[Sequence[ProductId], ...]
    figures: Mapping[str, NDArray[np.float64]]


def score_cases(name: str, role: Role, ranker: Ranker, cases: Sequence[BasketCase]) -> Scored:
    """Rank every case and score it."""
    lists = tuple(ranker(case) for case in cases)
    pairs = list(zip(lists, cases, strict=True))
    figures = {
        "ndcg@10": [ranking.ndcg(shown, dict.fromkeys(case.targets, 1.0)) for shown, case in pairs],
        "recall@10": [ranking.recall(shown, case.targets) for shown, case in pairs],
        "recall@5": [ranking.recall(shown, case.targets, 5) for shown, case in pairs],
        "hit@10": [ranking.hit_rate(shown, case.targets) for shown, case in pairs],
    }
    return Scored(name, role, lists, {metric: np.array(values, dtype=np.float64) for metric, values in figures.items()})
