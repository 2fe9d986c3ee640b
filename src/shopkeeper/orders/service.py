"""OrderHistory: a shop's past orders, brought in from files."""

from collections.abc import Callable
from datetime import datetime

from shopkeeper.ports.stores import OrderStore, ProductStore


class OrderHistory:
    """The order history of one shop; `products` is given where order lines may also tell what the shop sells."""

    def __init__(self, orders: OrderStore, products: ProductStore | None = None, *, clock: Callable[[], datetime]) -> None:
        self._orders = orders
        self._products = products
        self._clock = clock
