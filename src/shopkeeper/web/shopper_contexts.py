"""What the pages about the shopper know: my data, sign-in, certificate."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shopkeeper.web.contexts import PageContext


@dataclass(frozen=True, slots=True)
class Switch:
    """A purpose, whether it is allowed, and since when that was said (None = never)."""

    purpose: str
    title: str
    why: str
    on: bool
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Behind:
    """An event behind a line: what was done with which product, and when."""

    what: str
    product: str
    href: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ProfileLine:
    """A line of the profile: `strength` 1 to 100, `away` where the shopper turned from it; `verdict` is what they said of it."""

    facet: str
    key: str
    label: str
    strength: int
    away: bool
    count: int
    verdict: str
    behind: Sequence[Behind]


@dataclass(frozen=True, slots=True)
class ProfileGroup:
    """The lines of one facet."""

    title: str
    lines: Sequence[ProfileLine]


@dataclass(frozen=True, slots=True)
class MyDataContext(PageContext):
    """Everything that the shop knows of whoever asks."""

    form_token: str
    user: str
    switches: Sequence[Switch]
    personal: bool
    groups: Sequence[ProfileGroup]
    details: Sequence[ProfileGroup]
    events: int
    since: datetime | None
    segments: Sequence[str]
    doings: Sequence[Behind]
    orders: int
    known: bool
    demo: bool
    saved: bool


@dataclass(frozen=True, slots=True)
class Counted:
    """How many of one kind."""

    title: str
    count: int


@dataclass(frozen=True, slots=True)
class CertificateContext(PageContext):
    """A certificate of erasure; `name` empty: nothing was known, so nothing had to be erased."""

    name: str
    at: datetime | None
    seconds: float
    erased: Sequence[Counted]
    kept: Sequence[Counted]
    models: Sequence[str]
    verify: str
    signature: str


@dataclass(frozen=True, slots=True)
class SignInPageContext(PageContext):
    """The demo's sign-in; `problem` says why a link did not work; without `demo` there is no form."""

    form_token: str
    problem: str
    demo: bool
    names: Sequence[str]
