"""Rate limits: one token bucket per caller, told in the RateLimit fields of draft-ietf-httpapi-ratelimit-headers-10.

A bucket holds as many tokens as the quota of one minute and refills evenly, so that a burst is fine and a steady stream is held to the quota.
Each process counts for itself: with n workers a caller may get up to n times its quota.
"""

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

WINDOW_S: Final = 60
_MAX_BUCKETS: Final = 50_000


@dataclass(frozen=True, slots=True)
class Allowance:
    """Whether one more request may pass. `retry_after_s` is 0 if it may; `reset_s` says when the bucket is full again (both whole seconds)."""

    per_minute: int
    remaining: int
    reset_s: int
    retry_after_s: int = 0

    @property
    def granted(self) -> bool:
        """True if the request may pass."""
        return self.retry_after_s == 0

    def fields(self, policy: str = "default") -> dict[str, str]:
        """The response fields: the policy (quota `q` in a window of `w` seconds), what remains (`r`, full again in `t` seconds), and Retry-After."""
        told = {
            "RateLimit-Policy": f'"{policy}";q={self.per_minute};w={WINDOW_S}',
            "RateLimit": f'"{policy}";r={self.remaining};t={self.reset_s}',
        }
        return told if self.granted else told | {"Retry-After": str(self.retry_after_s)}


class RateLimiter:
    """Token buckets by name; `clock` gives seconds that never go back. Full buckets are forgotten, so memory follows the active callers."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: dict[str, tuple[float, float, int]] = {}

    def take(self, caller: str, *, per_minute: int) -> Allowance:
        """Take one token from the caller's bucket, if there is one."""
        return self._look(caller, per_minute, take=True)

    def peek(self, caller: str, *, per_minute: int) -> Allowance:
        """What `take` would answer, without taking."""
        return self._look(caller, per_minute, take=False)

    def _look(self, caller: str, per_minute: int, *, take: bool) -> Allowance:
        per_second = per_minute / WINDOW_S
        with self._lock:
            now = self._clock()
            tokens, since, _ = self._buckets.get(caller, (float(per_minute), now, per_minute))
            tokens = min(float(per_minute), tokens + (now - since) * per_second)
            granted = tokens >= 1
            if take:
                tokens -= 1 if granted else 0
                self._remember(caller, tokens, now, per_minute)
        missing = per_minute - tokens
        return Allowance(per_minute, int(tokens), math.ceil(missing / per_second), 0 if granted else max(1, math.ceil((1 - tokens) / per_second)))

    def _remember(self, caller: str, tokens: float, now: float, per_minute: int) -> None:
        if caller not in self._buckets and len(self._buckets) >= _MAX_BUCKETS:
            full = [name for name, (had, since, quota) in self._buckets.items() if had + (now - since) * quota / WINDOW_S >= quota]
            for name in full or list(self._buckets)[: _MAX_BUCKETS // 10]:
                del self._buckets[name]
        self._buckets[caller] = (tokens, now, per_minute)
