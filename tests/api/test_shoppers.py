"""Shoppers over HTTP: an event is felt in the next answer, consent is obeyed, and who leaves is gone."""

import time
from typing import Any
from uuid import uuid4

import pytest

from shopkeeper.domain.event import Event, EventItem, EventName
from shopkeeper.domain.ids import EventId, ProductId
from shopkeeper.domain.shopper import Identity
from tests.api.conftest import Installation

AT_ONCE_S = 1.0


def visitor(shop: Installation, *, consent: bool = True) -> str:
    """A visitor whom nobody met before, who agreed to personalisation if told so."""
    name = uuid4().hex
    if consent:
        answer = shop.call("PUT", f"/v1/shoppers/visitor/{name}/consent", json={"personalisation": True, "source": "banner"})
        assert answer.status_code == 200 and answer.json()["personalisation"] is True
    return name


def does(shop: Installation, who: str, name: EventName, *products: str, kind: str = "visitor", **more: Any) -> None:
    """Record an event of this moment, as the events route does."""
    identity = Identity(kind, who)  # type: ignore[arg-type]  # visitor or user
    items = tuple(EventItem(ProductId(product)) for product in products)
    shop.demo.events.record([Event(EventId(uuid4().hex), name, shop.app.clock(), identity, items, **more)])


def recommended(shop: Installation, who: str, **more: Any) -> list[str]:
    answer = shop.get("/v1/recommendations/recommended_for_you", params={"visitor_id": who, **more})
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


def found(shop: Installation, who: str | None = None, q: str = "耳机", **more: Any) -> list[dict[str, Any]]:
    answer = shop.get("/v1/search", params={"q": q, "personalisation": 1, **({"visitor_id": who} if who else {}), **more})
    assert answer.status_code == 200, answer.text
    return answer.json()["hits"]


class TestRealTime:
    def test_a_look_changes_the_next_recommendation(self, shop: Installation) -> None:
        who = visitor(shop)
        before = recommended(shop, who)
        began = time.monotonic()
        does(shop, who, "view_item", "s-1")
        after = recommended(shop, who)
        assert time.monotonic() - began <= AT_ONCE_S
        assert after != before
        assert "s-1" not in after

    def test_a_look_changes_the_next_search_and_says_why(self, shop: Installation) -> None:
        who = visitor(shop)
        everybody = [hit["id"] for hit in found(shop)]
        assert [hit["id"] for hit in found(shop, who)] == everybody
        began = time.monotonic()
        does(shop, who, "view_item", "h-3")
        hits = found(shop, who)
        assert time.monotonic() - began <= AT_ONCE_S
        assert [hit["id"] for hit in hits].index("h-3") < everybody.index("h-3")
        told = next(hit["personal"] for hit in hits if hit["id"] == "h-3")
        assert "Bose" in told["zh"] and "Bose" in told["en"]
        assert 0 < told["share"] <= 0.25

    @pytest.mark.parametrize("name", ["purchase", "not_interested"])
    def test_what_was_bought_or_is_not_wanted_is_gone_at_once(self, shop: Installation, name: EventName) -> None:
        who = visitor(shop)
        does(shop, who, "view_item", "h-1")
        gone = recommended(shop, who)[0]
        does(shop, who, name, gone)
        assert gone not in recommended(shop, who, count=50)

    def test_what_is_not_wanted_is_no_similar_product_either(self, shop: Installation) -> None:
        who = visitor(shop)
        asked = {"products": "h-1", "visitor_id": who}
        first = shop.get("/v1/recommendations/similar", params=asked).json()["items"][0]["id"]
        does(shop, who, "not_interested", first)
        assert first not in [item["id"] for item in shop.get("/v1/recommendations/similar", params=asked).json()["items"]]


class TestConsentAndDial:
    def test_without_consent_nothing_changes(self, shop: Installation) -> None:
        who = visitor(shop, consent=False)
        shop.call("PUT", f"/v1/shoppers/visitor/{who}/consent", json={"personalisation": False})
        lists = recommended(shop, who), found(shop, who)
        does(shop, who, "purchase", "s-2")
        assert (recommended(shop, who), found(shop, who)) == lists

    def test_withdrawn_between_two_requests(self, shop: Installation) -> None:
        who = visitor(shop)
        everybody = found(shop)
        does(shop, who, "purchase", "s-2")
        assert found(shop, who) != everybody
        shop.call("PUT", f"/v1/shoppers/visitor/{who}/consent", json={"personalisation": False})
        assert found(shop, who) == everybody

    def test_at_strength_zero_the_results_are_everybodys(self, shop: Installation) -> None:
        who = visitor(shop)
        does(shop, who, "purchase", "s-2")
        assert found(shop, who, personalisation=0) == found(shop)
        assert found(shop, who, personalisation=1) != found(shop)

    def test_another_order_than_relevance_stays_as_it_is(self, shop: Installation) -> None:
        who = visitor(shop)
        does(shop, who, "purchase", "s-2")
        assert found(shop, who, sort="price_asc") == found(shop, sort="price_asc")

    @pytest.mark.parametrize("strength", [-0.1, 1.1, "nan", "much"])
    def test_a_strength_that_is_none_is_refused(self, shop: Installation, strength: object) -> None:
        assert shop.get("/v1/search", params={"q": "x", "personalisation": strength}).status_code == 422

    def test_a_public_key_names_no_user(self, shop: Installation) -> None:
        for path in ("/v1/search", "/v1/suggest", "/v1/recommendations/trending"):
            assert shop.get(path, params={"user_id": "anna"}).status_code == 403
            assert shop.get(path, shop.secret, params={"user_id": "anna"}).status_code == 200
        assert shop.call("PUT", "/v1/shoppers/user/anna/consent", json={"marketing": True}).status_code == 403
        assert shop.get("/v1/shoppers/user/anna/consent").status_code == 403

    @pytest.mark.parametrize("path", ["profile", "export"])
    def test_a_public_key_reads_no_profile(self, shop: Installation, path: str) -> None:
        assert shop.get(f"/v1/shoppers/visitor/x/{path}").status_code == 403

    def test_the_history_of_answers_is_told(self, shop: Installation) -> None:
        who = visitor(shop)
        shop.call("PUT", f"/v1/shoppers/visitor/{who}/consent", json={"personalisation": False, "analytics": True})
        told = shop.get(f"/v1/shoppers/visitor/{who}/consent").json()
        assert (told["analytics"], told["personalisation"], told["marketing"]) == (True, False, False)
        first = told["history"][0]
        assert (first["purpose"], first["granted"], first["source"]) == ("personalisation", True, "banner")


class TestPersons:
    def test_merging_takes_the_profile_along(self, shop: Installation) -> None:
        who, user = visitor(shop), f"u-{uuid4().hex}"
        does(shop, who, "view_item", "s-2")
        assert shop.post("/v1/shoppers/merge", json={"visitor_id": who, "user_id": user}).json() == {"changed": True}
        assert shop.post("/v1/shoppers/merge", json={"visitor_id": who, "user_id": user}).json() == {"changed": False}
        profile = shop.get(f"/v1/shoppers/user/{user}/profile", shop.secret).json()
        brand = next(line for line in profile["lines"] if line["facet"] == "brand")
        assert (brand["key"], brand["affinity"], brand["events"][0]["product_id"]) == ("Bose", 1.0, "s-2")
        refused = shop.post("/v1/shoppers/merge", json={"visitor_id": who, "user_id": "somebody-else"})
        assert refused.status_code == 409 and "another user" in refused.json()["detail"]
        assert shop.post("/v1/shoppers/unmerge", json={"visitor_id": who}).json() == {"changed": True}
        assert shop.get(f"/v1/shoppers/user/{user}/profile", shop.secret).json()["lines"] == []

    def test_a_correction_counts_from_the_next_list_on(self, shop: Installation) -> None:
        who = visitor(shop)
        does(shop, who, "purchase", "s-2")
        said = {"facet": "brand", "key": "Bose", "verdict": "not_me"}
        assert shop.post(f"/v1/shoppers/visitor/{who}/corrections", shop.public, json=said).status_code == 204
        told = [hit["personal"] for hit in found(shop, who) if hit["id"] == "h-3"]
        assert all(one is None or "Bose" not in one["en"] for one in told)

    @pytest.mark.parametrize("said", [{"facet": "brand", "key": "Bose", "verdict": "never"}, {"facet": "", "key": "x", "verdict": "less"}])
    def test_a_correction_that_says_nothing_is_refused(self, shop: Installation, said: dict[str, str]) -> None:
        assert shop.post(f"/v1/shoppers/visitor/{visitor(shop)}/corrections", json=said).status_code == 422

    @pytest.mark.parametrize("name", ["nobody", "%00", "x' OR 1=1 --", "%E2%80%AE"])
    def test_forged_ids_find_nothing_and_break_nothing(self, shop: Installation, name: str) -> None:
        assert shop.get(f"/v1/shoppers/visitor/{name}/profile", shop.secret).status_code in (200, 422)
        assert shop.call("DELETE", f"/v1/shoppers/visitor/{name}", shop.secret).status_code in (404, 422)

    def test_who_is_erased_is_gone_and_the_certificate_stays(self, shop: Installation) -> None:
        who = visitor(shop)
        does(shop, who, "view_item", "s-2")
        exported = shop.get(f"/v1/shoppers/visitor/{who}/export", shop.secret).json()
        assert [event["name"] for event in exported["events"]] == ["view_item"]
        certificate = shop.call("DELETE", f"/v1/shoppers/visitor/{who}", shop.secret)
        assert certificate.status_code == 200
        assert certificate.json()["erased"]["events"] == 1
        assert who not in certificate.text
        kept = shop.get(f"/v1/erasures/{certificate.json()['id']}", shop.secret)
        assert kept.json() == certificate.json()
        assert shop.call("DELETE", f"/v1/shoppers/visitor/{who}", shop.secret).status_code == 404
        assert shop.get(f"/v1/shoppers/visitor/{who}/consent").json()["history"] == []
        assert found(shop, who) == found(shop)
