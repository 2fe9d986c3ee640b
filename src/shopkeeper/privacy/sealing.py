"""Sealing: what is personal is encrypted under the shopper's own key, so that whoever destroys the key has erased every copy of it.

AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits. The row's id is bound in as associated data: a sealed part cannot be moved to another
row. Pseudonyms are BLAKE2b in keyed mode (RFC 7693, 2.9): equal identities get equal pseudonyms, which say nothing without the shop's key.
"""

import hashlib
import secrets
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shopkeeper.domain.shopper import Identity
from shopkeeper.errors import Broken
from shopkeeper.ports.shoppers import Pseudonym

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


def new_key() -> bytes:
    """A fresh key of `KEY_BYTES` bytes from the system's source of randomness."""
    return secrets.token_bytes(KEY_BYTES)


def seal(key: bytes, content: bytes, *, bound_to: str) -> bytes:
    """`content` as only a holder of `key` can read it, bound to the row called `bound_to`; 28 bytes longer than the content."""
    return seal_all([(key, content, bound_to)])[0]


def seal_all(parts: Sequence[tuple[bytes, bytes, str]]) -> list[bytes]:
    """`seal` for many (key, content, bound to), with one draw of randomness: each call into the system lets other threads in first."""
    nonces = secrets.token_bytes(_NONCE_BYTES * len(parts))
    sealed: list[bytes] = []
    for at, (key, content, bound_to) in enumerate(parts):
        nonce = nonces[at * _NONCE_BYTES : (at + 1) * _NONCE_BYTES]
        sealed.append(nonce + AESGCM(key).encrypt(nonce, content, bound_to.encode()))
    return sealed


def unseal(key: bytes, sealed: bytes, *, bound_to: str) -> bytes:
    """What was sealed. Raises `Broken` where the bytes were changed, belong to another row, or were sealed under another key."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to.encode())
    except InvalidTag:
        raise Broken(f"what was sealed for {bound_to!r} cannot be opened: it was changed, or sealed under another key", field="sealed") from None


def pseudonym(key: bytes, identity: Identity) -> Pseudonym:
    """How rows name `identity`."""
    digest = hashlib.blake2b(f"{identity.kind}\0{identity.value}".encode(), key=key, digest_size=16).hexdigest()
    return Pseudonym(identity.kind, digest)
