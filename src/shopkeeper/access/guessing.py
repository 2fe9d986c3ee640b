"""Guessing at the door: how many wrong tries an address and a name have. Right ones use up nothing."""

from typing import Final

from shopkeeper.access.rate_limit import Allowance, RateLimiter

PER_ADDRESS: Final = 6
"""Wrong tries a minute from one address: a person mistypes a few times, a program tries thousands."""

PER_NAME: Final = 12
"""Wrong tries a minute at one name from all addresses together; a name that nobody has counts alike, so that the limit tells nothing."""


class Guessing:
    """Counts for one server process, like every rate limit here."""

    def __init__(self, limiter: RateLimiter) -> None:
        self._limiter = limiter

    def allowance(self, address: str, name: str = "") -> Allowance:
        """Whether one more try may be made: the stricter of the two limits."""
        found = [self._limiter.peek(caller, per_minute=quota) for caller, quota in self._buckets(address, name)]
        return max(found, key=lambda allowance: allowance.retry_after_s)

    def failed(self, address: str, name: str = "") -> None:
        """Count a wrong try."""
        for caller, quota in self._buckets(address, name):
            self._limiter.take(caller, per_minute=quota)

    @staticmethod
    def _buckets(address: str, name: str) -> list[tuple[str, int]]:
        return [(f"sign-in from {address}", PER_ADDRESS)] + ([(f"sign-in as {name[:200].casefold()}", PER_NAME)] if name else [])
