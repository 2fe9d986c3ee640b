"""Behaviour: tastes that can be learned, things that are bought together, orders as a shop would have them."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import combinations
from statistics import fmean

from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.product import DEFAULT_MARKET
from shopkeeper.simulation.catalogue.offers import US
from shopkeeper.simulation.catalogue.specs import product_types
from shopkeeper.simulation.orders import DAYS
from shopkeeper.simulation.shop import DemoShop
from shopkeeper.simulation.shoppers import assortment, liking, shoppers, taste

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


def test_there_are_four_thousand_orders_of_eight_hundred_customers_in_the_120_days_before_now(shop: DemoShop):
    assert len(shop.orders) >= 4_000
    assert len({order.customer_id for order in shop.orders}) >= 800
    assert all(NOW - timedelta(days=DAYS + 2) <= order.placed < NOW for order in shop.orders)
    assert [order.placed for order in shop.orders] == sorted(order.placed for order in shop.orders)
    assert len({order.id for order in shop.orders}) == len(shop.orders)


def test_an_order_names_real_variants_at_the_price_of_its_moment_in_the_shoppers_market(shop: DemoShop):
    products = {product.id: product for product in shop.products}
    for order in shop.orders:
        assert order.customer_id is not None
        shopper = shop.truth.shoppers[order.customer_id]
        assert order.country == shopper.country
        assert len({line.product_id for line in order.lines}) == len(order.lines)
        for line in order.lines:
            product = products[line.product_id]
            variant = next(variant for variant in product.variants if variant.id == line.variant_id)
            offer = variant.offer(shopper.market)
            assert offer is not None and line.unit_price == offer.price_at(order.placed)
            assert product.created is not None and product.created <= order.placed


def test_returns_come_after_the_order_before_now_and_for_what_was_bought(shop: DemoShop):
    returned = [(order, back) for order in shop.orders for back in order.returns]
    assert 0.02 < len(returned) / sum(len(order.lines) for order in shop.orders) < 0.12
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
    observed = sum(both[pair] for pair in mates)
    expected = sum(alone[a] * alone[b] / n for a, b in mates)
    assert observed > 6 * expected

    others = [pair for pair in combinations(sorted(alone), 2) if pair not in weights]
    assert sum(both[pair] for pair in others) < 2 * sum(alone[a] * alone[b] / n for a, b in others)


def test_tea_is_bought_with_a_teapot_and_a_case_with_a_protector(shop: DemoShop):
    kinds = {product_id: ware.kind.key for product_id, ware in shop.truth.wares.items()}
    baskets = [{kinds[line.product_id] for line in order.lines} for order in shop.orders]
    for a, b in (("green-tea", "teapot"), ("phone-case", "screen-protector"), ("coffee-beans", "coffee-dripper"), ("notebook", "fountain-pen")):
        share_a, share_b = (fmean(kind in basket for basket in baskets) for kind in (a, b))
        assert fmean({a, b} <= basket for basket in baskets) > 3 * share_a * share_b, (a, b)


def test_what_is_used_up_is_bought_again_by_the_same_customer(shop: DemoShop):
    times: dict[tuple[str | None, ProductId], int] = Counter((order.customer_id, line.product_id) for order in shop.orders for line in order.lines)
    again: dict[bool, list[bool]] = defaultdict(list)
    for (_, product_id), n in times.items():
        again[shop.truth.wares[product_id].kind.used_up_days > 0].append(n > 1)
    assert fmean(again[True]) > 2 * fmean(again[False])


def test_a_shoppers_baskets_follow_the_hidden_taste(shop: DemoShop):
    """What was bought lies in the shopper's three dearest departments far more often than in three departments of an average shopper."""
    followed, total = 0, 0
    average: Counter[str] = Counter()
    for order in shop.orders:
        assert order.customer_id is not None
        tastes = shop.truth.shoppers[order.customer_id].departments
        dearest = sorted(tastes, key=lambda key: -tastes[key])[:3]
        for line in order.lines:
            department = shop.truth.wares[line.product_id].kind.department
            average[department] += 1
            followed += department in dearest
            total += 1
    most_bought = sum(n for _, n in average.most_common(3)) / total
    assert followed / total > 1.4 * most_bought


def test_a_few_products_sell_most_and_most_sell_something(shop: DemoShop):
    sold = Counter(line.product_id for order in shop.orders for line in order.lines)
    ranked = sorted(sold.values(), reverse=True)
    assert 0.35 < sum(ranked[:64]) / sum(ranked) < 0.75, "a fifth of the products"
    assert len(sold) > 0.9 * len(shop.products)


def test_liking_multiplies_department_type_brand_price_and_appeal(shop: DemoShop):
    person = shoppers(1, seed=7)[0]
    sold = assortment(shop.truth.wares, DEFAULT_MARKET)
    liked = liking(person, sold)
    place = 17
    ware = shop.truth.wares[sold.products[place]]
    assert ware.product.brand is not None
    by_hand = (
        person.departments[ware.kind.department]
        * person.types[ware.kind.key]
        * ware.kind.share
        * person.brands[ware.product.brand.key]
        * ware.appeal
        * 2.718281828459045 ** (-1.1 * (ware.price_level - person.price_level) ** 2)
    )
    assert abs(liked[place] / by_hand - 1) < 1e-12
    assert taste(person, sold).running[-1] == sum_in_order(liked.tolist())


def sum_in_order(numbers: list[float]) -> float:
    total = 0.0
    for number in numbers:
        total += number
    return total


def test_a_market_shows_only_what_is_sold_there(shop: DemoShop):
    abroad = set(assortment(shop.truth.wares, US).products)
    assert abroad == {product.id for product in shop.products if list(product.offers(US))}


def test_mates_are_of_the_types_that_the_word_lists_pair(shop: DemoShop):
    for ware in shop.truth.wares.values():
        assert {shop.truth.wares[mate].kind.key for mate, _ in ware.mates} <= {other for other, _ in product_types()[ware.kind.key].goes_with}
        assert not ware.mates or abs(sum(weight for _, weight in ware.mates) - 1.0) < 1e-9


def test_mates_fit_the_same_phone(shop: DemoShop):
    compared = 0
    for ware in shop.truth.wares.values():
        for mate, _ in ware.mates:
            models = [dict(product.attributes).get("phone_model") for product in (ware.product, shop.truth.wares[mate].product)]
            if None not in models:
                compared += 1
                assert models[0] == models[1]
    assert compared >= 2
