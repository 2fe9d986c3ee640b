"""Who is who: identities by pseudonym, which of them are one person, and what each agreed to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shopkeeper.domain.ids import ShopperId
from shopkeeper.domain.segment import Segment, SegmentId
from shopkeeper.domain.shopper import Consent, IdentityKind, Shopper


@dataclass(frozen=True, slots=True)
class Pseudonym:
    """An identity as a row may name it: its kind, and a keyed digest of its value that says nothing without the shop's key."""

    kind: IdentityKind
    digest: str


@dataclass(frozen=True, slots=True)
class SealedNote:
    """Something kept about one shopper, sealed under their key; `id` tells their notes apart, `kind` says what to do with it."""

    shopper: ShopperId
    id: str
    kind: str
    written: datetime
    sealed: bytes


class NoteStore(Protocol):
    """Notes about shoppers."""

    def put(self, note: SealedNote) -> None:
        """Insert or replace the note of that shopper and id."""
        ...

    def of_shoppers(self, shoppers: Sequence[ShopperId]) -> list[SealedNote]:
        """Every note about these, oldest first."""
        ...

    def forget(self, shoppers: Sequence[ShopperId]) -> int:
        """Remove the notes about these; returns how many went."""
        ...


class SegmentStore(Protocol):
    """Segments and who is in them."""

    def replace(self, segments: Sequence[Segment], members: Mapping[SegmentId, Sequence[ShopperId]]) -> None:
        """Make these the segments, in one step; what was there before goes."""
        ...

    def all(self) -> list[Segment]:
        """Every segment, with the present number of its members, by id."""
        ...

    def of_shopper(self, shopper: ShopperId) -> list[Segment]:
        """The segments that a person is in, by id."""
        ...

    def members(self, segment: SegmentId) -> list[ShopperId]:
        """The persons in a segment, by number."""
        ...

    def forget(self, shoppers: Sequence[ShopperId]) -> int:
        """Take these out of every segment; returns how many memberships went."""
        ...


class ErasureStore(Protocol):
    """Certificates of erasures."""

    def put(self, certificate: str, at: datetime, document: bytes) -> None:
        """Keep a certificate under its id."""
        ...

    def get(self, certificate: str) -> bytes | None:
        """The document, or None where there is none of that id."""
        ...

    def recent(self, *, limit: int = 50) -> list[bytes]:
        """The newest documents, newest first."""
        ...


class ShopperStore(Protocol):
    """Identities and persons."""

    def enlist(self, pseudonyms: Sequence[Pseudonym], at: datetime) -> dict[Pseudonym, ShopperId]:
        """The number of each; one that is new (or was erased) gets the next."""
        ...

    def find(self, pseudonyms: Sequence[Pseudonym]) -> dict[Pseudonym, ShopperId]:
        """The numbers of those that are known."""
        ...

    def person(self, shopper: ShopperId) -> Shopper:
        """The person that this identity is part of."""
        ...

    def persons(self, shoppers: Sequence[ShopperId]) -> Mapping[ShopperId, ShopperId]:
        """For each identity the one that it was merged into (itself where it was not): how counts become counts of persons."""
        ...

    def merge(self, visitor: ShopperId, into: ShopperId, at: datetime) -> bool:
        """Make `visitor` and all that was merged into it part of `into`'s person; False if they were one already. `Refused` (409) for one that
        belongs to another user."""
        ...

    def unmerge(self, visitor: ShopperId, at: datetime) -> bool:
        """Undo the merge of `visitor`; False if there is none."""
        ...

    def consents(self, shoppers: Sequence[ShopperId]) -> dict[ShopperId, tuple[Consent, ...]]:
        """The newest answer to each purpose of those who gave any."""
        ...

    def consent(self, shopper: ShopperId, given: Sequence[Consent]) -> None:
        """Add answers; the answers before stay as history."""
        ...

    def consent_many(self, given: Mapping[ShopperId, Sequence[Consent]]) -> None:
        """Add the answers of several shoppers, in one transaction."""
        ...

    def history(self, shoppers: Sequence[ShopperId]) -> list[Consent]:
        """Every answer that these identities ever gave, oldest first."""
        ...

    def erase(self, shoppers: Sequence[ShopperId], at: datetime) -> None:
        """Forget which identities these numbers were, and their answers; the numbers themselves are never given again."""
        ...

    def count(self) -> int:
        """How many identities are known and not erased."""
        ...


@dataclass(frozen=True, slots=True)
class BotFlag:
    """Why an identity is taken for a program: the rule, and what was seen; `lifted` where a person said that it is none."""

    shopper: ShopperId
    at: datetime
    reason: str
    evidence: str
    lifted: datetime | None = None


class BotStore(Protocol):
    """Who is taken for a program."""

    def flag(self, flags: Sequence[BotFlag]) -> int:
        """Add flags; whoever was flagged before keeps the first, and one that was lifted stays so. Returns how many are new."""
        ...

    def lift(self, shopper: ShopperId, at: datetime) -> bool:
        """Say that this is no program, for good; False if it is not flagged."""
        ...

    def flagged(self) -> frozenset[ShopperId]:
        """Every identity that is flagged and not lifted."""
        ...

    def all(self, *, limit: int = 100) -> list[BotFlag]:
        """The newest flags, newest first, lifted ones too."""
        ...
