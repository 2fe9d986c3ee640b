"""Keys: minted once, checked against their own shop, revoked at once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopkeeper.access.key_format import hash_secret, new_token, origin, parse_token, secret_matches
from shopkeeper.access.keys import CACHE_TTL, KeyService
from shopkeeper.domain.api_key import ApiKey
from shopkeeper.domain.ids import KeyId, ShopId
from shopkeeper.errors import BadInput, NotFound, Refused

DEMO, OTHER = ShopId("demo"), ShopId("other")


class MemoryKeys:
    """A KeyStore in memory that counts how often it is asked."""

    def __init__(self) -> None:
        self.rows: dict[KeyId, ApiKey] = {}
        self.asked = 0

    def add(self, key: ApiKey) -> None:
        assert key.id not in self.rows
        self.rows[key.id] = key

    def get(self, key_id: KeyId) -> ApiKey | None:
        self.asked += 1
        return self.rows.get(key_id)

    def all(self) -> list[ApiKey]:
        return list(self.rows.values())

    def revoke(self, key_id: KeyId, at: datetime) -> None:
        if key_id not in self.rows:
            raise NotFound(f"there is no key {key_id!r}")
        self.rows[key_id] = replace(self.rows[key_id], revoked=at)


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, by: timedelta) -> None:
        self.now += by


@pytest.fixture
def store() -> MemoryKeys:
    return MemoryKeys()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def service(store: MemoryKeys, clock: Clock) -> KeyService:
    return KeyService(store, DEMO, clock=clock)


class TestMint:
    def test_a_minted_key_checks_and_carries_what_it_was_given(self, service: KeyService, clock: Clock) -> None:
        key, token = service.mint("front", "public", filters="in_stock", origins=["https://shop.example"], rate_per_minute=60)
        assert token.startswith(f"sk_demo_{key.id}_")
        assert service.check(token) == key
        assert (key.name, key.scope, key.filters, key.origins, key.rate_per_minute) == ("front", "public", "in_stock", ("https://shop.example",), 60)
        assert key.created == clock()

    def test_the_secret_is_nowhere_in_what_is_stored(self, service: KeyService, store: MemoryKeys) -> None:
        _, token = service.mint("front", "public")
        secret = token.rsplit("_", 1)[1]
        assert secret not in repr(store.rows)
        assert secret not in repr(parse_token(token))

    def test_a_secret_has_at_least_32_bytes_and_never_repeats(self) -> None:
        secrets = {new_token(DEMO).secret for _ in range(200)}
        assert len(secrets) == 200
        assert all(len(bytes.fromhex(secret)) == 32 for secret in secrets)

    @pytest.mark.parametrize(
        ("name", "scope", "options", "field"),
        [
            ("", "public", {}, "name"),
            ("a\nb", "public", {}, "name"),
            ("x" * 201, "public", {}, "name"),
            ("front", "root", {}, "scope"),
            ("front", "public", {"rate_per_minute": 0}, "rate_per_minute"),
            ("front", "public", {"origins": ["shop.example"]}, "origins"),
            ("front", "public", {"origins": [f"https://s{at}.example" for at in range(51)]}, "origins"),
            ("front", "public", {"filters": "x" * 4_001}, "filters"),
        ],
    )
    def test_what_cannot_be_a_key_is_refused_by_field(self, service: KeyService, store: MemoryKeys, name, scope, options, field) -> None:
        with pytest.raises(BadInput) as refused:
            service.mint(name, scope, **options)
        assert refused.value.field == field
        assert not store.rows


class TestCheck:
    def damage(self, service: KeyService) -> list[str]:
        key, token = service.mint("front", "secret")
        revoked, revoked_token = service.mint("old", "secret")
        service.revoke(revoked.id)
        _, foreign = KeyService(MemoryKeys(), OTHER, clock=Clock()).mint("theirs", "admin")
        last = "0" if token[-1] != "0" else "1"
        return [
            "",
            "sk_",
            "hello",
            token[:-1],
            token[:-1] + last,
            token + "0",
            token.upper(),
            f"{token}\n",
            token.replace("sk_demo", "sk_other"),
            f"sk_demo_{'0' * 16}_{token.rsplit('_', 1)[1]}",
            f"sk_demo_{key.id}_{hash_secret(token.rsplit('_', 1)[1])}",
            foreign,
            foreign.replace("sk_other", "sk_demo"),
            revoked_token,
        ]

    def test_every_fault_gets_the_same_401(self, service: KeyService) -> None:
        answers = set()
        for text in self.damage(service):
            with pytest.raises(Refused) as refused:
                service.check(text)
            answers.add((refused.value.status, str(refused.value), refused.value.field, refused.value.value))
        assert len(answers) == 1
        assert answers.pop()[0] == 401

    def test_a_remembered_answer_spares_the_store_for_a_second(self, service: KeyService, store: MemoryKeys, clock: Clock) -> None:
        _, token = service.mint("front", "public")
        for _ in range(10):
            service.check(token)
        assert store.asked == 1
        assert service.checked_lately(token) is not None
        clock.forward(CACHE_TTL + timedelta(milliseconds=1))
        assert service.checked_lately(token) is None
        service.check(token)
        assert store.asked == 2

    def test_memory_never_accepts_a_wrong_secret(self, service: KeyService) -> None:
        _, token = service.mint("front", "public")
        service.check(token)
        wrong = token[:-1] + ("0" if token[-1] != "0" else "1")
        assert service.checked_lately(wrong) is None
        with pytest.raises(Refused):
            service.check(wrong)

    def test_knows_only_keys_that_were_looked_up(self, service: KeyService) -> None:
        _, token = service.mint("front", "public")
        assert not service.knows(token)
        service.check(token)
        assert service.knows(token)
        assert not service.knows("sk_demo_nonsense")

    @given(st.text(max_size=150))
    def test_no_text_is_a_key_by_chance(self, text: str) -> None:
        with pytest.raises(Refused):
            KeyService(MemoryKeys(), DEMO, clock=Clock()).check(text)


class TestRevoke:
    def test_a_revoked_key_is_refused_at_once_here(self, service: KeyService) -> None:
        key, token = service.mint("front", "public")
        service.check(token)
        service.revoke(key.id)
        with pytest.raises(Refused):
            service.check(token)

    def test_and_within_a_second_in_another_process(self, service: KeyService, store: MemoryKeys, clock: Clock) -> None:
        other_process = KeyService(store, DEMO, clock=clock)
        key, token = service.mint("front", "public")
        other_process.check(token)
        service.revoke(key.id)
        clock.forward(timedelta(seconds=1, milliseconds=1))
        with pytest.raises(Refused):
            other_process.check(token)

    def test_a_key_that_is_not_there_is_not_found(self, service: KeyService) -> None:
        with pytest.raises(NotFound):
            service.revoke(KeyId("0" * 16))

    def test_origins_are_those_of_keys_that_hold(self, service: KeyService) -> None:
        first, _ = service.mint("a", "public", origins=["https://a.example"])
        service.mint("b", "public", origins=["https://b.example"])
        assert service.origins() == {"https://a.example", "https://b.example"}
        service.revoke(first.id)
        assert service.origins() == {"https://b.example"}


class TestOrigin:
    @pytest.mark.parametrize(
        ("given_as", "kept"),
        [
            ("https://Shop.Example", "https://shop.example"),
            ("https://shop.example/", "https://shop.example"),
            ("https://shop.example:443", "https://shop.example"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("*", "*"),
        ],
    )
    def test_is_kept_as_browsers_send_it(self, given_as: str, kept: str) -> None:
        assert origin(given_as) == kept

    @pytest.mark.parametrize(
        "bad",
        [
            "",
            "shop.example",
            "ftp://shop.example",
            "https://",
            "https://shop.example/path",
            "https://a@shop.example",
            "https://shop.example:x",
            "null",
        ],
    )
    def test_anything_else_is_refused(self, bad: str) -> None:
        with pytest.raises(BadInput, match="is not an origin"):
            origin(bad)


def test_a_secret_matches_its_own_hash_only() -> None:
    assert secret_matches("abc", hash_secret("abc"))
    assert not secret_matches("abd", hash_secret("abc"))
