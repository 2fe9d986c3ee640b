"""What the pages for trying things know: experiments, placements with their preview, and programs among the shoppers."""

from dataclasses import dataclass

from shopkeeper.web.console.contexts import ChartPart, ConsoleContext, TaskState
from shopkeeper.web.console.tables import Table


@dataclass(frozen=True, slots=True)
class ExperimentsContext(ConsoleContext):
    """Every experiment; `new` leads to the form, where the role may make one."""

    answer: str
    new: str
    table: Table


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several: what is sent, what is read, and whether it is chosen."""

    value: str
    words: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class DialField:
    """A dial of one arm as a choice; `name` is the form's field."""

    name: str
    label: str
    choices: tuple[Choice, ...]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class ArmField:
    """One arm in the form: its letter, its share in percent as it was typed, and its dials."""

    name: str
    letter: str
    note: str
    share: str
    fault: str
    dials: tuple[DialField, ...]


@dataclass(frozen=True, slots=True)
class NewExperimentContext(ConsoleContext):
    """The form for a new experiment: first the places and how many versions there are, then the rest; `faults` by field."""

    answer: str
    problem: str
    places: tuple[Choice, ...]
    counts: tuple[Choice, ...]
    chosen: tuple[str, ...]
    count: int
    name_zh: str
    name_en: str
    goals: tuple[Choice, ...]
    traffics: tuple[Choice, ...]
    windows: tuple[Choice, ...]
    arms: tuple[ArmField, ...]
    nothing_to_turn: bool
    faults: dict[str, str]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that has to be right before a result can be believed, and how it stands."""

    title: str
    state: TaskState
    words: str


@dataclass(frozen=True, slots=True)
class PlanLine:
    """How many shoppers, and about how many days, it takes to find a change of this size."""

    change: str
    shoppers: str
    days: str


@dataclass(frozen=True, slots=True)
class ExperimentContext(ConsoleContext):
    """One experiment: what it tries, what came of it, how far that can be trusted. `start` and `stop` are where the role may go next."""

    name: str
    answer: str
    tone: str
    notice: str
    state: TaskState
    facts: tuple[tuple[str, str], ...]
    start: str
    stop: str
    charts: tuple[tuple[str, ChartPart], ...]
    table: Table
    checks: tuple[Check, ...]
    plan_note: str
    plan: tuple[PlanLine, ...]
    reading: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MoveContext(ConsoleContext):
    """Before an experiment is started or stopped: what will happen, and for the end, which version is kept (`winners`)."""

    heading: str
    answer: str
    told: tuple[str, ...]
    action: str
    button: str
    back: str
    winners: tuple[Choice, ...]
    problem: str
