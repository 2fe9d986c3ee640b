"""What the stores of carts, promotions, rules and placed orders must do, through the services that shoppers use."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from shopkeeper.adapters.storage import SqlShopDatabase
from shopkeeper.domain.cart import Cart, CartLine
from shopkeeper.domain.ids import OrderId, ProductId, PromotionId, ShopperId, VariantId
from shopkeeper.domain.placed_order import PlacedOrder
from shopkeeper.domain.product import Offer, OfferPatch
from shopkeeper.domain.promotion import Conditions
from shopkeeper.domain.shopper import Identity
from shopkeeper.errors import BadInput, NotFound, Refused, ShopkeeperError
from shopkeeper.orders.aftercare import Advance, Cancel, ExchangePieces, Receive, ReturnPieces
from shopkeeper.orders.erasure import forget_shoppers
from shopkeeper.orders.payment import DEMO_DECLINED
from shopkeeper.orders.refusals import QuoteRefused, RuleRefused
from shopkeeper.ports.orders import CartMoved, OrderQuery
from tests.orders.goods import HOME, NOON, RULES, line, promotion, ware, yuan
from tests.orders.shop import ANN, ANNA, BEN, Shop


@pytest.fixture
def shop(database: SqlShopDatabase) -> Iterator[Shop]:
    made = Shop(database)
    made.rules.write(RULES)
    database.products.put(
        [
            ware("cup", 30, stock=5),
            ware("tea", 50, stock=3, category="tea"),
            ware("shoe", 60, stock=2, category="shoes", sizes="SM"),
            ware("pot", 100),
        ]
    )
    yield made


class TestCarts:
    def test_a_cart_comes_back_as_it_was_kept(self, shop: Shop) -> None:
        shop.carts.add(ANN, ProductId("cup"), quantity=2)
        shop.carts.enter_coupon(ANN, "wel come")
        found = shop.carts.get(ANN)
        assert found.lines == (CartLine(ProductId("cup"), VariantId("cup"), 2, yuan(30), NOON),)
        assert (found.coupons, found.version, found.updated) == (("WELCOME",), 2, NOON)
        assert shop.carts.pieces(BEN) == 0

    def test_a_change_on_an_older_version_is_refused(self, shop: Shop) -> None:
        first = shop.carts.add(ANN, ProductId("cup"))
        shop.carts.add(ANN, ProductId("cup"))
        with pytest.raises(CartMoved):
            shop.carts.add(ANN, ProductId("cup"), version=first.version)
        with pytest.raises(CartMoved):
            shop.database.carts.save(first)
        with pytest.raises(CartMoved):
            shop.database.carts.save(Cart(first.shopper))
        assert shop.carts.pieces(ANN) == 2

    def test_what_cannot_be_added_is_refused_by_name(self, shop: Shop) -> None:
        for product, variant, quantity, kind, field_ in [
            ("cup", None, 1_000_000, BadInput, "quantity"),
            ("cup", None, 0, BadInput, "quantity"),
            ("cup", None, 6, Refused, "quantity"),
            ("nothing", None, 1, NotFound, "variant_id"),
            ("cup", "other", 1, NotFound, "variant_id"),
            ("shoe", None, 1, BadInput, "variant_id"),
        ]:
            with pytest.raises(kind) as caught:
                shop.carts.add(ANN, ProductId(product), None if variant is None else VariantId(variant), quantity)
            assert isinstance(caught.value, ShopkeeperError) and caught.value.field == field_
        assert shop.carts.get(ANN).lines == ()

    def test_two_devices_have_one_cart_after_signing_in_and_it_does_not_grow_again(self, shop: Shop) -> None:
        shop.carts.add(ANN, ProductId("cup"), quantity=3)
        shop.carts.add(ANNA, ProductId("cup"), quantity=2)
        shop.carts.add(ANNA, ProductId("tea"))
        numbers = shop.log.numbers([ANN, ANNA])
        shop.database.shoppers.merge(numbers[ANN], numbers[ANNA], NOON)
        for who in (ANN, ANNA):
            assert {one.product_id: one.quantity for one in shop.carts.get(who).lines} == {"cup": 3, "tea": 1}
        shop.carts.change(ANN, (ProductId("cup"), VariantId("cup")), 1)
        assert {one.product_id: one.quantity for one in shop.carts.get(ANNA).lines} == {"cup": 1, "tea": 1}
        assert [cart.shopper for cart in shop.database.carts.of(list(numbers.values()))] == [numbers[ANNA]]

    def test_changes_of_two_devices_at_one_moment_are_both_kept(self, shop: Shop) -> None:
        shop.database.products.put([ware("pin", 1)])
        together([lambda: shop.carts.add(ANN, ProductId("pin"))] * 4)
        assert shop.carts.pieces(ANN) == 4


class TestPromotionsAndRules:
    def test_promotions_come_back_replace_and_go(self, shop: Shop) -> None:
        store = shop.database.promotions
        full = promotion(
            "all",
            "buy_x_get_y",
            basis_points=5_000,
            buy=1,
            get=1,
            code="HALF",
            stacking="exclusive",
            active=False,
            conditions=Conditions(NOON, NOON + timedelta(days=1), yuan(9), (ProductId("cup"),), ("tea",), ("cenhe",), (), True, 1, 9),
        )
        assert store.put([full, promotion("less", "free_shipping")]).inserted == 2
        assert store.all() == [full, promotion("less", "free_shipping")]
        assert store.put([full]).unchanged == 1
        assert store.delete([PromotionId("all"), PromotionId("none")]) == 1

    def test_each_version_of_the_rules_stays(self, shop: Shop) -> None:
        assert shop.rules.newest().version == 1
        assert shop.rules.write(RULES) == 1
        assert shop.rules.write(RULES.replace("days = 15", "days = 7")) == 2
        assert (shop.rules.of(1).return_days, shop.rules.newest().return_days) == (15, 7)
        with pytest.raises(NotFound):
            shop.rules.of(9)


class TestPlacing:
    def test_an_order_takes_stock_empties_the_cart_and_is_history(self, shop: Shop) -> None:
        shop.carts.add(ANN, ProductId("cup"), quantity=2)
        order = shop.buy()
        assert (order.status, order.total, shop.stock("cup"), shop.carts.pieces(ANN)) == ("paid", yuan(68), 3, 0)
        assert shop.bank.taken == {order.id: 6_800}
        assert shop.database.placed.get(order.id) == order
        [known] = shop.database.orders.scan()
        assert [(one.product_id, one.quantity, one.unit_price) for one in known.lines] == [("cup", 2, yuan(30))]
        assert [(event.name, event.order_id) for event in shop.events] == [("purchase", order.id)]
        assert [move.pieces for move in shop.database.placed.moves(ProductId("cup"))] == [-2]

    def test_its_number_cannot_be_guessed_and_it_is_nobody_elses(self, shop: Shop) -> None:
        shop.carts.add(ANN, ProductId("cup"))
        order = shop.buy()
        assert len(order.id.replace("-", "")) == 16
        with pytest.raises(NotFound):
            shop.desk.get(order.id, BEN)
        assert [one.id for one in shop.desk.of(ANN)] == [order.id] and shop.desk.of(BEN) == []

    def test_the_same_key_gives_the_same_order(self, shop: Shop) -> None:
        shop.carts.add(ANN, ProductId("cup"))
        token = shop.checkout.quote(ANN, country="CN").token
        first = shop.buy(token=token)
        shop.carts.add(ANN, ProductId("tea"))
        assert shop.buy(token=token) == first
        assert (shop.stock("cup"), shop.stock("tea"), shop.carts.pieces(ANN)) == (4, 3, 1)
        with pytest.raises(BadInput, match="another request"):
            shop.buy()

    def test_a_price_that_changed_is_told_and_nothing_happens_until_it_is_agreed_to(self, shop: Shop) -> None:
        shop.carts.add(ANN, ProductId("cup"))
        token = shop.checkout.quote(ANN, country="CN").token
        shop.database.products.patch([OfferPatch(ProductId("cup"), price=yuan(35))])
        with pytest.raises(QuoteRefused, match=r"Ware cup: ¥30.00 → ¥35.00") as caught:
            shop.buy(token=token)
        assert (shop.bank.taken, shop.stock("cup"), shop.carts.pieces(ANN)) == ({}, 5, 1)
        assert shop.buy(token=caught.value.quote.token).total == yuan(43)

    def test_what_sold_out_between_cart_and_payment_is_told_by_its_line(self, shop: Shop) -> None:
        shop.carts.add(ANN, ProductId("cup"))
        shop.carts.add(ANN, ProductId("tea"))
        token = shop.checkout.quote(ANN, country="CN").token
        shop.database.products.patch([OfferPatch(ProductId("tea"), stock=0)])
        with pytest.raises(QuoteRefused, match="Ware tea: sold out") as caught:
            shop.buy(token=token)
        assert caught.value.value == "tea"
        assert (shop.bank.taken, shop.stock("cup")) == ({}, 5)

    def test_a_declined_payment_gives_stock_and_cart_back(self, shop: Shop) -> None:
        shop.carts.add(ANN, ProductId("cup"), quantity=2)
        order = shop.buy(payment=DEMO_DECLINED)
        assert (order.status, shop.stock("cup"), shop.carts.pieces(ANN), shop.bank.taken) == ("cancelled", 5, 2, {})
        assert shop.events == []
        assert shop.buy(key="k2").status == "paid"

    def test_an_order_that_nobody_pays_gives_its_pieces_back(self, shop: Shop) -> None:
        shop.carts.add(ANN, ProductId("cup"), quantity=2)

        def crash(*_: object, **__: object) -> bool:
            raise Refused("the process died here")

        shop.bank.charge = crash  # type: ignore[method-assign]  # what happens between the order and its payment
        with pytest.raises(Refused, match="died"):
            shop.buy()
        assert shop.stock("cup") == 3
        shop.now += timedelta(minutes=29)
        assert shop.checkout.release_unpaid() == 0
        shop.now += timedelta(minutes=2)
        assert shop.checkout.release_unpaid() == 1
        assert (shop.stock("cup"), shop.bank.given) == (5, {})

    def test_a_repeated_request_pays_what_an_earlier_one_left_unpaid(self, shop: Shop) -> None:
        shop.carts.add(ANN, ProductId("cup"))
        token = shop.checkout.quote(ANN, country="CN").token
        pay, shop.bank.charge = shop.bank.charge, lambda *_, **__: 1 / 0  # type: ignore[method-assign]
        with pytest.raises(ZeroDivisionError):
            shop.buy(token=token)
        shop.bank.charge = pay  # type: ignore[method-assign]
        assert shop.buy(token=token).status == "paid"
        assert (shop.database.orders.count(), shop.stock("cup")) == (1, 4)

    def test_a_purchase_that_could_not_be_told_is_told_with_the_next_order(self, shop: Shop) -> None:
        shop.deaf = True
        shop.carts.add(ANN, ProductId("cup"))
        first = shop.buy()
        shop.deaf = False
        shop.carts.add(BEN, ProductId("cup"))
        second = shop.buy(BEN)
        assert sorted(str(event.order_id) for event in shop.events) == sorted([first.id, second.id])
        assert shop.checkout.tell() == 0

    def test_an_account_that_bought_before_this_shop_existed_has_no_first_order(self, shop: Shop) -> None:
        from tests.contracts.shop_values import order as old

        shop.database.orders.put([old("old", customer="anna")])
        shop.database.promotions.put([promotion("first", "amount_off", amount=yuan(5), conditions=Conditions(first_order=True))])
        for who in (ANNA, BEN):
            shop.carts.add(who, ProductId("cup"))
        assert shop.checkout.quote(ANNA).discount == yuan(0)
        assert shop.checkout.quote(BEN).discount == yuan(5)


def together(works: Sequence) -> list[object]:
    """What each of the works, begun at one moment in threads, returned or raised."""
    barrier, outcomes = threading.Barrier(len(works)), [None] * len(works)

    def run(at: int) -> None:
        barrier.wait()
        try:
            outcomes[at] = works[at]()
        except ShopkeeperError as error:
            outcomes[at] = error  # type: ignore[call-overload]

    threads = [threading.Thread(target=run, args=(at,)) for at in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes  # type: ignore[return-value]


class TestRaces:
    def test_of_shoppers_who_race_for_the_last_piece_exactly_one_gets_it(self, shop: Shop) -> None:
        shop.database.products.patch([OfferPatch(ProductId("cup"), stock=1)])
        shoppers = [Identity("visitor", f"racer-{n}") for n in range(6)]
        for who in shoppers:
            shop.carts.add(who, ProductId("cup"))
        outcomes = together([lambda who=who: shop.buy(who) for who in shoppers])
        won = [one for one in outcomes if isinstance(one, PlacedOrder)]
        lost = [one for one in outcomes if isinstance(one, QuoteRefused)]
        assert (len(won), len(lost), shop.stock("cup")) == (1, 5, 0)
        assert len(shop.bank.taken) == 1

    def test_one_key_sent_six_times_at_once_is_one_order(self, shop: Shop) -> None:
        shop.carts.add(ANN, ProductId("cup"))
        token = shop.checkout.quote(ANN, country="CN").token
        outcomes = together([lambda: shop.buy(token=token)] * 6)
        assert len({one.id for one in outcomes if isinstance(one, PlacedOrder)}) == 1
        assert [one for one in outcomes if not isinstance(one, PlacedOrder)] == []
        assert (shop.stock("cup"), shop.database.orders.count()) == (4, 1)

    def test_a_coupon_for_one_order_is_used_once(self, shop: Shop) -> None:
        shop.database.promotions.put([promotion("one", "amount_off", amount=yuan(5), code="ONE", conditions=Conditions(total=1))])
        shoppers = [Identity("visitor", f"racer-{n}") for n in range(4)]
        for who in shoppers:
            shop.carts.add(who, ProductId("cup"))
            shop.carts.enter_coupon(who, "ONE")
        outcomes = together([lambda who=who: shop.buy(who) for who in shoppers])
        assert sorted(one.total.minor for one in outcomes if isinstance(one, PlacedOrder)) == [3_300]
        assert len([one for one in outcomes if isinstance(one, QuoteRefused)]) == 3

    def test_a_cancelled_order_gives_its_coupon_back(self, shop: Shop) -> None:
        shop.database.promotions.put([promotion("one", "amount_off", amount=yuan(5), code="ONE", conditions=Conditions(total=1))])
        shop.carts.add(ANN, ProductId("cup"))
        shop.carts.enter_coupon(ANN, "ONE")
        order = shop.buy()
        shop.desk.confirm(order.id, Cancel(), shop.desk.propose(order.id, Cancel(), ANN).token, ANN)
        shop.carts.add(BEN, ProductId("cup"))
        assert shop.carts.enter_coupon(BEN, "ONE").coupons == ("ONE",)
        assert shop.checkout.quote(BEN).coupons[0].state == "applied"


class TestAftercare:
    def test_cancelling_is_proposed_then_done_once(self, shop: Shop) -> None:
        shop.carts.add(ANN, ProductId("cup"), quantity=2)
        order = shop.buy()
        asked = shop.desk.propose(order.id, Cancel(), ANN)
        assert (asked.refund, asked.policy, shop.stock("cup")) == (yuan(68), "returns", 3)
        first = shop.desk.confirm(order.id, Cancel(), asked.token, ANN)
        assert shop.desk.confirm(order.id, Cancel(), asked.token, ANN) == first
        assert (first.status, shop.stock("cup"), sum(shop.bank.given.values())) == ("cancelled", 5, 6_800)
        assert [event.name for event in shop.events] == ["purchase", "refund"]
        with pytest.raises(RuleRefused, match="cancelled already"):
            shop.desk.propose(order.id, Cancel(), ANN)

    def test_what_is_packed_cannot_be_cancelled_and_the_rule_is_named(self, shop: Shop) -> None:
        shop.carts.add(ANN, ProductId("cup"))
        order = shop.buy()
        asked = shop.desk.propose(order.id, Cancel(), ANN)
        shop.desk.advance(order.id, "packed")
        with pytest.raises(RuleRefused) as caught:
            shop.desk.propose(order.id, Cancel(), ANN)
        assert (caught.value.rule, caught.value.policy) == ("cancel.until", "returns")
        with pytest.raises(Refused, match="does not hold"):
            shop.desk.confirm(order.id, Cancel(), asked.token, ANN)

    def test_an_order_is_judged_by_the_rules_it_was_placed_under(self, shop: Shop) -> None:
        shop.carts.add(ANN, ProductId("cup"))
        order = shop.desk.advance(shop.buy().id, "packed")
        shop.rules.write(RULES + '\n[cancel]\nuntil = "packed"\n')
        with pytest.raises(RuleRefused):
            shop.desk.propose(order.id, Cancel(), ANN)

    def test_a_part_comes_back_for_its_part_of_the_discounted_price(self, shop: Shop) -> None:
        shop.database.promotions.put([promotion("off", "amount_off", amount=yuan(10))])
        shop.carts.add(ANN, ProductId("cup"), quantity=3)
        order = shop.deliver(shop.buy())
        assert order.lines[0].paid == yuan(80)
        refunds = []
        for _ in range(3):
            action = ReturnPieces(1, 1)
            asked = shop.desk.propose(order.id, action, ANN)
            order = shop.desk.confirm(order.id, action, asked.token, ANN)
            order = shop.desk.receive(order.id, order.returns[-1].id)
            assert shop.desk.receive(order.id, order.returns[-1].id) == order
            refunds.append(asked.refund.minor)
        assert refunds == [2_666, 2_667, 2_667 + 800]  # the last piece brings the delivery back
        assert (sum(shop.bank.given.values()), shop.stock("cup")) == (8_800, 5)
        [known] = shop.database.orders.scan()
        assert [(one.quantity, one.reason) for one in known.returns] == [(1, "changed_mind")] * 3

    @pytest.mark.parametrize(
        ("item", "days", "reason", "rule"),
        [
            ("cup", 15, "changed_mind", None),
            ("cup", 30, "changed_mind", None),
            ("cup", 31, "changed_mind", "returns.days"),
            ("pot", 16, "changed_mind", None),
            ("tea", 1, "changed_mind", "returns.category"),
            ("tea", 200, "faulty", None),
            ("tea", 366, "faulty", "returns.days"),
        ],
    )
    def test_windows_and_categories_are_kept(self, shop: Shop, item: str, days: int, reason: str, rule: str | None) -> None:
        shop.carts.add(ANN, ProductId(item))
        order = shop.deliver(shop.buy())
        shop.now += timedelta(days=days)
        action = ReturnPieces(1, 1, reason)  # type: ignore[arg-type]
        if rule is None:
            assert shop.desk.propose(order.id, action, ANN).postage == ("shop" if reason == "faulty" else "shopper")
        else:
            with pytest.raises(RuleRefused) as caught:
                shop.desk.propose(order.id, action, ANN)
            assert caught.value.rule == rule and caught.value.told.zh

    def test_an_exchange_takes_the_other_version_at_once_and_keeps_the_money(self, shop: Shop) -> None:
        shop.carts.add(ANN, ProductId("shoe"), VariantId("shoe-S"), 2)
        order = shop.deliver(shop.buy())
        action = ExchangePieces(1, 1, VariantId("shoe-M"))
        order = shop.desk.confirm(order.id, action, shop.desk.propose(order.id, action, ANN).token, ANN)
        assert [(one.variant_id, one.quantity, one.paid) for one in order.lines] == [("shoe-S", 1, yuan(60)), ("shoe-M", 1, yuan(60))]
        assert (shop.stock("shoe", "shoe-S"), shop.stock("shoe", "shoe-M")) == (0, 1)
        order = shop.desk.receive(order.id, order.exchanges[0].id)
        assert shop.stock("shoe", "shoe-S") == 1
        back = ReturnPieces(2, 1)
        assert shop.desk.propose(order.id, back, ANN).refund == yuan(60)

    @pytest.mark.parametrize(
        ("to", "rule"),
        [("cup", "exchange.same_product"), ("shoe-S", "exchange.same_product"), ("shoe-L", "exchange.same_price"), ("shoe-X", "exchange.in_stock")],
    )
    def test_an_exchange_stays_within_the_product_its_price_and_its_stock(self, shop: Shop, to: str, rule: str) -> None:
        shoe = ware("shoe", 60, stock=2, category="shoes", sizes="SMLX")
        large = replace(shoe.variants[2], offers=(Offer(yuan(70), stock=2),))
        none_left = replace(shoe.variants[3], offers=(Offer(yuan(60), stock=0),))
        shop.database.products.put([replace(shoe, variants=(*shoe.variants[:2], large, none_left))])
        shop.carts.add(ANN, ProductId("shoe"), VariantId("shoe-S"))
        order = shop.deliver(shop.buy())
        with pytest.raises(RuleRefused) as caught:
            shop.desk.propose(order.id, ExchangePieces(1, 1, VariantId(to)), ANN)
        assert caught.value.rule == rule

    def test_a_step_that_may_not_follow_is_refused(self, shop: Shop) -> None:
        shop.carts.add(ANN, ProductId("cup"))
        order = shop.buy()
        with pytest.raises(Refused, match="after that comes packed, cancelled"):
            shop.desk.advance(order.id, "delivered")
        with pytest.raises(NotFound):
            shop.desk.advance(OrderId("none"), "packed")


class TestErasure:
    def test_carts_go_and_orders_no_longer_say_whose_they_were(self, shop: Shop) -> None:
        shop.carts.add(ANNA, ProductId("cup"))
        done = shop.deliver(shop.buy(ANNA))
        shop.carts.add(ANNA, ProductId("cup"))
        under_way = shop.buy(ANNA, key="k2")
        shop.carts.add(ANNA, ProductId("tea"))
        mine = shop.carts.buyer(ANNA).shoppers
        assert [one.customer_id for one in shop.database.orders.scan()] == ["anna", "anna"]
        gone = forget_shoppers(mine, shop.database.carts, shop.database.placed)
        assert (gone.carts, gone.orders) == (1, 2)
        assert forget_shoppers(mine, shop.database.carts, shop.database.placed).orders == 0
        assert [one.customer_id for one in shop.database.orders.scan()] == [None, None]
        assert shop.desk.get(done.id).address is None and shop.desk.get(done.id).total == done.total
        assert shop.desk.get(under_way.id).address == HOME
        assert shop.deliver(under_way).address is None
        assert shop.desk.of(ANNA) == []

    def test_a_cart_of_nobody_is_nothing_to_forget(self, shop: Shop) -> None:
        assert shop.database.carts.forget([]) == shop.database.carts.forget([ShopperId(99)]) == 0
        assert shop.database.carts.of([ShopperId(99)]) == []
        assert line("cup", 1, 30).key == ("cup", "cup")


class TestWhatTheShopDoes:
    def test_orders_are_found_by_status_by_number_and_by_what_comes_back(self, shop: Shop) -> None:
        made = []
        for number in range(3):
            shop.now = NOON + timedelta(minutes=number)
            shop.carts.add(ANN, ProductId("pot"))
            made.append(shop.buy(key=f"k{number}"))
        store = shop.database.placed
        assert [one.id for one in store.find(OrderQuery(limit=2))] == [made[2].id, made[1].id]
        assert [one.id for one in store.find(OrderQuery(oldest_first=True, offset=2))] == [made[2].id]
        assert [one.id for one in store.find(OrderQuery(number=made[1].id[:6]))] == [made[1].id]
        assert store.find(OrderQuery(number="\x00")) == [] == store.find(OrderQuery(number="none"))
        shop.deliver(made[0])
        assert store.tally() == {"paid": 2, "delivered": 1}
        assert [one.id for one in store.find(OrderQuery(statuses=("delivered",)))] == [made[0].id]
        assert store.count(OrderQuery(coming_back=True)) == 0
        back = ReturnPieces(1, 1)
        shop.desk.confirm(made[0].id, back, shop.desk.propose(made[0].id, back, ANN).token, ANN)
        assert [one.id for one in store.find(OrderQuery(coming_back=True))] == [made[0].id]
        shop.desk.receive(made[0].id, f"{made[0].id}-R1")
        assert store.count(OrderQuery(coming_back=True)) == 0

    def test_a_step_is_confirmed_on_the_order_as_it_was_shown_and_once(self, shop: Shop) -> None:
        shop.carts.add(ANN, ProductId("cup"), quantity=2)
        order = shop.buy()
        packed, cancelled = (shop.desk.propose(order.id, action) for action in (Advance("packed"), Advance("cancelled")))
        assert (cancelled.refund, cancelled.restocked) == (order.total, 2)
        for _ in range(2):
            after = shop.desk.confirm(order.id, Advance("packed", "box 7"), packed.token)
            assert (after.status, after.steps[-1].note, len(after.steps)) == ("packed", "box 7", 3)
        with pytest.raises(Refused) as refused:
            shop.desk.confirm(order.id, Advance("cancelled"), cancelled.token)
        assert refused.value.field == "token"

    def test_a_shopper_cannot_do_what_is_the_shops_to_do(self, shop: Shop) -> None:
        shop.carts.add(ANN, ProductId("cup"))
        order = shop.buy()
        token = shop.desk.propose(order.id, Advance("packed")).token
        for action in (Advance("packed"), Receive(f"{order.id}-R1")):
            with pytest.raises(Refused):
                shop.desk.propose(order.id, action, ANN)
            with pytest.raises(Refused):
                shop.desk.confirm(order.id, action, token, ANN)
        assert shop.desk.get(order.id).status == "paid"
