"""CartService: a person's cart on every device. Two devices that turn out to be one person's have one cart from the next look on."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from shopkeeper.domain.cart import Cart, LineKey
from shopkeeper.domain.ids import CustomerId, ProductId, ShopperId, VariantId
from shopkeeper.domain.product import Product
from shopkeeper.domain.shopper import Identity, Shopper
from shopkeeper.errors import BadInput
from shopkeeper.events.log import EventLog
from shopkeeper.orders import cart as changes
from shopkeeper.ports.orders import Buyer, CartMoved, CartStore
from shopkeeper.ports.shoppers import ShopperStore
from shopkeeper.ports.stores import ProductStore

_TRIES: Final = 8
"""How often a change is made anew when another device was quicker; more than that many at one moment is no shopper."""


class CartService:
    """The carts of one shop. Who somebody is comes from the log of events and the identity merges, so a sign-in needs no call to here."""

    def __init__(
        self,
        store: CartStore,
        products: ProductStore,
        events: EventLog,
        shoppers: ShopperStore,
        *,
        currency: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._products = products
        self._events = events
        self._shoppers = shoppers
        self._currency = currency
        self._clock = clock

    def get(self, who: Identity) -> Cart:
        """The person's cart, empty where there is none; looking leaves no trace of somebody new."""
        number = self._events.find(who)
        if number is None:
            return Cart(ShopperId(0))
        return self._folded(self._shoppers.person(number))[0]

    def pieces(self, who: Identity) -> int:
        """How many pieces are in it."""
        return self.get(who).pieces

    def add(
        self, who: Identity, product_id: ProductId, variant_id: VariantId | None = None, quantity: int = 1, *, version: int | None = None
    ) -> Cart:
        """The cart with `quantity` more pieces. Without `variant_id` the product must have one version only. See `orders.cart.added`."""
        product = self._product(product_id)
        chosen = variant_id or _only_variant(product, product_id)
        return self._change(
            who, lambda cart: changes.added(cart, product, chosen, quantity, currency=self._currency, now=self._clock()), version=version
        )

    def change(self, who: Identity, key: LineKey, quantity: int, *, version: int | None = None) -> Cart:
        """The cart with exactly `quantity` pieces of that version, 0 = none. See `orders.cart.changed`."""
        product = self._product(key[0])
        return self._change(
            who, lambda cart: changes.changed(cart, key, quantity, product, currency=self._currency, now=self._clock()), version=version
        )

    def remove(self, who: Identity, key: LineKey, *, version: int | None = None) -> Cart:
        """The cart without that version."""
        return self._change(who, lambda cart: changes.removed(cart, key, now=self._clock()), version=version)

    def enter_coupon(self, who: Identity, code: str) -> Cart:
        """The cart with the code; whether it holds, the quote says."""
        return self._change(who, lambda cart: changes.with_coupon(cart, code, now=self._clock()))

    def drop_coupon(self, who: Identity, code: str) -> Cart:
        """The cart without the code."""
        return self._change(who, lambda cart: changes.without_coupon(cart, code, now=self._clock()))

    def settle(self, who: Identity) -> tuple[Cart, Buyer]:
        """The person's one cart as it is stored, and the person as a buyer: what a checkout begins with."""
        cart = self._change(who, lambda cart: cart)
        return cart, self.buyer(who)

    def put_back(self, who: Identity, other: Cart) -> Cart:
        """The cart with the lines of `other` in it again: what happens to a cart whose payment was declined."""
        return self._change(who, lambda cart: changes.merged(cart, other))

    def buyer(self, who: Identity) -> Buyer:
        """The person as a buyer; nobody yet for somebody new."""
        number = self._events.find(who)
        customer = CustomerId(who.value) if who.kind == "user" else None
        return Buyer(() if number is None else self._shoppers.person(number).all, customer)

    def number(self, who: Identity) -> ShopperId:
        """The identity's own number, given if it has none yet."""
        return self._events.numbers([who])[who]

    def forget(self, shoppers: Sequence[ShopperId]) -> int:
        """Remove the carts of erased shoppers."""
        return self._store.forget(shoppers)

    def _folded(self, person: Shopper) -> tuple[Cart, list[Cart]]:
        """The person's cart, and the carts of other identities that went into it."""
        found = self._store.of(person.all)
        own = next((cart for cart in found if cart.shopper == person.id), Cart(person.id))
        others = [cart for cart in found if cart.shopper != person.id]
        for other in others:
            own = changes.merged(own, other)
        return own, others

    def _change(self, who: Identity, work: Callable[[Cart], Cart], *, version: int | None = None) -> Cart:
        person = self._shoppers.person(self.number(who))
        for left in reversed(range(_TRIES)):
            cart, others = self._folded(person)
            if version is not None and cart.version != version:
                raise CartMoved
            after = work(cart)
            if after is cart and not others:
                return cart
            try:
                return self._store.save(after, gone=others)
            except CartMoved:
                if version is not None or not left:
                    raise
        raise CartMoved

    def _product(self, product_id: ProductId) -> Product | None:
        return self._products.get([product_id]).get(product_id)


def _only_variant(product: Product | None, product_id: ProductId) -> VariantId:
    if product is None or len(product.variants) == 1:
        return product.variants[0].id if product is not None else VariantId(product_id)
    known = ", ".join(variant.id for variant in product.variants[:5])
    raise BadInput("is missing", field="variant_id", hint=f"This product has {len(product.variants)} versions: {known} …")
