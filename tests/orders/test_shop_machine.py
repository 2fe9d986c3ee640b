"""Shoppers, the shop and time do what they like; a tiny model knows what must come of it: no stock below zero, no money lost, no illegal state."""

import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from shopkeeper.adapters.storage import migrate, open_shop_database
from shopkeeper.domain.cart import MAX_PIECES
from shopkeeper.domain.ids import OrderId, ProductId, ShopId, VariantId
from shopkeeper.domain.placed_order import OrderStatus, PlacedLine
from shopkeeper.domain.product import OfferPatch
from shopkeeper.domain.shopper import Identity
from shopkeeper.errors import BadInput, Refused
from shopkeeper.orders.aftercare import Action, Cancel, ExchangePieces, ReturnPieces
from shopkeeper.orders.refusals import QuoteRefused, RuleRefused
from tests.orders.goods import RULES, promotion, ware, yuan
from tests.orders.shop import Shop

WHO = [Identity("visitor", "ann"), Identity("visitor", "ben")]
VARIANTS = {"cup": "cup", "tea": "tea", "shoe-S": "shoe", "shoe-M": "shoe"}
"""Every version with its product."""
PRICES = {"cup": 30, "tea": 50, "shoe-S": 60, "shoe-M": 60}
NEXT: dict[str, OrderStatus] = {"paid": "packed", "packed": "shipped", "shipped": "delivered"}
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Where nothing waits for a disk: thousands of transactions are durable elsewhere."""
variants = st.sampled_from(sorted(VARIANTS))
pieces = st.integers(0, 4) | st.sampled_from([-1, 1_000, 1_000_000])


@dataclass
class Bought:
    """What the model knows of an order: its pieces by version, not yet returned ones, and what was paid and paid back."""

    status: str
    total: int
    here: Counter[str]
    delivered: Any = None
    refunded: int = 0
    open: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    tokens: list[tuple[Action, str]] = field(default_factory=list)


class ShopMachine(RuleBasedStateMachine):
    """The real services on SQLite beside the model."""

    orders: Any = Bundle("orders")
    template: Path | None = None

    @initialize(target=orders)
    def open(self) -> Any:
        """A shop with one order that is paid and two that have arrived: where most rules begin."""
        cls = type(self)
        if cls.template is None:
            cls.template = Path(tempfile.mkdtemp(dir=MEMORY))
            migrate(f"sqlite:///{cls.template}", ShopId("model"))
        self.folder = Path(tempfile.mkdtemp(dir=MEMORY))
        shutil.copytree(cls.template, self.folder, dirs_exist_ok=True)
        self.shop = Shop(open_shop_database(f"sqlite:///{self.folder}", ShopId("model")))
        self.shop.rules.write(RULES)
        self.shop.database.products.put(
            [ware("cup", 30, stock=5), ware("tea", 50, stock=3, category="tea"), ware("shoe", 60, stock=2, category="shoes", sizes="SM")]
        )
        self.shop.database.promotions.put([promotion("third", "percentage", basis_points=3_333), promotion("off", "amount_off", amount=yuan(7))])
        self.stock = {"cup": 5, "tea": 3, "shoe-S": 2, "shoe-M": 2}
        self.carts: dict[Identity, Counter[str]] = {who: Counter() for who in WHO}
        self.known: dict[OrderId, Bought] = {}
        self.keys = 0
        ann, ben = WHO
        return multiple(self.place(ann, "cup", False), self.buy_and_deliver(ben, "shoe-S"), self.buy_and_deliver(ann, "cup"))

    def teardown(self) -> None:
        self.shop.database.close()
        shutil.rmtree(self.folder)

    @rule(who=st.sampled_from(WHO), variant=variants, quantity=pieces)
    def add(self, who: Identity, variant: str, quantity: int) -> None:
        wanted = self.carts[who][variant] + quantity
        fine = 1 <= quantity <= MAX_PIECES and wanted <= min(MAX_PIECES, self.stock[variant])
        if self.succeeds(lambda: self.shop.carts.add(who, ProductId(VARIANTS[variant]), VariantId(variant), quantity), fine):
            self.carts[who][variant] = wanted

    @rule(who=st.sampled_from(WHO), variant=variants, quantity=pieces)
    def change(self, who: Identity, variant: str, quantity: int) -> None:
        if not self.carts[who][variant]:
            return
        fewer = quantity <= self.carts[who][variant] and self.stock[variant] > 0
        fine = quantity == 0 or (1 <= quantity <= MAX_PIECES and (fewer or quantity <= self.stock[variant]) and self.stock[variant] > 0)
        key = (ProductId(VARIANTS[variant]), VariantId(variant))
        if self.succeeds(lambda: self.shop.carts.change(who, key, quantity), fine):
            self.carts[who][variant] = quantity

    @rule(target=orders, who=st.sampled_from(WHO), more=variants, stale=st.sampled_from([False, False, True]))
    def place(self, who: Identity, more: str, stale: bool) -> Any:
        """A new order, or none."""
        if not +self.carts[who]:
            self.add(who, more, 1)
        cart = +self.carts[who]
        fine = bool(cart) and all(quantity <= self.stock[variant] for variant, quantity in cart.items()) and not stale
        self.keys += 1
        token = "stale" if stale else self.shop.checkout.quote(who, country="CN").token
        before = dict(self.shop.bank.taken)
        try:
            order = self.shop.buy(who, key=f"key-{self.keys}", token=token)
        except (QuoteRefused, Refused):
            assert not fine
            assert self.shop.bank.taken == before
            return multiple()
        assert fine
        assert self.shop.buy(who, key=f"key-{self.keys}", token=token) == order
        goods = sum(PRICES[variant] * 100 * quantity for variant, quantity in cart.items())
        reduced = goods - goods * 3_333 // 10_000
        assert order.total.minor == reduced - min(700, reduced) + (0 if goods >= 9_900 else 800)
        for variant, quantity in cart.items():
            self.stock[variant] -= quantity
        self.carts[who] = Counter()
        self.known[order.id] = Bought("paid", order.total.minor, cart)
        return order.id

    @rule(id_=orders, steps=st.integers(1, 3))
    def advance(self, id_: OrderId, steps: int) -> None:
        bought = self.known[id_]
        for _ in range(steps):
            if (to := NEXT.get(bought.status)) is None:
                return
            assert self.shop.desk.advance(id_, to).status == to
            bought.status = to
            bought.delivered = self.shop.now if to == "delivered" else bought.delivered

    @rule(id_=orders)
    def cancel(self, id_: OrderId) -> None:
        bought = self.known[id_]
        if self.confirmed(id_, Cancel(), bought.status == "paid"):
            bought.status, bought.refunded = "cancelled", bought.total
            for variant, quantity in bought.here.items():
                self.stock[variant] += quantity
            bought.here = Counter()

    @rule(id_=orders, at=st.integers(0, 1), quantity=st.sampled_from([1, 1, 1, 2, 3]), reason=st.sampled_from(["changed_mind", "faulty"]))
    def send_back(self, id_: OrderId, at: int, quantity: int, reason: Any) -> None:
        line = self.line_of(id_, at)
        bought = self.known[id_]
        left = line.quantity - line.returned
        fine = quantity <= left and self.may_come_back(bought, VARIANTS[line.variant_id], reason)
        if self.confirmed(id_, ReturnPieces(line.number, quantity, reason), fine):
            back = self.shop.desk.get(id_).returns[-1]
            bought.here[line.variant_id] -= quantity
            bought.open[back.id] = (line.variant_id, 0 if reason == "faulty" else quantity, back.refund.minor)

    @rule(id_=orders, at=st.integers(0, 1), wrong=st.sampled_from([False, False, True]))
    def exchange(self, id_: OrderId, at: int, wrong: bool) -> None:
        line = self.line_of(id_, at)
        bought = self.known[id_]
        other = "shoe-M" if line.variant_id == "shoe-S" else "shoe-S"
        to = line.variant_id if wrong else other
        same = VARIANTS[line.variant_id] == VARIANTS[to] and line.variant_id != to
        fine = same and line.left >= 1 and self.stock.get(to, 0) >= 1 and self.may_come_back(bought, VARIANTS[to], "wrong_size")
        if self.confirmed(id_, ExchangePieces(line.number, 1, VariantId(to)), fine):
            self.stock[to] -= 1
            bought.here[line.variant_id] -= 1
            bought.here[to] += 1
            bought.open[self.shop.desk.get(id_).exchanges[-1].id] = (line.variant_id, 1, 0)

    @rule(target=orders, who=st.sampled_from(WHO), variant=st.sampled_from(["shoe-S", "shoe-M"]))
    def buy_and_deliver(self, who: Identity, variant: str) -> Any:
        self.carts[who] = Counter()
        for line in self.shop.carts.get(who).lines:
            self.shop.carts.remove(who, line.key)
        id_ = self.place(who, variant, False)
        if isinstance(id_, str):
            self.advance(OrderId(id_), 3)
        return id_

    @rule(who=st.sampled_from(WHO), variant=st.sampled_from(["shoe-S", "shoe-M"]))
    def swap_sizes(self, who: Identity, variant: str) -> None:
        """A way that chance alone finds too seldom: bought, delivered, exchanged, received."""
        id_ = self.buy_and_deliver(who, variant)
        if isinstance(id_, str):
            self.exchange(OrderId(id_), 0, False)
            self.receive(0)

    @rule(who=st.sampled_from(WHO), back=st.booleans())
    def buy_two(self, who: Identity, back: bool) -> None:
        """Another: two cups that come back one by one, or are cancelled."""
        self.add(who, "cup", 2)
        id_ = self.place(who, "cup", False)
        if not isinstance(id_, str):
            return
        if not back:
            self.cancel(OrderId(id_))
            return
        self.advance(OrderId(id_), 3)
        for _ in range(2):
            self.send_back(OrderId(id_), 0, 1, "changed_mind")
            self.receive(0)

    @rule(at=st.integers(0, 3))
    def receive(self, at: int) -> None:
        waiting = sorted((back, id_) for id_, bought in self.known.items() for back in bought.open)
        if not waiting:
            return
        back, id_ = waiting[at % len(waiting)]
        bought = self.known[id_]
        variant, quantity, refund = bought.open.pop(back)
        assert self.shop.desk.receive(id_, back) == self.shop.desk.receive(id_, back)
        self.stock[variant] += quantity
        bought.refunded += refund

    @rule(variant=variants, stock=st.integers(0, 4))
    def take_stock(self, variant: str, stock: int) -> None:
        self.shop.database.products.patch([OfferPatch(ProductId(VARIANTS[variant]), VariantId(variant), stock=stock)])
        self.stock[variant] = stock

    @rule(days=st.integers(1, 9))
    def time_passes(self, days: int) -> None:
        self.shop.now += timedelta(days=days)

    def line_of(self, id_: OrderId, at: int) -> PlacedLine:
        lines = self.shop.desk.get(id_).lines
        return lines[-1 - at % len(lines)]

    def may_come_back(self, bought: Bought, product: str, reason: str) -> bool:
        if bought.status != "delivered":
            return False
        days = 365 if reason == "faulty" else {"tea": -1, "cup": 30}.get(product, 15)
        return self.shop.now <= bought.delivered + timedelta(days=days)

    def succeeds(self, work: Any, fine: bool) -> bool:
        try:
            work()
        except (Refused, BadInput):
            assert not fine
            return False
        assert fine
        return True

    def confirmed(self, id_: OrderId, action: Action, fine: bool) -> bool:
        """Propose and confirm, twice; whether it was done is what the model expects."""
        try:
            asked = self.shop.desk.propose(id_, action)
        except (RuleRefused, Refused):
            assert not fine
            return False
        assert fine
        once = self.shop.desk.confirm(id_, action, asked.token)
        assert self.shop.desk.confirm(id_, action, asked.token) == once
        return True

    @invariant()
    def stock_is_what_the_model_says_and_never_below_zero(self) -> None:
        if not hasattr(self, "shop"):
            return
        products = self.shop.database.products.get([ProductId(id_) for id_ in ("cup", "tea", "shoe")])
        found = {variant.id: variant.offers[0].stock for product in products.values() for variant in product.variants}
        assert found == self.stock
        assert min(self.stock.values()) >= 0

    @invariant()
    def money_is_neither_lost_nor_made(self) -> None:
        for id_, bought in getattr(self, "known", {}).items():
            order = self.shop.desk.get(id_)
            assert order.status == bought.status
            assert order.refunded.minor == bought.refunded <= bought.total == order.total.minor
            assert sum(line.paid.minor for line in order.lines) + order.delivery_paid.minor == order.total.minor
            assert sum(line.left for line in order.lines) == bought.here.total()
            given = sum(amount for key, amount in self.shop.bank.given.items() if key.startswith(id_))
            assert (self.shop.bank.taken[id_], given) == (bought.total, bought.refunded)


TestShopMachine = ShopMachine.TestCase
TestShopMachine.settings = settings(
    max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
