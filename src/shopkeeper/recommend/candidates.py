"""Candidate generators: each returns products best first, where they come from, and what is known for the reason. None knows stock or filters."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice, zip_longest
from typing import Literal, TypeAlias

import numpy as np

from shopkeeper.domain.ids import ProductId
from shopkeeper.recommend.fold_in import best, score, strongest_source
from shopkeeper.recommend.model import RecommendModel
from shopkeeper.recommend.rows import Rows
from shopkeeper.shoppers.recent import Touch

Source = Literal["bought_next_and_together", "same_orders", "bought_together", "content", "best_sellers", "trending", "popular", "newest"]
SimilarProducts: TypeAlias = Callable[[ProductId, int], list[tuple[ProductId, float]]]

CONTENT_DEPTH = 60
"""Products asked from the content index for each context product: several pages' worth, so that filters leave some."""
_FUSION_OFFSET = 60
"""The constant of reciprocal rank fusion (Cormack et al., SIGIR 2009)."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a reason may say: the context product that brought the candidate, and the count that its source speaks of."""

    because: ProductId | None = None
    count: int = 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A product that may be shown. `evidence` is looked up only for those that are."""

    id: ProductId
    score: float
    source: Source
    evidence: Callable[[], Evidence] = Evidence


@dataclass(frozen=True, slots=True)
class Steps:
    """A shopper's latest products, oldest first, with how many steps (orders, looks) ago each was and how strongly it was taken up (1 = bought)."""

    products: tuple[ProductId, ...]
    ages: tuple[int, ...]
    strengths: tuple[float, ...]


def steps_of(orders: Iterable[Sequence[ProductId]], looked_at: Sequence[ProductId], beside: Sequence[ProductId], did: Sequence[Touch] = ()) -> Steps:
    """Orders (oldest first), then each product looked at as a step of its own, then what the shopper `did`, then what the list stands beside.

    The latest mention of a product counts.
    """
    steps = [*orders, *((product,) for product in looked_at)]
    later = 1 + max((touch.age for touch in did), default=-1) + bool(beside)
    latest: dict[ProductId, tuple[int, float]] = dict.fromkeys(beside, (0, 1.0))
    for touch in did:
        latest.setdefault(touch.product, (touch.age + bool(beside), touch.strength))
    for age, step in enumerate(reversed(steps), start=later):
        for product in step:
            latest.setdefault(product, (age, 1.0))
    entries = sorted(latest.items(), key=lambda entry: -entry[1][0])
    return Steps(tuple(product for product, _ in entries), tuple(age for _, (age, _) in entries), tuple(taken for _, (_, taken) in entries))


def _any(_: ProductId) -> bool:
    return True


def from_history(model: RecommendModel, steps: Steps, *, allows: Callable[[ProductId], bool] = _any) -> Iterator[Candidate]:
    """What comes next and goes together with the shopper's latest products (fold-in); passes quickly over what `allows` does not hold for."""
    entries = zip(steps.products, steps.ages, steps.strengths, strict=True)
    known = [(model.numbers[product], age, taken) for product, age, taken in entries if product in model.numbers]
    if not known:
        return
    items = np.array([number for number, _, _ in known])
    ages = np.array([age for _, age, _ in known])
    scores = score(model.weights, items, ages, np.array([taken for _, _, taken in known]))
    scores[items] = 0.0

    def evidence(number: int) -> Evidence:
        source = strongest_source(model.weights, items, ages, number)
        if source is None:
            return Evidence()
        count = model.weights.together.count(source, number) or model.weights.following.count(source, number)
        return Evidence(model.ids[source], count)

    for number in best(scores, len(scores)).tolist():
        if allows(model.ids[number]):
            yield Candidate(model.ids[number], float(scores[number]), "bought_next_and_together", partial(evidence, number))


def from_orders(model: RecommendModel, beside: Sequence[ProductId]) -> Iterator[Candidate]:
    """What stands in the same orders as the products beside the list, by the sum of the pairs' scores."""
    return _summed(model, model.baskets, beside, "same_orders")


def from_shoppers(model: RecommendModel, beside: Sequence[ProductId]) -> Iterator[Candidate]:
    """What shoppers of the products beside the list also bought, at any time."""
    return _summed(model, model.weights.together, beside, "bought_together")


def _summed(model: RecommendModel, rows: Rows, beside: Sequence[ProductId], source: Source) -> Iterator[Candidate]:
    numbers = np.array([model.numbers[product] for product in beside if product in model.numbers], dtype=np.int64)
    if len(numbers) == 0:
        return
    place, columns, weights = rows.gather(numbers)
    scores = np.bincount(columns, weights=weights, minlength=rows.size).astype(np.float64, copy=False)
    scores[numbers] = 0.0

    def evidence(number: int) -> Evidence:
        of_this = np.flatnonzero(columns == number)
        because = int(numbers[place[of_this[weights[of_this].argmax()]]])
        return Evidence(model.ids[because], rows.count(because, number))

    for number in best(scores, len(scores)).tolist():
        yield Candidate(model.ids[number], float(scores[number]), source, partial(evidence, number))


def from_content(products: Sequence[ProductId], similar: SimilarProducts) -> Iterator[Candidate]:
    """Products whose texts are close to those of `products` (oldest first: the last weighs most)."""
    joined: dict[ProductId, Candidate] = {}
    for age, product in enumerate(reversed(products)):
        for place, (found, _) in enumerate(similar(product, CONTENT_DEPTH), start=1):
            value = 1.0 / ((_FUSION_OFFSET + place) * (1 + age))
            if found not in joined or joined[found].score < value:
                joined[found] = Candidate(found, value, "content", partial(Evidence, product))
    yield from sorted(joined.values(), key=lambda candidate: -candidate.score)


def fused(*lists: Iterable[Candidate]) -> Iterator[Candidate]:
    """Lists joined by reciprocal rank; a product that stands in several keeps the evidence of the first."""
    joined: dict[ProductId, float] = {}
    first: dict[ProductId, Candidate] = {}
    for candidates in lists:
        for place, candidate in enumerate(islice(candidates, CONTENT_DEPTH), start=1):
            joined[candidate.id] = joined.get(candidate.id, 0.0) + 1.0 / (_FUSION_OFFSET + place)
            first.setdefault(candidate.id, candidate)
    for product, value in sorted(joined.items(), key=lambda entry: -entry[1]):
        yield replace(first[product], score=value)


def alternating(first: Iterator[Candidate], second: Iterator[Candidate]) -> Iterator[Candidate]:
    """One of each in turn, then the rest of the longer one."""
    for pair in zip_longest(first, second):
        yield from (candidate for candidate in pair if candidate is not None)
