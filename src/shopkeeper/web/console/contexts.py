"""What each page of the console knows: one frozen dataclass per template."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from markupsafe import Markup

from shopkeeper.web.charts import Chart
from shopkeeper.web.console.tables import Table
from shopkeeper.web.contexts import Link
from shopkeeper.web.formats import Formats
from shopkeeper.web.urls import Urls
from shopkeeper.web.words import Words

Tone = Literal["good", "warn", "bad", "info"]


@dataclass(frozen=True, slots=True)
class RailGroup:
    """A group of the left rail: its name, and (icon, link) for each page."""

    label: str
    links: tuple[tuple[str, Link], ...]


@dataclass(frozen=True, slots=True)
class ConsoleFrame:
    """What surrounds every page of the console. `form_token` goes into each form; without a session `who` is empty."""

    lang_tag: str
    title: str
    shop_name: str
    seal: str
    other_language: Link | None
    form_token: str
    who: str = ""
    role: str = ""
    has_account: bool = False
    rail: tuple[RailGroup, ...] = ()
    crumbs: tuple[Link, ...] = ()
    markets: tuple[Link, ...] = ()
    storefront: str = ""
    here: str = ""
    query: str = ""
    refresh_s: int = 0
    live: bool = False


@dataclass(frozen=True, slots=True)
class ConsoleContext:
    """What every template of the console may use."""

    t: Words
    url: Urls
    fmt: Formats
    frame: ConsoleFrame


@dataclass(frozen=True, slots=True)
class SignInContext(ConsoleContext):
    """The door. `problem` says why it stayed shut; `shops` are (id, name) where there are several; `by_key` opens the way in by key."""

    problem: str
    back: str
    name: str
    shops: tuple[tuple[str, str], ...]
    by_key: bool


@dataclass(frozen=True, slots=True)
class SetUpContext(ConsoleContext):
    """Where the holder of a one-time code sets a password; `code` is empty where it does not hold (any more)."""

    problem: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with what it counts, since when, where it comes from, and the way it took (`line`, which may be empty)."""

    label: str
    value: str
    note: str
    href: str
    line: Markup = Markup("")


@dataclass(frozen=True, slots=True)
class ChartPart:
    """A chart on a page: its title, its drawing, and where to take it from; or `missing`, which says why there is none (yet)."""

    title: str
    chart: Chart | None
    svg: str
    csv: str
    missing: str


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
    """The overview: what today brought, the way that it took, what the shop holds, and the way from a feed to a first search."""

    answer: str
    figures: tuple[Figure, ...]
    charts: tuple[ChartPart, ...]
    holdings: tuple[Figure, ...]
    steps: tuple[Step, ...]
    steps_left: int


@dataclass(frozen=True, slots=True)
class TaskState:
    """A task's state in words, with the icon and tone that go with it."""

    words: str
    tone: Tone
    icon: str
    running: bool = False


@dataclass(frozen=True, slots=True)
class ImportsContext(ConsoleContext):
    """Uploading a feed, and what came of earlier ones. `formats` are (value, words) pairs."""

    answer: str
    problem: str
    formats: tuple[tuple[str, str], ...]
    languages: tuple[tuple[str, str], ...]
    currency: str
    limit: str
    table: Table


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
class ProductSheet:
    """A product beside the list: what stands in the catalogue, and why shoppers do not see it. `variants` are (name, price, stock) lines."""

    title: str
    id: str
    picture: str
    state: TaskState
    reasons: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    variants: tuple[tuple[str, str, str], ...]
    storefront: str
    close: str


@dataclass(frozen=True, slots=True)
class CatalogueContext(ConsoleContext):
    """The catalogue: every product with its state."""

    answer: str
    table: Table
    sheet: ProductSheet | None


@dataclass(frozen=True, slots=True)
class SettingField:
    """A setting in the form: how it is named, what stands there, what may."""

    key: str
    kind: str
    label: str
    help: str
    value: str
    default: str
    unit: str
    low: str
    high: str
    step: str
    choices: tuple[tuple[str, str], ...]
    problem: str


@dataclass(frozen=True, slots=True)
class PreferencesContext(ConsoleContext):
    """The shop's settings, in groups of (name, fields)."""

    answer: str
    notice: str
    problem: str
    groups: tuple[tuple[str, tuple[SettingField, ...]], ...]
    version: int
    can_edit: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting that was changed: from what to what."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class SettingsVersion:
    """A version of the settings: who made it, when, and what it changed."""

    number: int
    when: datetime
    who: str
    changes: tuple[Difference, ...]
    current: bool
    back_to: int


@dataclass(frozen=True, slots=True)
class HistoryContext(ConsoleContext):
    """The versions of the settings, newest first."""

    answer: str
    versions: tuple[SettingsVersion, ...]
    can_edit: bool


@dataclass(frozen=True, slots=True)
class AccountSheet:
    """One account beside the list, with what may be done to it."""

    id: str
    name: str
    role: str
    active: bool
    close: str


@dataclass(frozen=True, slots=True)
class AccountsContext(ConsoleContext):
    """Who may sign in. `link` is the one-time link of an account that was just made or reset, shown this once to be handed to `invited`."""

    answer: str
    problem: str
    invited: str
    link: str
    roles: tuple[tuple[str, str, str], ...]
    table: Table
    sheet: AccountSheet | None


@dataclass(frozen=True, slots=True)
class OwnAccountContext(ConsoleContext):
    """One's own account: the password, and the way out everywhere."""

    answer: str
    problem: str
    notice: str
    since: datetime
    may: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AuditContext(ConsoleContext):
    """Who changed what."""

    answer: str
    table: Table


@dataclass(frozen=True, slots=True)
class FindContext(ConsoleContext):
    """What the search over everything found, in groups of (name, links with a note)."""

    answer: str
    groups: tuple[tuple[str, tuple[tuple[Link, str], ...]], ...]


@dataclass(frozen=True, slots=True)
class ConsoleProblemContext(ConsoleContext):
    """What went wrong in the console, said plainly."""

    heading: str
    explanation: str
    reference: str
    ways_on: tuple[Link, ...]
