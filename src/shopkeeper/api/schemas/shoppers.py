"""Shoppers: who is who, what they agreed to, what is known of them."""

from typing import Any, Literal

from pydantic import Field

from shopkeeper.api.schemas.common import Shown, Strict
from shopkeeper.domain.shopper import MAX_LINE, Purpose, Verdict


class MergeIn(Strict):
    """A visitor who signed in as a user."""

    visitor_id: str = Field(min_length=1, max_length=200)
    user_id: str = Field(min_length=1, max_length=200)


class UnmergeIn(Strict):
    """A visitor who is to be somebody of their own again."""

    visitor_id: str = Field(min_length=1, max_length=200)


class SignInIn(Strict):
    """Whom the shop's own backend has recognised, and for how long the link is good."""

    user_id: str = Field(min_length=1, max_length=200)
    minutes: int = Field(default=5, ge=1, le=60)


class SignInOut(Shown):
    """Where to send the browser: a path of the storefront, good until `expires`."""

    path: str
    expires: str


class ChangedOut(Shown):
    """`changed` is false where all was so already."""

    changed: bool


class ConsentIn(Strict):
    """An answer to one or more purposes; a purpose that is not named stays as it is."""

    analytics: bool | None = None
    personalisation: bool | None = None
    marketing: bool | None = None
    source: str = Field(default="api", max_length=100, description="Where the answer was given, such as `banner`.")


class AnswerOut(Shown):
    """One answer and when it was given."""

    purpose: Purpose
    granted: bool
    at: str
    source: str


class ConsentOut(Shown):
    """What holds now (a purpose that was never answered is not allowed), and every answer so far, oldest first."""

    analytics: bool
    personalisation: bool
    marketing: bool
    history: list[AnswerOut]


class MomentOut(Shown):
    """An event behind a line."""

    event_id: str
    name: str
    at: str
    product_id: str | None


class NameOut(Shown):
    """A name in both languages."""

    zh: str
    en: str


class LineOut(Shown):
    """One thing that the shopper is drawn to; `events` are the newest of the `count` behind it."""

    facet: str
    key: str
    label: NameOut
    affinity: float = Field(ge=-1, le=1)
    count: int
    verdict: Verdict
    events: list[MomentOut]


class SegmentOut(Shown):
    """A segment: its name, how it came to be, how many persons are in it."""

    id: str
    kind: Literal["rule", "cluster"]
    name: NameOut
    size: int
    computed: str
    rule: str


class SegmentsOut(Shown):
    """Every segment, by id."""

    segments: list[SegmentOut]


class ProfileOut(Shown):
    """The profile. `personalisation` false: the shopper did not agree (any more), so there is none."""

    personalisation: bool
    events: int
    since: str | None
    lines: list[LineOut]
    segments: list[SegmentOut]


class CorrectionIn(Strict):
    """The shopper's own word on a line of their profile; `as_found` takes back what was said before."""

    facet: str = Field(min_length=1, max_length=MAX_LINE)
    key: str = Field(min_length=1, max_length=MAX_LINE)
    verdict: Verdict


class ExportOut(Shown):
    """Everything that is kept about the shopper, in the shop's own documents."""

    shop: str
    made: str
    identities: list[dict[str, Any]]
    consents: list[dict[str, Any]]
    events: list[dict[str, Any]]
    lists: list[dict[str, Any]]
    profile: list[dict[str, Any]]
    corrections: list[dict[str, Any]]
    segments: list[dict[str, Any]]
    orders: list[dict[str, Any]]
    reviews: list[dict[str, Any]]


class CertificateOut(Shown):
    """What was erased when, without anything that leads to the shopper; `signature` is HMAC-SHA-256 over the rest (RFC 8785 key order)."""

    id: str
    shop: str
    at: str
    seconds: float
    erased: dict[str, int]
    kept: dict[str, int]
    models: list[dict[str, str]]
    verify: str
    signature: str
