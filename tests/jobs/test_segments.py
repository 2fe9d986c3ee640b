"""Segments by rule and by clustering, over the demo simulator's shoppers."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from shopkeeper import bootstrap
from shopkeeper.bootstrap import Shop
from shopkeeper.domain.event import Event, EventItem
from shopkeeper.domain.ids import EventId, ProductId, ShopId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.segment import SegmentId
from shopkeeper.domain.shopper import Identity
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.errors import BadInput
from shopkeeper.jobs.segments import LARGEST_K, SEED, PersonFigures, SegmentRule, check_rule, figures_of, meets, vectors_of
from shopkeeper.ranking.facts import facts_of
from shopkeeper.settings import Settings, ShopSettings
from shopkeeper.shoppers.clustering import agreement, cluster, k_means
from shopkeeper.shoppers.profile import Profile, profile_of
from shopkeeper.simulation.shop import DemoShop, demo_shop
from tests.conftest import NOON
from tests.shoppers.conftest import ANNA, FACTS, PHONE, did

DEMO = ShopId("demo")


@pytest.fixture(scope="module")
def demo() -> DemoShop:
    return demo_shop(now=NOON, size=320)


def purchases(demo: DemoShop) -> dict[Identity, list[Event]]:
    """What the simulated shoppers bought, as events, newest first."""
    found: dict[Identity, list[Event]] = {}
    for order in demo.orders:
        if order.customer_id is not None:
            who = Identity("user", order.customer_id)
            items = tuple(EventItem(line.product_id, quantity=line.quantity, price=line.unit_price) for line in order.lines)
            found.setdefault(who, []).insert(0, Event(EventId(f"o-{order.id}"), "purchase", order.placed, who, items, order_id=order.id))
    return found


class TestRules:
    def person(self, *events: Event) -> PersonFigures:
        return PersonFigures(1, figures_of(events, NOON), profile_of(events, FACTS, now=NOON))  # type: ignore[arg-type]  # a number

    @pytest.mark.parametrize(
        ("rule", "holds"),
        [
            ("orders >= 1 AND recency_days < 2", True),
            ("orders >= 2", False),
            ("views:1..3 AND NOT carts > 0", True),
            ("category:Drinks", True),
            ('category:"饮品" OR brand:nobody', True),
            ("category:ware", False),
            ("spent = 39", True),
        ],
    )
    def test_a_rule_holds_as_it_reads(self, rule: str, holds: bool) -> None:
        bought = Event(EventId("b"), "purchase", NOON - timedelta(days=1), ANNA, (EventItem(ProductId("tea"), price=Money(3_900, Currency("CNY"))),))
        person = self.person(bought, did("view_item", "tea", ago=timedelta(days=2)))
        assert meets(person, check_rule(rule)) is holds

    @pytest.mark.parametrize("rule", ["", "price < 3", "in_stock", "__class__ = 1", "orders >", "email:x"])
    def test_a_rule_about_anything_else_is_refused(self, rule: str) -> None:
        with pytest.raises(BadInput) as refused:
            check_rule(rule)
        assert refused.value.field == "rule"

    def test_nobody_who_did_nothing_was_here_lately(self) -> None:
        nobody = PersonFigures(1, figures_of([], NOON), Profile((), 0, None))  # type: ignore[arg-type]  # a number
        assert not meets(nobody, check_rule("recency_days < 10000"))


def test_the_clusters_of_the_demo_are_stable(demo: DemoShop) -> None:
    shop = {product.id: product for product in demo.products}
    from shopkeeper.ranking.columns import columns_of

    columns = columns_of(shop.values(), NOON)
    persons = [
        PersonFigures(number, {}, profile_of(events, facts_of(columns, [i.product_id for e in events for i in e.items]), now=NOON))  # type: ignore[arg-type]
        for number, events in enumerate(purchases(demo).values())
    ]
    points, _ = vectors_of(persons)
    points = points[points.any(axis=1)]
    whole = cluster(points, seed=SEED, largest=LARGEST_K)
    rng = np.random.default_rng(1)
    agreements = []
    for _ in range(10):
        drawn = points[rng.integers(len(points), size=len(points))]
        _, centres = k_means(drawn, len(whole.centres), seed=SEED)
        labels = ((points[:, None] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
        agreements.append(agreement(whole.labels, labels))
    print(f"\nk {len(whole.centres)}, silhouette {whole.silhouette:.3f}, ARI mean {np.mean(agreements):.3f}, least {min(agreements):.3f}")
    assert np.mean(agreements) >= 0.9


@pytest.fixture
def shop(tmp_path: Path, demo: DemoShop) -> Iterator[Shop]:
    settings = Settings(home=tmp_path, shops={DEMO: ShopSettings()})
    bootstrap.create_shop(settings, DEMO)
    with bootstrap.build(settings, clock=lambda: NOON) as app:
        opened = app.shop()
        opened.database.products.put(demo.products)
        opened.jobs.index()
        yield opened


def test_the_job_stores_rules_and_named_clusters_without_bots_and_without_those_who_did_not_agree(shop: Shop, demo: DemoShop) -> None:
    shop.preferences.change({"privacy.consent": "strict"}, who="test")
    people = dict(list(purchases(demo).items())[:120])
    shop.events.record([event for events in people.values() for event in events])
    bot, silent, *rest = people
    for who in (bot, *rest):
        shop.shoppers.consent(who, {"personalisation": True}, source="test")
    shop.shoppers.merge(PHONE.value, rest[0].value)
    numbers = shop.events.numbers(people)
    rule = SegmentRule(SegmentId("buyers"), LocalizedText("买家", "Buyers"), "orders >= 1")
    found = {one.id: one for one in shop.segments.run(rules=[rule], flagged={numbers[bot]})}
    assert found[SegmentId("buyers")].size == 118
    inside = shop.database.segments.members(SegmentId("buyers"))
    assert numbers[bot] not in inside and numbers[silent] not in inside
    clusters = [one for one in found.values() if one.kind == "cluster"]
    assert sum(one.size for one in clusters) == 118
    assert all(one.name.zh.startswith("偏爱") and one.name.en.startswith("Drawn to ") and one.traits for one in clusters)
    assert {one.id for one in shop.shoppers.segments(PHONE)} >= {"buyers"}
    again = {one.id: one for one in shop.segments.run(rules=[rule], flagged={numbers[bot]})}
    assert again == found
