"""What a ranked list is worth, by the field's formulas.

`ranked` is a list of ids, best first, each once. `judged` maps the ids that somebody judged to a grade (0 = not relevant); an id that is not in
it is unjudged. Figures are fractions of one; `nan` marks a case that has no answer (nothing relevant), so that it cannot slip into a mean.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

RELEVANT_GRADE = 1
"""A grade of at least this counts as relevant where a formula knows only yes and no."""


def dcg(grades: Sequence[float], k: int) -> float:
    """Discounted cumulative gain of the first `k` grades: sum of (2^grade - 1) / log2(place + 1), places from 1 (Burges et al. 2005)."""
    return math.fsum((2.0**grade - 1.0) / math.log2(place + 1) for place, grade in enumerate(grades[:k], start=1))


def ndcg(ranked: Sequence[str], judged: Mapping[str, float], k: int = 10) -> float:
    """`dcg` over the best that the judged items allow; unjudged = 0. `nan` where nothing judged is relevant."""
    ideal = dcg(sorted(judged.values(), reverse=True), k)
    if ideal <= 0:
        return math.nan
    return dcg([judged.get(item, 0.0) for item in ranked[:k]], k) / ideal


def condensed(ranked: Sequence[str], judged: Mapping[str, float]) -> list[str]:
    """`ranked` without what nobody judged (Sakai, SIGIR 2007): fair to systems that did not feed the pool, kind to those that retrieve noise."""
    return [item for item in ranked if item in judged]


def ndcg_condensed(ranked: Sequence[str], judged: Mapping[str, float], k: int = 10) -> float:
    """`ndcg` of the condensed list. Hand in a long list (a few hundred), or the condensed one runs short of `k`."""
    return ndcg(condensed(ranked, judged), judged, k)


def judged_share(ranked: Sequence[str], judged: Collection[str], k: int = 10) -> float:
    """Share of the first `k` shown items that somebody judged (judged@k); `nan` for an empty list."""
    shown = ranked[:k]
    return sum(item in judged for item in shown) / len(shown) if shown else math.nan


def bpref(ranked: Sequence[str], judged: Mapping[str, float]) -> float:
    """Binary preference (Buckley and Voorhees, SIGIR 2004, as trec_eval computes it): how seldom a judged wrong item stands above a right one.

    Unjudged items are passed over. `nan` where nothing is relevant.
    """
    relevant = sum(grade >= RELEVANT_GRADE for grade in judged.values())
    if relevant == 0:
        return math.nan
    bound = min(relevant, len(judged) - relevant)
    wrong_above = 0
    total = 0.0
    for item in ranked:
        grade = judged.get(item)
        if grade is None:
            continue
        if grade >= RELEVANT_GRADE:
            total += 1.0 - (min(wrong_above, bound) / bound if bound else 0.0)
        else:
            wrong_above += 1
    return total / relevant


def precision(ranked: Sequence[str], relevant: Collection[str], k: int = 10) -> float:
    """Share of `k` places that hold a relevant item; an empty place counts as a wrong one."""
    return sum(item in relevant for item in ranked[:k]) / k


def recall(ranked: Sequence[str], relevant: Collection[str], k: int = 10) -> float:
    """Share of the relevant items that stand among the first `k`; with one relevant item this is the hit rate. `nan` where nothing is relevant."""
    if not relevant:
        return math.nan
    return sum(item in relevant for item in ranked[:k]) / len(relevant)


def hit_rate(ranked: Sequence[str], relevant: Collection[str], k: int = 10) -> float:
    """1 if at least one of the first `k` is relevant, else 0; `nan` where nothing is relevant."""
    if not relevant:
        return math.nan
    return float(any(item in relevant for item in ranked[:k]))


def reciprocal_rank(ranked: Sequence[str], relevant: Collection[str], k: int | None = None) -> float:
    """1 / place of the first relevant item among the first `k` (None = all), 0 if there is none; the mean over cases is MRR."""
    if not relevant:
        return math.nan
    return next((1.0 / place for place, item in enumerate(ranked[:k], start=1) if item in relevant), 0.0)


def average_precision(ranked: Sequence[str], relevant: Collection[str], k: int | None = None) -> float:
    """Mean of the precision at each relevant item's place, missing ones as 0; the mean over cases is MAP. `nan` where nothing is relevant."""
    if not relevant:
        return math.nan
    found = 0
    total = 0.0
    for place, item in enumerate(ranked[:k], start=1):
        if item in relevant:
            found += 1
            total += found / place
    return total / (len(relevant) if k is None else min(len(relevant), k))


def ndcg_of_ranks(ranks: ArrayLike, k: int = 10) -> NDArray[np.float64]:
    """NDCG@k of cases with one target each, from the target's rank (1 = first): 1 / log2(rank + 1) within `k`, else 0."""
    placed = np.asarray(ranks, dtype=np.float64)
    return np.where(placed <= k, 1.0 / np.log2(placed + 1.0), 0.0)


def hits_of_ranks(ranks: ArrayLike, k: int = 10) -> NDArray[np.float64]:
    """Recall@k (= hit rate) of cases with one target each, from the target's rank (1 = first)."""
    return (np.asarray(ranks) <= k).astype(np.float64)


def coverage(lists: Iterable[Sequence[str]], catalogue_size: int, k: int = 10) -> float:
    """Share of the catalogue that stands in at least one list's first `k` (aggregate diversity)."""
    if catalogue_size <= 0:
        return math.nan
    return len({item for shown in lists for item in shown[:k]}) / catalogue_size


def novelty(lists: Iterable[Sequence[str]], shares: Mapping[str, float], k: int = 10) -> float:
    """Mean self-information -log2 p of the shown items, in bits (Vargas and Castells, RecSys 2011); `shares` is each item's share of all sales.

    An item that was never sold counts as the rarest one known. `nan` where nothing is shown.
    """
    known = [share for share in shares.values() if share > 0]
    if not known:
        return math.nan
    rarest = min(known)
    bits = [-math.log2(max(shares.get(item, 0.0), rarest)) for shown in lists for item in shown[:k]]
    return math.fsum(bits) / len(bits) if bits else math.nan
