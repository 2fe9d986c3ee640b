"""Shopper: who did something, and what they agreed to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from shopkeeper.domain.ids import ShopperId, check_id
from shopkeeper.errors import BadInput

Purpose = Literal["analytics", "personalisation", "marketing"]
"""What a shopper may agree to: being counted, getting lists of their own, being written to. What an order needs, needs no consent."""
PURPOSES: Final[tuple[Purpose, ...]] = get_args(Purpose)

IdentityKind = Literal["visitor", "user"]


@dataclass(frozen=True, slots=True)
class Identity:
    """How the shop's own pages call somebody: a `visitor` (an id in one browser) or a `user` (an id in the shop's accounts, signed in)."""

    kind: IdentityKind
    value: str

    def __post_init__(self) -> None:
        check_id(self.value, field=f"{self.kind}_id")


@dataclass(frozen=True, slots=True)
class Shopper:
    """One person as far as the shop can tell: the identity that was asked for, and every identity that was merged with it.

    `id` is the one that the others were merged into (a user's, where there is one); `all` holds it and the others, in order of number.
    """

    id: ShopperId
    all: tuple[ShopperId, ...]

    def __post_init__(self) -> None:
        if self.id not in self.all:
            raise BadInput("is not among its own identities", field="id", value=self.id)


@dataclass(frozen=True, slots=True)
class Consent:
    """What a shopper said to one purpose, and when: the newest counts. `source` says where (banner, my data, import, API)."""

    purpose: Purpose
    granted: bool
    at: datetime
    source: str = ""


Verdict = Literal["not_me", "less", "more", "as_found"]
"""What a shopper says of a line of their profile: it is not them, show less, show more; or take back what was said before."""
VERDICTS: Final[tuple[Verdict, ...]] = get_args(Verdict)


@dataclass(frozen=True, slots=True)
class Correction:
    """A shopper's own word on one line of their profile: the newest on a line counts."""

    facet: str
    key: str
    verdict: Verdict
    at: datetime

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise BadInput(f"{self.verdict!r} is not a verdict", field="verdict", value=self.verdict, hint=f"Known: {', '.join(VERDICTS)}.")
        for field, text in (("facet", self.facet), ("key", self.key)):
            if not 1 <= len(text) <= MAX_LINE:
                raise BadInput(f"has {len(text)} characters; 1 to {MAX_LINE} are allowed", field=field, value=text[:80])


MAX_LINE: Final = 500
"""Characters of a profile line's facet or key: a category's whole path is the longest."""
