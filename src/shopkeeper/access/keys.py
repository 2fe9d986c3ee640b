"""The keys of one shop: mint, check, revoke, list.

A key names its shop, and that shop's own database verifies it: a key of another shop is simply not there. Whatever is wrong with a key (shape,
shop, id, secret, revoked), the answer is the same 401, so that nobody learns which part was right.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from shopkeeper.access.key_format import hash_secret, new_token, origin, parse_token, secret_matches
from shopkeeper.domain.api_key import SCOPES, ApiKey, Scope
from shopkeeper.domain.ids import KeyId, ShopId
from shopkeeper.errors import BadInput, Refused
from shopkeeper.ports.stores import KeyStore

CACHE_TTL: Final = timedelta(seconds=1)
"""A key that another process revoked is refused after at most this long; one that this process revoked, at once."""

_REMEMBERED_KEYS: Final = 4_096
_MAX_NAME: Final = 200
_MAX_FILTERS: Final = 4_000
_MAX_ORIGINS: Final = 50
_MAX_PER_MINUTE: Final = 1_000_000
_NO_SECRET: Final = hash_secret("")
"""Compared with where there is no key, so that an unknown id takes as long as a wrong secret."""


def not_valid() -> Refused:
    """The one answer to every key that does not hold."""
    return Refused("The API key is not valid.", status=401, hint="Send a key of this shop as `Authorization: Bearer sk_…`; see `shopkeeper keys`.")


class KeyService:
    """Checks keys against the shop's store, remembering each answer for `CACHE_TTL`. Safe to call from many threads."""

    def __init__(self, keys: KeyStore, shop: ShopId, *, clock: Callable[[], datetime]) -> None:
        self._keys = keys
        self._shop = shop
        self._clock = clock
        self._lock = threading.Lock()
        self._remembered: OrderedDict[KeyId, tuple[ApiKey, datetime]] = OrderedDict()
        self._origins: tuple[frozenset[str], datetime] | None = None

    def mint(self, name: str, scope: Scope, *, filters: str = "", origins: Iterable[str] = (), rate_per_minute: int = 6_000) -> tuple[ApiKey, str]:
        """Make and store a key; returns it with its text, which is shown this once and cannot be had again. `filters` is stored as it is given."""
        if not name.strip() or len(name) > _MAX_NAME or not name.isprintable():
            raise BadInput(f"{name[:80]!r} cannot name a key", field="name", value=name[:80], hint=f"Use 1–{_MAX_NAME} printable characters.")
        if scope not in SCOPES:
            raise BadInput(f"{scope!r} is not a scope", field="scope", value=scope, hint=f"Known: {', '.join(SCOPES)}.")
        if not 1 <= rate_per_minute <= _MAX_PER_MINUTE:
            raise BadInput(
                f"{rate_per_minute} requests a minute is out of range", field="rate_per_minute", value=rate_per_minute, hint="Use 1 to 1000000."
            )
        if len(filters) > _MAX_FILTERS:
            raise BadInput(f"has {len(filters)} characters; at most {_MAX_FILTERS}", field="filters", value=filters[:80])
        allowed = tuple(dict.fromkeys(origin(one) for one in origins))
        if len(allowed) > _MAX_ORIGINS:
            raise BadInput(f"names {len(allowed)} origins; at most {_MAX_ORIGINS}", field="origins", value=len(allowed))
        token = new_token(self._shop)
        key = ApiKey(token.key_id, name.strip(), scope, hash_secret(token.secret), self._clock(), filters.strip(), allowed, rate_per_minute)
        self._keys.add(key)
        with self._lock:
            self._origins = None
        return key, str(token)

    def check(self, text: str) -> ApiKey:
        """Return the key that `text` is; `Refused` (401) if it is not a valid key of this shop."""
        token = parse_token(text)
        if token is None or token.shop != self._shop:
            raise not_valid()
        key = self._fresh(token.key_id) or self._look_up(token.key_id)
        matches = secret_matches(token.secret, _NO_SECRET if key is None else key.secret_sha256)
        if key is None or not matches or key.revoked is not None:
            raise not_valid()
        return key

    def checked_lately(self, text: str) -> ApiKey | None:
        """The key that `text` is, from memory alone (never waits for the database), or None where the store must be asked."""
        token = parse_token(text)
        if token is None or token.shop != self._shop:
            return None
        key = self._fresh(token.key_id)
        return key if key is not None and key.revoked is None and secret_matches(token.secret, key.secret_sha256) else None

    def knows(self, text: str) -> bool:
        """True if `text` names a key that this process has met: a caller to look up even while strangers' attempts are refused."""
        token = parse_token(text)
        with self._lock:
            return token is not None and token.shop == self._shop and token.key_id in self._remembered

    def revoke(self, key_id: KeyId) -> None:
        """End the key: at once here, within `CACHE_TTL` in other processes. `NotFound` if there is none."""
        self._keys.revoke(key_id, self._clock())
        with self._lock:
            self._remembered.pop(key_id, None)
            self._origins = None

    def all(self) -> list[ApiKey]:
        """Every key of the shop, revoked ones too, oldest first."""
        return self._keys.all()

    def origins(self) -> frozenset[str]:
        """The CORS origins of all keys that hold, remembered for `CACHE_TTL`."""
        now = self._clock()
        with self._lock:
            remembered = self._origins
        if remembered is not None and _lately(remembered[1], now):
            return remembered[0]
        found = frozenset(one for key in self._keys.all() if key.revoked is None for one in key.origins)
        with self._lock:
            self._origins = (found, now)
        return found

    def _fresh(self, key_id: KeyId) -> ApiKey | None:
        with self._lock:
            remembered = self._remembered.get(key_id)
        return remembered[0] if remembered is not None and _lately(remembered[1], self._clock()) else None

    def _look_up(self, key_id: KeyId) -> ApiKey | None:
        # The time is taken before the store is read: a revocation that lands in between is still seen within CACHE_TTL.
        asked = self._clock()
        key = self._keys.get(key_id)
        with self._lock:
            if key is None:
                self._remembered.pop(key_id, None)
            else:
                self._remembered[key_id] = (key, asked)
                self._remembered.move_to_end(key_id)
                while len(self._remembered) > _REMEMBERED_KEYS:
                    self._remembered.popitem(last=False)
        return key


def _lately(asked: datetime, now: datetime) -> bool:
    """True within `CACHE_TTL` of `asked`; a clock that was put back has every answer asked for anew, or a revoked key would go on holding."""
    return timedelta(0) <= now - asked <= CACHE_TTL
