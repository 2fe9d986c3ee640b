"""Identifiers. Each kind has its own type, so that a variant's id cannot be handed where a product's is wanted."""

import re
from typing import Final, NewType

from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told

ShopId = NewType("ShopId", str)
ProductId = NewType("ProductId", str)
VariantId = NewType("VariantId", str)
OrderId = NewType("OrderId", str)
ReviewId = NewType("ReviewId", str)
PolicyId = NewType("PolicyId", str)
PromotionId = NewType("PromotionId", str)
CustomerId = NewType("CustomerId", str)
ListId = NewType("ListId", str)
KeyId = NewType("KeyId", str)
TaskId = NewType("TaskId", str)
AccountId = NewType("AccountId", str)
EventId = NewType("EventId", str)
ExperimentId = NewType("ExperimentId", str)
SessionId = NewType("SessionId", str)
ShopperId = NewType("ShopperId", int)
"""One identity (a visitor of one device, or a user) as this shop numbers it; never shown outside, and worth nothing once its key is destroyed."""

Revision = NewType("Revision", int)
"""A shop's change counter: every write to the catalogue takes the next number, in commit order."""

MAX_ID_LENGTH: Final = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")
_SHOP_ID = re.compile(r"[a-z][a-z0-9]{0,30}")


def check_id(raw: str, *, field: str) -> str:
    """Return `raw` unchanged if it can name a row: 1–200 characters, no control characters, no outer white space."""
    if not raw:
        raise BadInput(told("empty"), field=field, value=raw, hint=told("hint.own_id"))
    if len(raw) > MAX_ID_LENGTH:
        raise BadInput(told("too_many_characters_allowed", count=len(raw), limit=MAX_ID_LENGTH), field=field, value=raw[:80])
    if raw != raw.strip() or _CONTROL.search(raw):
        raise BadInput(told("outer_space", value=raw), field=field, value=raw)
    return raw


def shop_id(raw: str) -> ShopId:
    """Return `raw` as a shop's id; it names a folder, a database schema and a part of the API key, so it is kept plain: `[a-z][a-z0-9]*`."""
    if not _SHOP_ID.fullmatch(raw):
        raise BadInput(told("not_shop_name", name=raw), field="shop", value=raw, hint=told("hint.shop_name"))
    return ShopId(raw)
