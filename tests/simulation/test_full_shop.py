"""The shop that `make demo` makes: as large as promised, made in time, and such that what learns from it can be checked against the truth.

One file, so that the shop is made once.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import pairwise
from statistics import fmean, median

import numpy as np
import pytest

from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.order import Order
from shopkeeper.evaluation.time_split import popularity_of_days, score_cases, served, split_at
from shopkeeper.metrics.intervals import paired_bootstrap
from shopkeeper.ranking.popularity import wanted_products
from shopkeeper.recommend.fit import fit_model
from shopkeeper.recommend.histories import baskets_of
from shopkeeper.simulation.behaviour.adversaries import RING_DAYS
from shopkeeper.simulation.behaviour.choice import examined
from shopkeeper.simulation.behaviour.records import DEED_NAMES
from shopkeeper.simulation.shop import DemoShop, demo_shop
from shopkeeper.simulation.shoppers import Shopper
from tests.simulation.conftest import NOW

CPU_S: list[float] = []


@pytest.fixture(scope="module")
def full_shop() -> DemoShop:
    began = time.process_time()
    made = demo_shop(now=NOW)
    CPU_S.append(time.process_time() - began)
    return made


@pytest.fixture(scope="module")
def bought(full_shop: DemoShop) -> list[tuple[Shopper, ProductId]]:
    """Who bought what, adversaries left out."""
    by_id = full_shop.truth.shoppers
    lines = [(by_id[order.customer_id], line.product_id) for order in full_shop.orders if order.customer_id is not None for line in order.lines]
    return [(shopper, product) for shopper, product in lines if not shopper.adversary]


def by_family(bought: Sequence[tuple[Shopper, ProductId]], figure: Callable[[Shopper, ProductId], float]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = defaultdict(list)
    for shopper, product in bought:
        found[shopper.family].append(figure(shopper, product))
    return found


def test_it_is_as_large_as_promised_and_made_within_a_minute_of_one_core(full_shop: DemoShop):
    assert len(full_shop.products) >= 1_500
    assert len({product.categories[0][0].key for product in full_shop.products}) >= 12
    assert sum(len(product.variants) > 1 for product in full_shop.products) > 1_000
    assert len(full_shop.truth.shoppers) >= 3_000
    assert {shopper.family for shopper in full_shop.truth.shoppers.values()} == {"popularity", "price", "taste", "adversarial"}
    assert len(full_shop.reviews) >= 6_000
    languages = Counter(review.lang for review in full_shop.reviews)
    assert languages["zh"] > 3_000 and languages["en"] > 1_500
    assert len({order.customer_id for order in full_shop.orders}) > 2_400
    assert CPU_S[0] < 60


def test_every_kind_of_deed_occurs_in_the_order_of_time_with_an_id_of_its_own(full_shop: DemoShop):
    assert set(Counter(deed.name for deed in full_shop.deeds)) == set(DEED_NAMES)
    assert all(before.occurred <= after.occurred for before, after in pairwise(full_shop.deeds))
    assert len({deed.event_id for deed in full_shop.deeds}) == len(full_shop.deeds) > 200_000
    assert full_shop.deeds[-1].occurred < NOW


def test_queries_are_in_the_shoppers_language_and_some_are_misspelt_and_mended(full_shop: DemoShop):
    asked = [
        (deed, full_shop.truth.asked[deed.list_id]) for deed in full_shop.deeds if deed.name == "search" and deed.list_id in full_shop.truth.asked
    ]
    assert all(deed.query == query.text and deed.lang == query.lang for deed, query in asked)
    assert 0.05 < fmean(query.typo for _, query in asked) < 0.11
    shown = {deed.list_id for deed in full_shop.deeds if deed.name == "view_item_list"}
    empty = [query for deed, query in asked if deed.list_id not in shown]
    assert 0.03 < len(empty) / len(asked) < 0.08 and fmean(query.typo for query in empty) > 0.9
    mended = sum(a.typo and b.text == a.correct for (_, a), (_, b) in ((x, y) for s in _by_session(asked).values() for x, y in pairwise(s)))
    assert mended > 0.5 * len(empty)
    assert len({query.text for _, query in asked}) > 1_500


def _by_session(asked: list) -> dict[str, list]:
    found: dict[str, list] = defaultdict(list)
    for deed, query in asked:
        found[deed.session_id].append((deed, query))
    return found


def test_a_ring_pushes_one_product_within_days_and_its_reviews_are_marked(full_shop: DemoShop):
    by_ring = defaultdict(list)
    reviews = {review.id: review for review in full_shop.reviews}
    for review_id, ring in full_shop.truth.ring_reviews.items():
        by_ring[ring].append(reviews[review_id])
    assert len(by_ring) >= 6
    for written in by_ring.values():
        assert len({review.product_id for review in written}) == 1
        assert {review.rating for review in written} == {5.0}
        moments = [review.written for review in written]
        assert max(moments) - min(moments) < timedelta(days=RING_DAYS + 4)
    verified = [review.verified for written in by_ring.values() for review in written]
    assert any(verified) and not all(verified)
    members = {push.shopper.id for push in full_shop.truth.pushes}
    assert {review.customer_id for written in by_ring.values() for review in written} <= members
    assert not members & {review.customer_id for review in full_shop.reviews if review.id not in full_shop.truth.ring_reviews}


def test_tea_is_bought_with_a_teapot_and_a_case_with_a_protector(full_shop: DemoShop):
    kinds = {product_id: ware.kind.key for product_id, ware in full_shop.truth.wares.items()}
    baskets = [{kinds[line.product_id] for line in order.lines} for order in full_shop.orders]
    for a, b in (("green-tea", "teapot"), ("phone-case", "screen-protector"), ("coffee-beans", "coffee-dripper"), ("notebook", "fountain-pen")):
        share_a, share_b = (fmean(kind in basket for basket in baskets) for kind in (a, b))
        assert fmean({a, b} <= basket for basket in baskets) > 3 * share_a * share_b, (a, b)


def test_a_few_products_sell_most_and_most_sell_something(full_shop: DemoShop):
    sold = Counter(line.product_id for order in full_shop.orders for line in order.lines)
    ranked = sorted(sold.values(), reverse=True)
    assert 0.5 < sum(ranked[: len(full_shop.products) // 5]) / sum(ranked) < 0.85, "a fifth of the products"
    assert len(sold) > 0.7 * len(full_shop.products)


def test_the_first_places_of_lists_in_random_order_are_clicked_as_often_as_they_are_looked_at(full_shop: DemoShop):
    """Click rate by place, over the rate of the first place, is the hidden chance that a place is looked at."""
    shown, clicked = Counter[int](), Counter[int]()
    for deed in full_shop.deeds:
        if deed.list_id in full_shop.truth.shuffled:
            places = [item.position for item in deed.items if item.position is not None]
            if deed.name == "view_item_list":
                shown.update(places)
            elif deed.name == "select_item":
                clicked.update(places)
    rates = [clicked[place] / shown[place] for place in range(12)]
    assert shown[0] > 3_000
    for place in range(12):
        assert rates[place] / rates[0] == pytest.approx(examined(place), abs=0.06), place


def test_popularity_led_shoppers_buy_what_sells(full_shop: DemoShop, bought: list[tuple[Shopper, ProductId]]):
    appeal = by_family(bought, lambda _, product: full_shop.truth.wares[product].appeal)
    assert median(appeal["popularity"]) > 1.5 * median(appeal["taste"])


def test_price_led_shoppers_buy_at_the_cheap_end_and_what_is_reduced(full_shop: DemoShop, bought: list[tuple[Shopper, ProductId]]):
    level = by_family(bought, lambda _, product: full_shop.truth.wares[product].price_level)
    assert fmean(level["price"]) < -0.3 < -0.1 < fmean(level["taste"])
    reduced: dict[str, list[bool]] = defaultdict(list)
    for order in full_shop.orders:
        shopper = full_shop.truth.shoppers[order.customer_id or ""]  # type: ignore[index]
        for line in order.lines:
            ratio = full_shop.truth.world.price_ratio(line.product_id, shopper.market, order.placed)
            reduced[shopper.family].append(ratio < 1.0)
    assert fmean(reduced["price"]) > 1.3 * fmean(reduced["popularity"])
    assert fmean(reduced["price"]) > 1.3 * fmean(reduced["taste"])


def test_a_departments_share_rises_while_it_is_reduced_and_most_among_price_led_shoppers(full_shop: DemoShop):
    lines = [
        (full_shop.truth.shoppers[order.customer_id].family, order.placed, full_shop.truth.wares[line.product_id].kind.department)
        for order in full_shop.orders
        if order.customer_id is not None
        for line in order.lines
    ]
    lift = {}
    for family in ("popularity", "price", "taste"):
        during, before_and_after = 0.0, 0.0
        for promotion in full_shop.promotions:
            if promotion.kind != "percent" or len(promotion.categories) != 1 or promotion.ends > NOW:
                continue
            week = timedelta(days=10)
            own = [(promotion.running(placed), department in promotion.categories) for one, placed, department in lines if one == family
                   and promotion.starts - week <= placed < promotion.ends + week]  # fmt: skip
            running = [hit for inside, hit in own if inside]
            around = [hit for inside, hit in own if not inside]
            during += sum(running)
            before_and_after += fmean(around) * len(running) if around else 0.0
        lift[family] = during / before_and_after
    assert lift["price"] > 1.4
    assert lift["price"] > lift["popularity"] + 0.15 and lift["price"] > lift["taste"] + 0.15


def test_taste_led_shoppers_buy_from_their_three_dearest_departments(full_shop: DemoShop, bought: list[tuple[Shopper, ProductId]]):
    def dear(shopper: Shopper, product: ProductId) -> float:
        dearest = sorted(shopper.departments, key=lambda key: -shopper.departments[key])[:3]
        return full_shop.truth.wares[product].kind.department in dearest

    shares = by_family(bought, dear)
    average = Counter(full_shop.truth.wares[product].kind.department for _, product in bought)
    most_bought = sum(n for _, n in average.most_common(3)) / len(bought)
    assert fmean(shares["taste"]) > 1.8 * most_bought
    assert fmean(shares["taste"]) > fmean(shares["price"]) > fmean(shares["popularity"])


def test_better_products_get_better_ratings_and_rings_lift_weak_ones(full_shop: DemoShop):
    stars: dict[bool, list[float]] = defaultdict(list)
    for review in full_shop.reviews:
        stars[review.id in full_shop.truth.ring_reviews].append(review.rating or 0.0)
    assert fmean(stars[True]) == 5.0 > fmean(stars[False]) > 3.8


def test_a_recommender_fitted_on_the_orders_beats_popularity_for_taste_led_shoppers(full_shop: DemoShop):
    """NDCG@10 of the next new products after four fifths of the time, against the popularity of the month before: the interval lies above 0."""
    orders: list[Order] = [order for order in full_shop.orders if wanted_products(order)]
    baskets = baskets_of(orders)
    split = split_at(baskets, float(np.quantile(baskets.days, 0.8)))
    customer = {int(number): order.customer_id for number, order in zip(baskets.shoppers, orders, strict=True)}
    taste_led = [case for case in split.cases if full_shop.truth.shoppers[customer[case.customer]].family == "taste"]  # type: ignore[index]
    model, _ = fit_model(split.before, now=NOW)
    ours = score_cases("fitted", "ours", served(model), taste_led).figures["ndcg@10"]
    popular = score_cases("popularity", "peer", popularity_of_days(split.before, 30.0), taste_led).figures["ndcg@10"]
    assert len(taste_led) > 300
    assert paired_bootstrap(ours, popular).low > 0
