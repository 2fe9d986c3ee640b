"""Orders: the purchases of the history and nothing else, with stock that adds up and returns that follow."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from statistics import fmean

from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.money import Money
from shopkeeper.simulation.behaviour.history import DAYS
from shopkeeper.simulation.shop import DemoShop
from tests.simulation.conftest import NOW


def test_the_orders_are_the_purchases_line_by_line(shop: DemoShop):
    purchases = [deed for deed in shop.deeds if deed.name == "purchase"]
    assert len(purchases) == len(shop.orders) > 1_000
    for deed, order in zip(purchases, shop.orders, strict=True):
        assert (deed.order_id, deed.occurred, deed.user_id) == (order.id, order.placed, order.customer_id)
        bought = [(item.product_id, item.variant_id, item.quantity, item.price) for item in deed.items]
        assert bought == [(line.product_id, line.variant_id, line.quantity, line.unit_price) for line in order.lines]


def test_orders_are_numbered_in_the_order_of_time_within_the_120_days_before_now(shop: DemoShop):
    assert [order.id for order in shop.orders] == [f"o-{number + 1:06d}" for number in range(len(shop.orders))]
    assert [order.placed for order in shop.orders] == sorted(order.placed for order in shop.orders)
    assert all(NOW - timedelta(days=DAYS + 2) <= order.placed < NOW for order in shop.orders)


def test_an_order_names_real_variants_at_the_reduced_price_of_its_moment_in_the_shoppers_market(shop: DemoShop):
    products = {product.id: product for product in shop.products}
    reduced = 0
    for order in shop.orders:
        assert order.customer_id is not None
        shopper = shop.truth.shoppers[order.customer_id]
        assert order.country == shopper.country
        assert len({line.product_id for line in order.lines}) == len(order.lines)
        for line in order.lines:
            product = products[line.product_id]
            offer = next(variant for variant in product.variants if variant.id == line.variant_id).offer(shopper.market)
            assert offer is not None and product.created is not None and product.created <= order.placed
            running = [one.percent or 0 for one in shop.promotions if one.kind == "percent" and not one.code and one.running(order.placed)]
            covering = [
                one.percent or 0
                for one in shop.promotions
                if one.kind == "percent" and not one.code and one.running(order.placed) and one.covers(product)
            ]
            off = max(covering, default=0)
            reduced += bool(running and off)
            price = offer.price_at(order.placed)
            assert line.unit_price == replace(price, minor=price.minor * (100 - off) // 100)
    assert reduced > 50


def test_what_is_sold_out_now_was_last_bought_before_it_ran_out_and_the_stock_adds_up(shop: DemoShop):
    sold: Counter[object] = Counter()
    for order in shop.orders:
        assert order.customer_id is not None
        market = shop.truth.shoppers[order.customer_id].market
        for line in order.lines:
            sold[line.variant_id, market] += line.quantity
            until = {piece.variant.id: piece.until for piece in shop.truth.world.shelves[market][line.product_id].pieces}
            assert line.variant_id is not None and order.placed < until[line.variant_id]
    for product in shop.products:
        for variant in product.variants:
            for offer in variant.offers:
                assert shop.truth.opening_stock[variant.id, offer.market] - sold[variant.id, offer.market] == offer.stock


def test_every_return_is_a_refund_after_the_order_before_now_and_for_what_was_bought(shop: DemoShop):
    refunds = {(deed.order_id, deed.items[0].product_id, deed.occurred) for deed in shop.deeds if deed.name == "refund"}
    returned = [(order, back) for order in shop.orders for back in order.returns]
    assert 0.02 < len(returned) / sum(len(order.lines) for order in shop.orders) < 0.12
    assert refunds == {(order.id, back.product_id, back.returned) for order, back in returned}
    for order, back in returned:
        assert order.placed < back.returned < NOW
        assert back.quantity <= next(line.quantity for line in order.lines if line.product_id == back.product_id)


def test_clothes_and_shoes_come_back_more_often_than_the_rest(shop: DemoShop):
    bought: Counter[bool] = Counter()
    back: Counter[bool] = Counter()
    for order in shop.orders:
        returned = {one.product_id for one in order.returns}
        for line in order.lines:
            worn = shop.truth.wares[line.product_id].kind.department in ("women", "men", "shoes")
            bought[worn] += 1
            back[worn] += line.product_id in returned
    assert back[True] / bought[True] > 2 * back[False] / bought[False]


def test_the_products_that_go_together_are_bought_together_far_more_often_than_chance(shop: DemoShop):
    """Lift of the hidden pairs: baskets with both, over what the two popularities alone would give."""
    n = len(shop.orders)
    alone = Counter(line.product_id for order in shop.orders for line in order.lines)
    both = Counter(pair for order in shop.orders for pair in combinations(sorted(line.product_id for line in order.lines), 2))
    weights = {(min(a, b), max(a, b)): weight for a, ware in shop.truth.wares.items() for b, weight in ware.mates}
    mates = [pair for pair, weight in weights.items() if weight > 0.2]
    assert sum(both[pair] for pair in mates) > 6 * sum(alone[a] * alone[b] / n for a, b in mates)

    others = [pair for pair in combinations(sorted(alone), 2) if pair not in weights]
    assert sum(both[pair] for pair in others) < 2 * sum(alone[a] * alone[b] / n for a, b in others)


def test_what_is_used_up_is_bought_again_by_the_same_customer(shop: DemoShop):
    times: dict[tuple[str | None, ProductId], int] = Counter((order.customer_id, line.product_id) for order in shop.orders for line in order.lines)
    again: dict[bool, list[bool]] = defaultdict(list)
    for (_, product_id), n in times.items():
        again[shop.truth.wares[product_id].kind.used_up_days > 0].append(n > 1)
    assert fmean(again[True]) > 2 * fmean(again[False])


def test_prices_are_money_in_the_currency_of_the_market(shop: DemoShop):
    prices = [line.unit_price for order in shop.orders for line in order.lines]
    assert all(isinstance(price, Money) and price.minor > 0 for price in prices)
    assert sum(price.currency == "USD" for price in prices) > 50
