"""API keys."""

from typing import Annotated

from pydantic import Field

from shopkeeper.api.schemas.common import Shown, Strict
from shopkeeper.catalog.document_fields import moment_text
from shopkeeper.domain.api_key import ApiKey, Scope


class KeyIn(Strict):
    """A key to make."""

    name: str = Field(min_length=1, max_length=200, examples=["shop front"])
    scope: Scope = "public"
    filters: str = Field(default="", max_length=4_000, description="A filter that every read with this key is narrowed by.", examples=["NOT tag:b2b"])
    origins: list[Annotated[str, Field(max_length=300)]] = Field(
        default=[],
        max_length=50,
        description="Web origins that may use the key from a browser (CORS); `*` for any.",
        examples=[["https://shop.example"]],
    )
    rate_per_minute: int = Field(default=6_000, ge=1, le=1_000_000)


class KeyOut(Shown):
    """A key without its secret, which is kept nowhere."""

    id: str
    name: str
    scope: Scope
    filters: str
    origins: list[str]
    rate_per_minute: int
    created: str
    revoked: str | None


class MintedKey(KeyOut):
    """A new key; `token` is shown this once."""

    token: str


class KeyList(Shown):
    """Every key of the shop, oldest first."""

    keys: list[KeyOut]


def key_json(key: ApiKey) -> dict[str, object]:
    """The fields of `KeyOut`."""
    return {
        "id": key.id,
        "name": key.name,
        "scope": key.scope,
        "filters": key.filters,
        "origins": key.origins,
        "rate_per_minute": key.rate_per_minute,
        "created": moment_text(key.created),
        "revoked": None if key.revoked is None else moment_text(key.revoked),
    }
