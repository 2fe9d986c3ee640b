"""`bench recommend` and `predict recommend`."""

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
import orjson

from shopkeeper.errors import BadInput
from shopkeeper.evaluation import next_item, recommend_systems
from shopkeeper.evaluation.datasets import online_retail
from shopkeeper.evaluation.datasets.sequences import (
    NextItemSet,
    SequenceSet,
    as_served,
    is_sequence_file,
    read_interactions,
    read_sequences,
    read_split_interactions,
    without_last,
)
from shopkeeper.evaluation.next_item import LIST_LENGTH, System
from shopkeeper.evaluation.report import BenchOutcome, BenchRequest, Ranked, Row
from shopkeeper.evaluation.retail_split import measure_time_split
from shopkeeper.metrics.intervals import paired_bootstrap
from shopkeeper.metrics.ranking import ndcg_of_ranks
from shopkeeper.ports.progress import Progress, Silent
from shopkeeper.recommend.fold_in import ItemWeights
from shopkeeper.recommend.histories import Baskets
from shopkeeper.recommend.ridge import DENSE_LIMIT


def run(request: BenchRequest) -> BenchOutcome:
    """Measure ours (and, with `peers`, the peers and ablations) on every data set that is recognised under `request.data`."""
    rows: list[Row] = []
    notes: list[str] = []
    for source in sources(request.data):
        parts = (
            [measure_time_split("online_retail", source, request)]
            if isinstance(source, Baskets)
            else (_measure(data, request) for data in _stages(source))
        )
        for measured, told in parts:
            rows += measured
            notes += told
    return BenchOutcome(recommend_systems.OURS, rows, notes)


def sources(paths: Sequence[Path]) -> Iterator[SequenceSet | NextItemSet | Baskets]:
    """The data sets under `paths`; `BadInput` for a path in which none is recognised."""
    if not paths:
        raise BadInput("names no data", field="--data", hint="Give a data set's folder, or set SHOPKEEPER_DATA.")
    for path in paths:
        found = list(_files(path))
        if not found:
            raise BadInput(
                f"holds no data set that this bench knows: {path}",
                field="--data",
                value=str(path),
                hint="Known: <name>.txt sequences, derived_interactions.parquet, derived_<name>_interactions.csv, online_retail.parquet.",
            )
        for file in found:
            yield _read(file)


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    for folder in (path, *sorted(child for child in path.iterdir() if child.is_dir())):
        yield from (file for file in sorted(folder.iterdir()) if file.is_file() and _known(file))


def _known(file: Path) -> bool:
    if file.suffix == ".txt":
        return is_sequence_file(file)
    return file.name in ("derived_interactions.parquet", online_retail.FILE) or (
        file.name.startswith("derived_") and file.name.endswith("_interactions.csv")
    )


def _read(file: Path) -> SequenceSet | NextItemSet | Baskets:
    if file.name == online_retail.FILE:
        return online_retail.read_retail_baskets(file)
    if file.suffix == ".parquet":
        return read_interactions(file, "games")
    if file.suffix == ".csv":
        return read_split_interactions(file)
    return read_sequences(file)


def _stages(source: SequenceSet | NextItemSet) -> list[NextItemSet]:
    return [source] if isinstance(source, NextItemSet) else [without_last(source), as_served(source)]


def _measure(data: NextItemSet, request: BenchRequest) -> tuple[list[Row], list[str]]:
    histories = recommend_systems.histories_of(data.items, data.fit)
    system, gram, weights = recommend_systems.ours(histories)
    done = next_item.rank_all(system, data)
    rows = list(next_item.rows_of_ranks(system, data, done))
    if request.predictions is not None:
        for ranked in next_item.predictions(data, done):
            request.predictions.ranked(ranked)
    notes: list[str] = []
    others: list[tuple[System, next_item.Ranks]] = []
    if request.peers and not data.name.endswith("/served"):
        if len(data.items) > DENSE_LIMIT:
            notes.append(f"{data.name}: {len(data.items):,} items are too many for the dense form.")
        contenders = chain(
            recommend_systems.peers(histories), recommend_systems.parts(weights), recommend_systems.shapes(gram), recommend_systems.dense(gram)
        )
        others += [(contender, next_item.rank_all(contender, data)) for contender in contenders]
    others += list(_given(data, request.peers_from))
    for contender, ranks in others:
        rows += list(next_item.rows_of_ranks(contender, data, ranks))
        gain = paired_bootstrap(ndcg_of_ranks(done.ranks), ndcg_of_ranks(ranks.ranks))
        notes.append(f"{data.name}: ndcg@10 {system.name} - {contender.name} = {gain.mean:+.4f} [{gain.low:+.4f}, {gain.high:+.4f}]")
    return rows, notes


def _given(data: NextItemSet, rankings: Sequence[Ranked]) -> Iterator[tuple[System, next_item.Ranks]]:
    """Rankings of other systems for this data set."""
    by_system: dict[str, dict[str, Sequence[str]]] = {}
    for ranked in rankings:
        if ranked.dataset == data.name:
            by_system.setdefault(ranked.system or "given", {})[ranked.case] = ranked.ranked
    for name, lists in by_system.items():
        yield System(name, "peer", _no_scores), next_item.ranks_of_lists(data, lists)


def _no_scores(_: object) -> np.ndarray:
    raise BadInput("a ranking that was given cannot score anew", field="--peers-from")


def predict_recommend(data: Path, out: Path, progress: Progress = Silent()) -> int:
    """Fit on every line of the sequences in `data`, write the next 20 items a line to `out` as JSON Lines; returns how many were written.

    The history's items are left out; where behaviour has fewer than 20 to say, the most bought fill up.
    """
    files = [file for file in _files(data) if file.suffix == ".txt"]
    if not files:
        raise BadInput(f"holds no <name>.txt of sequences: {data}", field="--data", value=str(data), hint="A line is a name, then item ids.")
    written = 0
    with out.open("wb") as lines:
        for file in files:
            source = read_sequences(file)
            for row in _predicted(source, progress):
                lines.write(orjson.dumps({"dataset": row.dataset, "case": row.case, "ranked": row.ranked}) + b"\n")
                written += 1
    return written


def _predicted(source: SequenceSet, progress: Progress) -> Iterator[Ranked]:
    histories = recommend_systems.histories_of(source.items, source.sequences)
    _, _, weights = recommend_systems.ours(histories)
    popular = np.argsort(-np.bincount(histories.items, minlength=len(source.items)), kind="stable")
    for place, (case, history) in enumerate(zip(source.cases, source.sequences, strict=True)):
        if place % 1_000 == 0:
            progress.step(f"{source.name}: shoppers ranked", place, len(source.cases))
        yield Ranked(source.name, case, tuple(source.items[item] for item in next_items(weights, history, popular)))


def next_items(weights: ItemWeights, history: np.ndarray, popular: np.ndarray, count: int = LIST_LENGTH) -> list[int]:
    """The `count` items that the product would show to a shopper with `history`, none of it among them."""
    scores = recommend_systems.fold_in(weights, history)
    scores[history] = -np.inf
    ranked = [int(item) for item in next_item.top(scores, count) if item >= 0]
    taken = {*ranked, *history.tolist()}
    for item in popular:
        if len(ranked) >= count:
            break
        if int(item) not in taken:
            ranked.append(int(item))
    return ranked
