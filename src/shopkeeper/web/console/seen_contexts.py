"""What the pages of what happened know: events, shown lists, searches."""

from dataclasses import dataclass

from shopkeeper.web.console.contexts import ConsoleContext, Figure
from shopkeeper.web.console.tables import Table


@dataclass(frozen=True, slots=True)
class EventsContext(ConsoleContext):
    """The live events. `moving` is how many seconds lie between two looks (0 = it stands still); `again` is this page's address."""

    answer: str
    figures: tuple[Figure, ...]
    moving: int
    looked: str
    again: str
    toggle: str
    explanation: str
    table: Table
