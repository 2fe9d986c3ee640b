"""ApiKey: who may call, for what, from where. The secret itself is never kept, only its SHA-256."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from shopkeeper.domain.ids import KeyId

Scope = Literal["public", "secret", "admin"]
SCOPES: Final[tuple[Scope, ...]] = ("public", "secret", "admin")
"""public: read and send events, may stand in a page; secret: also write; admin: also keys, imports, settings. Each includes the one before."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is stored. `filters` is a filter expression that every read with this key is narrowed by; `origins` are the CORS origins."""

    id: KeyId
    name: str
    scope: Scope
    secret_sha256: str
    created: datetime
    filters: str = ""
    origins: tuple[str, ...] = ()
    rate_per_minute: int = 6_000
    revoked: datetime | None = None

    def allows(self, wanted: Scope) -> bool:
        """True if this key's scope includes `wanted`."""
        return self.revoked is None and SCOPES.index(self.scope) >= SCOPES.index(wanted)
