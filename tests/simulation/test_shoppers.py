"""Shoppers: families, and tastes that multiply."""

from collections import Counter
from math import exp
from statistics import fmean, pstdev

import pytest

from shopkeeper.domain.product import DEFAULT_MARKET
from shopkeeper.simulation.catalogue.offers import US
from shopkeeper.simulation.catalogue.specs import product_types
from shopkeeper.simulation.shop import DemoShop
from shopkeeper.simulation.shoppers import RING_SIZE, TRAITS, assortment, liking, shoppers, taste


def test_families_have_their_shares_and_adversaries_are_of_every_kind():
    people = shoppers(3_200, seed=7)
    families = Counter(one.family for one in people)
    assert sum(traits.share for traits in TRAITS.values()) == pytest.approx(1.0)
    for family, traits in TRAITS.items():
        assert families[family] / 3_200 == pytest.approx(traits.share, abs=0.025)
    kinds = Counter(one.adversary for one in people)
    assert kinds["ring"] == 64 and kinds["crawler"] + kinds["agent"] + kinds["clicker"] == 64
    assert min(kinds["crawler"], kinds["agent"], kinds["clicker"]) >= 21
    rings = Counter(one.ring for one in people if one.adversary == "ring")
    assert set(rings.values()) == {RING_SIZE}
    assert all((one.family == "adversarial") == bool(one.adversary) for one in people)


def test_only_taste_led_shoppers_have_strong_tastes_and_price_led_ones_look_at_the_cheap_end():
    people = shoppers(1_200, seed=7)
    spread = {
        family: fmean(pstdev(one.departments.values()) / fmean(one.departments.values()) for one in people if one.family == family)
        for family in ("popularity", "price", "taste")
    }
    assert spread["taste"] > spread["price"] > spread["popularity"]
    levels = {family: fmean(one.price_level for one in people if one.family == family) for family in spread}
    assert levels["price"] < -0.7 < -0.2 < levels["taste"] < 0.2
    assert -0.2 < levels["popularity"] < 0.2


def test_liking_multiplies_department_type_brand_price_and_appeal(shop: DemoShop):
    person = next(one for one in shop.truth.shoppers.values() if one.family == "taste")
    sold = assortment(shop.truth.wares, DEFAULT_MARKET)
    liked = liking(person, sold)
    ware = shop.truth.wares[sold.products[17]]
    assert ware.product.brand is not None
    by_hand = (
        person.departments[ware.kind.department]
        * person.types[ware.kind.key]
        * ware.kind.share
        * person.brands[ware.product.brand.key]
        * ware.appeal**0.35
        * exp(-1.0 * (ware.price_level - person.price_level) ** 2)
    )
    assert liked[17] == pytest.approx(by_hand, rel=1e-12)
    assert taste(person, sold).running[-1] == pytest.approx(liked.sum())


def test_a_market_shows_only_what_is_sold_there(shop: DemoShop):
    assert set(assortment(shop.truth.wares, US).products) == {product.id for product in shop.products if list(product.offers(US))}


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
