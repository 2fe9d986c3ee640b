"""Promotions: complete records of every kind, in both languages, past, running and announced."""

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from shopkeeper.simulation.promotions import Promotion, fold_of, promotion_document
from shopkeeper.simulation.shop import DemoShop
from tests.simulation.conftest import NOW


def test_there_are_promotions_of_every_kind_with_and_without_codes_past_running_and_to_come(shop: DemoShop):
    kinds = Counter(one.kind for one in shop.promotions)
    assert set(kinds) == {"percent", "amount", "buy_x_get_y", "free_shipping"}
    assert kinds["amount"] >= 3 and kinds["buy_x_get_y"] >= 2 and kinds["free_shipping"] >= 2
    assert len({one.id for one in shop.promotions}) == len(shop.promotions) >= 40
    assert sum(bool(one.code) for one in shop.promotions) >= 3
    assert sum(one.running(NOW) for one in shop.promotions) >= 5
    assert sum(one.ends <= NOW for one in shop.promotions) >= 20
    assert sum(one.starts > NOW for one in shop.promotions) >= 2
    assert {one.currency for one in shop.promotions} == {"CNY", "USD"}


def test_each_kind_has_its_terms_and_no_other(shop: DemoShop):
    for one in shop.promotions:
        terms = (one.percent is not None, one.amount_minor is not None, one.buy is not None and one.get is not None)
        assert terms == (one.kind == "percent", one.kind == "amount", one.kind == "buy_x_get_y"), one
        assert one.starts < one.ends
        assert one.percent is None or 5 <= one.percent <= 40
        assert one.amount_minor is None or 0 < one.amount_minor < one.min_spend_minor


def test_titles_stand_in_both_languages_and_say_the_terms(shop: DemoShop):
    for one in shop.promotions:
        assert re.search(r"[\u3400-\u9fff]", one.title.zh) and one.title.en and not re.search(r"[\u3400-\u9fff]", one.title.en)
        if one.percent is not None:
            assert f"{one.percent} %" in one.title.en
            assert fold_of(one.percent) in one.title.zh or str(100 - one.percent) in one.title.zh
        if one.amount_minor is not None:
            assert str(one.amount_minor // 100) in one.title.zh and str(one.amount_minor // 100) in one.title.en


@pytest.mark.parametrize(("percent", "said"), [(10, "9"), (15, "8.5"), (20, "8"), (25, "7.5"), (12, "8.8"), (30, "7")])
def test_percent_off_is_said_in_tenths_that_remain(percent: int, said: str):
    assert fold_of(percent) == said


def test_a_promotion_runs_from_its_start_until_just_before_its_end(shop: DemoShop):
    one = shop.promotions[0]
    assert one.running(one.starts) and not one.running(one.ends)
    assert not one.running(one.starts - timedelta(seconds=1)) and one.running(one.ends - timedelta(seconds=1))


def test_it_covers_its_categories_its_products_or_everything(shop: DemoShop):
    tea = next(product for product in shop.products if product.categories[0][0].key == "tea")
    lamp = next(product for product in shop.products if product.categories[0][0].key == "lamps")
    plain = next(one for one in shop.promotions if one.categories == ("tea",))
    assert plain.covers(tea) and not plain.covers(lamp)
    assert replace(plain, categories=()).covers(lamp)
    single = replace(plain, categories=(), products=(lamp.id,))
    assert single.covers(lamp) and not single.covers(tea)
    socks = next(one for one in shop.promotions if one.id == "pr-socks")
    assert all(dict(product.attributes)["type"][0].key == "socks" for product in shop.products if socks.covers(product))


def test_a_document_leaves_out_what_does_not_apply(shop: DemoShop):
    one = next(one for one in shop.promotions if one.id == "pr-399-50")
    document = json.loads(json.dumps(promotion_document(one)))
    assert set(document) == {"id", "kind", "title", "amount_minor", "min_spend_minor", "code", "starts", "ends", "currency"}
    assert document["title"] == {"zh": "领券满 399 元减 50 元", "en": "¥50 off orders from ¥399 with AUTUMN50"}
    assert document["starts"].endswith("Z") and document["code"] == "AUTUMN50"
    assert isinstance(one, Promotion)
