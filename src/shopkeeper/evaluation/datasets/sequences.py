"""Shoppers' item sequences in the order of time: the layouts in which sequential recommenders are published.

    <name>.txt                     a shopper a line: a running number, then item ids, oldest first (S3-Rec, CIKM 2020)
    derived_interactions.parquet   user, item in the order of rows (LLMRank's Amazon Video Games) -> `games`
    derived_<name>_interactions.csv   user, pos, item, split (MiniOneRec's Amazon Reviews 2018) -> `Office`

In published files item ids follow first appearance and leak the answer, so items are renumbered here in an order that hangs on their ids alone.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shopkeeper.errors import BadInput

Sequence32 = NDArray[np.int32]
_LINE = re.compile(r"\S+(?:[ \t]+\S+)+\s*")
_NUMBERS = re.compile(r"\S+(?:[ \t]+\d+)+\s*")
_LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class SequenceSet:
    """A data set: `sequences[i]` are the items (numbers into `items`) of the shopper `cases[i]`, oldest first."""

    name: str
    items: tuple[str, ...]
    cases: tuple[str, ...]
    sequences: tuple[Sequence32, ...]


@dataclass(frozen=True, slots=True)
class NextItemSet:
    """Fit on `fit`; for each case rank all items but those of `histories[i]`; `targets[i]` is the right one."""

    name: str
    items: tuple[str, ...]
    fit: tuple[Sequence32, ...]
    cases: tuple[str, ...]
    histories: tuple[Sequence32, ...]
    targets: NDArray[np.int64]


def is_sequence_file(path: Path) -> bool:
    """True if the first lines of `path` are a name and whole numbers each: how a folder's files are told apart from notes."""
    try:
        with path.open(encoding="utf-8") as lines:
            first = [line for _, line in zip(range(_LOOKED_AT), lines, strict=False)]
    except (OSError, UnicodeDecodeError):
        return False
    return bool(first) and all(_NUMBERS.fullmatch(line) for line in first if line.strip())


def read_sequences(path: Path) -> SequenceSet:
    """Read `<name>.txt`; `BadInput` names the line that is no sequence, or says that the file holds none."""
    cases: list[str] = []
    histories: list[list[str]] = []
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                if not _LINE.fullmatch(line):
                    raise BadInput("is no sequence", field=f"{path}:{number}", value=line[:80], hint="A line is a name, then item ids.")
                case, *items = line.split()
                cases.append(case)
                histories.append(items)
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"cannot be read: {error}", field=str(path)) from error
    if not cases:
        raise BadInput("holds no sequence", field=str(path), hint="A line is a name, then item ids.")
    return _numbered(path.stem, cases, histories)


def read_interactions(path: Path, name: str) -> SequenceSet:
    """Read a Parquet file of (user, item), with `pos` or else in the order of time within each user."""
    import polars as pl

    table = pl.read_parquet(path)
    if "pos" in table.columns:
        table = table.sort("pos", maintain_order=True)
    columns = table.columns
    user = _column(columns, ("user", "user_id", "uid"), path)
    item = _column(columns, ("item", "item_id", "iid"), path)
    grouped = table.select(pl.col(user).cast(pl.String).alias("user"), pl.col(item).cast(pl.String).alias("item")).group_by(
        "user", maintain_order=True
    )
    listed = grouped.agg(pl.col("item"))
    return _numbered(name, listed["user"].to_list(), listed["item"].to_list())


def read_split_interactions(path: Path) -> NextItemSet:
    """Read a CSV of (user, pos, item, split): fit on `train` rows; each `test` row is a case whose history is all the user's earlier rows."""
    import polars as pl

    table = pl.read_csv(path, schema_overrides={"user": pl.String, "item": pl.String}).sort("user", "pos", maintain_order=True)
    name = path.name.removeprefix("derived_").split("_")[0]
    numbers = _numbers(table["item"].to_list())
    fit: list[Sequence32] = []
    cases: list[str] = []
    histories: list[Sequence32] = []
    targets: list[int] = []
    for (user,), rows in table.group_by("user", maintain_order=True):
        items = np.array([numbers[item] for item in rows["item"].to_list()], dtype=np.int32)
        split = rows["split"].to_numpy()
        if (split == "train").any():
            fit.append(items[split == "train"])
        for place in np.flatnonzero(split == "test"):
            if place:
                cases.append(f"{user}:{place}")
                histories.append(items[:place])
                targets.append(int(items[place]))
    return NextItemSet(name, tuple(numbers), tuple(fit), tuple(cases), tuple(histories), np.array(targets, dtype=np.int64))


def without_last(data: SequenceSet) -> NextItemSet:
    """The test of the *next item* protocol: fit on seq[:-2], input seq[:-1], target seq[-1]."""
    return _stage(data, fit=-2, history=-1, label=data.name)


def validation(data: SequenceSet) -> NextItemSet:
    """Where choices are made: fit on seq[:-2], input seq[:-2], target seq[-2]; the last item stays unseen."""
    return _stage(data, fit=-2, history=-2, label=f"{data.name}/validation")


def as_served(data: SequenceSet) -> NextItemSet:
    """What a shop would serve: fit on seq[:-1], input seq[:-1], target seq[-1]; not comparable with published figures."""
    return _stage(data, fit=-1, history=-1, label=f"{data.name}/served")


def _stage(data: SequenceSet, *, fit: int, history: int, label: str) -> NextItemSet:
    """Shoppers too short to have a history and a target are no cases, but what they have is fitted on."""
    usable = [place for place, sequence in enumerate(data.sequences) if len(sequence) + history >= 1]
    return NextItemSet(
        label,
        data.items,
        tuple(sequence[:fit] for sequence in data.sequences if len(sequence) + fit >= 1),
        tuple(data.cases[place] for place in usable),
        tuple(data.sequences[place][:history] for place in usable),
        np.array([data.sequences[place][history] for place in usable], dtype=np.int64),
    )


def _numbered(name: str, cases: Sequence[str], histories: Sequence[Sequence[str]]) -> SequenceSet:
    numbers = _numbers(item for history in histories for item in history)
    return SequenceSet(
        name, tuple(numbers), tuple(cases), tuple(np.array([numbers[item] for item in history], dtype=np.int32) for history in histories)
    )


def _numbers(items: Iterable[str]) -> Mapping[str, int]:
    """A number for each item, in the order of a hash of its id: unrelated to when or by whom it was bought."""
    scattered = sorted(set(items), key=lambda item: (hashlib.blake2b(item.encode(), digest_size=8).digest(), item))
    return {item: number for number, item in enumerate(scattered)}


def _column(columns: Sequence[str], names: Sequence[str], path: Path) -> str:
    for name in names:
        if name in columns:
            return name
    raise BadInput(f"has none of the columns {', '.join(names)}", field=str(path), value=list(columns))
