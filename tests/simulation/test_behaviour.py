"""The parts of behaviour, each by itself: what is typed, what is looked at, what a shelf holds, what a visit remembers."""

from collections import Counter
from datetime import timedelta
from statistics import fmean

import pytest

from shopkeeper.domain.product import DEFAULT_MARKET
from shopkeeper.simulation.behaviour.choice import CEILING, Mind, attraction, examined
from shopkeeper.simulation.behaviour.devices import devices
from shopkeeper.simulation.behaviour.queries import TYPO_SHARE, query_for
from shopkeeper.simulation.behaviour.session import REMEMBERED, Memory, Visit
from shopkeeper.simulation.behaviour.shelves import LIST_LENGTH, SHUFFLED_SHARE, Asking, OldShop, popular_lists
from shopkeeper.simulation.dice import Dice
from shopkeeper.simulation.shop import DemoShop
from shopkeeper.simulation.shoppers import Shopper
from tests.simulation.conftest import NOW


@pytest.fixture(scope="module")
def person(shop: DemoShop) -> Shopper:
    return next(one for one in shop.truth.shoppers.values() if one.family == "taste" and one.country == "CN")


def test_the_first_place_is_always_looked_at_and_the_eighth_a_quarter_as_often():
    assert examined(0) == 1.0
    assert examined(7) == pytest.approx(8**-0.7) == pytest.approx(0.233, abs=0.001)


def test_what_is_wanted_as_usual_draws_half_the_ceiling():
    assert attraction(1.0) == CEILING / 2
    assert attraction(0.0) == 0.0
    assert attraction(9.0) == pytest.approx(0.9 * CEILING)


def test_a_goal_makes_its_own_type_wanted_most_and_its_shelf_more_than_the_rest(shop: DemoShop, person: Shopper):
    world = shop.truth.world
    mind, goal = Mind(person, world), next(ware for ware in world.wares.values() if ware.kind.key == "mug")
    wanted: dict[str, list[float]] = {"type": [], "shelf": [], "elsewhere": []}
    for product in world.sold[DEFAULT_MARKET].products:
        kind = world.wares[product].kind
        name = "type" if kind.key == "mug" else "shelf" if kind.shelf == goal.kind.shelf else "elsewhere"
        wanted[name].append(mind.wants(product, NOW, goal) / mind.wants(product, NOW))
    assert fmean(wanted["type"]) > fmean(wanted["shelf"]) > fmean(wanted["elsewhere"]) > 0


def test_a_reduction_draws_by_the_power_of_the_familys_elasticity(shop: DemoShop):
    world = shop.truth.world
    price_led = next(one for one in shop.truth.shoppers.values() if one.family == "price" and one.country == "CN")
    mind = Mind(price_led, world)
    promotion = next(one for one in world.promotions if one.kind == "percent" and one.categories == ("tea",))
    product = next(id_ for id_, ware in world.wares.items() if promotion.covers(ware.product) and next(ware.product.offers()).sale_price is None)
    during, after = (mind.wants(product, moment) for moment in (promotion.starts, promotion.ends + timedelta(days=200)))
    assert promotion.percent is not None
    assert during / after == pytest.approx((1 - promotion.percent / 100) ** -5.0, rel=0.02), "elasticity 5; prices are whole fen"


def test_what_the_player_does_not_know_is_not_wanted(shop: DemoShop, person: Shopper):
    assert Mind(person, shop.truth.world).wants("new-from-the-merchant", NOW) == 0.0  # type: ignore[arg-type]


def test_queries_name_the_type_and_sometimes_what_it_should_be_like(shop: DemoShop):
    ware = next(ware for ware in shop.truth.wares.values() if ware.kind.key == "dress")
    for lang, noun in (("zh", "连衣裙"), ("en", "dress")):
        queries = [query_for(ware, lang, Dice(7, "query", lang, number)) for number in range(600)]  # type: ignore[arg-type]
        assert all(noun in query.correct and query.kind == "dress" for query in queries)
        assert all(query.fits(ware.product) == 1 for query in queries if query.picky)
        assert 0.2 < fmean(query.picky for query in queries) < 0.6
        assert fmean(query.typo for query in queries) == pytest.approx(TYPO_SHARE, abs=0.03)
        assert all(abs(len(query.text) - len(query.correct)) <= 1 for query in queries)
        assert {query.mended().text for query in queries if query.typo} <= {query.text for query in queries}


def test_the_old_shop_lists_only_what_can_be_bought_and_a_few_lists_in_random_order(shop: DemoShop):
    world = shop.truth.world
    old = OldShop(world, popular_lists(world), Dice(7, "old"), name="x")
    lists = [old.recommend("trending", (), Asking("zh", DEFAULT_MARKET, NOW)) for _ in range(200)]
    for shown in lists:
        assert len(set(shown.products)) == len(shown.products) == LIST_LENGTH
        assert all(world.on_shelf(product, DEFAULT_MARKET, NOW) for product in shown.products)
    assert len(old.shuffled) / len(lists) == pytest.approx(SHUFFLED_SHARE, abs=0.05)
    assert set(old.shuffled) < {shown.list_id for shown in lists}


def test_the_old_shop_puts_a_product_before_another_by_their_appeal(shop: DemoShop):
    """With appeals a and b, a stands first in a / (a + b) of the lists. Lists this short are never shuffled."""
    world = shop.truth.world
    mugs = [product for product in popular_lists(world)["type:mug"] if world.on_shelf(product, DEFAULT_MARKET, NOW)]
    best, weakest = mugs[0], mugs[-1]
    old = OldShop(world, {"shelf:mugs": (weakest, best)}, Dice(7, "pair"), name="x")
    first = [old.category("mugs", Asking("zh", DEFAULT_MARKET, NOW)).products[0] for _ in range(2_000)]
    a, b = world.wares[best].appeal, world.wares[weakest].appeal
    assert a > 1.3 * b
    assert fmean(product == best for product in first) == pytest.approx(a / (a + b), abs=0.03)


def test_the_old_shop_finds_a_misspelt_word_one_time_in_three(shop: DemoShop):
    world = shop.truth.world
    ware = next(ware for ware in world.wares.values() if ware.kind.key == "mug")
    query = next(q for q in (query_for(ware, "zh", Dice(7, n)) for n in range(500)) if q.typo)
    old = OldShop(world, popular_lists(world), Dice(7, "typo"), name="x")
    found = [bool(old.search(query, Asking("zh", DEFAULT_MARKET, NOW)).products) for _ in range(300)]
    assert fmean(found) == pytest.approx(0.33, abs=0.08)


def test_a_memory_keeps_the_latest_products_each_once():
    memory = Memory()
    for number in range(REMEMBERED + 5):
        memory.look_at(f"p-{number}")  # type: ignore[arg-type]
    memory.look_at("p-6")  # type: ignore[arg-type]
    assert len(memory.seen) == REMEMBERED
    assert memory.seen[-1] == "p-6" and Counter(memory.seen)["p-6"] == 1  # type: ignore[index]


def test_visits_of_one_shopper_repeat_word_for_word_and_a_cart_outlives_the_visit(shop: DemoShop, person: Shopper):
    world, device = shop.truth.world, devices(person, 7)[0]

    def visits() -> tuple[list, Memory]:
        memory, deeds, dice = Memory(), [], Dice(7, "again")
        for number in range(30):
            old = OldShop(world, popular_lists(world), dice, name=str(number))
            visit = Visit(Mind(person, world), memory, old, device, session_id=str(number), starts=NOW - timedelta(days=40 - number), dice=dice)
            visit.play()
            deeds += visit.deeds
        return deeds, memory

    deeds, _ = visits()
    assert deeds == visits()[0]
    first_cart = {item.product_id: deed.session_id for deed in deeds if deed.name == "add_to_cart" for item in deed.items}
    bought = [(item.product_id, deed.session_id) for deed in deeds if deed.name == "purchase" for item in deed.items]
    assert bought and all(product in first_cart for product, _ in bought)


def test_what_sells_out_leaves_the_shelf_at_one_moment(shop: DemoShop):
    world = shop.truth.world
    gone = [(product, shelf) for product, shelf in world.shelves[DEFAULT_MARKET].items() if shelf.until < NOW]
    assert gone
    for product, shelf in gone:
        assert NOW - timedelta(days=22) <= shelf.until
        if shelf.since < shelf.until:
            assert world.on_shelf(product, DEFAULT_MARKET, shelf.until - timedelta(seconds=1))
        assert not world.on_shelf(product, DEFAULT_MARKET, shelf.until)
        assert world.on_sale(product, DEFAULT_MARKET, NOW) == []
