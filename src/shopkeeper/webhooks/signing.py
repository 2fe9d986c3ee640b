"""Signatures of Standard Webhooks (specification 1.0.0, "Verifying webhook authenticity": symmetric, version `v1`).

What is signed is `id.timestamp.body`, with HMAC-SHA256 (RFC 2104, FIPS 180-4) under the bytes that the secret's text encodes. The headers are
`webhook-id`, `webhook-timestamp` (seconds since 1970) and `webhook-signature`: one or more `v1,<base64>`, separated by spaces.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from shopkeeper.errors import BadInput, Refused

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = 32
TOLERANCE_S: Final = 300
"""How far a message's time may be from the receiver's clock: an older one is a replay."""


def new_secret() -> str:
    """A fresh secret as it is shown: `whsec_` and 32 random bytes in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def sign(secret: str, *, id: str, at: datetime, body: bytes) -> str:
    """The signature `v1,<base64>` of one secret."""
    text = f"{id}.{int(at.timestamp())}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(_key(secret), text, hashlib.sha256).digest()).decode()


def headers(secret_texts: Sequence[str], *, id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a message that is sent at the moment `at`, signed with each of the secrets."""
    signatures = [sign(secret, id=id, at=at, body=body) for secret in secret_texts]
    return {"webhook-id": id, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": " ".join(signatures)}


def verify(secret: str, received: Mapping[str, str], body: bytes, *, now: datetime) -> str:
    """The id of a message whose signature holds; names of headers in any case. `Refused` (401): it was not signed with this secret, or not lately."""
    lower = {name.lower(): value for name, value in received.items()}
    id_, stamp, signatures = (lower.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not stamp.isdecimal() or abs(now.timestamp() - int(stamp)) > TOLERANCE_S:
        raise Refused("The webhook's time is not within five minutes of ours.", status=401, field="webhook-timestamp", value=stamp[:40])
    text = f"{id_}.{stamp}.".encode() + body
    wanted = hmac.new(_key(secret), text, hashlib.sha256).digest()
    for signature in signatures.split(" "):
        version, _, digest = signature.partition(",")
        if version == "v1" and hmac.compare_digest(base64.b64encode(wanted), digest.encode()):
            return id_
    raise Refused("The webhook's signature does not hold.", status=401, field="webhook-signature", value=signatures[:80])


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise BadInput("is not base64", field="secret", value=secret[:8], hint=f"A secret begins with {PREFIX}.") from None
