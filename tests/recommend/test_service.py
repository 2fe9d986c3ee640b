import re
from dataclasses import replace
from datetime import timedelta

import pytest

from shopkeeper.adapters.artifacts import FolderArtifacts
from shopkeeper.domain.ids import ProductId
from shopkeeper.errors import BadInput, NotFound
from shopkeeper.recommend.request import PLACEMENTS, RecommendRequest
from shopkeeper.recommend.service import RecommendService
from tests.recommend.shop import NOW, SmallShop, order, product

PLACES_BESIDE_A_PRODUCT = ("similar", "frequently_bought_together")


@pytest.fixture
def shop(tmp_path):
    """Tea (a pot, b cups, c leaves) goes together, so does camping (m tent, n lamp, o stove); x was sold once, z never."""
    shop = SmallShop(tmp_path)
    tea = [product(name, category="tea", brand="Lu") for name in "abc"]
    camping = [product(name, category="camping") for name in "mno"]
    shop.products.put([*tea, *camping, product("x"), product("z", created=NOW - timedelta(days=3))])
    baskets = ["ab", "ab", "abc", "bc", "mn", "mno", "no", "mn", "x"]
    shop.orders.put([order(number, 40 - number, f"shopper-{number}", letters) for number, letters in enumerate(baskets)])
    shop.alike = {"a": ["b", "x"], "z": ["o", "n"]}
    shop.fit()
    return shop


def ask_all(shop, **more):
    """Each placement beside product a, for a shopper who looked at n."""
    for placement in PLACEMENTS:
        yield placement, shop.ask(placement, products="a", history="n", **more)


class TestFrequentlyBoughtTogether:
    def test_companions_of_the_same_orders_come_first(self, shop):
        assert shop.names("frequently_bought_together", products="a", count=1) == "b"
        assert shop.first("frequently_bought_together", products="a").source == "same_orders"

    def test_the_reason_counts_the_orders_that_hold_both(self, shop):
        reason = shop.first("frequently_bought_together", products="a").reason
        assert reason.en == "In 3 orders together with “A”"
        assert reason.zh == "在 3 个订单里与“商品a”一起购买"

    def test_a_cart_is_completed_from_all_its_products(self, shop):
        assert shop.names("frequently_bought_together", products="ab", count=1) == "c"


class TestRecommendedForYou:
    def test_the_latest_items_lead(self, shop):
        assert set(shop.names("recommended_for_you", history="a", count=2)) == {"b", "c"}
        assert shop.names("recommended_for_you", history="am", count=1) in "no"

    def test_the_customers_orders_come_before_the_history(self, shop):
        shop.orders.put([order(100, 1, "returning", "m")])
        assert shop.names("recommended_for_you", customer="returning", count=1) == "n"
        assert shop.names("recommended_for_you", customer="returning", history="a", count=1) == "b"

    def test_what_the_customer_has_is_not_offered(self, shop):
        shop.orders.put([order(100, 1, "returning", "ab")])
        assert not set("ab") & set(shop.names("recommended_for_you", customer="returning"))

    def test_an_order_is_felt_at_once(self, shop):
        before = shop.names("recommended_for_you", customer="new", count=1)
        shop.orders.put([order(100, 0, "new", "c")])
        assert (before, shop.names("recommended_for_you", customer="new", count=1)) == ("n", "b")

    def test_the_reason_counts_the_shoppers_of_both(self, shop):
        assert shop.first("recommended_for_you", history="a").reason.en == "3 shoppers bought both this and “A”"

    def test_a_cold_shopper_gets_what_is_popular(self, shop):
        first = shop.first("recommended_for_you")
        assert (first.product.id, first.source) == ("n", "popular")
        assert first.reason.en == "In 4 orders of the 7 days up to 2026-01-28"

    def test_a_cold_product_speaks_by_its_content(self, shop):
        shop.alike["z"] = ["x"]
        first = shop.first("recommended_for_you", history="z")
        assert (first.product.id, first.source) == ("x", "content")
        assert shop.names("recommended_for_you", history="az", count=2)[0] == "x"


class TestSimilar:
    def test_content_and_behaviour_agree_on_the_first(self, shop):
        assert shop.names("similar", products="a", count=1) == "b"
        assert shop.first("similar", products="a").reason.en == "Also Lu, Tea, like “A”"
        assert shop.first("similar", products="a").reason.zh == "同为Lu、类tea，与“商品a”相近"

    def test_without_a_text_index_behaviour_answers(self, shop):
        shop.content_is_down = True
        assert shop.first("similar", products="a").source == "bought_together"

    def test_a_product_that_nothing_is_known_of_is_surrounded_by_its_category(self, shop):
        shop.products.put([product("k", category="camping")])
        shop.alike["k"] = []
        assert set(shop.names("similar", products="k", count=3)) == set("mno")


class TestTrending:
    def test_newer_orders_weigh_more(self, shop):
        shop.orders.put([order(200 + number, 0, None, "c") for number in range(3)])
        shop.fit()
        first = shop.first("trending")
        assert (first.product.id, first.source) == ("c", "trending")
        assert first.reason.en == "In 3 orders of the last 7 days"
        assert first.reason.zh == "近 7 天有 3 个订单买了它"

    def test_old_figures_carry_their_date(self, shop):
        shop.now = NOW + timedelta(days=30)
        assert re.search(r"up to 2026-01-2\d", shop.first("trending").reason.en)


class TestWhatMayBeShown:
    def test_nothing_of_the_context_is_shown(self, shop):
        for placement, answer in ask_all(shop):
            assert not {"a", "n"} & {item.product.id for item in answer.items}, placement

    @pytest.mark.parametrize("change", [{"stock": 0}, {"status": "hidden"}, {"market": "elsewhere"}])
    def test_what_cannot_be_bought_is_never_shown(self, shop, change):
        shop.products.put([product("b", category="tea", **change)])
        for placement, answer in ask_all(shop):
            assert "b" not in [item.product.id for item in answer.items], placement

    def test_a_deleted_product_is_never_shown(self, shop):
        shop.products.delete([ProductId("b")])
        for placement, answer in ask_all(shop):
            assert "b" not in [item.product.id for item in answer.items], placement

    def test_stock_that_ran_out_a_moment_ago_is_seen_before_the_columns_know(self, shop):
        columns = shop.columns()
        shop.columns = lambda: columns
        shop.service._columns = shop.columns
        shop.products.put([product("b", category="tea", stock=0)])
        assert "b" not in shop.names("frequently_bought_together", products="a")

    def test_filters_of_the_request_and_of_the_key_both_hold(self, shop):
        assert set(shop.names("trending", filters="category:tea")) == set("abc")
        assert shop.names("trending", filters="category:tea", shop_filters="category:camping") == ""

    def test_each_product_stands_once_and_the_list_is_as_long_as_can_be(self, shop):
        for placement, answer in ask_all(shop, count=100):
            ids = [item.product.id for item in answer.items]
            assert sorted(ids) == sorted("bcmoxz"), placement

    def test_every_item_has_a_source_a_reason_in_both_languages_and_a_price(self, shop):
        for _, answer in ask_all(shop):
            for item in answer.items:
                assert item.source
                assert item.reason.zh
                assert item.reason.en
                assert item.price is not None

    def test_reasons_name_no_shopper(self, shop):
        for _, answer in ask_all(shop):
            assert not any("shopper-" in item.reason.en or "shopper-" in item.reason.zh for item in answer.items)


class TestWhenLittleIsKnown:
    def test_a_new_shop_shows_what_is_new(self, tmp_path):
        shop = SmallShop(tmp_path)
        shop.products.put([product("a", created=NOW - timedelta(days=100)), product("b", created=NOW - timedelta(days=1))])
        answer = shop.ask("recommended_for_you")
        assert [(item.product.id, item.source, item.reason.en) for item in answer.items] == [
            ("b", "newest", "New in the shop"),
            ("a", "newest", "Can be ordered now"),
        ]

    def test_an_empty_shop_shows_nothing(self, tmp_path):
        assert SmallShop(tmp_path).names("trending") == ""

    @pytest.mark.parametrize("orders", [0, 1])
    def test_a_model_of_no_or_one_order_serves(self, tmp_path, orders):
        shop = SmallShop(tmp_path)
        shop.products.put([product(name) for name in "abc"])
        shop.orders.put([order(number, 1, "ann", "ab") for number in range(orders)])
        shop.fit()
        for placement in PLACEMENTS:
            assert len(shop.names(placement, products="a")) == 2, placement

    def test_before_the_first_fit_the_orders_are_counted(self, tmp_path):
        shop = SmallShop(tmp_path)
        shop.products.put([product(name) for name in "abc"])
        shop.orders.put([order(1, 1, "ann", "b"), order(2, 1, "bob", "b")])
        first = shop.first("recommended_for_you")
        assert (first.product.id, first.source, first.reason.en) == ("b", "popular", "In 2 orders of the last 7 days")

    def test_new_orders_are_counted_after_a_while(self, tmp_path):
        shop = SmallShop(tmp_path)
        shop.products.put([product(name) for name in "abc"])
        shop.service.refresh()
        shop.orders.put([order(1, 0, "ann", "c")])
        shop.now = NOW + timedelta(hours=1)
        shop.service.refresh()
        assert shop.names("trending", count=1) == "c"

    def test_a_count_of_one_is_not_quoted(self, tmp_path):
        shop = SmallShop(tmp_path)
        shop.products.put([product(name) for name in "abc"])
        shop.orders.put([order(1, 1, "ann", "ab")])
        shop.fit()
        assert shop.first("recommended_for_you", history="a").reason.en == "Goes with “A”, going by past orders"
        assert shop.first("trending").reason.en == "Has been bought before"


class TestVersions:
    def test_a_refresh_swaps_to_the_newest_model(self, shop):
        first = shop.ask("trending").shown.policy
        shop.orders.put([order(300 + number, 0, None, "z") for number in range(9)])
        shop.fit()
        assert shop.names("trending", count=1) == "z"
        assert shop.ask("trending").shown.policy != first

    def test_a_model_that_is_damaged_later_gives_way_to_the_one_before(self, shop):
        before = shop.artifacts.current("recommend")
        shop.orders.put([order(300, 0, None, "z")])
        shop.fit()
        newest = shop.artifacts.current("recommend")
        (newest.path / "model.json").chmod(0o644)
        (newest.path / "model.json").write_bytes(b"{}")
        restarted = RecommendService(shop.products, shop.orders, FolderArtifacts(shop.root), shop.columns, shop.similar, clock=lambda: NOW)
        answer = restarted.recommend(RecommendRequest("trending"))
        assert answer.shown.policy == f"recommend:{before.version}"

    def test_a_model_of_another_format_leaves_popularity_to_answer(self, shop):
        def write(folder):
            (folder / "model.json").write_text('{"format": 99}')
            return {}

        shop.artifacts.publish("recommend", write)
        restarted = RecommendService(shop.products, shop.orders, FolderArtifacts(shop.root), shop.columns, shop.similar, clock=lambda: NOW)
        for _ in range(2):
            restarted.refresh()
            assert restarted.recommend(RecommendRequest("trending")).shown.policy == "recommend:popularity"


class TestShownList:
    def test_the_list_carries_what_feedback_needs(self, shop):
        answer = shop.ask("similar", products="a")
        assert answer.shown.items == tuple(item.product.id for item in answer.items)
        assert answer.shown.surface == "similar"
        assert answer.shown.context == (("product", "a"),)
        assert set(answer.shown.propensity) == {1.0}
        assert answer.shown.id != shop.ask("similar", products="a").shown.id


class TestBadRequests:
    @pytest.mark.parametrize("count", [0, -1, 101])
    def test_a_count_out_of_range_is_refused(self, shop, count):
        with pytest.raises(BadInput, match="count"):
            shop.ask("trending", count=count)

    @pytest.mark.parametrize("placement", PLACES_BESIDE_A_PRODUCT)
    def test_a_list_beside_a_product_needs_one(self, shop, placement):
        with pytest.raises(BadInput, match="products"):
            shop.ask(placement)

    def test_an_unknown_product_is_not_found(self, shop):
        with pytest.raises(NotFound, match="'q'"):
            shop.ask("similar", products="q")

    def test_an_unknown_placement_names_the_known_ones(self, shop):
        with pytest.raises(BadInput, match="trending"):
            shop.ask("best_sellers")

    def test_a_broken_filter_says_where(self, shop):
        with pytest.raises(BadInput, match="filters"):
            shop.ask("trending", filters="price <")

    def test_an_unknown_market_is_refused(self, shop):
        with pytest.raises(BadInput, match="market"):
            shop.ask("trending", market="mars")

    def test_unknown_history_is_passed_over(self, shop):
        assert shop.names("recommended_for_you", history="q", count=1) == "n"


def test_a_long_title_is_shortened_in_the_reason(shop):
    shop.products.put([replace(product("a", category="tea"), title=product("a" * 150).title)])
    assert len(shop.first("frequently_bought_together", products="a").reason.en) < 110
