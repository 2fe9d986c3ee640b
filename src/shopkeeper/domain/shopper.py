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
