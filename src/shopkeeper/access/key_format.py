"""The text form of an API key, `sk_<shop>_<key id>_<secret>`, and the origins that a key may be used from."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from shopkeeper.domain.ids import KeyId, ShopId
from shopkeeper.errors import BadInput

SECRET_BYTES: Final = 32
"""256 bits from the operating system: beyond guessing, so plain SHA-256 guards it; a slow password hash would add cost and nothing else."""

ANY_ORIGIN: Final = "*"
_TOKEN = re.compile(r"sk_([a-z][a-z0-9]{0,30})_([0-9a-f]{16})_([0-9a-f]{64})", re.ASCII)
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Token:
    """A key's text taken apart. `secret` stays out of every repr."""

    shop: ShopId
    key_id: KeyId
    secret: str = field(repr=False)

    def __str__(self) -> str:
        return f"sk_{self.shop}_{self.key_id}_{self.secret}"


def new_token(shop: ShopId) -> Token:
    """A fresh key's text, from the operating system's randomness."""
    return Token(shop, KeyId(secrets.token_hex(8)), secrets.token_hex(SECRET_BYTES))


def parse_token(text: str) -> Token | None:
    """The parts of a key, or None where `text` cannot be one."""
    match = _TOKEN.fullmatch(text)
    return Token(ShopId(match[1]), KeyId(match[2]), match[3]) if match else None


def hash_secret(secret: str) -> str:
    """What is stored of a secret: its SHA-256 in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


def secret_matches(secret: str, secret_sha256: str) -> bool:
    """True if `secret` has that hash; takes equally long wherever they differ."""
    return hmac.compare_digest(hash_secret(secret), secret_sha256)


def origin(raw: str) -> str:
    """Return a CORS origin as browsers send it: scheme and host in lower case, no default port, no path. `*` stands for any."""
    if raw == ANY_ORIGIN:
        return raw
    hint = "Write it as https://shop.example or http://localhost:3000."
    try:
        parts = urlsplit(raw.strip())
        port = parts.port
    except ValueError as error:
        raise BadInput(f"{raw!r} is not an origin ({error})", field="origins", value=raw, hint=hint) from None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or parts.path not in ("", "/") or parts.query or parts.fragment or parts.username:
        raise BadInput(f"{raw!r} is not an origin", field="origins", value=raw, hint=hint)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{parts.scheme}://{host}:{port}"
