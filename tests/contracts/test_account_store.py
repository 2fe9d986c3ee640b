"""What every AccountStore must do."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shopkeeper.adapters.storage import SqlShopDatabase
from shopkeeper.domain.account import Account, Session
from shopkeeper.domain.ids import AccountId
from shopkeeper.errors import BadInput, Refused
from shopkeeper.ports.stores import AccountStore
from tests.contracts.shop_values import NOON

ANN = Account(AccountId("a1"), "ann@shop.example", "owner", NOON, "$argon2id$x", NOON, "0" * 64, NOON + timedelta(days=3))
SESSION = Session("f" * 64, "account", "a1", NOON, NOON, "10.0.0.1")


@pytest.fixture
def store(database: SqlShopDatabase) -> AccountStore:
    return database.accounts


def test_an_account_comes_back_as_it_was_saved_and_is_replaced_by_id(store: AccountStore) -> None:
    assert store.get(ANN.id) is None
    store.save(ANN)
    assert store.get(ANN.id) == ANN
    plain = Account(ANN.id, "ann", "support", NOON)
    store.save(plain)
    assert store.all() == [plain]


def test_a_name_belongs_to_one_account(store: AccountStore) -> None:
    store.save(ANN)
    with pytest.raises(Refused, match=r"an account .ann@shop\.example. already") as refused:
        store.save(replace(ANN, id=AccountId("a2")))
    assert refused.value.status == 409
    assert [one.id for one in store.all()] == ["a1"]


def test_accounts_are_listed_by_name(store: AccountStore) -> None:
    for id_, name in (("1", "zoe"), ("2", "安"), ("3", "bob")):
        store.save(Account(AccountId(id_), name, "analyst", NOON))
    assert [one.name for one in store.all()] == ["bob", "zoe", "安"]


def test_a_session_is_kept_touched_and_ended(store: AccountStore) -> None:
    assert store.session(SESSION.id) is None
    store.open_session(SESSION)
    store.touch_session(SESSION.id, NOON + timedelta(minutes=5))
    assert store.session(SESSION.id) == replace(SESSION, seen=NOON + timedelta(minutes=5))
    assert store.close_sessions(session_id=SESSION.id) == 1
    assert store.session(SESSION.id) is None
    store.touch_session(SESSION.id, NOON)
    assert store.session(SESSION.id) is None


def test_sessions_end_by_whose_they_are_and_by_age(store: AccountStore) -> None:
    for id_, subject_id, minutes in (("s1", "a1", 0), ("s2", "a1", 30), ("s3", "k1", 10)):
        store.open_session(replace(SESSION, id=id_, subject_id=subject_id, seen=NOON + timedelta(minutes=minutes)))
    assert store.close_sessions(seen_before=NOON + timedelta(minutes=10)) == 1
    assert [id_ for id_ in ("s1", "s2", "s3") if store.session(id_)] == ["s2", "s3"]
    assert store.close_sessions(subject_id="a1") == 1
    assert store.session("s3") is not None
    assert store.close_sessions() == 0  # no condition is not every session


def test_what_no_database_can_keep_is_nobodys(store: AccountStore) -> None:
    assert store.get(AccountId("a\x00")) is None
    assert store.session("\ud83d") is None
    with pytest.raises(BadInput, match=r"account\.name: has a NUL"):
        store.save(replace(ANN, name="a\x00"))
