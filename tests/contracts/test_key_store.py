"""What every KeyStore must do."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shopkeeper.adapters.storage import SqlShopDatabase
from shopkeeper.domain.api_key import ApiKey
from shopkeeper.domain.ids import KeyId
from shopkeeper.errors import BadInput, NotFound, Refused
from shopkeeper.ports.stores import KeyStore
from tests.contracts.shop_values import NOON

ADMIN = ApiKey(KeyId("k1"), "管理员", "admin", "0" * 64, NOON, filters='tag:"sale"', origins=("https://a.example", "https://b.example"))


@pytest.fixture
def store(database: SqlShopDatabase) -> KeyStore:
    return database.keys


def test_a_key_comes_back_as_it_was_added(store: KeyStore) -> None:
    assert store.get(ADMIN.id) is None
    store.add(ADMIN)
    assert store.get(ADMIN.id) == ADMIN


def test_an_id_that_is_taken_is_refused_and_the_first_key_stays(store: KeyStore) -> None:
    store.add(ADMIN)
    with pytest.raises(Refused, match="'k1' is taken") as refused:
        store.add(replace(ADMIN, name="thief"))
    assert refused.value.status == 409
    assert store.get(ADMIN.id) == ADMIN


def test_keys_are_listed_oldest_first(store: KeyStore) -> None:
    younger, older = replace(ADMIN, id=KeyId("a"), created=NOON + timedelta(days=1)), replace(ADMIN, id=KeyId("b"))
    store.add(younger)
    store.add(older)
    assert store.all() == [older, younger]


def test_a_revoked_key_stays_with_its_first_moment(store: KeyStore) -> None:
    store.add(ADMIN)
    store.revoke(ADMIN.id, NOON)
    store.revoke(ADMIN.id, NOON + timedelta(days=1))
    assert store.get(ADMIN.id) == replace(ADMIN, revoked=NOON)


def test_revoking_what_does_not_exist_says_so(store: KeyStore) -> None:
    with pytest.raises(NotFound, match="'k9'"):
        store.revoke(KeyId("k9"), NOON)


def test_an_id_with_a_nul_is_nobodys_key(store: KeyStore) -> None:
    assert store.get(KeyId("k\x00")) is None
    assert store.get(KeyId("\ud83d")) is None
    with pytest.raises(BadInput, match=r"key\.name: has a NUL"):
        store.add(replace(ADMIN, name="a\x00"))
