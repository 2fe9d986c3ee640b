"""EASE: which items go together, regardless of order (Steck, WWW 2019, "Embarrassingly Shallow Autoencoders for Sparse Data").

    P = (X'X + l2 I)^-1,   B_ij = -P_ij / P_jj,   B_jj = 0

Column j of B is the ridge regression of item j on all the others; `fit_ease` solves it over j's strongest neighbours alone (`ridge`).
"""

import numpy as np
from numpy.typing import NDArray

from shopkeeper.ports.progress import Progress, Silent
from shopkeeper.recommend.ridge import SUPPORT, dense_inverse, neighbour_ridge
from shopkeeper.recommend.tables import SparseTable

EASE_L2 = 100.0


def fit_ease(together: SparseTable, *, l2: float = EASE_L2, support: int = SUPPORT, progress: Progress = Silent()) -> SparseTable:
    """Weights (from item, to item) from the co-purchase sums `together` = X'X, over each item's `support` neighbours."""
    return neighbour_ridge(together, together, l2=l2, support=support, progress=progress, name="items bought together")


def dense_ease(together: SparseTable, *, l2: float = EASE_L2) -> NDArray[np.float32]:
    """The full closed form, all pairs, float32."""
    weights = dense_inverse(together, l2=l2)
    weights /= -weights.diagonal()[None, :]
    np.fill_diagonal(weights, 0.0)
    return weights
