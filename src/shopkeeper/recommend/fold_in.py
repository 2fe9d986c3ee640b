"""Fold-in: score every item for a shopper from the latest items, at request time, without the shopper being in any model.

    score = SHARE * sum_i s_i exp(-age_i / 2) T_i  +  (1 - SHARE) * sum_i s_i exp(-age_i / 3) B_i

over the shopper's items i, `age` in steps from the last one, `s` how strongly the item was taken up (1 = bought);
B: items that go together (`ease`), T: items that come next (`transitions`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopkeeper.recommend.rows import Rows

TOGETHER_DECAY_STEPS = 3.0
NEXT_DECAY_STEPS = 2.0
NEXT_SHARE = 0.5
MAX_ITEMS = 300
"""Latest items that are folded in; what lies further back weighs nothing."""


@dataclass(frozen=True, slots=True)
class ItemWeights:
    """The two tables that a history is folded into."""

    together: Rows
    following: Rows


def score(
    model: ItemWeights, items: NDArray[np.integer], ages: NDArray[np.integer], strengths: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """A score for every item, 0 where the history says nothing; `ages[i]` counts steps since `items[i]` (0 = the latest).

    `strengths[i]` says how strongly it was taken up, 1 where not told.
    """
    items, ages = items[-MAX_ITEMS:], ages[-MAX_ITEMS:]
    taken = np.ones(len(items)) if strengths is None else strengths[-MAX_ITEMS:]
    return _fold(model.together, items, (1 - NEXT_SHARE) * taken * np.exp(-ages / TOGETHER_DECAY_STEPS)) + _fold(
        model.following, items, NEXT_SHARE * taken * np.exp(-ages / NEXT_DECAY_STEPS)
    )


def _fold(rows: Rows, items: NDArray[np.integer], input_weights: NDArray[np.float64]) -> NDArray[np.float64]:
    place, columns, weights = rows.gather(items)
    return np.bincount(columns, weights=weights * input_weights[place], minlength=rows.size).astype(np.float64, copy=False)


def strongest_source(model: ItemWeights, items: NDArray[np.integer], ages: NDArray[np.integer], candidate: int) -> int | None:
    """Which of `items` adds most to the candidate's score: the one that the reason names; None where none adds anything."""
    items, ages = items[-MAX_ITEMS:], ages[-MAX_ITEMS:]
    shares = np.zeros(len(items))
    for rows, share, decay in (
        (model.together, 1 - NEXT_SHARE, TOGETHER_DECAY_STEPS),
        (model.following, NEXT_SHARE, NEXT_DECAY_STEPS),
    ):
        place, columns, weights = rows.gather(items)
        spoken = columns == candidate
        np.add.at(shares, place[spoken], weights[spoken] * share * np.exp(-ages[place[spoken]] / decay))
    best = int(shares.argmax()) if len(shares) else 0
    return int(items[best]) if len(shares) and shares[best] > 0 else None


def best(scores: NDArray[np.floating], count: int) -> NDArray[np.int64]:
    """The numbers of the `count` highest positive scores, best first; equal scores by number (a caller who minds permutes)."""
    positive = np.flatnonzero(scores > 0)
    if len(positive) > count:
        positive = positive[np.argpartition(-scores[positive], count - 1)[:count]]
    return positive[np.lexsort((positive, -scores[positive]))]
