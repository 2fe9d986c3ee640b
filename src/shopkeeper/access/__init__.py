"""Who may call and who may enter: API keys, accounts with roles and sessions, rate limits, and the log of who changed what."""

from shopkeeper.access.accounts import AccountService
from shopkeeper.access.audit import AuditLog
from shopkeeper.access.guessing import Guessing
from shopkeeper.access.keys import KeyService
from shopkeeper.access.rate_limit import Allowance, RateLimiter
from shopkeeper.access.sessions import SessionService

__all__ = ["AccountService", "Allowance", "AuditLog", "Guessing", "KeyService", "RateLimiter", "SessionService"]
