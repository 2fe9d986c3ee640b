"""Profiles whose figures are known by hand."""

import time
from datetime import timedelta

import pytest

from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.shopper import Correction
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.shoppers.profile import HALF_LIFE, Fact, profile_of
from shopkeeper.shoppers.recent import Touch, recent_of
from tests.conftest import NOON
from tests.shoppers.conftest import CUP, FACTS, TEA, did


def test_an_event_counts_half_after_a_half_life():
    events = [did("view_item", "tea"), did("view_item", "cup", ago=HALF_LIFE)]
    profile = profile_of(events, FACTS, now=NOON)
    assert profile.affinities("category") == {"drinks": 1.0, "ware": 0.5}
    assert [line.weight for line in profile.lines if line.facet == "brand"] == [pytest.approx(1.5)]


@pytest.mark.parametrize(("less", "more"), [("view_item", "select_item"), ("select_item", "add_to_cart"), ("add_to_cart", "purchase")])
def test_the_costlier_act_says_more(less, more):
    profile = profile_of([did(less, "tea"), did(more, "cup")], FACTS, now=NOON)
    assert profile.affinities("category")["ware"] == 1.0
    assert 0 < profile.affinities("category")["drinks"] < 1


def test_a_dislike_turns_a_line_away():
    profile = profile_of([did("not_interested", "tea"), did("view_item", "tea"), did("purchase", "cup")], FACTS, now=NOON)
    assert profile.affinities("category") == {"ware": 1.0, "drinks": pytest.approx(-7 / 8)}


def test_two_stars_say_no_and_five_say_yes():
    profile = profile_of([did("rate", "tea", rating=2), did("rate", "cup", rating=5)], FACTS, now=NOON)
    assert profile.affinities("category") == {"ware": 1.0, "drinks": -0.5}


def test_each_line_names_the_events_behind_it():
    seen, bought = did("view_item", "tea"), did("purchase", "tea", "cup", ago=timedelta(days=1))
    lines = {(line.facet, line.key): line for line in profile_of([seen, bought], FACTS, now=NOON).lines}
    drinks = lines["category", "drinks"]
    told = [(moment.event_id, moment.name, moment.product_id) for moment in drinks.moments]
    assert told == [
        (seen.id, "view_item", TEA),
        (bought.id, "purchase", TEA),
    ]
    assert [moment.event_id for moment in lines["category", "ware"].moments] == [bought.id]


def test_the_language_of_the_events_is_a_line():
    profile = profile_of([did("search", lang="zh"), did("search", lang="zh"), did("search", lang="en")], FACTS, now=NOON)
    assert profile.affinities("language") == {"zh": 1.0, "en": 0.5}


def test_less_and_more_turn_the_scale():
    events = [did("view_item", "tea"), did("view_item", "cup")]
    told = [Correction("category", "drinks", "less", NOON), Correction("category", "ware", "more", NOON)]
    assert profile_of(events, FACTS, now=NOON, corrections=told).affinities("category") == {"ware": 1.0, "drinks": 0.15}


def test_the_newest_word_on_a_line_counts():
    told = [Correction("category", "drinks", "as_found", NOON), Correction("category", "drinks", "not_me", NOON - timedelta(days=1))]
    assert profile_of([did("view_item", "tea")], FACTS, now=NOON, corrections=told).affinities("category") == {"drinks": 1.0}


def test_nobody_has_no_lines():
    assert profile_of([], FACTS, now=NOON).lines == ()
    assert profile_of([did("view_item", "unknown")], FACTS, now=NOON).lines == ()


def test_a_profile_of_500_events_takes_3_ms():
    said = {name: LocalizedText(en=name) for name in "abcdef"}
    facts = {ProductId(f"p{at}"): [Fact(f"attribute:{name}", f"{name}{at % 9}", text) for name, text in said.items()] for at in range(150)}
    events = [did("view_item", f"p{at * 7 % 150}", ago=timedelta(hours=at), lang="zh") for at in range(500)]
    seconds = []
    for _ in range(15):
        began = time.thread_time()
        profile_of(events, facts, now=NOON)
        seconds.append(time.thread_time() - began)
    assert min(seconds) <= 0.003


class TestRecent:
    def test_the_newest_touch_counts_with_the_strongest_act(self):
        recent = recent_of([did("view_item", "tea"), did("view_item", "cup"), did("purchase", "tea")])
        assert recent.touched == (Touch(CUP, 1, 0.5), Touch(TEA, 0, 1.0))
        assert recent.bought == {TEA}

    def test_what_came_back_is_not_owned(self):
        assert recent_of([did("refund", "tea"), did("purchase", "tea")]).bought == frozenset()

    def test_a_look_does_not_take_a_dislike_back_but_a_cart_does(self):
        assert recent_of([did("view_item", "tea"), did("not_interested", "tea")]).unwanted == {TEA}
        assert recent_of([did("add_to_cart", "tea"), did("not_interested", "tea")]).unwanted == frozenset()

    def test_what_is_not_wanted_is_nothing_to_go_on_from(self):
        assert recent_of([did("not_interested", "tea"), did("add_to_cart", "tea", "cup")]).touched == (Touch(CUP, 0, 0.9),)
