"""What a person did lately, as the next list needs it: what to go on from, what they have, what they do not want to see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shopkeeper.domain.event import Event, EventName
from shopkeeper.domain.ids import ProductId

STRENGTHS: Final[Mapping[EventName, float]] = {
    "view_item": 0.5,
    "select_item": 0.5,
    "share": 0.7,
    "review": 0.7,
    "add_to_wishlist": 0.8,
    "add_to_cart": 0.9,
    "begin_checkout": 0.9,
    "purchase": 1.0,
}
"""How strongly each event folds in, against a purchase: a look is half as telling, a cart nearly as much."""
_DISLIKED: Final = 2.0
"""A rating up to this many stars says "not this"."""


@dataclass(frozen=True, slots=True)
class Touch:
    """A product that the person had to do with: `age` counts events since the last time, `strength` is that of the strongest thing they did."""

    product: ProductId
    age: int
    strength: float


@dataclass(frozen=True, slots=True)
class Recent:
    """`touched` oldest first, each product once; `bought` and not given back; `unwanted`: disliked, and not wanted again since."""

    touched: tuple[Touch, ...] = ()
    bought: frozenset[ProductId] = frozenset()
    unwanted: frozenset[ProductId] = frozenset()


def recent_of(events: Sequence[Event]) -> Recent:
    """Read `events` (newest first) as the next list needs them. The newest word on a product counts; a look does not take a dislike back."""
    latest: dict[ProductId, tuple[int, float]] = {}
    bought: dict[ProductId, bool] = {}
    unwanted: dict[ProductId, bool] = {}
    age = 0
    for event in events:
        strength = STRENGTHS.get(event.name, 0.0)
        disliked = event.name == "not_interested" or (event.name == "rate" and event.rating is not None and event.rating <= _DISLIKED)
        wanted = strength > STRENGTHS["view_item"]
        for item in event.items:
            if event.name in ("purchase", "refund"):
                bought.setdefault(item.product_id, event.name == "purchase")
            if disliked or wanted:
                unwanted.setdefault(item.product_id, disliked)
            if strength and item.product_id in latest:
                first, strongest = latest[item.product_id]
                latest[item.product_id] = (first, max(strongest, strength))
            elif strength:
                latest[item.product_id] = (age, strength)
        age += bool(strength and event.items)
    gone = frozenset(product for product, is_gone in unwanted.items() if is_gone)
    touched = [Touch(product, age, strength) for product, (age, strength) in latest.items() if product not in gone]
    return Recent(tuple(reversed(touched)), frozenset(product for product, has in bought.items() if has), gone)
