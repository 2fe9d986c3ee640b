"""What an import is asked and what it answers."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, TypeAlias

from shopkeeper.catalog.rejects import reason_in, rejected
from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.product import DEFAULT_MARKET, Market, OfferPatch, Product
from shopkeeper.domain.task import Reject
from shopkeeper.domain.texts import Lang
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import code_of, plain_values, told

FormatName = Literal["google-tsv", "google-xml", "shopify", "shopify-classic", "schema-org", "jsonl", "mapped"]
MAX_REJECT_KINDS: Final = 40
"""Reasons that are counted apart; a feed that is wrong in more ways than that gets the rest as one line."""
FIRST_REJECTS: Final = 20


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a file is to be read.

    `lang` and `currency` fill what the format itself does not say (None: language by script; a format without currency is then refused).
    `delete_missing`: products of the shop that the file no longer names become tombstones; `force` allows that for more than half of them.
    `derive_products` (orders only): what the lines say of their products is put into the catalogue, never over one that came from elsewhere.
    """

    format: FormatName | Literal["auto"] = "auto"
    column_map: Path | None = None
    dry_run: bool = False
    delete_missing: bool = False
    force: bool = False
    derive_products: bool = False
    lang: Lang | None = None
    currency: str | None = None
    market: Market = DEFAULT_MARKET
    encoding: str | None = None
    batch_size: int = 1_000


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or with `dry_run` would do. `rejected` and `dropped` count rows by reason.

    `fault` is set when the file could not be read to its end (the rows before it landed); `not_deleted` says why `delete_missing` was refused.
    `not_listed` counts products that are kept but that no list of the shop shows, because they are priced in another currency than their market's.
    `examples` has a reject of each kind in `rejected`.
    """

    source: str
    format: str
    encoding: str = ""
    dry_run: bool = False
    read: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    dropped: Mapping[str, int] = field(default_factory=dict)
    first_rejects: Sequence[Reject] = ()
    seconds: float = 0.0
    bytes_read: int = 0
    fault: Reject | None = None
    not_deleted: str = ""
    not_listed: int = 0
    first_not_listed: Sequence[Reject] = ()
    examples: Mapping[str, Reject] = field(default_factory=dict)

    @property
    def error(self) -> str:
        """Why the file could not be read to its end, in English; empty if it could."""
        return "" if self.fault is None else f"{self.fault.field}: {self.fault.reason}"

    @property
    def faults(self) -> tuple[Reject, ...]:
        """What kept the import from doing all that was asked."""
        kept = Reject(0, "", "", self.not_deleted, code=code_of(self.not_deleted), values=plain_values(self.not_deleted))
        return tuple(fault for fault in (self.fault, kept if self.not_deleted else None) if fault is not None)

    @property
    def rejects(self) -> int:
        """How many rows were rejected, whatever the reason."""
        return sum(self.rejected.values())

    @property
    def landed(self) -> int:
        """How many things (products, orders …) are now as the file says."""
        return self.inserted + self.updated + self.unchanged

    @property
    def clean(self) -> bool:
        """True if the file was read to its end, nothing was rejected, and what was asked to be deleted is."""
        return not self.error and not self.rejects and not self.not_deleted

    @property
    def kept(self) -> int:
        """How many of the rows that were read were neither rejected nor dropped; with those two it adds up to `read`."""
        return self.read - self.rejects - sum(self.dropped.values())

    def counts(self) -> tuple[tuple[str, int], ...]:
        """The figures as a task keeps them."""
        names = ("read", "inserted", "updated", "unchanged", "deleted", "rejects")
        dropped = tuple((f"dropped: {reason}", count) for reason, count in self.dropped.items())
        unlisted = (("not_listed", self.not_listed),) if self.not_listed else ()
        return tuple((name.replace("rejects", "rejected"), getattr(self, name)) for name in names) + unlisted + dropped


class RejectTally:
    """Counts rejects by reason and keeps the first few."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.first: list[Reject] = []
        self.examples: dict[str, Reject] = {}

    def add(self, reject: Reject) -> None:
        """Count one more."""
        reason = reason_kind(reject)
        if reason not in self.counts and len(self.counts) >= MAX_REJECT_KINDS:
            reason = "other reasons"
        self.counts[reason] += 1
        self.examples.setdefault(reason, reject)
        if len(self.first) < FIRST_REJECTS:
            self.first.append(reject)


_PARTICULARS = re.compile(r"“[^”]*”|'(?:[^'\\]|\\.)*'|\"[^\"]*\"|\d[\d.,]*")


def reason_kind(reject: Reject, lang: Lang = "en") -> str:
    """The reject's reason without its particulars, so that rows that fail alike are counted together."""
    named = re.sub(r"\[\d+\]", "[]", reject.field)
    reason = _PARTICULARS.sub("…", reason_in(reject, lang))
    return f"{named}: {reason}" if named else reason


@dataclass(frozen=True, slots=True)
class PutProduct:
    """A whole product to insert or replace."""

    product: Product


@dataclass(frozen=True, slots=True)
class PatchOffer:
    """A partial update of price and stock."""

    patch: OfferPatch


@dataclass(frozen=True, slots=True)
class DeleteProduct:
    """A product to turn into a tombstone."""

    id: ProductId


@dataclass(frozen=True, slots=True)
class InvalidOperation:
    """An operation that could not even be read; it stands in a batch so that its place in the report is kept."""

    id: str
    fault: BadInput


Operation: TypeAlias = PutProduct | PatchOffer | DeleteProduct | InvalidOperation
OutcomeState = Literal["inserted", "updated", "unchanged", "patched", "deleted", "not_found", "invalid"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one operation of a batch, in the order in which they were sent."""

    index: int
    id: str
    state: OutcomeState
    fault: Reject | None = None

    @property
    def ok(self) -> bool:
        """True if the operation did what was asked."""
        return self.state not in ("not_found", "invalid")


@dataclass(frozen=True, slots=True)
class BatchReport:
    """The outcomes of a batch, one per operation."""

    outcomes: Sequence[Outcome]

    @property
    def failed(self) -> int:
        """How many operations did not land."""
        return sum(not outcome.ok for outcome in self.outcomes)

    def counts(self) -> tuple[tuple[str, int], ...]:
        """Operations by state."""
        return tuple(sorted(Counter(outcome.state for outcome in self.outcomes).items()))


# What a reader yields, item by item, in the order of the file.


@dataclass(frozen=True, slots=True)
class Found:
    """A product as it stands in the file at `line`; `part` names the file where a feed has several."""

    line: int
    product: Product
    part: str = ""


@dataclass(frozen=True, slots=True)
class Gone:
    """A row that says that a product is to be deleted."""

    line: int
    id: ProductId
    part: str = ""


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that cannot be used. `id` is the product that it speaks of, empty where even that is unknown."""

    reject: Reject
    id: str = ""


Item: TypeAlias = Found | Gone | Bad


def bad_row(line: int, fault: BadInput, *, row: str = "", id: str = "", part: str = "") -> Bad:
    """The reject for a fault that the domain or a field reader found."""
    return Bad(rejected(line, fault, row=row, part=part), id)


def repeated(line: int, id: str, before: int, *, part: str = "") -> Bad:
    """The reject for a row whose id stood at line `before` already (of the file `part`)."""
    return Bad(rejected(line, BadInput(told("repeated", line=before), field="id", value=id), part=part), id)
