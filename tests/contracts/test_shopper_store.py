"""Identities become numbers, numbers persons; what is erased is not met again, on every database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest

from shopkeeper.adapters.storage import SqlShopDatabase
from shopkeeper.domain.ids import ShopperId
from shopkeeper.domain.shopper import Consent, Shopper
from shopkeeper.errors import NotFound, Refused
from shopkeeper.ports.shoppers import Pseudonym
from tests.contracts.conftest import Home

T0 = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
PHONE, LAPTOP, ANNA, BERT = (Pseudonym("visitor", "p"), Pseudonym("visitor", "l"), Pseudonym("user", "a"), Pseudonym("user", "b"))


@pytest.fixture
def numbers(database: SqlShopDatabase) -> dict[Pseudonym, ShopperId]:
    return database.shoppers.enlist([PHONE, LAPTOP, ANNA, BERT], T0)


class TestIdentities:
    def test_each_gets_one_number_for_good(self, database: SqlShopDatabase, numbers: dict[Pseudonym, ShopperId]) -> None:
        assert len(set(numbers.values())) == 4
        assert database.shoppers.enlist([ANNA, PHONE, ANNA], T0) == {ANNA: numbers[ANNA], PHONE: numbers[PHONE]}
        assert database.shoppers.find([BERT, Pseudonym("user", "nobody")]) == {BERT: numbers[BERT]}
        assert database.shoppers.count() == 4

    def test_an_erased_identity_comes_back_as_somebody_new(self, database: SqlShopDatabase, numbers: dict[Pseudonym, ShopperId]) -> None:
        database.shoppers.erase([numbers[BERT]], T0)
        assert database.shoppers.find([BERT]) == {}
        assert database.shoppers.enlist([BERT], T0)[BERT] not in numbers.values()
        with pytest.raises(NotFound):
            database.shoppers.merge(numbers[PHONE], numbers[BERT], T0)


class TestPersons:
    def test_a_visitor_who_signs_in_becomes_part_of_the_user(self, database: SqlShopDatabase, numbers: dict[Pseudonym, ShopperId]) -> None:
        phone, laptop, anna = numbers[PHONE], numbers[LAPTOP], numbers[ANNA]
        assert database.shoppers.merge(phone, anna, T0)
        assert database.shoppers.merge(laptop, phone, T0)  # by way of the phone
        assert database.shoppers.person(laptop) == Shopper(anna, (phone, laptop, anna))
        assert database.shoppers.persons([phone, laptop, anna]) == {phone: anna, laptop: anna, anna: anna}
        assert not database.shoppers.merge(phone, anna, T0)

    def test_a_visitor_of_one_user_is_not_taken_by_another(self, database: SqlShopDatabase, numbers: dict[Pseudonym, ShopperId]) -> None:
        database.shoppers.merge(numbers[PHONE], numbers[ANNA], T0)
        with pytest.raises(Refused) as refused:
            database.shoppers.merge(numbers[PHONE], numbers[BERT], T0)
        assert refused.value.status == 409

    def test_unmerging_undoes_one_merge(self, database: SqlShopDatabase, numbers: dict[Pseudonym, ShopperId]) -> None:
        for visitor in (PHONE, LAPTOP):
            database.shoppers.merge(numbers[visitor], numbers[ANNA], T0)
        assert database.shoppers.unmerge(numbers[PHONE], T0)
        assert not database.shoppers.unmerge(numbers[PHONE], T0)
        assert database.shoppers.person(numbers[PHONE]) == Shopper(numbers[PHONE], (numbers[PHONE],))
        assert database.shoppers.person(numbers[ANNA]).all == (numbers[LAPTOP], numbers[ANNA])


def test_the_newest_answer_to_each_purpose_counts(database: SqlShopDatabase, numbers: dict[Pseudonym, ShopperId]) -> None:
    later = T0 + timedelta(days=1)
    database.shoppers.consent(numbers[ANNA], [Consent("analytics", True, T0, "banner"), Consent("marketing", False, T0, "banner")])
    database.shoppers.consent(numbers[ANNA], [Consent("analytics", False, later, "my data")])
    assert database.shoppers.consents([numbers[ANNA], numbers[BERT]]) == {
        numbers[ANNA]: (Consent("analytics", False, later, "my data"), Consent("marketing", False, T0, "banner"))
    }


class TestVault:
    def test_many_may_open_a_new_vault_at_one_moment_and_meet_the_same_keys(self, home: Home) -> None:
        home.migrated()
        start = Barrier(6)

        def first_key(_: int) -> dict[ShopperId, bytes]:
            with home.open() as database:
                start.wait()
                return database.vault.make([ShopperId(1)])

        with ThreadPoolExecutor(6) as servers:
            assert len({made[ShopperId(1)] for made in servers.map(first_key, range(6))}) == 1

    def test_keys_are_made_once_and_never_again_after_they_were_destroyed(self, database: SqlShopDatabase) -> None:
        one, two = ShopperId(1), ShopperId(2)
        made = database.vault.make([one, two])
        assert {len(key) for key in made.values()} == {32}
        assert database.vault.make([two, one]) == made == database.vault.all()
        assert database.vault.destroy([one], T0) == 1
        assert database.vault.make([one, two]) == {two: made[two]} == database.vault.get([one, two])
        assert database.vault.destroyed_since(T0) == [one]
        assert database.vault.destroyed_since(T0 + timedelta(seconds=1)) == []

    def test_the_shops_own_key_stays_and_is_no_shoppers(self, database: SqlShopDatabase) -> None:
        key = database.vault.pseudonym_key()
        assert (len(key), database.vault.pseudonym_key(), database.vault.all()) == (32, key, {})
