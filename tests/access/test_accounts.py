"""Accounts: invited by a code, signed in by a password, never by a default; sessions that end; guessing that tires."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from shopkeeper.access import AccountService, Guessing, RateLimiter, SessionService
from shopkeeper.access import passwords as passwords_module
from shopkeeper.access.accounts import parse_code
from shopkeeper.access.guessing import PER_ADDRESS, PER_NAME
from shopkeeper.access.passwords import hash_password, password_matches
from shopkeeper.adapters.storage import SqlShopDatabase, migrate, open_shop_database
from shopkeeper.domain.account import account_name
from shopkeeper.domain.ids import ShopId
from shopkeeper.errors import BadInput, NotFound, Refused
from tests.conftest import NOON

SHOP = ShopId("tea")
GOOD = "three plain words"


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqlShopDatabase]:
    url = f"sqlite:///{tmp_path}"
    migrate(url, SHOP)
    with open_shop_database(url, SHOP) as opened:
        yield opened


@pytest.fixture
def accounts(database: SqlShopDatabase, clock: Clock) -> AccountService:
    return AccountService(database.accounts, SHOP, clock=clock)


@pytest.fixture
def sessions(database: SqlShopDatabase, clock: Clock) -> SessionService:
    return SessionService(database.accounts, clock=clock)


class TestInvitation:
    def test_a_code_sets_a_password_once(self, accounts: AccountService):
        ann, code = accounts.invite("Ann@Shop.example", "owner")
        assert accounts.sign_in("ann@shop.example", GOOD) is None
        accounts.set_up(code, GOOD)
        found = accounts.sign_in("ANN@shop.example", GOOD)
        assert found is not None and found.id == ann.id
        with pytest.raises(Refused, match="does not hold"):
            accounts.set_up(code, "another plain word")

    def test_a_code_holds_three_days(self, accounts: AccountService, clock: Clock):
        _, code = accounts.invite("ann", "owner")
        clock.now += timedelta(days=3) - timedelta(seconds=1)
        assert accounts.holder(code) is not None
        clock.now += timedelta(seconds=1)
        assert accounts.holder(code) is None

    @pytest.mark.parametrize("spoil", ["other secret", "other shop", "other account", "cut", "empty"])
    def test_a_code_that_was_not_given_opens_nothing(self, accounts: AccountService, spoil: str):
        ann, code = accounts.invite("ann", "owner")
        spoiled = {
            "other secret": code[:-64] + "0" * 64,
            "other shop": code.replace("_tea_", "_coffee_"),
            "other account": code.replace(ann.id, "0" * 16),
            "cut": code[:-1],
            "empty": "",
        }[spoil]
        assert accounts.holder(spoiled) is None

    def test_the_code_is_not_kept(self, accounts: AccountService):
        ann, code = accounts.invite("ann", "owner")
        parsed = parse_code(code)
        assert parsed is not None and parsed.secret not in repr(accounts.get(ann.id)) and parsed.secret not in repr(parsed)

    @pytest.mark.parametrize("name", ["", "a b", "x" * 121, "tab\there"])
    def test_a_name_that_nobody_could_type_is_refused(self, accounts: AccountService, name: str):
        with pytest.raises(BadInput, match="cannot name an account"):
            accounts.invite(name, "owner")

    def test_full_width_and_capital_letters_are_the_same_name(self):
        assert account_name(" Ａｎｎ@Shop.example ") == "ann@shop.example"

    def test_an_unknown_role_is_refused_with_those_that_exist(self, accounts: AccountService):
        with pytest.raises(BadInput, match="owner, manager, analyst, support"):
            accounts.invite("ann", "root")


class TestPasswords:
    def test_the_hash_is_argon2id_with_a_salt_of_its_own(self):
        one, other = hash_password(GOOD), hash_password(GOOD)
        assert one.startswith("$argon2id$v=19$m=65536,t=3,p=4$") and one != other
        assert password_matches(GOOD, one) and not password_matches(GOOD + "!", one)

    @pytest.mark.parametrize("password", ["", "short one", "aaaaaaaaaaaaaaaa", "x" * 201])
    def test_a_password_that_a_program_guesses_at_once_is_refused(self, password: str):
        with pytest.raises(BadInput) as refused:
            hash_password(password)
        assert password == "" or password not in str(refused.value)

    def test_no_password_opens_an_account_without_one(self):
        for guess in ("", "nobody", GOOD):
            assert not password_matches(guess, "")

    def test_an_unknown_name_costs_a_whole_hash(self, accounts: AccountService, monkeypatch: pytest.MonkeyPatch):
        hashes: list[str] = []
        real = passwords_module._hasher

        class Counting:
            def verify(self, password_hash: str, password: str) -> bool:
                hashes.append(password_hash.rpartition("$")[0].rpartition("$")[0])
                return real.verify(password_hash, password)

        _, code = accounts.invite("ann", "owner")
        accounts.set_up(code, GOOD)
        accounts.invite("bob", "owner")
        monkeypatch.setattr(passwords_module, "_hasher", Counting())
        for name in ("ann", "bob", "nobody", "not a name"):
            assert accounts.sign_in(name, "wrong password") is None
        assert hashes == ["$argon2id$v=19$m=65536,t=3,p=4"] * 4  # the same work for a wrong password, an invited one and two unknown

    def test_changing_it_asks_for_the_old_one_and_ends_every_session(self, accounts: AccountService, sessions: SessionService):
        ann, code = accounts.invite("ann", "owner")
        accounts.set_up(code, GOOD)
        token = sessions.begin("account", ann.id)
        with pytest.raises(BadInput, match="old password is wrong"):
            accounts.change_password(ann.id, "wrong password", "four more plain words")
        assert sessions.find(token) is not None
        accounts.change_password(ann.id, GOOD, "four more plain words")
        assert sessions.find(token) is None
        assert accounts.sign_in("ann", GOOD) is None and accounts.sign_in("ann", "four more plain words") is not None


class TestLeaving:
    def test_who_is_disabled_is_out_at_once_and_can_be_let_in_again(self, accounts: AccountService, sessions: SessionService):
        accounts.invite("boss", "owner")
        ann, code = accounts.invite("ann", "manager")
        accounts.set_up(code, GOOD)
        token = sessions.begin("account", ann.id)
        accounts.disable(ann.id)
        assert sessions.find(token) is None and accounts.sign_in("ann", GOOD) is None
        accounts.enable(ann.id)
        assert accounts.sign_in("ann", GOOD) is not None

    def test_the_last_owner_stays(self, accounts: AccountService):
        ann, _ = accounts.invite("ann", "owner")
        for leave in (lambda: accounts.disable(ann.id), lambda: accounts.set_role(ann.id, "support")):
            with pytest.raises(Refused, match="last owner") as refused:
                leave()
            assert refused.value.status == 409
        accounts.invite("bob", "owner")
        assert accounts.set_role(ann.id, "support").role == "support"

    def test_a_reset_takes_the_password_and_the_sessions_away(self, accounts: AccountService, sessions: SessionService):
        ann, code = accounts.invite("ann", "owner")
        accounts.set_up(code, GOOD)
        token = sessions.begin("account", ann.id)
        _, again = accounts.reset(ann.id)
        assert accounts.sign_in("ann", GOOD) is None and sessions.find(token) is None
        accounts.set_up(again, "four more plain words")
        assert accounts.sign_in("ann", "four more plain words") is not None

    def test_nobody_of_that_name_is_said_so(self, accounts: AccountService):
        with pytest.raises(NotFound, match="no account 'zoe'"):
            accounts.called("Zoe")


class TestSessions:
    def test_a_session_that_is_used_lasts_half_a_day_and_no_longer(self, sessions: SessionService, clock: Clock):
        token = sessions.begin("account", "a1")
        for _ in range(23):
            clock.now += timedelta(minutes=30)
            assert sessions.find(token) is not None
        clock.now += timedelta(minutes=30)
        assert sessions.find(token) is None

    def test_a_session_that_is_left_alone_ends_after_an_hour(self, sessions: SessionService, clock: Clock):
        token = sessions.begin("account", "a1")
        clock.now += timedelta(minutes=59)
        assert sessions.find(token) is not None
        clock.now += timedelta(minutes=60)
        assert sessions.find(token) is None

    def test_tokens_are_new_each_time_and_are_not_kept(self, sessions: SessionService, database: SqlShopDatabase):
        one, other = sessions.begin("account", "a1"), sessions.begin("account", "a1")
        assert one != other and len(one) >= 43
        assert database.accounts.session(one) is None  # the database knows its hash alone

    def test_signing_out_everywhere_ends_all_of_ones_own(self, sessions: SessionService):
        mine, mine_too, hers = sessions.begin("account", "a1"), sessions.begin("account", "a1"), sessions.begin("account", "a2")
        assert sessions.end_all("a1") == 2
        assert sessions.find(mine) is None and sessions.find(mine_too) is None and sessions.find(hers) is not None

    @pytest.mark.parametrize("token", ["", "x", "茶", "a\x00"])
    def test_a_token_that_was_never_given_is_nobodys(self, sessions: SessionService, token: str):
        assert sessions.find(token) is None


class TestGuessing:
    def test_an_address_tires_after_a_few_and_a_name_after_some_from_anywhere(self):
        guessing = Guessing(RateLimiter(lambda: 0.0))
        for _ in range(PER_ADDRESS):
            assert guessing.allowance("10.0.0.1", "ann").granted
            guessing.failed("10.0.0.1", "ann")
        assert not guessing.allowance("10.0.0.1", "bob").granted
        for place in range(PER_NAME - PER_ADDRESS):
            guessing.failed(f"10.0.1.{place}", "ANN")
        assert not guessing.allowance("10.0.9.9", "ann").granted
        assert guessing.allowance("10.0.9.9", "bob").granted

    def test_after_a_while_one_may_try_again(self):
        now = [0.0]
        guessing = Guessing(RateLimiter(lambda: now[0]))
        for _ in range(PER_ADDRESS):
            guessing.failed("10.0.0.1")
        assert not guessing.allowance("10.0.0.1").granted
        now[0] += 60 / PER_ADDRESS
        assert guessing.allowance("10.0.0.1").granted


def test_a_crowd_at_the_door_is_hashed_two_at_a_time():
    began = time.perf_counter()
    assert passwords_module._AT_ONCE.acquire(timeout=1) and passwords_module._AT_ONCE.acquire(timeout=1)
    assert not passwords_module._AT_ONCE.acquire(blocking=False)
    passwords_module._AT_ONCE.release(2)
    assert time.perf_counter() - began < 5
