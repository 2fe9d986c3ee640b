"""What the console's pages of orders know, like those in `contexts.py`."""

from dataclasses import dataclass
from datetime import datetime

from shopkeeper.domain.money import Money
from shopkeeper.web.buying_contexts import Notice, Stage, SumLine
from shopkeeper.web.console.contexts import ConsoleContext, TaskState, Tone
from shopkeeper.web.console.tables import Table
from shopkeeper.web.contexts import Link


@dataclass(frozen=True, slots=True)
class ConfirmationContext(ConsoleContext):
    """What would be done, before it is done; `carried` goes back with the form, `note` asks for a few words where it is not empty."""

    heading: str
    what: str
    told: tuple[str, ...]
    note: str
    button: str
    action: str
    carried: tuple[tuple[str, str], ...]
    back: str


@dataclass(frozen=True, slots=True)
class OrderListContext(ConsoleContext):
    """The orders, and which of them wait for the shop."""

    answer: str
    table: Table


@dataclass(frozen=True, slots=True)
class OrderedLine:
    """A line of an order: what, how many, the price of one, why it is so (`told`), and what was paid."""

    title: Link
    id: str
    quantity: int
    unit_price: Money
    told: tuple[str, ...]
    paid: Money
    state: str


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """Something that happened: when, what, who did it, what was noted and paid back."""

    at: datetime
    what: str
    by: str
    note: str
    refund: str


@dataclass(frozen=True, slots=True)
class BackWay:
    """A return or exchange; `receivable` where its goods have not arrived."""

    id: str
    what: str
    reason: str
    state: str
    tone: Tone
    asked: datetime
    receivable: bool


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the shop's rules say of one thing that could be asked for: allowed, or why not."""

    what: str
    allowed: bool
    told: str


@dataclass(frozen=True, slots=True)
class ShopStep:
    """What the shop can do with the order next; with a `token` one click does it, without one it is asked again first."""

    do: str
    label: str
    token: str
    strong: bool


@dataclass(frozen=True, slots=True)
class OneOrderContext(ConsoleContext):
    """One order: where it is, how its price came about, what happened, what the rules allow, what the shop can do."""

    notice: Notice | None
    number: str
    answer: str
    state: TaskState
    stages: tuple[Stage, ...]
    lines: tuple[OrderedLine, ...]
    sums: tuple[SumLine, ...]
    total: Money
    explanation: str
    history: tuple[HistoryLine, ...]
    back: tuple[BackWay, ...]
    allowed: tuple[Allowed, ...]
    rules: str
    policies: tuple[Link, ...]
    facts: tuple[tuple[str, str], ...]
    shopper: Link
    address: tuple[str, ...]
    steps: tuple[ShopStep, ...]
    can_serve: bool


@dataclass(frozen=True, slots=True)
class PastOrderContext(ConsoleContext):
    """An order that was brought in from elsewhere: what is known of it."""

    number: str
    answer: str
    lines: tuple[OrderedLine, ...]
    returns: tuple[HistoryLine, ...]
    facts: tuple[tuple[str, str], ...]
