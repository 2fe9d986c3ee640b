"""The truth that item-item models are solved from: sparse sums over shoppers that a shopper can be added to and taken out of, exactly.

    together = sum over shoppers of b b'      b: 1 where the shopper has the item        (EASE)
    past     = sum over steps of    p p'      p: the decayed past at a step               (item transitions, left side)
    follows  = sum over steps of    p n'      n: what was bought next                     (item transitions, right side)

Decay weights are rounded to multiples of 1/4096, so every product is a multiple of 2^-24 and sums up to 2^29 are exact in float64: adding a
shopper and taking the same shopper out leaves the very bits that were there, and equals a refit without that shopper (SPEC 4, erasure).
"""

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopkeeper.domain.ids import ProductId
from shopkeeper.errors import Broken
from shopkeeper.recommend.histories import Histories
from shopkeeper.recommend.tables import SparseTable, csr

PAST_DECAY_STEPS = 1.0
"""Steps after which a purchase weighs 1/e in the past of a transition."""
NEXT_STEPS = 5
"""A step's future is its next 5 steps at most."""
NEXT_DECAY_STEPS = 1.5
"""Steps after which what comes next weighs 1/e: the very next purchase says most."""
_GRAIN = 4_096
_SHOPPERS_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class Gram:
    """The three sums over `shoppers` shoppers, items by items; all float64 and exact. `ids[i]` is item i."""

    ids: tuple[ProductId, ...]
    shoppers: int
    together: SparseTable
    past: SparseTable
    follows: SparseTable

    def plus(self, histories: Histories) -> "Gram":
        """These sums with `histories` added; items that are new here come last."""
        grown, columns = self._reach(histories.ids)
        return grown._combined(gram_of(histories), columns, sign=1)

    def minus(self, histories: Histories) -> "Gram":
        """These sums without `histories`, which must have been added before in the same form (whole shoppers). Items stay, even bare ones."""
        grown, columns = self._reach(histories.ids)
        if grown is not self or histories.shoppers > self.shoppers:
            raise Broken("a history was to be taken out of the Gram matrix that was never in it", field="gram", value=histories.shoppers)
        return self._combined(gram_of(histories), columns, sign=-1)

    def _reach(self, ids: tuple[ProductId, ...]) -> tuple["Gram", NDArray[np.int64]]:
        """(these sums over at least `ids`, the number that each of `ids` has in them)."""
        numbers = {product: number for number, product in enumerate(self.ids)}
        columns = np.array([numbers.setdefault(product, len(numbers)) for product in ids], dtype=np.int64)
        if len(numbers) == len(self.ids):
            return self, columns
        shape = (len(numbers), len(numbers))
        wider = [_widened(table, shape) for table in (self.together, self.past, self.follows)]
        return Gram(tuple(numbers), self.shoppers, *wider), columns

    def _combined(self, other: "Gram", columns: NDArray[np.int64], *, sign: int) -> "Gram":
        shape = self.together.shape
        tables = []
        for mine, theirs in ((self.together, other.together), (self.past, other.past), (self.follows, other.follows)):
            entries = theirs.tocoo()
            moved = csr((entries.data * sign, (columns[entries.row], columns[entries.col])), shape=shape)
            tables.append(_canonical(csr(mine + moved)))
        return Gram(self.ids, self.shoppers + sign * other.shoppers, *tables)

    def save(self, path: Path) -> None:
        """Write the sums to `path` (.npz)."""
        arrays: dict[str, Any] = {"ids": np.array(self.ids, dtype=str), "shoppers": np.array(self.shoppers)}
        for name in ("together", "past", "follows"):
            table: SparseTable = getattr(self, name)
            arrays |= {f"{name}_data": table.data, f"{name}_indices": table.indices, f"{name}_indptr": table.indptr}
        # The fastest compression: the default takes ten times as long for a file a fifth smaller.
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as members:
            for name, array in arrays.items():
                with members.open(f"{name}.npy", "w", force_zip64=True) as out:
                    np.lib.format.write_array(out, np.asarray(array), allow_pickle=False)

    @classmethod
    def load(cls, path: Path) -> "Gram":
        """Read what `save` wrote."""
        with np.load(path, allow_pickle=False) as arrays:
            ids = tuple(ProductId(str(product)) for product in arrays["ids"])
            tables = [
                csr((arrays[f"{name}_data"], arrays[f"{name}_indices"], arrays[f"{name}_indptr"]), shape=(len(ids), len(ids)))
                for name in ("together", "past", "follows")
            ]
            return cls(ids, int(arrays["shoppers"]), *tables)


def gram_of(histories: Histories) -> Gram:
    """The sums over `histories`, in bounded memory (a few thousand shoppers at a time)."""
    size = len(histories.ids)
    together, past, follows = (csr((size, size), dtype=np.float64) for _ in range(3))
    for start in range(0, histories.shoppers, _SHOPPERS_AT_ONCE):
        part = _slice(histories, start, min(start + _SHOPPERS_AT_ONCE, histories.shoppers))
        bought = part.bought().astype(np.float64)
        before, after = steps_before_and_after(part)
        together += bought.T @ bought
        past += before.T @ before
        follows += before.T @ after
    return Gram(histories.ids, histories.shoppers, *(_canonical(table) for table in (together, past, follows)))


def steps_before_and_after(histories: Histories) -> tuple[SparseTable, SparseTable]:
    """(past, next) of every step that has a next one, as two tables of steps by items with decayed weights.

    The past holds the step's own purchases with weight 1, the one before with exp(-1 / PAST_DECAY_STEPS) and so on; the next holds the step
    after it with weight 1, the one after that with exp(-1 / NEXT_DECAY_STEPS), `NEXT_STEPS` of them.
    """
    steps_of_shopper = histories.steps[histories.offsets[1:] - 1].astype(np.int64) + 1
    first_step = np.cumsum(steps_of_shopper) - steps_of_shopper
    shopper = histories.shopper_of
    step = first_step[shopper] + histories.steps
    later_steps = steps_of_shopper[shopper] - 1 - histories.steps
    total = int(steps_of_shopper.sum())
    past = [(weight, lag, later_steps >= lag) for lag, weight in enumerate(_decay_table(PAST_DECAY_STEPS))]
    following = [(weight, -1 - gap, histories.steps > gap) for gap, weight in enumerate(_decay_table(NEXT_DECAY_STEPS)[:NEXT_STEPS])]
    has_next = np.ones(total, bool)
    has_next[first_step + steps_of_shopper - 1] = False
    before, after = (_shifted(histories, step, shifts, total) for shifts in (past, following))
    return csr(before[has_next]), csr(after[has_next])


def _shifted(histories: Histories, step: NDArray[np.int64], shifts: list[tuple[float, int, NDArray[np.bool_]]], total: int) -> SparseTable:
    """Steps by items: each entry stands, for each (weight, shift, which entries), `shift` steps after its own, with that weight."""
    rows = np.concatenate([step[chosen] + shift for _, shift, chosen in shifts])
    columns = np.concatenate([histories.items[chosen] for _, _, chosen in shifts])
    weights = np.concatenate([np.full(int(chosen.sum()), weight) for weight, _, chosen in shifts])
    return csr((weights, (rows, columns)), shape=(total, len(histories.ids)))


def _decay_table(tau: float) -> NDArray[np.float64]:
    """exp(-lag / tau) for lag 0, 1, ..., rounded to the grain, until it rounds to nothing."""
    table = np.round(np.exp(-np.arange(np.ceil(tau * np.log(2 * _GRAIN)) + 1) / tau) * _GRAIN) / _GRAIN
    return table[table > 0]


def _slice(histories: Histories, start: int, stop: int) -> Histories:
    """Shoppers `start` to `stop`, over the same items."""
    first, last = histories.offsets[start], histories.offsets[stop]
    return Histories(histories.ids, histories.items[first:last], histories.steps[first:last], histories.offsets[start : stop + 1] - first)


def _widened(table: SparseTable, shape: tuple[int, int]) -> SparseTable:
    entries = table.tocoo()
    return csr((entries.data, (entries.row, entries.col)), shape=shape)


def _canonical(table: SparseTable) -> SparseTable:
    table = csr(table)
    table.sum_duplicates()
    table.eliminate_zeros()
    table.sort_indices()
    return table
