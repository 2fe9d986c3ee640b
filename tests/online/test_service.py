"""The door on its own: which arms turn what, who takes part, and what of a list is logged."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from shopkeeper.bootstrap import Shop
from shopkeeper.domain.experiment import Arm
from shopkeeper.domain.ids import ExperimentId, ProductId
from shopkeeper.domain.shopper import Identity
from shopkeeper.domain.shown_list import ShownList
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.ports.shoppers import BotFlag
from shopkeeper.recommend.request import RecommendRequest
from shopkeeper.search.request import SearchRequest
from tests.api.conftest import DEMO, installed
from tests.conftest import NOON

ANNA = Identity("visitor", "anna")
BOTH = (Arm("control", 1.0, (("model", "popularity"),)), Arm("same", 1.0, (("model", "popularity"),)))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    app, _, _ = installed(tmp_path)
    with app:
        shop = app.shops[DEMO]
        shop.search.refresh()
        yield shop


def known(shop: Shop, who: Identity) -> None:
    """Have `who` met: an event or a list of theirs was kept."""
    shop.events.numbers([who])


def tried(shop: Shop, name: str, surface: str, arms: tuple[Arm, ...]) -> None:
    shop.experiments.create(ExperimentId(name), name=LocalizedText(en=name), surfaces=(surface,), arms=arms)
    shop.experiments.start(ExperimentId(name))


def shown_to(shop: Shop, who: Identity | None = ANNA, **more: str) -> ShownList:
    beside = RecommendRequest("similar", (ProductId("h-1"),), count=3)
    return shop.online.recommend(beside, shop.online.showing(who, **more)).shown  # pyright: ignore[reportArgumentType]


def test_an_arm_turns_the_list_and_is_noted(shop: Shop) -> None:
    known(shop, ANNA)
    assert shown_to(shop).policy != "recommend:popularity"
    tried(shop, "rows", "similar", BOTH)
    shown = shown_to(shop)
    assert shown.policy == "recommend:popularity"
    assert shown.arm in ("rows=control", "rows=same")
    assert {shown_to(shop).arm for _ in range(5)} == {shown.arm}


def test_who_cannot_be_learned_from_takes_no_part(shop: Shop) -> None:
    for who in (ANNA, Identity("visitor", "refuser"), Identity("visitor", "crawler")):
        known(shop, who)
    shop.shoppers.consent(Identity("visitor", "refuser"), {"analytics": False}, source="test")
    flagged = shop.events.find(Identity("visitor", "crawler"))
    assert flagged is not None
    shop.database.bots.flag([BotFlag(flagged, NOON, "rate", "91 events in 60 s")])
    tried(shop, "rows", "similar", BOTH)
    assert shown_to(shop).arm != "default"
    assert shown_to(shop, None).arm == "default"
    assert shown_to(shop, Identity("visitor", "never-met")).arm == "default"
    assert shown_to(shop, Identity("visitor", "refuser")).arm == "default"
    assert shown_to(shop, agent="Googlebot/2.1").arm == "default"
    crawled = shown_to(shop, Identity("visitor", "crawler"))
    assert (crawled.arm, dict(crawled.context)["bot"]) == ("default", "flagged")


def test_only_what_is_kept_is_logged(shop: Shop) -> None:
    beside = RecommendRequest("similar", (ProductId("h-1"),), count=3)
    whole = shop.online.recommend(beside, shop.online.showing(None))
    one = whole.reply.items[1].product.id
    answered = shop.online.recommend(beside, shop.online.showing(None, page="product", origin="storefront"), keep=lambda item: item.product.id == one)
    shop.lists.flush()
    logged = shop.lists.get([answered.list_id])[answered.list_id].shown
    assert [item.product.id for item in answered.reply.items] == list(logged.items) == [one]
    assert dict(logged.context) | {"page": "product", "origin": "storefront", "product": "h-1"} == dict(logged.context)


def test_a_request_that_names_its_own_strength_is_no_part_of_what_tries_it(shop: Shop) -> None:
    known(shop, ANNA)
    tried(shop, "dial", "search", (Arm("control"), Arm("off", 1_000.0, (("personalisation", "0"),))))
    showing = shop.online.showing(ANNA)
    assert shop.online.search(SearchRequest(query="headphones"), showing).shown.arm == "dial=off"
    assert shop.online.search(SearchRequest(query="headphones", personalisation=1.0), showing).shown.arm == "default"
    assert shop.online.search(SearchRequest(), showing).shown.surface == "category"


def test_the_figures_leave_a_programs_lists_out(shop: Shop) -> None:
    shown_to(shop, None)
    shown_to(shop, None, agent="curl/8.0")
    shop.lists.flush()
    now = shop.clock()
    figures = shop.analytics.by("surface", now - timedelta(minutes=5), now + timedelta(minutes=5))
    assert figures["similar"].lists == 1
