"""The demo payment: takes no money, says so, and never sees a card. A real shop fills `ports.orders.PaymentGate` with its own provider."""

from typing import Final

from shopkeeper.domain.ids import OrderId
from shopkeeper.domain.money import Money

DEMO: Final = "demo"
DEMO_DECLINED: Final = "demo-declined"
METHODS: Final = (DEMO, DEMO_DECLINED)
"""`demo-declined` behaves like a bank that says no, so that this way can be looked at too."""


class DemoPayment:
    """A payment that always holds, or never, as its method says; calls may be repeated, since nothing is kept."""

    def charge(self, order_id: OrderId, amount: Money, *, method: str) -> bool:
        """True unless the method is the one that declines."""
        del order_id, amount
        return method != DEMO_DECLINED

    def refund(self, key: str, order_id: OrderId, amount: Money) -> None:
        """Nothing was taken, so nothing is given back."""
