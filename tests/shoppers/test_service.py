"""Who is who, what they agreed to, and what follows from it, on every database."""

import threading
from datetime import timedelta

import pytest

from shopkeeper.domain.shopper import Correction, Identity
from shopkeeper.errors import BadInput, NotFound, Refused
from tests.conftest import NOON
from tests.shoppers.conftest import ANNA, BERT, LAPTOP, PHONE, Shoppers, did


class TestMerging:
    def test_history_and_profile_go_with_the_person_and_a_second_merge_does_nothing(self, shoppers: Shoppers) -> None:
        shoppers.log.record([did("view_item", "tea"), did("view_item", "cup", who=ANNA)])
        shoppers.service.consent(PHONE, {"personalisation": True}, source="banner")
        assert shoppers.service.merge(PHONE.value, ANNA.value)
        assert not shoppers.service.merge(PHONE.value, ANNA.value)
        of_anna = shoppers.service.profile(ANNA)
        assert of_anna is not None and of_anna == shoppers.service.profile(PHONE)
        assert of_anna.affinities("brand") == {"cenhe": 1.0}
        assert of_anna.affinities("category") == {"drinks": 1.0, "ware": 1.0}

    def test_unmerging_gives_each_their_own_back(self, shoppers: Shoppers) -> None:
        shoppers.log.record([did("view_item", "tea"), did("view_item", "cup", who=ANNA)])
        for who in (PHONE, ANNA):
            shoppers.service.consent(who, {"personalisation": True}, source="banner")
        shoppers.service.merge(PHONE.value, ANNA.value)
        assert shoppers.service.unmerge(PHONE.value)
        assert not shoppers.service.unmerge(PHONE.value)
        profile = shoppers.service.profile(PHONE)
        assert profile is not None and profile.affinities("category") == {"drinks": 1.0}

    def test_a_visitor_of_another_user_is_refused_and_stays_where_it_was(self, shoppers: Shoppers) -> None:
        shoppers.service.merge(PHONE.value, ANNA.value)
        with pytest.raises(Refused, match="another user") as refused:
            shoppers.service.merge(PHONE.value, BERT.value)
        assert refused.value.status == 409
        assert shoppers.service.person(PHONE) == shoppers.service.person(ANNA)

    def test_many_visitors_sign_in_as_one_user_at_the_same_moment(self, shoppers: Shoppers) -> None:
        visitors = [Identity("visitor", f"device-{number}") for number in range(8)]
        start = threading.Barrier(len(visitors))
        merged: list[bool] = []

        def sign_in(visitor: Identity) -> None:
            start.wait()
            merged.append(shoppers.service.merge(visitor.value, ANNA.value))

        threads = [threading.Thread(target=sign_in, args=(visitor,)) for visitor in visitors]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        person = shoppers.service.person(ANNA)
        assert merged == [True] * len(visitors)
        assert person is not None and len(person.all) == len(visitors) + 1
        assert {shoppers.service.person(visitor) for visitor in visitors} == {person}

    def test_one_visitor_claimed_by_two_users_at_once_goes_to_exactly_one(self, shoppers: Shoppers) -> None:
        start = threading.Barrier(2)
        outcome: list[str] = []

        def claim(user: Identity) -> None:
            start.wait()
            try:
                outcome.append("merged" if shoppers.service.merge(PHONE.value, user.value) else "nothing")
            except Refused:
                outcome.append("refused")

        threads = [threading.Thread(target=claim, args=(user,)) for user in (ANNA, BERT)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcome) == ["merged", "refused"]

    def test_the_names_of_a_person_are_known_from_any_of_them(self, shoppers: Shoppers) -> None:
        shoppers.service.merge(PHONE.value, ANNA.value)
        shoppers.service.merge(LAPTOP.value, ANNA.value)
        person = shoppers.service.person(PHONE)
        assert person is not None
        assert set(shoppers.service.names(person, PHONE)) == {PHONE, LAPTOP, ANNA}


class TestConsent:
    def test_nothing_is_allowed_until_it_is_said(self, shoppers: Shoppers) -> None:
        shoppers.log.record([did("view_item", "tea")])
        assert shoppers.service.profile(PHONE) is None
        assert shoppers.service.recent(PHONE) is None

    def test_consent_withdrawn_between_two_requests_counts_for_the_second(self, shoppers: Shoppers) -> None:
        shoppers.log.record([did("view_item", "tea")])
        shoppers.service.consent(PHONE, {"personalisation": True}, source="banner")
        assert shoppers.service.profile(PHONE) is not None
        shoppers.now += timedelta(minutes=1)
        stance = shoppers.service.consent(PHONE, {"personalisation": False}, source="my data")
        assert not stance.allows("personalisation")
        assert shoppers.service.profile(PHONE) is None
        assert [(one.granted, one.source) for one in shoppers.service.consents(PHONE)] == [(True, "banner"), (False, "my data")]

    def test_the_newest_answer_of_any_device_counts_for_the_person(self, shoppers: Shoppers) -> None:
        shoppers.service.consent(PHONE, {"analytics": True, "marketing": True}, source="banner")
        shoppers.now += timedelta(days=1)
        shoppers.service.consent(ANNA, {"marketing": False}, source="my data")
        shoppers.service.merge(PHONE.value, ANNA.value)
        assert shoppers.service.stance(PHONE).allows("analytics")
        assert not shoppers.service.stance(PHONE).allows("marketing")

    def test_an_unknown_purpose_is_named(self, shoppers: Shoppers) -> None:
        with pytest.raises(BadInput, match="'tracking' is not a purpose"):
            shoppers.service.consent(PHONE, {"tracking": True}, source="x")  # type: ignore[dict-item]

    def test_asking_for_a_forged_id_leaves_no_trace(self, shoppers: Shoppers) -> None:
        forged = Identity("visitor", "x' OR 1=1 --")
        assert shoppers.service.profile(forged) is None
        assert shoppers.service.stance(forged).answers == ()
        with pytest.raises(NotFound):
            shoppers.service.correct(forged, Correction("brand", "cenhe", "less", NOON))
        assert shoppers.database.shoppers.count() == 0


class TestCorrections:
    def test_what_is_not_me_is_gone_from_lists_and_can_be_taken_back(self, shoppers: Shoppers) -> None:
        shoppers.log.record([did("view_item", "tea")])
        shoppers.service.consent(PHONE, {"personalisation": True}, source="banner")
        shoppers.service.correct(PHONE, Correction("category", "drinks", "not_me", NOON))
        corrected = shoppers.service.profile(PHONE)
        assert corrected is not None and corrected.affinities("category") == {}
        shoppers.service.correct(PHONE, Correction("category", "drinks", "as_found", NOON + timedelta(seconds=1)))
        again = shoppers.service.profile(PHONE)
        assert again is not None and again.affinities("category") == {"drinks": 1.0}
