"""Token buckets: bursts up to the quota, then a steady rate."""

from hypothesis import given
from hypothesis import strategies as st

from shopkeeper.access.rate_limit import RateLimiter


class Seconds:
    """A clock in seconds that is set by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_up_to_the_quota_passes_and_the_next_is_told_when_to_come_back() -> None:
    clock = Seconds()
    limiter = RateLimiter(clock)
    assert all(limiter.take("a", per_minute=60).granted for _ in range(60))
    refused = limiter.take("a", per_minute=60)
    assert not refused.granted
    assert refused.retry_after_s == 1
    clock.now += 1
    assert limiter.take("a", per_minute=60).granted
    assert not limiter.take("a", per_minute=60).granted


def test_callers_do_not_share_a_bucket() -> None:
    limiter = RateLimiter(Seconds())
    assert limiter.take("a", per_minute=1).granted
    assert not limiter.take("a", per_minute=1).granted
    assert limiter.take("b", per_minute=1).granted


def test_peek_takes_nothing() -> None:
    limiter = RateLimiter(Seconds())
    for _ in range(5):
        assert limiter.peek("a", per_minute=1).granted
    limiter.take("a", per_minute=1)
    assert not limiter.peek("a", per_minute=1).granted


def test_the_fields_are_those_of_the_draft() -> None:
    limiter = RateLimiter(Seconds())
    first = limiter.take("a", per_minute=2)
    assert first.fields() == {"RateLimit-Policy": '"default";q=2;w=60', "RateLimit": '"default";r=1;t=30'}
    limiter.take("a", per_minute=2)
    assert limiter.take("a", per_minute=2).fields() == {
        "RateLimit-Policy": '"default";q=2;w=60',
        "RateLimit": '"default";r=0;t=60',
        "Retry-After": "30",
    }


def test_memory_follows_the_active_callers() -> None:
    clock = Seconds()
    limiter = RateLimiter(clock)
    for caller in range(50_000):
        limiter.take(f"caller {caller}", per_minute=60)
    clock.now += 3_600
    limiter.take("one more", per_minute=60)
    assert len(limiter._buckets) == 1


@given(st.lists(st.floats(0, 30), max_size=80), st.integers(1, 120))
def test_no_pattern_of_calls_gets_more_than_the_quota_and_what_refills(waits: list[float], per_minute: int) -> None:
    clock = Seconds()
    limiter = RateLimiter(clock)
    begun, granted = clock.now, 0
    for wait in waits:
        clock.now += wait
        granted += limiter.take("a", per_minute=per_minute).granted
    assert granted <= per_minute + (clock.now - begun) * per_minute / 60 + 1e-6
