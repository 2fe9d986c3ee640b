"""What each page of the console knows: one frozen dataclass per template."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shopkeeper.web.contexts import Link
from shopkeeper.web.formats import Formats
from shopkeeper.web.urls import Urls
from shopkeeper.web.words import Words

Tone = Literal["good", "warn", "bad", "info"]


@dataclass(frozen=True, slots=True)
class ConsoleFrame:
    """What surrounds every page of the console. `form_token` goes into each form; without a session `key_name` is empty."""

    lang_tag: str
    title: str
    shop_name: str
    seal: str
    key_name: str
    rail: tuple[tuple[str, Link], ...]
    other_language: Link | None
    storefront: str
    form_token: str
    refresh_s: int = 0


@dataclass(frozen=True, slots=True)
class ConsoleContext:
    """What every template of the console may use."""

    t: Words
    url: Urls
    fmt: Formats
    frame: ConsoleFrame


@dataclass(frozen=True, slots=True)
class SignInContext(ConsoleContext):
    """The door. `problem` says why it stayed shut."""

    problem: str
    back: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with what it counts, since when, and where it comes from."""

    label: str
    value: str
    note: str
    href: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the first run: done or to do, how it stands, and where to do it (`href`) or with which command."""

    title: str
    state: str
    done: bool
    href: str
    action: str
    command: str


@dataclass(frozen=True, slots=True)
class OverviewContext(ConsoleContext):
    """The overview: figures, and the way from a feed to a first search."""

    answer: str
    figures: tuple[Figure, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class TaskState:
    """A task's state in words, with the icon and tone that go with it."""

    words: str
    tone: Tone
    icon: str
    running: bool = False


@dataclass(frozen=True, slots=True)
class ImportLine:
    """An import in the list."""

    href: str
    source: str
    dry_run: bool
    kind: str
    created: datetime
    state: TaskState
    read: int
    landed: int
    rejected: int


@dataclass(frozen=True, slots=True)
class ImportsContext(ConsoleContext):
    """Uploading a feed, and what came of earlier ones. `formats` are (value, words) pairs."""

    answer: str
    problem: str
    formats: tuple[tuple[str, str], ...]
    languages: tuple[tuple[str, str], ...]
    currency: str
    limit: str
    imports: tuple[ImportLine, ...]


@dataclass(frozen=True, slots=True)
class RowLine:
    """A row of a feed and what is to be said of it, in the console's language."""

    line: int
    field: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class ImportContext(ConsoleContext):
    """One import's report: counts as (words, number) pairs, the first rejected rows, and how many there are in all."""

    source: str
    dry_run: bool
    kind: str
    state: TaskState
    answer: str
    running: bool
    created: datetime
    took_s: float | None
    counts: tuple[tuple[str, int], ...]
    error: str
    notices: tuple[RowLine, ...]
    not_listed: int
    rejects: tuple[RowLine, ...]
    rejected: int
    csv: str
    json_lines: str


@dataclass(frozen=True, slots=True)
class ConsoleProblemContext(ConsoleContext):
    """What went wrong in the console, said plainly."""

    heading: str
    explanation: str
    reference: str
    ways_on: tuple[Link, ...]
