"""The contract of `shopkeeper bench`: rows of metrics, one form for every claim.

A bench measures and does not judge. Metrics are fractions of one (or carry their unit in the key: `p95_ms`, `fit_seconds`); keys are lower case.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

Role = Literal["ours", "peer", "ablation"]


@dataclass(frozen=True, slots=True)
class Row:
    """One system's figures on one slice of one data set; slice `all` is the whole; `n` counts the cases (queries, shoppers, rows)."""

    system: str
    role: Role
    dataset: str
    slice: str
    n: int
    metrics: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BenchOutcome:
    """What a bench function returns; `ours` is the system that the product serves by default; `notes` go under the table."""

    ours: str
    rows: Sequence[Row]
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Ranked:
    """One scored ranking, as `--predictions` writes it and `--peers-from` reads it: `{"dataset", "case", "ranked"}` (and `"system"`)."""

    dataset: str
    case: str
    ranked: tuple[str, ...]
    system: str = ""


class PredictionSink(Protocol):
    """Receives what was scored."""

    def ranked(self, row: Ranked) -> None:
        """Write one ranking of our system."""
        ...


@dataclass(frozen=True, slots=True)
class BenchRequest:
    """What a bench is asked: folders of data sets in their published layout, whether peers run too, where predictions go.

    `peers_from` holds rankings of other systems to be scored in the same run, by data set and case.
    """

    data: Sequence[Path]
    peers: bool = False
    peers_from: Sequence[Ranked] = ()
    predictions: PredictionSink | None = None
    options: Mapping[str, str] = field(default_factory=dict)
