"""The history: sessions of GA4 events in the order of time, one truth with the orders, and adversaries that can be told."""

import json
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import fmean, pstdev

from shopkeeper.domain.texts import LocalizedText
from shopkeeper.events.documents import event_from_json, event_to_document
from shopkeeper.simulation.behaviour.devices import PROGRAMS
from shopkeeper.simulation.behaviour.records import Deed, event_document
from shopkeeper.simulation.shop import DemoShop

FUNNEL = ("view_item", "add_to_cart", "begin_checkout", "purchase")


def sessions(shop: DemoShop) -> dict[str, list[Deed]]:
    found: dict[str, list[Deed]] = defaultdict(list)
    for deed in shop.deeds:
        found[deed.session_id].append(deed)
    return found


def test_a_session_is_of_one_visitor_and_short(shop: DemoShop):
    for session in sessions(shop).values():
        assert len({deed.visitor_id for deed in session}) == 1
        assert len({deed.agent for deed in session}) == 1
        assert session[-1].occurred - session[0].occurred < timedelta(hours=1)


def test_each_step_of_the_funnel_follows_the_one_before_and_loses_some(shop: DemoShop):
    counts = Counter(deed.name for deed in shop.deeds)
    assert all(counts[before] > counts[after] for before, after in pairwise(FUNNEL))
    seen: set[tuple[str, str]] = set()
    carted: set[tuple[str, str]] = set()
    owner = {deed.visitor_id: deed.user_id for deed in shop.deeds if deed.user_id}
    for deed in shop.deeds:
        who = owner.get(deed.visitor_id, deed.visitor_id)  # a cart is carried from the phone to the computer
        for item in deed.items:
            if deed.name == "view_item":
                seen.add((who, item.product_id))
            elif deed.name == "add_to_cart":
                assert (who, item.product_id) in seen
                carted.add((who, item.product_id))
            elif deed.name in ("begin_checkout", "purchase"):
                assert (who, item.product_id) in carted


def test_a_click_names_the_product_that_stood_at_that_place_of_that_list(shop: DemoShop):
    lists = {deed.list_id: deed for deed in shop.deeds if deed.name == "view_item_list"}
    clicks = [deed for deed in shop.deeds if deed.name == "select_item"]
    assert len(clicks) > 3_000
    for click in clicks:
        item = click.items[0]
        assert item.position is not None
        assert lists[click.list_id].items[item.position].product_id == item.product_id
    assert all([item.position for item in shown.items] == list(range(len(shown.items))) for shown in lists.values())


def test_purchases_are_made_signed_in_and_other_visits_are_not_always(shop: DemoShop):
    assert all(deed.user_id for deed in shop.deeds if deed.name in ("purchase", "refund", "rate", "review"))
    signed_in = fmean(bool(deed.user_id) for deed in shop.deeds if deed.name == "view_item_list")
    assert 0.3 < signed_in < 0.6
    devices: dict[str, set[str]] = defaultdict(set)
    for deed in shop.deeds:
        if deed.user_id:
            devices[deed.user_id].add(deed.visitor_id)
    assert 0.15 < fmean(len(ids) == 2 for ids in devices.values()) < 0.5, "some come with a phone and a computer"


def test_consent_is_given_in_full_by_most_and_refused_by_some_and_stays_the_same(shop: DemoShop):
    by_visitor: dict[str, set[object]] = defaultdict(set)
    for deed in shop.deeds:
        by_visitor[deed.visitor_id].add(deed.consent)
    assert all(len(told) == 1 for told in by_visitor.values())
    given = Counter(len(consent) for told in by_visitor.values() for consent in told if isinstance(consent, frozenset))
    assert given[3] / len(by_visitor) > 0.7 and given[0] > 5 and given[1] > 5


def test_a_document_has_the_names_of_the_events_endpoint_and_leaves_out_what_is_empty(shop: DemoShop):
    deed = next(deed for deed in shop.deeds if deed.name == "purchase" and deed.consent)
    document = event_document(deed)
    assert document["event_id"] == deed.event_id and document["name"] == "purchase"
    assert datetime.fromisoformat(document["timestamp"]) == deed.occurred and document["timestamp"].endswith("Z")
    assert document["items"][0]["price"] == str(deed.items[0].price)
    assert set(document["consent"]) == {"analytics", "personalisation", "marketing"}
    allowed = {
        "event_id", "name", "timestamp", "visitor_id", "user_id", "session_id", "items", "query", "list_id", "order_id", "promotion_id", "rating",
        "lang", "agent", "consent",
    }  # fmt: skip
    for one in shop.deeds[:2_000]:
        written = event_document(one)
        assert set(written) <= allowed and "" not in written.values() and [] not in written.values()
        json.dumps(written)


def test_the_events_room_reads_every_document_and_writes_it_the_same(shop: DemoShop):
    for deed in shop.deeds[::7]:
        document = event_document(deed)
        read = event_to_document(event_from_json(json.dumps(document)))
        assert read == {key: value for key, value in document.items() if key != "visitor_id" or "user_id" not in document}, "a user goes before"


def test_customers_take_their_time_and_crawlers_do_not(shop: DemoShop):
    pauses: dict[str, list[float]] = defaultdict(list)
    bots = {one.id[2:]: one.adversary for one in shop.truth.shoppers.values() if one.adversary}
    for session_id, deeds in sessions(shop).items():
        kind = bots.get(session_id.split("-")[1], "customer")
        if not session_id.startswith(("s-r-", "s-o-")):
            pauses[kind] += [(after.occurred - before.occurred).total_seconds() for before, after in pairwise(deeds)]
    assert fmean(pauses["customer"]) > 10 and pstdev(pauses["customer"]) > 5
    assert fmean(pauses["crawler"]) < 1
    assert pstdev(pauses["clicker"]) < 0.01


def test_every_kind_of_bot_leaves_its_own_trace(shop: DemoShop):
    by_kind: dict[str, list[Deed]] = defaultdict(list)
    bots = {one.id[2:]: one.adversary for one in shop.truth.shoppers.values() if one.adversary in ("crawler", "agent", "clicker")}
    for deed in shop.deeds:
        if (kind := bots.get(deed.session_id.split("-")[1])) is not None:
            by_kind[kind].append(deed)
    assert {deed.agent for deed in by_kind["agent"]} <= set(PROGRAMS)
    assert not {deed.agent for kind in ("crawler", "clicker") for deed in by_kind[kind]} & set(PROGRAMS)
    targets: dict[str, set[object]] = defaultdict(set)
    for deed in by_kind["clicker"]:
        if deed.name == "select_item":
            targets[deed.visitor_id].add((deed.items[0].product_id, deed.items[0].position))
    assert targets and all(len(clicked) == 1 for clicked in targets.values())
    assert not any(deed.name == "purchase" for deeds in by_kind.values() for deed in deeds)


def test_every_review_is_told_as_rating_and_review_at_its_moment(shop: DemoShop):
    told = {(deed.user_id, deed.items[0].product_id, deed.occurred): deed.rating for deed in shop.deeds if deed.name == "rate"}
    assert told == {(review.customer_id, review.product_id, review.written): review.rating for review in shop.reviews}
    assert sum(deed.name == "review" for deed in shop.deeds) == len(shop.reviews)


def test_promotions_that_are_seen_were_running(shop: DemoShop):
    known = {promotion.id: promotion for promotion in shop.promotions}
    seen = [deed for deed in shop.deeds if deed.promotion_id]
    assert len(seen) > 300
    assert all(known[deed.promotion_id].running(deed.occurred) for deed in seen)
    assert all(isinstance(promotion.title, LocalizedText) for promotion in known.values())
