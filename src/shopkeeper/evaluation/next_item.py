"""The protocol *next item*: full ranking, every shopper, history removed, ties against us.

rank = 1 + the items (not of the history) that score as high as the target or higher. Recall@k = hit rate, since there is one target.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from shopkeeper.evaluation.datasets.sequences import NextItemSet, Sequence32
from shopkeeper.evaluation.report import Ranked, Role, Row
from shopkeeper.metrics.intervals import bootstrap
from shopkeeper.metrics.ranking import hits_of_ranks, ndcg_of_ranks

LIST_LENGTH = 20
"""Items a case that predictions hold."""
TAIL_PURCHASES = 5
"""A target bought at most this often in what was fitted on belongs to the slice `tail`."""
SHORT, LONG = 3, 10


@dataclass(frozen=True, slots=True)
class System:
    """Something that ranks: `score(histories)` returns a score for every item, one row a history. `batch` 1 = timed as single requests."""

    name: str
    role: Role
    score: Callable[[Sequence[Sequence32]], NDArray[np.floating]]
    facts: Mapping[str, float] = field(default_factory=dict)
    batch: int = 512


@dataclass(frozen=True, slots=True)
class Ranks:
    """What a system did with each case: the target's rank, its first items, and (for `batch` 1) milliseconds a request."""

    ranks: NDArray[np.int64]
    lists: NDArray[np.int32]
    milliseconds: NDArray[np.float64]


def rank_all(system: System, data: NextItemSet) -> Ranks:
    """Rank every case of `data` with `system`."""
    ranks = np.empty(len(data.cases), np.int64)
    lists = np.full((len(data.cases), LIST_LENGTH), -1, np.int32)
    spent: list[float] = []
    for start in range(0, len(data.cases), system.batch):
        stop = min(start + system.batch, len(data.cases))
        began = time.perf_counter()
        scores = system.score(data.histories[start:stop])
        for case in range(start, stop):
            ranks[case], lists[case] = _place(scores[case - start], data.histories[case], int(data.targets[case]))
        if system.batch == 1:
            spent.append((time.perf_counter() - began) * 1_000)
    return Ranks(ranks, lists, np.array(spent))


def _place(scores: NDArray[np.floating], history: Sequence32, target: int) -> tuple[int, NDArray[np.int32]]:
    aim = scores[target]
    scores[history] = -np.inf
    # A target that is in its own history was removed with it; it counts as missed by everybody.
    rank = len(scores) if scores[target] == -np.inf else int((scores >= aim).sum())
    return rank, top(scores, LIST_LENGTH)


def top(scores: NDArray[np.floating], count: int) -> NDArray[np.int32]:
    """The `count` best items, best first, -1 where fewer score above nothing (0 or -inf)."""
    found = np.full(count, -1, np.int32)
    candidates = np.flatnonzero(scores > 0)
    if len(candidates) > count:
        candidates = candidates[np.argpartition(-scores[candidates], count - 1)[:count]]
    best = candidates[np.lexsort((candidates, -scores[candidates]))]
    found[: len(best)] = best
    return found


def rows_of_ranks(system: System, data: NextItemSet, done: Ranks) -> Iterator[Row]:
    """The row of the whole, then one a slice (by length of the history, and targets that are rarely bought)."""
    extra: dict[str, float] = {"coverage": len(np.unique(done.lists[:, :10][done.lists[:, :10] >= 0])) / max(len(data.items), 1), **system.facts}
    if len(done.milliseconds):
        extra |= {"p50_ms": float(np.percentile(done.milliseconds, 50)), "p95_ms": float(np.percentile(done.milliseconds, 95))}
    for name, chosen in slices(data).items():
        if chosen.any():
            yield _row(system, data.name, name, done.ranks[chosen], extra if name == "all" else {})


def slices(data: NextItemSet) -> dict[str, NDArray[np.bool_]]:
    """Which cases belong to which slice."""
    lengths = np.array([len(history) for history in data.histories])
    bought = np.bincount(np.concatenate(data.fit) if data.fit else np.zeros(0, int), minlength=len(data.items))[data.targets]
    return {
        "all": np.ones(len(lengths), bool),
        "short": lengths <= SHORT,
        "medium": (lengths > SHORT) & (lengths < LONG),
        "long": lengths >= LONG,
        "tail": (bought <= TAIL_PURCHASES) & (bought > 0),
        "cold": bought == 0,
    }


def _row(system: System, dataset: str, slice_name: str, ranks: NDArray[np.int64], extra: Mapping[str, float]) -> Row:
    cases = {"ndcg@10": ndcg_of_ranks(ranks, 10), "recall@10": hits_of_ranks(ranks, 10), "recall@5": hits_of_ranks(ranks, 5)}
    estimates = {metric: bootstrap(values) for metric, values in cases.items()}
    return Row(
        system.name,
        system.role,
        dataset,
        slice_name,
        len(ranks),
        {metric: estimate.mean for metric, estimate in estimates.items()} | dict(extra),
        {metric: estimate.interval for metric, estimate in estimates.items()},
    )


def predictions(data: NextItemSet, done: Ranks) -> Iterator[Ranked]:
    """What was scored, by the data set's own ids."""
    for case, items in zip(data.cases, done.lists, strict=True):
        yield Ranked(data.name, case, tuple(data.items[item] for item in items if item >= 0))


def ranks_of_lists(data: NextItemSet, lists: Mapping[str, Sequence[str]]) -> Ranks:
    """Somebody else's rankings as ranks: what is not in the list counts as last; items of the history are taken out first."""
    numbers = {item: number for number, item in enumerate(data.items)}
    ranks = np.full(len(data.cases), len(data.items), np.int64)
    firsts = np.full((len(data.cases), LIST_LENGTH), -1, np.int32)
    for place, case in enumerate(data.cases):
        seen = set(data.histories[place].tolist())
        named = [number for number in dict.fromkeys(numbers.get(item, -1) for item in lists.get(case, ())) if number not in seen]
        if int(data.targets[place]) in named:
            ranks[place] = named.index(int(data.targets[place])) + 1
        known = [number for number in named if number >= 0][:LIST_LENGTH]
        firsts[place, : len(known)] = known
    return Ranks(ranks, firsts, np.zeros(0))
