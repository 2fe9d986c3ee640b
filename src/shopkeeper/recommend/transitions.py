"""Item transitions: what comes next, in order (the linear session models of Choi et al., WWW 2021, "SLIST", with decayed past and future).

W = (sum p p' + l2 I)^-1 sum p n'     p: decayed past at a step, n: decayed purchases of the steps that follow (`gram`)
"""

import numpy as np
from numpy.typing import NDArray

from shopkeeper.ports.progress import Progress, Silent
from shopkeeper.recommend.ridge import SUPPORT, dense_ridge, neighbour_ridge
from shopkeeper.recommend.tables import SparseTable

TRANSITION_L2 = 30.0


def fit_transitions(
    past: SparseTable, follows: SparseTable, *, l2: float = TRANSITION_L2, support: int = SUPPORT, progress: Progress = Silent()
) -> SparseTable:
    """Weights (from item, to item) from the sums of `gram`, over each item's `support` strongest predecessors."""
    return neighbour_ridge(past, follows, l2=l2, support=support, progress=progress, name="items bought next")


def dense_transitions(past: SparseTable, follows: SparseTable, *, l2: float = TRANSITION_L2) -> NDArray[np.float32]:
    """The full closed form, all pairs, float32."""
    weights = dense_ridge(past, follows, l2=l2)
    np.fill_diagonal(weights, 0.0)
    return weights
