"""Who may call: API keys (minted, checked, revoked) and how often each may call."""

from shopkeeper.access.keys import KeyService
from shopkeeper.access.rate_limit import Allowance, RateLimiter

__all__ = ["Allowance", "KeyService", "RateLimiter"]
