"""Forgetting: what every part that keeps something of shoppers can do, so that an export is whole and an erasure leaves nothing out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from shopkeeper.domain.ids import CustomerId, ShopperId
from shopkeeper.domain.shopper import Identity

ModelState = Literal["downdated", "untouched", "waits"]
"""Taken out exactly; nothing of the shopper was in it; they are out of the data, and the model follows with the next fit."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """A person who asks: the numbers of all their identities, and the identities as far as they are known by name."""

    shoppers: tuple[ShopperId, ...]
    names: tuple[Identity, ...]

    @property
    def customers(self) -> tuple[CustomerId, ...]:
        """The person as orders and reviews call them: their user ids."""
        return tuple(CustomerId(who.value) for who in self.names if who.kind == "user")


@dataclass(frozen=True, slots=True)
class ModelTold:
    """A model by name and version, and what became of the shopper in it."""

    name: str
    version: str
    state: ModelState


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many things of each kind went, how many stay without a name on them, and what became of the models."""

    erased: Mapping[str, int] = field(default_factory=dict)
    kept: Mapping[str, int] = field(default_factory=dict)
    models: tuple[ModelTold, ...] = ()


class Forgets(Protocol):
    """A part that keeps something of shoppers. Both calls may be repeated: after a crash halfway everything is asked again."""

    def export(self, leaving: Leaving) -> Mapping[str, list[dict[str, Any]]]:
        """What is kept, as JSON documents by kind."""
        ...

    def forget(self, leaving: Leaving, at: datetime) -> Forgotten:
        """Forget it, for good."""
        ...
