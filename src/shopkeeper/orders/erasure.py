"""What an erased shopper leaves behind here: nothing in carts, and orders that no longer say whose they were.

Carts go. Orders stay, because the law makes a shop keep what it sold, when and for how much (in China three years, E-Commerce Law art. 31;
invoices in the European Union six to ten years): who placed them, the account in the history and the coupon uses' shopper go at once; name, phone
and street go at once from what is delivered or cancelled, and from what is still on its way with the step that ends it, since the parcel needs them
until then. A shop that must keep names on invoices keeps them in its books, not here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from shopkeeper.domain.ids import ShopperId
from shopkeeper.ports.orders import CartStore, PlacedOrderStore


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many carts went, and from how many orders the shopper was taken."""

    carts: int
    orders: int


def forget_shoppers(shoppers: Sequence[ShopperId], carts: CartStore, placed: PlacedOrderStore) -> Forgotten:
    """Forget `shoppers`, all identities of a person. Again: nothing more."""
    return Forgotten(carts.forget(shoppers), placed.detach(shoppers))
